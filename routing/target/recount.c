/* See recount.h. */
#include "routing/target/recount.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/target/counter.h"
#include "routing/target/target.h"

enum { RECORDS_PER_TICK = 500, PHASE_IN = 0, PHASE_OUT, PHASE_PAPER, PHASE_END };

struct tally {
	struct target_key at;
	struct target_count count;
	/* of the first that was counted; its own, for this lives from tick to tick */
	char type_code[TYPE_CODE_MAX + 1];
	char type_name[COMMITTEE_NAME_MAX + 1];
	bool compared;
};

enum err recount_begin(struct turn_view *t, struct reply_to reply, bool repair)
{
	struct recount *r = &t->core->recount;

	recount_free(r);
	r->active = true;
	r->reply = reply;
	r->repair = repair;
	t->core->next_tick_ms = t->now.mono_ms;
	return ERR_OK;
}

static enum err has_any(struct turn_view *t, enum family family, bool *any)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e = t->lookup.next(t->lookup.ctx, t->plan->arena, family, &scan, &r);

	*any = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Counters of a month and direction only, of format 7 and before: two a month. */
static enum err drop_older(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct target_key at;
	struct record r;
	enum err e;

	scan.report_damage = true;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COUNTER, &scan, &r)) ==
		       ERR_OK ||
	       e == ERR_DAMAGED) {
		if (!key_parse_counter(&scan.at, &at))
			core_erase(t, FAMILY_COUNTER, scan.at);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err recount_load(struct turn_view *t)
{
	struct reply_to nobody = { 0 };
	bool known, paper = false, counter = false;
	enum err e = counter_known(t, &known);

	if (e != ERR_OK || known)
		return e;
	e = drop_older(t);
	if (e != ERR_OK)
		return e;
	e = has_any(t, FAMILY_PAPER, &paper);
	if (e == ERR_OK)
		e = has_any(t, FAMILY_COUNTER, &counter);
	if (e != ERR_OK)
		return e;
	/* An empty store has been counted; one from before there were counters, or whose counters
	 * were being put right, has not. */
	if (t->core->next_serial > 1 || paper || counter)
		return recount_begin(t, nobody, true);
	counter_changed_whole(t);
	t->core->target.touched = false;
	return ERR_OK;
}

static struct tally *tally_at(struct recount *r, const struct target_key *at)
{
	struct tally *grown;

	for (uint32_t i = r->tally_count; i-- > 0;) { /* the newest month is asked for most */
		if (target_key_equal(&r->tally[i].at, at))
			return &r->tally[i];
	}
	if (r->tally_count == r->tally_capacity) {
		uint32_t capacity = r->tally_capacity == 0 ? 32 : r->tally_capacity * 2;

		grown = realloc(r->tally, capacity * sizeof *grown);
		if (grown == NULL)
			return NULL;
		r->tally = grown;
		r->tally_capacity = capacity;
	}
	r->tally[r->tally_count] = (struct tally){ .at = *at };
	return &r->tally[r->tally_count++];
}

/* Too long a text is none: the documents of its type are counted all the same. */
static void keep_text(char *out, size_t size_bytes, text_t text)
{
	if (text != NULL && strlen(text) < size_bytes)
		memcpy(out, text, strlen(text) + 1);
}

static enum err tally_cell(struct recount *r, const struct target_cell *p, bool plus)
{
	struct tally *at;

	if (p->at.month.n == 0 || p->at.direction == DIRECTION_NONE)
		return ERR_OK;
	at = tally_at(r, &p->at);
	if (at == NULL)
		return ERR_NO_MEMORY;
	if (at->type_code[0] == '\0' && at->type_name[0] == '\0') {
		keep_text(at->type_code, sizeof at->type_code, p->type_code);
		keep_text(at->type_name, sizeof at->type_name, p->type_name);
	}
	if (plus)
		target_add(&at->count, &p->count);
	else
		target_subtract(&at->count, &p->count);
	return ERR_OK;
}

/* ---- while it runs ---- */

static unsigned phase_of(enum family family, const struct key *key)
{
	if (family == FAMILY_PAPER)
		return PHASE_PAPER;
	return key->bytes[0] == ROLE_IN ? PHASE_IN : PHASE_OUT;
}

static bool has_passed(const struct recount *r, enum family family, const struct key *key)
{
	unsigned phase = phase_of(family, key);

	if (phase != r->phase)
		return phase < r->phase;
	/* Keys of one phase are of one length. */
	return r->begun && memcmp(key->bytes, r->at.bytes, key->len_bytes) <= 0;
}

enum err recount_follow(struct turn_view *t, enum family family, const struct key *key,
			const struct target_cell *before, const struct target_cell *after)
{
	struct recount *r = &t->core->recount;
	enum err e;

	if (!r->active || !has_passed(r, family, key))
		return ERR_OK;
	e = tally_cell(r, before, false);
	return e == ERR_OK ? tally_cell(r, after, true) : e;
}

/* A record that cannot be read is in no count, so it must be reported: a sum without it would pass
 * for the truth. */
static void note_damage(struct recount *r, enum family family, const struct key *key)
{
	if (r->damaged < RECOUNT_DAMAGE_MAX)
		r->damage[r->damaged] = (struct recount_damage){ family, *key };
	r->damaged++;
}

static enum err count_document(struct turn_view *t, const struct key *key,
			       const struct rec_document *d)
{
	struct recount *r = &t->core->recount;
	struct target_cell cell;
	struct record state, work;
	bool worked_on;
	enum err e = core_get(t, FAMILY_STATE, *key, &state);

	if (e == ERR_NOT_FOUND)
		return ERR_OK; /* not complete */
	if (e == ERR_DAMAGED) {
		note_damage(r, FAMILY_STATE, key);
		return ERR_OK;
	}
	if (e == ERR_OK)
		e = core_get(t, FAMILY_WORK, *key, &work);
	if (e == ERR_DAMAGED) {
		note_damage(r, FAMILY_WORK, key);
		return ERR_OK;
	}
	worked_on = e == ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	cell = target_of_document((enum role)key->bytes[0], d, &state.u.state,
				  worked_on ? &work.u.work : NULL);
	e = counter_place(t, &cell);
	if (e != ERR_OK)
		return e;
	r->documents += cell.at.month.n != 0;
	return tally_cell(r, &cell, true);
}

/* One record on. */
static enum err step(struct turn_view *t)
{
	struct recount *r = &t->core->recount;
	struct key all = { .len_bytes = 0 };
	struct key prefix =
	    r->phase == PHASE_PAPER ? all : key_role(r->phase == PHASE_IN ? ROLE_IN : ROLE_OUT);
	enum family family = r->phase == PHASE_PAPER ? FAMILY_PAPER : FAMILY_DOCUMENT;
	struct scan scan = r->begun ? scan_from(prefix, r->at) : scan_of(prefix);
	struct target_cell cell;
	struct record record;
	enum err e;

	scan.report_damage = true;
	e = t->lookup.next(t->lookup.ctx, t->plan->arena, family, &scan, &record);
	if (e == ERR_NOT_FOUND) {
		r->phase++;
		r->begun = false;
		return ERR_OK;
	}
	if (e != ERR_OK && e != ERR_DAMAGED)
		return e;
	r->begun = true;
	r->at = scan.at;
	if (e == ERR_DAMAGED) {
		note_damage(r, family, &scan.at);
		return ERR_OK;
	}
	if (family == FAMILY_DOCUMENT)
		return count_document(t, &scan.at, &record.u.document);
	cell = target_of_paper(&record.u.paper);
	r->papers += cell.at.month.n != 0;
	e = counter_place(t, &cell);
	return e == ERR_OK ? tally_cell(r, &cell, true) : e;
}

/* ---- its end ---- */

/* As a counter that outlives the tally. False without memory. */
static bool counted_of(struct turn_view *t, const struct tally *tally, struct rec_counter *out)
{
	struct arena *a = t->plan->arena;

	*out = (struct rec_counter){ .count = tally->count };
	out->type_code = arena_text(a, tally->type_code, strlen(tally->type_code));
	out->type_name = arena_text(a, tally->type_name, strlen(tally->type_name));
	return out->type_code != NULL && out->type_name != NULL;
}

/* A counter that cannot be read differs from whatever was counted. */
static enum err compare_stored(struct turn_view *t, struct recount_difference *list,
			       struct recount_result *out)
{
	struct recount *r = &t->core->recount;
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record record;
	enum err e;

	scan.report_damage = true;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COUNTER, &scan,
				   &record)) == ERR_OK ||
	       e == ERR_DAMAGED) {
		struct recount_difference d = { .stored = { .count = { .digital = 0 } } };
		struct tally *tally;

		if (!key_parse_counter(&scan.at, &d.at))
			continue;
		tally = tally_at(r, &d.at);
		if (tally == NULL)
			return ERR_NO_MEMORY;
		tally->compared = true;
		if (e == ERR_OK)
			d.stored = record.u.counter;
		if (e != ERR_DAMAGED && target_equal(&d.stored.count, &tally->count))
			continue;
		if (!counted_of(t, tally, &d.counted))
			return ERR_NO_MEMORY;
		list[out->difference_count++] = d;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err compare(struct turn_view *t, struct recount_result *out)
{
	struct recount *r = &t->core->recount;
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct recount_difference *list = NULL;
	uint32_t stored = 0;
	struct record record;
	enum err e;

	scan.report_damage = true;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COUNTER, &scan,
				   &record)) == ERR_OK ||
	       e == ERR_DAMAGED)
		stored++;
	if (e != ERR_NOT_FOUND)
		return e;
	list = arena_array(t->plan->arena, (size_t)stored + r->tally_count, sizeof *list);
	if (list == NULL)
		return ERR_NO_MEMORY;
	e = compare_stored(t, list, out);
	for (uint32_t i = 0; e == ERR_OK && i < r->tally_count; i++) {
		struct target_count zero = { .digital = 0 };
		const struct tally *tally = &r->tally[i];

		struct recount_difference d = { .at = tally->at };

		if (tally->compared || target_equal(&tally->count, &zero))
			continue;
		if (!counted_of(t, tally, &d.counted))
			return ERR_NO_MEMORY;
		list[out->difference_count++] = d;
	}
	out->differences = list;
	return e;
}

