/* See requeue.h. */
#include "routing/documents/requeue.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/types.h"
#include "routing/documents/complete.h"
#include "routing/documents/document.h"
#include "routing/documents/facts.h"
#include "routing/documents/recipients.h"
#include "routing/documents/route.h"
#include "routing/documents/rows.h"
#include "routing/links/links.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"
#include "routing/state/tree.h"

enum {
	ROWS_PER_TICK = 256,
	FORGET_PER_TICK = 1024,
	FIND_PER_TICK = 1024,
	MOVED_PER_TICK = 2048,
	SCRATCH_BYTES = 8 << 20
};
#define NOTE_NAME "requeue"

/* ---- who has moved ---- */

/* Who is new since then was in no group before, and nothing is queued for it. */
static enum err add_moved(struct requeue *q, const struct rec_committee *c)
{
	if (c->place_count < 2 || c->places[0].since > q->from_version ||
	    c->places[c->place_count - 1].since <= q->from_version)
		return ERR_OK;
	if ((q->moved_count & (q->moved_count - 1)) == 0) {
		uint32_t capacity = q->moved_count == 0 ? 1 : q->moved_count * 2;
		struct committee_id *grown = realloc(q->moved, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		q->moved = grown;
	}
	q->moved[q->moved_count++] = c->id;
	return ERR_OK;
}

static void begin_to_find(struct requeue *q)
{
	q->moved_count = 0;
	q->finding = true;
	q->found_some = false;
}

/* A directory is larger than a tick: some of it each. */
static enum err find_moved(struct turn_view *t, struct requeue *q)
{
	struct key all = { .len_bytes = 0 };
	struct scan scan = q->found_some ? scan_from(all, q->found_at) : scan_of(all);
	struct arena *a = arena_new(SCRATCH_BYTES);
	enum err e = a == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (unsigned i = 0; i < FIND_PER_TICK && e == ERR_OK; i++) {
		struct record r;

