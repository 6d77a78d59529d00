/* See aside.h. */
#include "routing/links/aside.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/documents/documents.h"
#include "routing/links/doubt.h"
#include "routing/links/guard.h"
#include "routing/links/running.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* ---- running time: of the daemon, over all its starts, whatever its clock does meanwhile ---- */

/* ---- counts ---- */

static uint64_t size_of(const struct rec_aside *a)
{
	uint64_t bytes = a->envelope.len_bytes;

	for (uint32_t i = 0; i < a->relay_count; i++)
		bytes += a->relays[i].len_bytes;
	return bytes + a->target_count * sizeof *a->targets;
}

static void count_in(struct link *l, enum lane lane, const struct rec_aside *a)
{
	struct aside_sum *s = &l->aside[lane];

	if (s->count == 0 || a->since_run_ms < s->since_run_ms)
		/* when the oldest goes, the next round over all finds which is it then */
		s->since_run_ms = a->since_run_ms;
	s->count++;
	s->bytes += size_of(a);
}

void aside_erase(struct turn_view *t, const struct key *key, const struct rec_aside *a)
{
	struct committee_id neighbour;
	enum lane lane;
	uint64_t seq;
	struct link *l = key_parse_aside(key, &neighbour, &lane, &seq)
				 ? link_find(t->core, neighbour)
				 : NULL;

	core_erase(t, FAMILY_ASIDE, *key);
	t->core->aside.count--;
	if (l == NULL)
		return;
	l->aside[lane].count--;
	l->aside[lane].bytes -= size_of(a);
}

enum err aside_load(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct aside_memory *m = &t->core->aside;
	struct record r;
	enum err e = running_load(t);

	if (e != ERR_OK)
		return e;
	m->count = 0;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ASIDE, &scan, &r)) ==
	       ERR_OK)
		m->count++;
	m->hurry = m->count > 0;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err aside_load_lane(struct turn_view *t, struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct record r;
	enum err e;

	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ASIDE, &scan, &r)) ==
	       ERR_OK)
		count_in(l, lane, &r.u.aside);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- may it be believed? ---- */

/* A time that has not come: only of what is for us, and not of what we signed ourselves. The time
 * of a doubt does not matter, that of a correction is checked when it is used: to doubt those too
 * would have no end. */
static enum err time_matters(struct turn_view *t, const struct ev_publish *e, bool *matters)
{
	struct addressed to = { .origin = e->head->origin,
				.version = e->head->directory_version,
				.recipients = e->head->recipients,
				.count = e->head->recipient_count };

	*matters = false;
	if (id_equal(e->signer, t->core->config.self))
		return ERR_OK;
	if (e->lane == LANE_FACTS && e->fact != NULL &&
	    (e->fact->kind == KIND_DOUBT || e->fact->kind == KIND_CORRECTION ||
	     e->fact->kind == KIND_REPORT)) /* judged by reported_take, and the next one heals */
		return ERR_OK;
	return recipients_contain(&t->tree, &to, t->core->config.self, matters);
}

/* Another copy of a document of which a record cannot be read: what is to become of it cannot be
 * said, and it may be the only whole one. */
static enum err is_of_damaged(struct turn_view *t, struct doc_id id, struct committee_id origin,
			      bool *yes)
{
	static const enum family families[] = { FAMILY_DOCUMENT, FAMILY_STATE, FAMILY_ENVELOPE,
						FAMILY_ROUTE };
	struct key key = key_ident(id, origin);
	struct record r;
	enum err result = core_get(t, FAMILY_IDENT, key, &r);

	if (result == ERR_OK) {
		key = key_serial(r.u.ident.role, r.u.ident.serial);
		for (size_t i = 0; i < sizeof families / sizeof families[0] &&
				   (result == ERR_OK || result == ERR_NOT_FOUND);
		     i++)
			result = core_get(t, families[i], key, &r);
	}
	*yes = result == ERR_DAMAGED;
	return result == ERR_DAMAGED || result == ERR_NOT_FOUND ? ERR_OK : result;
}

