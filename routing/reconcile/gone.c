/* See gone.h. */
#include "routing/reconcile/gone.h"

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* ---- at the neighbour ---- */

/* What the document was to the neighbour, as far as the tree still says. */
static enum err role_there(struct turn_view *t, const struct link *l, const struct rec_document *d,
			   enum role *role)
{
	struct routing_question q = document_question(d);
	bool its = false;
	enum err e = ERR_OK;

	if (id_equal(d->origin, l->neighbour)) {
		*role = ROLE_OUT;
		return ERR_OK;
	}
	e = recipients_contain(&t->tree, &q.to, l->neighbour, &its);
	*role = e == ERR_OK && its ? ROLE_IN : ROLE_RELAY;
	return e == ERR_STORE || e == ERR_NO_MEMORY ? e : ERR_OK;
}

enum err gone_tell(struct turn_view *t, struct link *l, const struct rec_document *d)
{
	struct giving *g = &l->stand.giving;
	struct fact fact = { .kind = KIND_GONE,
			     .at_ms = t->now.wall_ms,
			     .note = "",
			     .document = { d->origin, d->id, d->digest },
			     .gone_secrecy = d->secrecy,
			     .gone_number = d->summary.number,
			     .gone_issued_on = d->summary.issued_on };
	enum err e;

	if (!g->lists || g->named >= GONE_OF_ONE_MAX)
		return ERR_OK;
	e = role_there(t, l, d, &fact.gone_role);
	if (e == ERR_OK)
		e = fact_send(t, l->neighbour, &fact, NULL, 0, NULL);
	if (e == ERR_OK)
		g->named++;
	return e == ERR_NO_ROUTE ? ERR_OK : e;
}

/* ---- in the store that is behind ---- */

enum err gone_take(struct turn_view *t, const struct ev_publish *e)
{
	const struct fact *f = e->fact;
	struct reconcile *r = &t->core->reconcile;
	struct link *l = link_find(t->core, e->neighbour);
	struct key key = key_ident(f->document.id, f->document.origin);
	struct record there, gone = { .family = FAMILY_GONE };
	enum err known;

	if (l == NULL || !id_equal(e->signer, e->neighbour) || r->stage == RECONCILE_NONE ||
	    r->listed >= GONE_MAX || l->stand.listed >= GONE_OF_ONE_MAX ||
	    (f->gone_role == ROLE_OUT) != id_equal(f->document.origin, t->core->config.self))
		return ERR_OK;
	known = core_get(t, FAMILY_IDENT, key, &there);
	if (known == ERR_NOT_FOUND)
		known = core_get(t, FAMILY_GONE, key, &there);
	if (known != ERR_NOT_FOUND)
		return known == ERR_DAMAGED ? ERR_OK : known;
	gone.u.gone =
		(struct rec_gone){ .from = e->neighbour,
				   .at_ms = t->now.wall_ms,
				   .role = f->gone_role,
				   .secrecy = f->gone_secrecy,
				   .number = f->gone_number == NULL ? "" : f->gone_number,
				   .issued_on =
					   f->gone_issued_on == NULL ? "" : f->gone_issued_on };
	core_put(t, key, &gone);
	l->stand.listed++;
	r->listed++;
	stand_write(t);
	return ERR_OK;
}

enum err gone_came(struct turn_view *t, struct doc_id id, struct committee_id origin)
{
	struct key key = key_ident(id, origin);
	struct record r;
	enum err e;

	if (t->core->reconcile.listed == 0)
		return ERR_OK; /* nothing was lost, as nearly always */
	e = core_get(t, FAMILY_GONE, key, &r);
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	core_erase(t, FAMILY_GONE, key);
	t->core->reconcile.listed--;
	stand_write(t);
	return ERR_OK;
}