		arena_reset(a);
		e = t->lookup.next(t->lookup.ctx, a, FAMILY_COMMITTEE, &scan, &r);
		if (e == ERR_OK)
			e = add_moved(q, &r.u.committee);
		q->found_at = scan.at;
		q->found_some = true;
	}
	arena_destroy(a);
	q->finding = e != ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err requeue_begin(struct turn_view *t, uint64_t from_version)
{
	struct requeue *q = &t->core->requeue;
	struct record r = { .family = FAMILY_META };

	if (!q->active || from_version < q->from_version)
		q->from_version = from_version;
	q->active = true;
	q->facts = true;
	q->link = 0;
	q->begun = false;
	q->row.len_bytes = 0;
	r.u.note.number = q->from_version;
	core_put(t, key_name(NOTE_NAME), &r);
	t->core->next_tick_ms = t->now.mono_ms;
	begin_to_find(q);
	return ERR_OK;
}

/* Links of earlier directories that still hold something, or whose neighbour has not yet heard that
 * it moved. */
static enum err load_former(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e;

	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_LINKOUT, &scan, &r)) ==
	       ERR_OK) {
		struct committee_id neighbour;
		enum lane lane;

		if (!key_parse_link(&scan.at, &neighbour, &lane))
			return ERR_DAMAGED;
		if (link_find(t->core, neighbour) != NULL)
			continue;
		e = link_remember(t, neighbour);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err requeue_load(struct turn_view *t)
{
	struct requeue *q = &t->core->requeue;
	struct record r;
	enum err e = load_former(t);

	if (e != ERR_OK)
		return e;
	e = core_get(t, FAMILY_META, key_name(NOTE_NAME), &r);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	q->active = true;
	q->facts = true;
	q->from_version = r.u.note.number;
	begin_to_find(q);
	return ERR_OK;
}

/* ---- one row ---- */

/* Where did it go before, and does it go elsewhere now? */
static enum err lies_elsewhere(struct turn_view *t, const struct link *l,
			       struct committee_id target, bool *yes)
{
	struct tree_view then = tree_at(&t->tree, t->core->requeue.from_version);
	struct committee_id self = t->core->config.self, before, now;
	enum err e;

	*yes = !l->present || l->ended;
	if (*yes || id_equal(target, self))
		return ERR_OK;
	e = tree_next_hop(&then, self, target, &before);
	if (e == ERR_OK && id_equal(before, l->neighbour)) {
		e = tree_next_hop(&t->tree, self, target, &now);
		*yes = e != ERR_OK || !id_equal(now, l->neighbour);
	}
	return e == ERR_NOT_FOUND || e == ERR_NO_ROUTE ? ERR_OK : e;
}

/* Did it lie behind this neighbour before? */
static enum err lay_behind(struct turn_view *t, const struct link *l, struct committee_id id,
			   bool *yes)
{
	struct tree_view then = tree_at(&t->tree, t->core->requeue.from_version);
	struct committee_id before;
	enum err e = tree_next_hop(&then, t->core->config.self, id, &before);

	*yes = e == ERR_OK && id_equal(before, l->neighbour);
	return e == ERR_NOT_FOUND || e == ERR_NO_ROUTE ? ERR_OK : e;
}

/* A member of a group whom this row served, by the neighbour's own expansion or as the neighbour
 * itself. */
static enum err served_member(struct turn_view *t, const struct link *l, const struct addressed *to,
			      struct committee_id id, bool *yes)
{
	struct addressed groups = *to;
	struct recipient by_group[2];
	enum err e;

	*yes = false;
	groups.recipients = by_group;
	groups.count = 0;
	for (uint32_t i = 0; i < to->count && groups.count < 2; i++) {
		if (to->recipients[i].group != GROUP_NONE)
			by_group[groups.count++] = to->recipients[i];
	}
	if (groups.count == 0 || id_equal(id, t->core->config.self))
		return ERR_OK;
	e = recipients_contain(&t->tree, &groups, id, yes);
	return e == ERR_OK && *yes ? lay_behind(t, l, id, yes) : e;
}

/* Members of its groups who moved, some of them; q->moved_at is how far. */
static enum err requeue_members(struct turn_view *t, const struct link *l,
				const struct routing_question *to, struct routing_answer *answer)
{
	struct requeue *q = &t->core->requeue;
	enum err e = ERR_OK;

	for (; q->moved_at < q->moved_count && q->moved_left > 0 && e == ERR_OK;
	     q->moved_at++, q->moved_left--) {
		struct committee_id m = q->moved[q->moved_at];
		bool yes;

		e = served_member(t, l, &to->to, m, &yes);
		if (e == ERR_OK && yes)
			e = lies_elsewhere(t, l, m, &yes);
		if (e == ERR_OK && yes)
			e = route_target(t, to, m, answer);
	}
	return e;
}

/* The recipients that the row names, or, when it names nobody, all explicit recipients whose route
 * was this link. */
static enum err requeue_named(struct turn_view *t, const struct link *l, const struct rec_stream *s,
			      const struct routing_question *q, struct routing_answer *answer)
{
	bool yes;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < s->target_count && e == ERR_OK; i++) {
		e = lies_elsewhere(t, l, s->targets[i], &yes);
		if (e == ERR_OK && yes)
			e = route_target(t, q, s->targets[i], answer);
	}
	for (uint32_t i = 0;
	     i < q->to.count && s->target_count == 0 && (!l->present || l->ended) && e == ERR_OK;
	     i++) {
		if (q->to.recipients[i].group != GROUP_NONE)
			continue;
		e = lay_behind(t, l, q->to.recipients[i].committee, &yes);
		if (e == ERR_OK && yes)
			e = route_target(t, q, q->to.recipients[i].committee, answer);
	}
	return e;
}

static bool names_group(const struct addressed *to)
{
	for (uint32_t i = 0; i < to->count; i++) {
		if (to->recipients[i].group != GROUP_NONE)
			return true;
	}
	return false;
}

/* *whole is false when more members are to be checked, from q->moved_at on: the row is read
 * again. */
static enum err requeue_document(struct turn_view *t, const struct link *l,
				 const struct rec_stream *s, bool *whole)
{
	struct doc_key doc = { s->role, s->serial };
	struct routing_answer answer = { .route_count = 0 };
	struct requeue *r = &t->core->requeue;
	struct routing_question q;
	struct record document;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &document);

	if (e != ERR_OK)
		return e;
	q = document_question(&document.u.document);
	q.from = (struct committee_id){ "" };
	q.taken = true;
	if (r->moved_at == 0)
		e = requeue_named(t, l, s, &q, &answer);
	if (e == ERR_OK && names_group(&q.to)) {
		e = requeue_members(t, l, &q, &answer);
		*whole = r->moved_at == r->moved_count;
	}
	if (e == ERR_OK)
		e = document_publish(t, doc, &document.u.document, &answer);
	return e == ERR_OK ? document_unserved(t, doc, &document.u.document, &answer) : e;
}