/* What is asked of us, while we may sign no answer: to take it now would be never to answer. */
static enum err is_unanswerable(struct turn_view *t, const struct ev_publish *e, enum err *why)
{
	enum err sign = guard_may_sign(t);
	bool ours = false;
	enum err r;

	if (sign == ERR_OK || e->verdict != ERR_OK || e->lane != LANE_FACTS || e->fact == NULL ||
	    e->fact->kind != KIND_ASKED)
		return ERR_OK;
	r = time_matters(t, e, &ours);
	if (r == ERR_OK && ours)
		*why = sign;
	return r;
}

enum err aside_judge(struct turn_view *t, const struct link *l, struct ev_publish *e, enum err *why)
{
	uint64_t ours = t->core->directory_version;
	bool matters = true;
	enum err r = ERR_OK;

	*why = ERR_OK;
	if (e->verdict == ERR_CLOCK) {
		r = time_matters(t, e, &matters);
		if (r != ERR_OK)
			return r;
		if (!matters)
			e->verdict = ERR_OK;
	}
	/* A signer or a key that we do not know may be in the directory that the neighbour has and
	 * we do not yet. */
	if ((e->verdict == ERR_UNKNOWN_KEY || e->verdict == ERR_KEY_NOT_VALID) &&
	    l->peer_directory_version > ours)
		*why = e->verdict;
	else if (e->verdict == ERR_CLOCK || e->verdict == ERR_DIRECTORY_AHEAD)
		*why = e->verdict;
	else if (e->verdict == ERR_OK && e->head->directory_version > ours)
		*why = ERR_DIRECTORY_AHEAD;
	if (*why == ERR_OK && e->verdict == ERR_OK && e->lane != LANE_FACTS) {
		r = is_of_damaged(t, e->head->id, e->head->origin, &matters);
		if (r == ERR_OK && matters)
			*why = ERR_DAMAGED;
	}
	return r == ERR_OK && *why == ERR_OK ? is_unanswerable(t, e, why) : r;
}

/* ---- setting aside ---- */

static void reopen(struct turn_view *t, const struct key *key)
{
	plan_act(t->plan, ACT_REOPEN)->u.reopen = *key;
}

/* Too many: the oldest are refused, so that there is room for what comes. */
static enum err give_up_oldest(struct turn_view *t, const struct link *l, enum lane lane)
{
	struct scan scan = scan_of(key_link(l->neighbour, lane));
	struct record r;
	enum err e = ERR_OK;

	for (unsigned i = 0; i < ASIDE_GIVEN_UP_AT_ONCE && plan_has_room(t->plan); i++) {
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ASIDE, &scan, &r);
		if (e != ERR_OK)
			break;
		if (!r.u.aside.given_up) {
			r.u.aside.given_up = true;
			core_put(t, scan.at, &r);
		}
		reopen(t, &scan.at);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err aside_room(struct turn_view *t, const struct link *l, enum lane lane, bool *room)
{
	const struct aside_sum *s = &l->aside[lane];

	*room = s->count < ASIDE_LANE_ITEMS && s->bytes < ASIDE_LANE_BYTES;
	return *room ? ERR_OK : give_up_oldest(t, l, lane);
}

void aside_learn(struct rec_aside *a, const struct ev_publish *e)
{
	if (!id_empty(e->signer))
		a->signer = e->signer;
	if (e->head == NULL)
		return;
	a->kind = e->head->kind;
	a->signed_at_ms = e->head->signed_at_ms;
	a->document = e->fact != NULL ? e->fact->document
				      : (struct document_ref){ .origin = e->head->origin,
							       .id = e->head->id };
}

static struct rec_aside record_of(const struct turn_view *t, const struct link *l,
				  const struct ev_publish *e, enum err why)
{
	struct rec_aside a = { .envelope = e->envelope,
			       .relays = e->relays,
			       .relay_count = e->relay_count,
			       .targets = e->targets,
			       .target_count = e->target_count,
			       .digest = e->digest,
			       .why = why,
			       .neighbour_version = e->neighbour_directory,
			       .since_ms = t->now.wall_ms,
			       .since_run_ms = running_ms(t),
			       .has_files = e->has_files };

	a.wants_version = l->peer_directory_version;
	aside_learn(&a, e);
	if (e->head != NULL && e->head->directory_version > a.wants_version)
		a.wants_version = e->head->directory_version;
	return a;
}

enum err aside_take(struct turn_view *t, struct link *l, const struct ev_publish *e, enum err why)
{
	struct key key = key_aside(e->neighbour, e->lane, e->seq, &e->digest);
	struct record r = { .family = FAMILY_ASIDE }, known;
	enum err result = core_get(t, FAMILY_ASIDE, key, &known);