static uint64_t all_of(const struct target_count *c)
{
	return target_counted(c) + c->secret;
}

/* While records cannot be read, a counter that says more than the readable ones may be the last
 * that knows of them: it is left as it is, for an operator who brings them back. One that says less
 * is wrong in any case; but where records are known to be missing that nobody can name, none is
 * touched (core_set_unsound). */
static void repair(struct turn_view *t, struct recount_result *result)
{
	for (uint32_t i = 0; i < result->difference_count; i++) {
		const struct recount_difference *d = &result->differences[i];
		struct record r = { .family = FAMILY_COUNTER };

		if (t->core->unsound != ERR_OK ||
		    (result->damaged > 0 && all_of(&d->stored.count) > all_of(&d->counted.count))) {
			result->kept_count++;
			continue;
		}
		r.u.counter = d->counted;
		core_put(t, key_counter(&d->at), &r);
		result->repaired_count++;
	}
	counter_changed_whole(t);
}

static enum err name_damage(struct turn_view *t, struct recount_result *result)
{
	struct recount *r = &t->core->recount;
	struct recount_damage *list;

	result->damaged = r->damaged;
	result->damage_count =
	    r->damaged < RECOUNT_DAMAGE_MAX ? (uint32_t)r->damaged : RECOUNT_DAMAGE_MAX;
	list = arena_array(t->plan->arena, result->damage_count, sizeof *list);
	if (list == NULL)
		return ERR_NO_MEMORY;
	memcpy(list, r->damage, result->damage_count * sizeof *list);
	result->damage = list;
	return ERR_OK;
}