static enum err requeue_fact(struct turn_view *t, const struct link *l, const struct rec_stream *s)
{
	struct committee_id nobody = { "" }, to = id_empty(s->to) ? l->neighbour : s->to;
	struct document_ref none = { .origin = to };
	bool yes = false;
	/* What has ended still gets its own facts, and leads nowhere: who was below it is elsewhere
	 * now. */
	enum err e =
		l->ended && id_equal(to, l->neighbour) ? ERR_OK : lies_elsewhere(t, l, to, &yes);

	if (e != ERR_OK || !yes)
		return e;
	e = fact_forward(t, to, nobody, s);
	if (e != ERR_NO_ROUTE)
		return e;
	/* who asked has ended, or nobody leads there */
	notify(t, NOTICE_REFUSED, none, to, ERR_NO_ROUTE, NULL);
	return ERR_OK;
}

static enum err requeue_row(struct turn_view *t, struct link *l, const struct key *key,
			    const struct rec_stream *s, bool *whole)
{
	struct committee_id neighbour;
	enum lane lane;
	uint64_t seq;
	enum err e;

	*whole = true;
	if (!key_parse_seq(key, &neighbour, &lane, &seq))
		return ERR_DAMAGED;
	/* Acknowledged by a neighbour that stays: the neighbour answers for the document, and
	 * forwards it. */
	if (l->present && !l->ended &&
	    (seq <= l->out[lane].acked || seq > t->core->requeue.upto[lane]))
		return ERR_OK;
	if (!key_equal(key, &t->core->requeue.row)) {
		t->core->requeue.row = *key;
		t->core->requeue.moved_at = 0;
	}
	e = s->role == ROLE_NONE ? requeue_fact(t, l, s) : requeue_document(t, l, s, whole);
	if (e == ERR_DAMAGED) { /* the row stays; the others go on */
		link_alarm(t, l, e);
		*whole = true;
		return ERR_OK;
	}
	if (e == ERR_OK && *whole && (!l->present || (l->ended && lane != LANE_FACTS)))
		core_erase(t, FAMILY_STREAM, *key);
	return e;
}

/* ---- all rows ---- */

/* Erases the link's state: items it subscribed to and documents it was fetching come by other
 * routes. */
static enum err forget_link(struct turn_view *t, struct link *l, bool *done)
{
	struct scan scan = scan_of(key_neighbour(l->neighbour));
	struct record r;
	enum err e = ERR_OK;

	*done = false;
	for (unsigned i = 0; i < FORGET_PER_TICK && e == ERR_OK; i++) {
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_FETCH, &scan, &r);
		if (e == ERR_OK)
			core_erase(t, FAMILY_FETCH, scan.at);
	}
	if (e == ERR_NOT_FOUND)
		e = aside_forget_link(t, l->neighbour);
	else
		return e;
	if (e != ERR_OK)
		return e;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
		struct stream_out *out = &l->out[lane];

		core_erase(t, FAMILY_LINKIN, key_link(l->neighbour, lane));
		memset(&l->in[lane], 0, sizeof l->in[lane]);
		out->acked = out->last;
		link_restart_stream(t, l, lane);
		if (!l->leaving)
			core_erase(t, FAMILY_LINKOUT, key_link(l->neighbour, lane));
	}
	stand_forget(t, l);
	*done = true;
	return ERR_OK;
}

/* No document goes to a committee that has ended: its document streams start again, empty. */
static void end_documents(struct turn_view *t, struct link *l)
{
	bool held = false;

	for (enum lane lane = LANE_URGENT; lane <= LANE_NORMAL; lane++) {
		held = held || l->out[lane].acked != l->out[lane].last;
		l->out[lane].acked = l->out[lane].last;
		link_restart_stream(t, l, lane);
	}
	if (held && l->up)
		link_hello(t, l, false);
}

