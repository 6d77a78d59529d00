/* See counter.h. */
#include "routing/target/counter.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/tree.h"
#include "routing/target/recount.h"
#include "routing/target/target.h"

/* This store has been counted: written with the first boot, or when a recount has ended. */
static const char note_name[] = "target";
/* What the note says when it holds of counters as they are now: by type and place too. */
enum { COUNTED_BY_TYPE = 2 };

/* Counters that a rebuild does not mend are no reason to read all records all the time. */
enum { CHECK_EVERY_MS = 60 * 1000, REBUILD_AGAIN_MS = 3600 * 1000 };

/* The note goes, so that after a crash meanwhile the next boot does it. */
void counter_want_rebuild(struct turn_view *t)
{
	core_erase(t, FAMILY_META, key_name(note_name));
	t->core->target.rebuild = true;
	t->core->next_tick_ms = t->now.mono_ms;
}

/* Documents of one turn are often of one type: it is not folded and hashed each time. */
static uint32_t type_of(struct target_memory *memory, const struct target_cell *cell)
{
	text_t code = cell->type_code == NULL ? "" : cell->type_code,
	       name = cell->type_name == NULL ? "" : cell->type_name;
	struct type_memory *last = &memory->type;

	if (strlen(code) >= sizeof last->code || strlen(name) >= sizeof last->name)
		return series_type(code, name);
	if (!last->known || strcmp(last->code, code) != 0 || strcmp(last->name, name) != 0) {
		memcpy(last->code, code, strlen(code) + 1);
		memcpy(last->name, name, strlen(name) + 1);
		last->type = series_type(code, name);
		last->known = true;
	}
	return last->type;
}

enum err counter_place(struct turn_view *t, struct target_cell *cell)
{
	struct target_memory *memory = &t->core->target;
	struct tree_view then = tree_at(&t->tree, cell->version);
	enum err e;

	cell->at.since = 0;
	if (cell->at.month.n == 0)
		return ERR_OK;
	cell->at.type = type_of(memory, cell);
	if (cell->version == 0)
		return ERR_OK;
	if (memory->place_version != cell->version) {
		e = tree_since(&then, t->core->config.self, &memory->place_since);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e == ERR_DAMAGED || e == ERR_BAD_TREE ? ERR_OK : e;
		if (e == ERR_NOT_FOUND)
			memory->place_since = 0;
		memory->place_version = cell->version;
	}
	cell->at.since = memory->place_since;
	return ERR_OK;
}

enum err counter_version_on(struct turn_view *t, text_t date, uint64_t *version)
{
	enum err e = ERR_OK;

	*version = t->core->directory_version;
	while (e == ERR_OK && *version > 0) {
		struct tree_view then = tree_at(&t->tree, *version);
		char signed_on[DATE_MAX + 1];
		struct record head;
		uint64_t since;

		e = tree_since(&then, t->core->config.self, &since);
		if (e == ERR_OK && since == 0)
			break;
		if (e == ERR_OK)
			e = core_get(t, FAMILY_DIRECTORY, key_number(since), &head);
		if (e != ERR_OK)
			break;
		date_of_ms(head.u.directory.signed_at_ms, signed_on);
		if (strcmp(signed_on, date) <= 0)
			break;
		*version = since - 1;
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED || e == ERR_BAD_TREE ? ERR_OK : e;
}

static enum err read_counter(struct turn_view *t, const struct target_key *at,
			     struct rec_counter *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_COUNTER, key_counter(at), &r);