static enum err finish(struct turn_view *t)
{
	struct recount_result *result = arena_alloc(t->plan->arena, sizeof *result);
	struct recount *r = &t->core->recount;
	enum err e;

	if (result == NULL)
		return ERR_NO_MEMORY;
	*result = (struct recount_result){ .documents = r->documents, .papers = r->papers };
	e = name_damage(t, result);
	if (e == ERR_OK)
		e = compare(t, result);
	if (e != ERR_OK)
		return e;
	if (r->repair)
		repair(t, result);
	/* Damage and its repair are reported also when no client asked: the shell logs them. */
	if (r->reply.n != 0 || r->damaged > 0 || result->repaired_count > 0)
		plan_act(t->plan, ACT_REPLY)->u.reply =
		    (struct act_reply){ .to = r->reply, .result = ERR_OK, .recount = result };
	recount_free(r);
	plan_goes_alone(t->plan); /* nobody is told that the counters are right before they are */
	return ERR_OK;
}

/* The wish of a damaged counter. */
static enum err begin_rebuild(struct turn_view *t)
{
	struct reply_to nobody = { 0 };
	struct recount *r = &t->core->recount;
	enum err e = ERR_OK;

	if (!t->core->target.rebuild || t->core->unsound != ERR_OK)
		return ERR_OK; /* it stays wished for */
	if (r->active)
		r->repair = true; /* also when somebody only wanted to know */
	else
		e = recount_begin(t, nobody, true);
	if (e == ERR_OK)
		t->core->target.rebuild = false;
	return e;
}

enum err recount_tick(struct turn_view *t)
{
	struct recount *r = &t->core->recount;
	uint32_t most = t->core->config.recount_records != 0 ? t->core->config.recount_records
							     : RECORDS_PER_TICK;
	enum err e = r->active ? ERR_OK : counter_check(t);

	if (e == ERR_OK)
		e = begin_rebuild(t);
	if (e != ERR_OK || !r->active)
		return e;
	for (unsigned n = 0;
	     e == ERR_OK && n < most && r->phase < PHASE_END && plan_has_room(t->plan); n++)
		e = step(t);
	if (e == ERR_OK && r->phase == PHASE_END)
		return finish(t);
	t->core->next_tick_ms = t->now.mono_ms; /* go on in the next turn */
	return e;
}

enum err recount_mark(struct turn_view *t, struct recount_mark *out)
{
	const struct recount *r = &t->core->recount;

	*out = (struct recount_mark){ .count = r->tally_count };
	if (r->tally_count == 0)
		return ERR_OK;
	out->tally = arena_array(t->plan->arena, r->tally_count, sizeof *out->tally);
	if (out->tally == NULL)
		return ERR_NO_MEMORY;
	memcpy(out->tally, r->tally, r->tally_count * sizeof *out->tally);
	return ERR_OK;
}

void recount_back(struct turn_view *t, const struct recount_mark *m)
{
	struct recount *r = &t->core->recount;

	if (m->count > 0)
		memcpy(r->tally, m->tally, m->count * sizeof *r->tally);
	r->tally_count = m->count;
}
