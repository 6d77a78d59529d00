/* See give.h. */
#include "routing/reconcile/give.h"

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/gone.h"
#include "routing/state/event.h"
#include "routing/state/hollow.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { DOCUMENTS_PER_TICK = 64, QUEUED_MOST = 8192 };

static void say_done(struct turn_view *t, struct link *l)
{
	const struct giving *g = &l->stand.giving;
	struct message m = { .type = MESSAGE_RECONCILED };

	m.u.reconciled = (struct msg_reconciled){ .round = g->round,
						  .published = g->published,
						  .gone = g->gone };
	link_say(t, l, &m);
}

/* ---- rounds ---- */

/* A round may begin; the next one not before its rest. */
static bool may_begin(struct turn_view *t, struct link *l)
{
	struct round_pace *p = &l->stand.pace;
	int64_t now_ms = t->now.mono_ms;

	if (now_ms < p->next_ms)
		return false;
	if (p->rest_ms == 0 || now_ms - p->next_ms > p->rest_ms)
		p->rest_ms = ROUND_REST_MS;
	else
		p->rest_ms =
			2 * p->rest_ms < ROUND_REST_MOST_MS ? 2 * p->rest_ms : ROUND_REST_MOST_MS;
	p->begun_ms = now_ms;
	p->next_ms = now_ms + p->rest_ms;
	return true;
}

/* After a walk, at least as long as it took. */
static void rest(struct turn_view *t, struct link *l)
{
	struct round_pace *p = &l->stand.pace;
	int64_t now_ms = t->now.mono_ms, took_ms = p->next_ms == 0 ? 0 : now_ms - p->begun_ms;

	if (p->next_ms < now_ms + took_ms)
		p->next_ms = now_ms + took_ms;
}

void give_begin(struct turn_view *t, struct link *l, const struct msg_reconcile *m)
{
	struct giving *g = &l->stand.giving;

	if (g->round == m->round && g->phase != GIVING_NONE) {
		if (g->phase == GIVING_DONE)
			say_done(t, l);
		return;
	}
	if (!may_begin(t, l))
		return;
	*g = (struct giving){ .phase = GIVING_WALK,
			      .round = m->round,
			      .lost = m->lost,
			      .role = ROLE_OUT,
			      .lists = m->lists };
	stand_write_peer(t, l);
	t->core->next_tick_ms = t->now.mono_ms;
}

/* ---- the walk ---- */