	if (result != ERR_NOT_FOUND && result != ERR_DAMAGED)
		/* ERR_OK: the same item and number, of an earlier stream */
		return result;
	r.u.aside = record_of(t, l, e, why);
	t->core->aside.count++;
	count_in(l, e->lane, &r.u.aside);
	notify(t, NOTICE_ASIDE, r.u.aside.document, id_empty(e->signer) ? e->neighbour : e->signer,
	       (uint32_t)why, &e->summary);
	if (why == ERR_CLOCK)
		result = doubt_say(t, &key, &r.u.aside);
	else
		result = ERR_OK;
	core_put(t, key, &r);
	running_note(t);
	return result;
}

/* ---- settling ---- */

/* It names a directory that whoever brought it does not have either, and says so with each ping:
 * that one does not come. */
static bool is_of_no_directory(const struct turn_view *t, const struct link *l,
			       const struct rec_aside *a)
{
	uint64_t run_ms = running_ms(t);

	return a->kind == KIND_DOCUMENT && a->why == ERR_DIRECTORY_AHEAD && l != NULL && l->up &&
	       l->peer_directory_version != 0 && l->peer_directory_version < a->wants_version &&
	       run_ms > a->since_run_ms + ASIDE_NO_DIRECTORY_MS &&
	       run_ms > l->up_run_ms + ASIDE_NO_DIRECTORY_MS;
}

bool aside_is_given_up(const struct turn_view *t, const struct link *l, const struct rec_aside *a)
{
	uint64_t age_ms = running_ms(t) - a->since_run_ms;
	bool fact = a->kind != KIND_DOCUMENT && a->kind != KIND_NONE;

	return a->given_up || age_ms > (uint64_t)(fact ? ASIDE_FACT_MS : ASIDE_DOCUMENT_MS) ||
	       is_of_no_directory(t, l, a);
}

bool aside_is_for_us(enum err why)
{
	return why == ERR_CLOCK_WRONG || why == ERR_OWN_KEY || why == ERR_OWN_KEY_UNKNOWN;
}

/* Is it worth opening again? */
static bool is_due(struct turn_view *t, const struct link *l, const struct rec_aside *a)
{
	if (aside_is_given_up(t, l, a))
		return true;
	if (aside_is_for_us(a->why))
		return guard_may_sign(t) == ERR_OK;
	if (a->why == ERR_CLOCK)
		return a->corrected_at_ms != 0 ||
		       a->signed_at_ms <= t->now.wall_ms + CLOCK_TOLERANCE_MS;
	if (a->why == ERR_MOVED)
		return l == NULL || !l->present ||
		       l->peer_directory_version == t->core->directory_version;
	return t->core->directory_version >= a->wants_version;
}

static void note_oldest(struct aside_sum *s, const struct rec_aside *a)
{
	if (!s->scanned || a->since_run_ms < s->scanned_run_ms)
		s->scanned_run_ms = a->since_run_ms;
	s->scanned = true;
}

/* One of a document of which something is damaged waits until that is whole. */
static enum err may_be_due(struct turn_view *t, const struct link *l, const struct rec_aside *a,
			   bool *due)
{
	bool damaged;
	enum err e;

	*due = a->why != ERR_DAMAGED && is_due(t, l, a);
	if (a->why != ERR_DAMAGED)
		return ERR_OK;
	e = is_of_damaged(t, a->document.id, a->document.origin, &damaged);
	*due = e == ERR_OK && !damaged;
	return e;
}

static enum err check_item(struct turn_view *t, const struct key *key, struct record *r,
			   unsigned *doubts)
{
	struct rec_aside *a = &r->u.aside;
	struct committee_id neighbour;
	enum lane lane;
	uint64_t seq;
	struct link *l;
	bool due;
	enum err e;

	if (!key_parse_aside(key, &neighbour, &lane, &seq))
		return ERR_DAMAGED;
	l = link_find(t->core, neighbour);
	if (l != NULL)
		note_oldest(&l->aside[lane], a);
	if (a->has_files && l != NULL && l->present && l->in[lane].known &&
	    seq <= l->in[lane].base) {
		aside_erase(t, key, a); /* of an ended stream: it is resent */
		return ERR_OK;
	}
	e = may_be_due(t, l, a, &due);
	if (e != ERR_OK)
		return e;
	if (due) {
		reopen(t, key);
		t->core->aside.hurry = true;
		return ERR_OK;
	}
	if (a->why != ERR_CLOCK || *doubts == 0 || !doubt_is_due(t, l, a))
		return ERR_OK;
	(*doubts)--;
	return doubt_again(t, key, r);
}

/* The round over all is done: what it found the oldest of each lane is. */
static void end_round(struct turn_view *t)
{
	struct aside_memory *m = &t->core->aside;

	m->moved_on = false;
	m->hurry = false;
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
			struct aside_sum *s = &t->core->links[i]->aside[lane];

			if (s->scanned)
				s->since_run_ms = s->scanned_run_ms;
			s->scanned = false;
		}
	}
}

