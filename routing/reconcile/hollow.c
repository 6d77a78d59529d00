/* See hollow.h. */
#include "routing/reconcile/hollow.h"

#include <stdbool.h>

#include "routing/base/committee_id.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/hollow.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"

/* What is known of the others, and of our own rows. */
struct others {
	bool waits; /* a row of it stands in a lane */
	bool may;   /* somebody may have it */
	bool away;  /* and not all of them can be asked now */
};

static const struct link *neighbour(const struct turn_view *t, struct committee_id id)
{
	const struct link *l = link_find(t->core, id);

	return l == NULL || !l->present || l->ended ? NULL : l;
}

/* Is the row there, and of this document? Under the number of a stream that has ended another may
 * stand by now. One that cannot be read is: nothing else leads there. */
static enum err is_there(struct turn_view *t, struct doc_key doc, const struct publication *p,
			 bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &r);

	*yes = e == ERR_DAMAGED ||
	       (e == ERR_OK && r.u.stream.role == doc.role && r.u.stream.serial.n == doc.serial.n);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err look_at_row(struct turn_view *t, struct doc_key doc, const struct publication *p,
			    struct others *o)
{
	const struct link *l = neighbour(t, p->neighbour);
	const struct stream_out *out;
	bool there = true;
	enum err e;

	if (l == NULL)
		return ERR_OK;
	out = &l->out[p->lane];
	if (p->seq <= out->acked) {
		o->may = true;
		o->away = o->away || !l->up;
		return ERR_OK;
	}
	e = is_there(t, doc, p, &there);
	if (e != ERR_OK || !there)
		return e;
	o->waits = true;
	if (out->subscribed && p->seq > out->sent && p->seq > out->sent_most)
		return ERR_OK;
	o->may = true;
	o->away = o->away || !l->up || !out->subscribed;
	return ERR_OK;
}

/* Another's came from somebody. */
static void look_at_giver(const struct turn_view *t, const struct rec_document *d, struct others *o)
{
	const struct link *l = d == NULL ? NULL : neighbour(t, d->from);

	if (d != NULL && l == NULL)
		return;
	o->may = true;
	o->away = o->away || l == NULL || !l->up; /* nobody knows any more who it was */
}

/* `d` NULL: that record is damaged too. */
static enum err look(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		     struct others *o)
{
	struct record r;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &r);

	*o = (struct others){ .waits = false };
	for (uint32_t i = 0; e == ERR_OK && i < r.u.route.count; i++)
		e = look_at_row(t, doc, &r.u.route.publications[i], o);
	if (doc.role != ROLE_OUT)
		look_at_giver(t, d, o);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static bool is_given_up(const struct others *o, int64_t told_ms)
{
	return o->waits && (!o->may || told_ms >= (o->away ? HOLLOW_AWAY_MS : HOLLOW_ASKED_MS));
}

/* Both records say how many relay records there are. */
static void give_up(struct turn_view *t, struct doc_key doc, struct record *document)
{
	struct key key = key_serial(doc.role, doc.serial);
	struct record r = { .family = FAMILY_ENVELOPE };

	r.u.envelope = (struct rec_envelope){ .envelope = { .bytes = hollow_bytes() } };
	core_put(t, key, &r);
	if (document == NULL || document->u.document.relay_count == 0)
		return;
	document->u.document.relay_count = 0;
	core_put(t, key, document);
}

enum err hollow_look(struct turn_view *t, const struct ev_damaged *e)
{
	struct record document;
	struct others others;
	struct doc_key doc;
	enum err found, result;

	if (!key_parse_serial(&e->key, &doc.role, &doc.serial) || guard_may_sign(t) != ERR_OK)
		return ERR_OK;
	found = core_get(t, FAMILY_DOCUMENT, e->key, &document);
	if (found != ERR_OK && found != ERR_DAMAGED)
		return found == ERR_NOT_FOUND ? ERR_OK : found;
	result = look(t, doc, found == ERR_OK ? &document.u.document : NULL, &others);
	if (result == ERR_OK && is_given_up(&others, e->told_ms))
		give_up(t, doc, found == ERR_OK ? &document : NULL);
	return result;
}