/* Was it published to this neighbour beyond what it has? */
static enum err was_published(struct turn_view *t, const struct link *l, struct doc_key doc,
			      bool *lost)
{
	const struct giving *g = &l->stand.giving;
	struct record r;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &r);

	for (uint32_t i = 0; e == ERR_OK && i < r.u.route.count && !*lost; i++) {
		const struct publication *p = &r.u.route.publications[i];

		*lost = id_equal(p->neighbour, l->neighbour) && p->seq > g->lost.have[p->lane];
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err is_whole(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			 bool *whole)
{
	struct record r;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &r);

	*whole =
		e == ERR_OK && r.u.state.complete_at_ms != 0 && !r.u.state.content_wanted &&
		(!r.u.state.content_dropped || !manifest_has_files(d->manifest, d->manifest_count));
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err has_envelope(struct turn_view *t, struct doc_key doc, bool *has)
{
	struct record r;
	enum err e = core_get(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &r);

	*has = e == ERR_OK && !hollow_is(&r.u.envelope);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* Rows of earlier rounds whose files the neighbour has not taken yet: one of them is enough, lest
 * who never takes any leaves a row a round. */
static enum err leave_one_waiting(struct turn_view *t, const struct link *l, struct doc_key doc)
{
	struct key newest = { .len_bytes = 0 };
	struct record route, row;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(doc.role, doc.serial), &route);

	for (uint32_t i = 0; e == ERR_OK && i < route.u.route.count; i++) {
		const struct publication *p = &route.u.route.publications[i];
		struct key key = key_seq(p->neighbour, p->lane, p->seq);

		if (!id_equal(p->neighbour, l->neighbour) || p->seq > l->out[p->lane].acked)
			continue;
		e = core_get(t, FAMILY_STREAM, key, &row);
		if (e == ERR_OK && row.u.stream.target_count == 0 &&
		    row.u.stream.role == doc.role && row.u.stream.serial.n == doc.serial.n) {
			/* in the order of their numbers */
			if (newest.len_bytes != 0)
				core_erase(t, FAMILY_STREAM, newest);
			newest = key;
		}
		if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
			e = ERR_OK;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* In one row without names: it brings the document for all that lie that way. */
static enum err publish(struct turn_view *t, const struct link *l, struct doc_key doc,
			const struct rec_document *d)
{
	struct route to = { .neighbour = l->neighbour };
	const struct routing_answer answer = { .routes = &to, .route_count = 1 };
	enum err e = leave_one_waiting(t, l, doc);

	return e == ERR_OK ? document_publish(t, doc, d, &answer) : e;
}

static enum err look_at(struct turn_view *t, struct link *l, struct doc_key doc,
			const struct rec_document *d)
{
	struct giving *g = &l->stand.giving;
	bool lost = false, whole = true, has = false;
	bool its = doc.role != ROLE_OUT && id_equal(d->origin, l->neighbour) &&
		   id_equal(d->from, l->neighbour);
	enum err e = ERR_OK;

	if (its)
		lost = d->from_seq > g->lost.last[d->from_lane];
	else
		e = was_published(t, l, doc, &lost);
	if (e != ERR_OK || !lost)
		return e;
	/* Its own comes back without its files too: it may have those, and they may be on their way
	 * from there to here. */
	if (!its)
		e = is_whole(t, doc, d, &whole);
	if (e == ERR_OK)
		e = has_envelope(t, doc, &has);
	whole = whole && has;
	if (e == ERR_OK && whole)
		e = publish(t, l, doc, d);
	g->published += whole;
	g->gone += !whole;
	return e == ERR_OK && !whole ? gone_tell(t, l, d) : e;
}

enum err give_settled(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	struct record ident, r;
	struct doc_key doc;
	enum err result;

	/* While it walks it looks at what was taken meanwhile too, unless it has passed that role:
	 * a copy more is known by its id. */
	if (l->stand.giving.phase == GIVING_NONE || e->head == NULL || e->fact != NULL ||
	    !id_equal(e->head->origin, e->neighbour))
		return ERR_OK;
	result = core_get(t, FAMILY_IDENT, key_ident(e->head->id, e->head->origin), &ident);
	if (result != ERR_OK)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	doc = (struct doc_key){ ident.u.ident.role, ident.u.ident.serial };
	result = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (result != ERR_OK)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	return look_at(t, l, doc, &r.u.document);
}

enum err give_once(struct turn_view *t, struct link *l, struct doc_key doc,
		   const struct rec_document *d)
{
	bool whole = false, has = false;
	enum err e = is_whole(t, doc, d, &whole);

	if (e == ERR_OK)
		e = has_envelope(t, doc, &has);
	return e == ERR_OK && whole && has ? publish(t, l, doc, d) : e;
}

static enum role role_after(enum role role)
{
	return role == ROLE_OUT ? ROLE_IN : role == ROLE_IN ? ROLE_RELAY : ROLE_NONE;
}

static void wait_for_all(struct turn_view *t, struct link *l)
{
	struct giving *g = &l->stand.giving;

	rest(t, l);
	g->phase = GIVING_WAIT;
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		g->upto[lane] = l->out[lane].last;
}

static enum err walk(struct turn_view *t, struct link *l)
{
	struct giving *g = &l->stand.giving;
	enum err e = ERR_OK;

	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		if (l->out[lane].last - l->out[lane].acked > QUEUED_MOST)
			return ERR_OK;
	}
	for (unsigned i = 0; i < DOCUMENTS_PER_TICK && e == ERR_OK && plan_has_room(t->plan) &&
			     g->phase == GIVING_WALK;
	     i++) {
		struct scan scan = scan_from(key_role(g->role),
					     key_serial(g->role, (struct serial){ g->serial }));
		struct doc_key doc;
		struct record r;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_DOCUMENT, &scan, &r);
		if (e == ERR_NOT_FOUND) {
			g->role = role_after(g->role);
			g->serial = 0;
			if (g->role == ROLE_NONE)
				wait_for_all(t, l);
			e = ERR_OK;
			continue;
		}
		if (e != ERR_OK || !key_parse_serial(&scan.at, &doc.role, &doc.serial))
			continue;
		g->serial = doc.serial.n;
		e = look_at(t, l, doc, &r.u.document);
	}
	stand_write_peer(t, l);
	t->core->next_tick_ms = t->now.mono_ms;
	return e;
}

static void wait(struct turn_view *t, struct link *l)
{
	struct giving *g = &l->stand.giving;

	for (int lane = g->named > 0 ? LANE_FACTS : LANE_URGENT; lane < LANE_COUNT; lane++) {
		if (l->out[lane].acked < g->upto[lane])
			return;
	}
	g->phase = GIVING_DONE;
	stand_write_peer(t, l);
	if (l->up)
		say_done(t, l);
}

enum err give_tick(struct turn_view *t)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < t->core->link_count && e == ERR_OK; i++) {
		struct link *l = t->core->links[i];

		if (!l->present)
			continue;
		if (l->stand.giving.phase == GIVING_WALK && guard_may_sign(t) == ERR_OK)
			e = walk(t, l);
		else if (l->stand.giving.phase == GIVING_WAIT)
			wait(t, l);
	}
	return e;
}
