/* See counter.h. */
#include "routing/target/counter.h"

#include "routing/base/calendar.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/target/recount.h"
#include "routing/target/target.h"

/* This store has been counted: written with the first boot, or when a recount has ended. */
static const char note_name[] = "target";

/* Counters that a rebuild does not mend are no reason to read all records all the time. */
enum { CHECK_EVERY_MS = 60 * 1000, REBUILD_AGAIN_MS = 3600 * 1000 };

/* A counter cannot be read. What it held is known from the records: recount_tick counts them. The
 * note goes, so that after a crash meanwhile the next boot does. */
static void want_rebuild(struct turn_view *t)
{
	core_erase(t, FAMILY_META, key_name(note_name));
	t->core->target.rebuild = true;
	t->core->next_tick_ms = t->now.mono_ms;
}

static enum err read_counter(struct turn_view *t, struct month month, enum direction direction,
			     struct target_count *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_COUNTER, key_counter(month, direction), &r);

	*out = (struct target_count){ .digital = 0 };
	if (e == ERR_OK)
		*out = r.u.counter;
	else if (e == ERR_DAMAGED)
		want_rebuild(t);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static bool counts(const struct target_cell *p)
{
	return p->month.n != 0 && p->direction != DIRECTION_NONE;
}

static bool same_cell(const struct target_cell *a, const struct target_cell *b)
{
	return a->month.n == b->month.n && a->direction == b->direction;
}

/* One counter: without the first, with the second; either may be NULL. */
static enum err change(struct turn_view *t, const struct target_cell *without,
		       const struct target_cell *with)
{
	const struct target_cell *cell = with != NULL ? with : without;
	struct target_memory *memory = &t->core->target;
	struct record r = { .family = FAMILY_COUNTER };
	bool this_year = month_year(memory->january) == month_year(cell->month);
	enum err e = read_counter(t, cell->month, cell->direction, &r.u.counter);

	if (e != ERR_OK)
		return e;
	if (with != NULL) {
		target_add(&r.u.counter, &with->count);
		if (this_year)
			target_add(&memory->year, &with->count);
	}
	if (without != NULL) {
		target_subtract(&r.u.counter, &without->count);
		if (this_year)
			target_subtract(&memory->year, &without->count);
	}
	core_put(t, key_counter(cell->month, cell->direction), &r);
	memory->touched = true;
	return ERR_OK;
}

enum err counter_move(struct turn_view *t, enum family family, const struct key *key,
		      const struct target_cell *before, const struct target_cell *after)
{
	enum err e = ERR_OK;

	if (same_cell(before, after) && target_equal(&before->count, &after->count))
		return ERR_OK;
	if (counts(before) && counts(after) && same_cell(before, after)) {
		e = change(t, before, after);
	} else {
		if (counts(before))
			e = change(t, before, NULL);
		if (e == ERR_OK && counts(after))
			e = change(t, NULL, after);
	}
	return e == ERR_OK ? recount_follow(t, family, key, before, after) : e;
}

static enum err sum_year(struct turn_view *t, struct month january)
{
	struct target_memory *memory = &t->core->target;

	memory->year = (struct target_count){ .digital = 0 };
	memory->january = january;
	for (unsigned i = 0; i < MONTHS_A_YEAR; i++) {
		struct month m = { (uint16_t)(january.n + i) };

		for (enum direction d = DIRECTION_IN; d <= DIRECTION_OUT; d++) {
			struct target_count c;
			enum err e = read_counter(t, m, d, &c);

			if (e != ERR_OK)
				return e;
			target_add(&memory->year, &c);
		}
	}
	return ERR_OK;
}

enum err counter_finish(struct turn_view *t)
{
	struct target_memory *memory = &t->core->target;
	struct month january = month_make(month_year(month_of_ms(t->now.wall_ms)), 1);
	struct act_notify *n;

	if (!memory->touched)
		return ERR_OK;
	memory->touched = false;
	if (memory->january.n != january.n) {
		enum err e = sum_year(t, january);

		if (e != ERR_OK)
			return e;
	}
	n = &plan_act(t->plan, ACT_NOTIFY)->u.notify;
	n->what = NOTICE_TARGET;
	n->committee = t->core->config.self;
	n->january = january;
	n->target = memory->year;
	return ERR_OK;
}

enum err counter_check(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct target_memory *memory = &t->core->target;
	struct record r;
	enum err e = ERR_OK;

	if (t->now.mono_ms < memory->next_check_ms)
		return ERR_OK;
	memory->next_check_ms = t->now.mono_ms + CHECK_EVERY_MS;
	scan.report_damage = true;
	while (e == ERR_OK)
		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COUNTER, &scan, &r);
	if (e == ERR_DAMAGED) {
		memory->next_check_ms = t->now.mono_ms + REBUILD_AGAIN_MS;
		want_rebuild(t);
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

void counter_changed_whole(struct turn_view *t)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = 1 } };

	core_put(t, key_name(note_name), &r);
	t->core->target.january.n = 0; /* summed again for the next notice */
	t->core->target.touched = true;
}

enum err counter_known(struct turn_view *t, bool *known)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(note_name), &r);

	*known = e == ERR_OK;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