enum err aside_tick(struct turn_view *t)
{
	struct aside_memory *m = &t->core->aside;
	struct key all = { .len_bytes = 0 };
	struct scan scan = m->moved_on ? scan_from(all, m->at) : scan_of(all);
	unsigned doubts = ASIDE_DOUBTS_PER_TICK;
	size_t used = arena_used(t->plan->arena);

	if (m->count == 0)
		return ERR_OK;
	if (t->now.mono_ms >= m->next_note_ms)
		running_note(t);
	for (unsigned i = 0; i < ASIDE_CHECKS_PER_TICK && plan_has_room(t->plan); i++) {
		struct record r;
		enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ASIDE, &scan, &r);

		if (e == ERR_NOT_FOUND) {
			end_round(t);
			return ERR_OK;
		}
		if (e == ERR_OK)
			e = check_item(t, &scan.at, &r, &doubts);
		if (e != ERR_OK && e != ERR_DAMAGED)
			return e;
		m->at = scan.at;
		m->moved_on = true;
		if (arena_used(t->plan->arena) - used > ASIDE_LOOK_BYTES)
			break;
	}
	if (m->hurry)
		t->core->next_tick_ms = t->now.mono_ms;
	return ERR_OK;
}

void aside_hurry(struct core *c)
{
	if (c->aside.count == 0)
		return;
	c->aside.moved_on = false;
	c->aside.hurry = true;
	c->next_tick_ms = 0;
}

enum err aside_corrected(struct turn_view *t, const struct key *key, struct record *r,
			 int64_t at_ms)
{
	r->u.aside.corrected_at_ms = at_ms;
	core_put(t, *key, r);
	reopen(t, key);
	return ERR_OK;
}

enum err aside_has_seq(struct turn_view *t, struct committee_id neighbour, enum lane lane,
		       uint64_t seq, bool *yes)
{
	struct scan scan = scan_of(key_seq(neighbour, lane, seq));
	struct record r;
	enum err e = ERR_NOT_FOUND;

	if (t->core->aside.count > 0)
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ASIDE, &scan, &r);
	*yes = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err aside_forget_link(struct turn_view *t, struct committee_id neighbour)
{
	struct scan scan = scan_of(key_neighbour(neighbour));
	struct record r;
	enum err e = ERR_NOT_FOUND;

	while (t->core->aside.count > 0 &&
	       (e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_ASIDE, &scan, &r)) ==
		       ERR_OK) {
		if (r.u.aside.has_files)
			aside_erase(t, &scan.at, &r.u.aside);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