	*out = (struct rec_counter){ .count = { .digital = 0 } };
	if (e == ERR_OK)
		*out = r.u.counter;
	else if (e == ERR_DAMAGED)
		counter_want_rebuild(t);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static bool counts(const struct target_cell *p)
{
	return p->at.month.n != 0 && p->at.direction != DIRECTION_NONE;
}

static void add_to_year(struct target_memory *m, enum direction d, const struct target_count *what)
{
	target_add(&m->year, what);
	if (d == DIRECTION_IN)
		target_add(&m->year_in, what);
}

static void take_from_year(struct target_memory *m, enum direction d,
			   const struct target_count *what)
{
	target_subtract(&m->year, what);
	if (d == DIRECTION_IN)
		target_subtract(&m->year_in, what);
}

static bool is_blank(text_t text)
{
	return text == NULL || text[0] == '\0';
}

/* One counter: without the first, with the second; either may be NULL. */
static enum err change(struct turn_view *t, const struct target_cell *without,
		       const struct target_cell *with)
{
	const struct target_cell *cell = with != NULL ? with : without;
	struct target_memory *memory = &t->core->target;
	struct record r = { .family = FAMILY_COUNTER };
	bool this_year = month_year(memory->january) == month_year(cell->at.month) &&
			 !target_excludes(&t->core->report.excluded, cell->type_code,
					  cell->type_name);
	enum err e = read_counter(t, &cell->at, &r.u.counter);

	if (e != ERR_OK)
		return e;
	if (is_blank(r.u.counter.type_code) && is_blank(r.u.counter.type_name)) {
		r.u.counter.type_code = cell->type_code;
		r.u.counter.type_name = cell->type_name;
	}
	if (with != NULL) {
		target_add(&r.u.counter.count, &with->count);
		if (this_year)
			add_to_year(memory, with->at.direction, &with->count);
	}
	if (without != NULL) {
		target_subtract(&r.u.counter.count, &without->count);
		if (this_year)
			take_from_year(memory, without->at.direction, &without->count);
	}
	core_put(t, key_counter(&cell->at), &r);
	memory->touched = true;
	return ERR_OK;
}

/* Of one record, whose texts are the same: no counter can change. */
static bool says_the_same(const struct target_cell *a, const struct target_cell *b)
{
	return a->at.month.n == b->at.month.n && a->at.direction == b->at.direction &&
	       a->version == b->version && a->type_code == b->type_code &&
	       a->type_name == b->type_name && target_equal(&a->count, &b->count);
}

enum err counter_move(struct turn_view *t, enum family family, const struct key *key,
		      const struct target_cell *before, const struct target_cell *after)
{
	struct target_cell from = *before, to = *after;
	enum err e;

	if (says_the_same(before, after))
		return ERR_OK;
	e = counter_place(t, &from);
	if (e == ERR_OK)
		e = counter_place(t, &to);
	if (e != ERR_OK ||
	    (target_key_equal(&from.at, &to.at) && target_equal(&from.count, &to.count)))
		return e;
	if (counts(&from) && counts(&to) && target_key_equal(&from.at, &to.at)) {
		e = change(t, &from, &to);
	} else {
		if (counts(&from))
			e = change(t, &from, NULL);
		if (e == ERR_OK && counts(&to))
			e = change(t, NULL, &to);
	}
	return e == ERR_OK ? recount_follow(t, family, key, &from, &to) : e;
}

static enum err sum_year(struct turn_view *t, struct month january)
{
	struct target_memory *memory = &t->core->target;
	struct key all = { .len_bytes = 0 };
	struct scan scan;
	struct record r;
	enum err e;

	memory->year = memory->year_in = (struct target_count){ .digital = 0 };
	memory->january = january;
	scan = scan_from(all, key_counter_month(january, DIRECTION_NONE));
	scan.report_damage = true;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COUNTER, &scan, &r)) ==
		       ERR_OK ||
	       e == ERR_DAMAGED) {
		struct target_key at;

		if (e == ERR_DAMAGED)
			counter_want_rebuild(t);
		if (!key_parse_counter(&scan.at, &at) || e == ERR_DAMAGED)
			continue;
		if (at.month.n >= january.n + MONTHS_A_YEAR)
			break;
		if (!target_excludes(&t->core->report.excluded, r.u.counter.type_code,
				     r.u.counter.type_name))
			add_to_year(memory, at.direction, &r.u.counter.count);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
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
	n->target_in = memory->year_in;
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
		counter_want_rebuild(t);
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

void counter_changed_whole(struct turn_view *t)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = COUNTED_BY_TYPE } };

	core_put(t, key_name(note_name), &r);
	t->core->target.january.n = 0; /* summed again for the next notice */
	t->core->target.touched = true;
}

enum err counter_known(struct turn_view *t, bool *known)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(note_name), &r);

	*known = e == ERR_OK && r.u.note.number >= COUNTED_BY_TYPE;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