static void begin_link(struct requeue *q, const struct link *l)
{
	q->begun = true;
	q->at = key_neighbour(l->neighbour);
	q->moved_on = false;
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		q->upto[lane] = l->out[lane].last;
}

/* Up to `budget` rows of the present link. */
static enum err requeue_link(struct turn_view *t, struct link *l, unsigned *budget, bool *done)
{
	struct requeue *q = &t->core->requeue;
	struct key prefix = q->facts ? key_link(l->neighbour, LANE_FACTS)
				     : key_neighbour(l->neighbour),
		   facts = key_seq(l->neighbour, LANE_FACTS, UINT64_MAX);
	struct scan scan;

	*done = false;
	if (!q->begun)
		begin_link(q, l);
	if (q->moved_on)
		scan = scan_from(prefix, q->at);
	else
		scan = q->facts ? scan_of(prefix) : scan_from(prefix, facts);
	while (*budget > 0 && plan_has_room(t->plan)) {
		struct record r;
		bool whole = true;
		enum err e =
			t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STREAM, &scan, &r);

		if (e == ERR_NOT_FOUND) {
			*done = true;
			if (q->facts)
				return ERR_OK;
			if (l->present && l->ended)
				end_documents(t, l);
			return l->present ? ERR_OK : forget_link(t, l, done);
		}
		(*budget)--;
		if (e == ERR_OK)
			e = requeue_row(t, l, &scan.at, &r.u.stream, &whole);
		if (e != ERR_OK || !whole) {
			*budget = 0;
			return e;
		}
		q->at = scan.at;
		q->moved_on = true;
	}
	return ERR_OK;
}

static enum err requeue_links(struct turn_view *t, unsigned *budget)
{
	struct requeue *q = &t->core->requeue;
	bool done = true;
	enum err e = ERR_OK;

	while (done && e == ERR_OK && *budget > 0 && plan_has_room(t->plan) &&
	       q->link < t->core->link_count) {
		e = requeue_link(t, t->core->links[q->link], budget, &done);
		if (e != ERR_OK || !done)
			break;
		q->begun = false;
		q->link++;
	}
	return e;
}

/* Facts may go again: by their new ways. */
static void release_facts(struct turn_view *t)
{
	struct requeue *q = &t->core->requeue;

	q->facts = false;
	q->link = 0;
	for (uint32_t i = 0; i < t->core->link_count; i++)
		t->core->links[i]->touched = true;
}

static void end(struct turn_view *t)
{
	t->core->requeue.active = false;
	core_erase(t, FAMILY_META, key_name(NOTE_NAME));
}

/* Nothing is signed for a fact: they go on whatever our clock says. */
static enum err requeue_facts(struct turn_view *t, unsigned *budget)
{
	struct requeue *q = &t->core->requeue;
	enum err e = requeue_links(t, budget);

	if (e == ERR_OK && q->link == t->core->link_count)
		release_facts(t);
	t->core->next_tick_ms = t->now.mono_ms;
	return e;
}

enum err requeue_tick(struct turn_view *t)
{
	struct requeue *q = &t->core->requeue;
	unsigned budget = ROWS_PER_TICK;
	enum err e = ERR_OK;

	if (q->active && q->facts)
		e = requeue_facts(t, &budget);
	if (e != ERR_OK || !q->active || q->facts || guard_may_sign(t) != ERR_OK)
		/* relay records and refusals would be signed: it goes on when we may */
		return e;
	t->core->next_tick_ms = t->now.mono_ms;
	q->moved_left = MOVED_PER_TICK;
	if (q->finding) {
		e = find_moved(t, q);
		if (e != ERR_OK || q->finding)
			return e;
	}
	e = requeue_links(t, &budget);
	if (e == ERR_OK && q->link == t->core->link_count)
		end(t);
	return e;
}

bool requeue_holds_facts(const struct core *c)
{
	return c->requeue.active && c->requeue.facts;
}

enum err requeue_part(struct turn_view *t, struct link *l)
{
	if (!l->leaving || t->core->requeue.active ||
	    l->peer_directory_version < t->core->directory_version)
		return ERR_OK;
	for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++)
		core_erase(t, FAMILY_LINKOUT, key_link(l->neighbour, lane));
	l->leaving = false;
	l->connected = false;
	plan_act(t->plan, ACT_DIRECTORY);
	return ERR_OK;
}
