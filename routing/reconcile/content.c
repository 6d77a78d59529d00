/* See content.h. */
#include "routing/reconcile/content.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/give.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* One that comes brings the content for all. */
enum { ASKED_DOCUMENTS = 4 };

void content_asker(struct turn_view *t, struct content_askers *w, struct committee_id id)
{
	const struct link *l = link_find(t->core, id);

	if (l == NULL || !l->present || l->ended || w->count == CONTENT_ASKED_MAX)
		return;
	for (unsigned i = 0; i < w->count; i++) {
		if (id_equal(w->ids[i], id))
			return;
	}
	w->ids[w->count++] = id;
}

/* Who gave it first, then who got it. */
static enum err whom_to_ask(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			    struct content_askers *w)
{
	struct record r;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &r);

	w->count = 0;
	if (doc.role != ROLE_OUT)
		content_asker(t, w, d->from);
	for (uint32_t i = 0; e == ERR_OK && i < r.u.route.count; i++)
		content_asker(t, w, r.u.route.publications[i].neighbour);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err content_ask(struct turn_view *t, const struct document_ref *document,
		     const struct content_askers *w)
{
	const struct fact fact = { .kind = KIND_ASKED,
				   .at_ms = t->now.wall_ms,
				   .note = "",
				   .document = *document,
				   .asked_own = UINT32_MAX,
				   .asked_yours = UINT32_MAX,
				   .asked_answered = true,
				   .asked_content = true };
	enum err e = ERR_OK;

	for (unsigned i = 0; i < w->count && e == ERR_OK; i++) {
		e = fact_send(t, w->ids[i], &fact, NULL, 0, NULL);
		if (e == ERR_NO_ROUTE)
			e = ERR_OK;
	}
	return e;
}

/* *asked: it should be here, and is asked for now. */
static enum err want(struct turn_view *t, struct doc_key doc, bool *asked)
{
	struct rec_state before;
	struct record r, state;
	struct content_askers w;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &state);

	*asked = false;
	/* still coming, let go, or refused */
	if (e == ERR_OK && (state.u.state.complete_at_ms == 0 || state.u.state.content_dropped))
		return ERR_OK;
	if (e == ERR_OK)
		e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (e == ERR_OK)
		e = whom_to_ask(t, doc, &r.u.document, &w);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	*asked = true;
	before = state.u.state;
	state.u.state.content_wanted = true;
	if (!before.content_wanted)
		e = document_state(t, doc, &r.u.document, &before, &state.u.state);
	if (e != ERR_OK)
		return e;
	return content_ask(
		t,
		&(struct document_ref){ r.u.document.origin, r.u.document.id, r.u.document.digest },
		&w);
}

/* *done: it was asked for, and needs not be any more. Should another content of it be missing, that
 * is found again. */
static enum err is_right(struct turn_view *t, struct doc_key doc, bool *done)
{
	struct record r, state;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &state);

	*done = e == ERR_OK && state.u.state.content_wanted;
	if (*done)
		e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (e == ERR_OK && *done)
		e = content_here(t, doc, &r.u.document, &state.u.state);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err content_lost(struct turn_view *t, const struct ev_content_lost *lost)
{
	struct scan scan = scan_of(key_digest(lost->sha256));
	unsigned asked = 0;
	enum err e = ERR_OK;

	if (!lost->mended && guard_may_sign(t) != ERR_OK)
		return ERR_OK; /* it is found again */
	while (e == ERR_OK && asked < ASKED_DOCUMENTS && plan_has_room(t->plan)) {
		struct digest sha256;
		struct doc_key doc;
		struct record r;
		bool one = false;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FILE, &scan, &r);
		if (e != ERR_OK || !key_parse_file(&scan.at, &sha256, &doc.role, &doc.serial))
			continue;
		e = lost->mended ? is_right(t, doc, &one) : want(t, doc, &one);
		asked += one;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- at the neighbour ---- */

/* It had it from us, or we from it. */
static enum err is_between(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			   struct committee_id neighbour, bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &r);

	*yes = doc.role != ROLE_OUT && id_equal(d->from, neighbour);
	for (uint32_t i = 0; e == ERR_OK && i < r.u.route.count && !*yes; i++)
		*yes = id_equal(r.u.route.publications[i].neighbour, neighbour);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err content_give(struct turn_view *t, const struct ev_publish *e)
{
	const struct document_ref *ref = &e->fact->document;
	struct link *l = link_find(t->core, e->neighbour);
	struct doc_key doc;
	struct record r;
	bool between = false;
	enum err result;

	if (l == NULL || !id_equal(e->signer, e->neighbour))
		return ERR_OK;
	result = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &r);
	if (result == ERR_OK && memcmp(&r.u.ident.digest, &ref->digest, sizeof ref->digest) != 0)
		result = ERR_NOT_FOUND;
	doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	if (result == ERR_OK)
		result = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (result == ERR_OK)
		result = is_between(t, doc, &r.u.document, e->neighbour, &between);
	if (result == ERR_OK && between)
		result = give_once(t, l, doc, &r.u.document);
	return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
}

/* ---- here again ---- */

enum err content_here(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		      const struct rec_state *before)
{
	struct rec_state state = *before;

	state.content_wanted = false;
	return document_state(t, doc, d, before, &state);
}
