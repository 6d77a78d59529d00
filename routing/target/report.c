/* Our own reports; see report.h. */
#include "routing/target/report.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/tree.h"
#include "routing/target/declared.h"
#include "routing/target/exchange.h"
#include "routing/target/target.h"

/* The day of the last daily report, when the last one was signed, and whether one is wanted. */
static const char day_note[] = "report-day", signed_note[] = "report-signed",
		  wanted_note[] = "report-wanted";

enum {
	RECORDS_PER_TICK = 256,
	/* Not all committees of a tree at the same moment: some time in this half hour. */
	DAILY_FROM_MS = 30 * 60 * 1000,
	DAILY_WITHIN_MS = 30 * 60 * 1000,
	/* of a report without its rows, types and ids, at most */
	FIXED_BYTES = 4096,
};

/* ---- the tree above us ---- */

struct ancestors {
	struct committee_id ids[TREE_DEPTH_MAX];
	bool retired[TREE_DEPTH_MAX];
	uint32_t count; /* the direct superior first */
};

/* ERR_DAMAGED, ERR_BAD_TREE: who is above us cannot be known now. */
static enum err ancestors_at(struct turn_view *t, uint64_t version, struct ancestors *out)
{
	struct tree_view then = tree_at(&t->tree, version);
	struct committee_id at = t->core->config.self;
	enum err e = ERR_OK;

	out->count = 0;
	while (e == ERR_OK && out->count < TREE_DEPTH_MAX) {
		struct committee_id above;

		e = tree_superior(&then, at, &above, NULL);
		if (e != ERR_OK || id_empty(above))
			break;
		/* whether it has ended is asked of today */
		e = tree_superior(&t->tree, above, &at, &out->retired[out->count]);
		out->ids[out->count++] = above;
		at = above;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static bool has(const struct ancestors *a, struct committee_id id)
{
	for (uint32_t i = 0; i < a->count; i++) {
		if (id_equal(a->ids[i], id))
			return true;
	}
	return false;
}

/* Who was above us under `since`, is not now and is there still: each of them, for they may stand
 * apart by now, so that the way to one leads over no other. */
static enum err add_former(struct turn_view *t, const struct ancestors *now, uint64_t since,
			   struct ancestors *former)
{
	struct ancestors then = { .count = 0 };
	uint64_t version;
	enum err e = place_version(&t->tree, t->core->config.self, since, &version);

	if (e == ERR_OK)
		e = ancestors_at(t, version, &then);
	for (uint32_t i = 0; e == ERR_OK && i < then.count; i++) {
		if (!then.retired[i] && !has(now, then.ids[i]) && !has(former, then.ids[i]) &&
		    former->count < TREE_DEPTH_MAX)
			former->ids[former->count++] = then.ids[i];
	}
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED || e == ERR_BAD_TREE ? ERR_OK : e;
}

/* ---- what it says ---- */

struct rows {
	struct report_row *list;
	uint32_t count, capacity;
};

static bool has_room(struct arena *a, struct rows *rows)
{
	struct report_row *grown;
	uint32_t capacity = rows->capacity == 0 ? 256 : 2 * rows->capacity;

	if (rows->count < rows->capacity)
		return true;
	grown = arena_array(a, capacity, sizeof *grown);
	if (grown == NULL)
		return false;
	if (rows->count > 0)
		memcpy(grown, rows->list, rows->count * sizeof *grown);
	rows->list = grown;
	rows->capacity = capacity;
	return true;
}

static uint64_t row_bytes(const struct report_row *row)
{
	return REPORT_ROW_BYTES + strlen(row->type_code) + strlen(row->type_name);
}

static bool is_untyped(const struct report_row *row)
{
	return row->type_code[0] == '\0' && row->type_name[0] == '\0';
}

/* Types that are too many for a month are one, without a name: the row that already is of no type,
 * which is the first of its place, or the last row. Places that are too many, which takes hundreds
 * of moves in one month, are one too. NULL: it has room. */
static struct report_row *row_for_the_rest(struct rows *rows, const struct report_row *row,
					   uint64_t *month_bytes)
{
	struct report_row *last = rows->count > 0 ? &rows->list[rows->count - 1] : NULL, *first;

	if (last == NULL || last->at.month.n != row->at.month.n)
		*month_bytes = 0;
	*month_bytes += row_bytes(row);
	if (*month_bytes <= REPORT_MONTH_BYTES || last == NULL ||
	    last->at.month.n != row->at.month.n || last->at.direction != row->at.direction ||
	    (last->at.since != row->at.since && *month_bytes <= REPORT_MONTH_MAX_BYTES))
		return NULL;
	*month_bytes -= row_bytes(row);
	for (first = last; first > rows->list && first[-1].at.month.n == last->at.month.n &&
			   first[-1].at.direction == last->at.direction &&
			   first[-1].at.since == last->at.since;)
		first--;
	if (is_untyped(first))
		return first;
	last->at.type = 0;
	last->type_code = last->type_name = "";
	return last;
}

/* The counters of some months, ascending. ERR_DAMAGED: one of them cannot be read, and what it held
 * must not pass for nothing. */
static enum err read_rows(struct turn_view *t, struct month from, struct month to,
			  struct rows *out)
{
	struct key nothing = { .len_bytes = 0 };
	struct scan scan = scan_from(nothing, key_counter_month(from, DIRECTION_NONE));
	const struct target_count zero = { .digital = 0 };
	uint64_t month_bytes = 0;
	struct record r;
	enum err e;

	scan.report_damage = true;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COUNTER, &scan, &r)) ==
	       ERR_OK) {
		struct report_row row = { .type_code = r.u.counter.type_code,
					  .type_name = r.u.counter.type_name,
					  .count = r.u.counter.count };
		struct report_row *rest;

		if (!key_parse_counter(&scan.at, &row.at))
			continue;
		if (row.at.month.n > to.n)
			return ERR_OK;
		if (target_equal(&row.count, &zero))
			continue;
		rest = row_for_the_rest(out, &row, &month_bytes);
		if (rest != NULL) {
			target_add(&rest->count, &row.count);
			continue;
		}
		if (!has_room(t->plan->arena, out))
			return ERR_NO_MEMORY;
		out->list[out->count++] = row;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err list_exchanges(struct turn_view *t, const struct exchange_scan *s,
			       struct report *out)
{
	struct report_exchange *each =
		arena_array(t->plan->arena, 2 * (size_t)s->with_count, sizeof *each);
	struct doc_id *ids = arena_array(t->plan->arena, s->count, sizeof *ids);
	uint32_t at = 0;

	if (each == NULL || ids == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < 2 * s->with_count; i++) {
		struct report_exchange *x = &each[i];

		*x = (struct report_exchange){ .with = s->with[i / 2],
					       .direction = i % 2 == 0 ? DIRECTION_IN
								       : DIRECTION_OUT,
					       .ids = ids + at };
		while (at < s->count && s->found[at].with == i / 2 &&
		       s->found[at].direction == x->direction)
			ids[at] = s->found[at].id, at++;
		x->id_count = (uint32_t)(ids + at - x->ids);
	}
	out->exchanges = each;
	out->exchange_count = 2 * s->with_count;
	out->exchanged_since_ms = s->since_ms;
	out->exchanged_before_ms = s->before_ms;
	return ERR_OK;
}

/* The last that was declared under each name. A day that has not come is of a clock that was
 * wrong. */
static enum err list_declared(struct turn_view *t, struct report *out)
{
	struct declaration *each = arena_array(t->plan->arena, DECLARED_MAX, sizeof *each);
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	char today[DATE_MAX + 1];
	struct declaration d;
	enum err e;

	if (each == NULL)
		return ERR_NO_MEMORY;
	date_of_ms(out->as_of_ms, today);
	while ((e = declared_next(&t->lookup, t->plan->arena, &scan, &d)) == ERR_OK) {
		if (strcmp(d.as_of, today) <= 0 && out->declared_count < DECLARED_MAX)
			each[out->declared_count++] = d;
	}
	out->declared = each;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- sending ---- */

static enum err send_to(struct turn_view *t, struct committee_id to, const struct report *report)
{
	struct fact fact = { .kind = KIND_REPORT, .note = "", .report = report };
	enum err e = fact_send(t, to, &fact, NULL, 0, NULL);

	/* the next one goes then */
	return e == ERR_NO_ROUTE || e == ERR_DAMAGED || e == ERR_BAD_TREE ? ERR_OK : e;
}

/* To the top, and to whom we stood under in one of the months. */
static enum err send_all(struct turn_view *t, const struct ancestors *above,
			 const struct rows *rows, const struct report *report)
{
	struct ancestors former = { .count = 0 };
	uint64_t since = UINT64_MAX;
	enum err e = send_to(t, above->ids[above->count - 1], report);

	for (uint32_t i = 0; e == ERR_OK && i < rows->count; i++) {
		if (rows->list[i].at.since == since)
			continue;
		since = rows->list[i].at.since;
		e = add_former(t, above, since, &former);
	}
	for (uint32_t i = 0; e == ERR_OK && i < former.count; i++)
		e = send_to(t, former.ids[i], report);
	return e;
}

/* As many of the newest months as fit, the newest in any case; where they begin. */
static uint32_t rows_that_fit(const struct rows *rows, uint32_t end, uint64_t bytes,
			      struct month *from)
{
	uint64_t used = 0;
	uint32_t begin = end;

	while (begin > 0) {
		struct month m = rows->list[begin - 1].at.month;
		uint32_t next = begin;

		while (next > 0 && rows->list[next - 1].at.month.n == m.n)
			used += row_bytes(&rows->list[--next]);
		if (begin < end && used > bytes)
			break;
		begin = next;
		*from = m;
	}
	return begin;
}

static enum err send_parts(struct turn_view *t, const struct ancestors *above,
			   const struct exchange_scan *s, struct month from, struct month to)
{
	struct report report = { .to = to, .as_of_ms = t->now.wall_ms };
	struct rows rows = { .count = 0 };
	uint64_t bytes = REPORT_BODY_MAX_BYTES - s->count * sizeof(struct doc_id);
	text_t *excluded = arena_array(t->plan->arena, EXCLUDED_MAX, sizeof *excluded);
	enum err e = read_rows(t, from, to, &rows);
	uint32_t end = rows.count;

	if (excluded == NULL)
		return ERR_NO_MEMORY;
	report.excluded_count = t->core->report.excluded.count;
	for (uint32_t i = 0; i < report.excluded_count; i++) {
		const char *type = t->core->report.excluded.each[i];

		/* the configuration may be read again before it is sealed */
		excluded[i] = arena_text(t->plan->arena, type, strlen(type));
		if (excluded[i] == NULL)
			return ERR_NO_MEMORY;
	}
	report.excluded = excluded;
	if (e == ERR_OK)
		e = list_exchanges(t, s, &report);
	if (e == ERR_OK)
		e = list_declared(t, &report);
	bytes -= FIXED_BYTES + report.declared_count * REPORT_DECLARED_BYTES;
	for (unsigned part = 0; e == ERR_OK && part < REPORT_PARTS_MAX; part++) {
		struct report *copy = arena_alloc(t->plan->arena, sizeof *copy);
		uint32_t begin = rows_that_fit(&rows, end, bytes, &report.from);

		if (copy == NULL)
			return ERR_NO_MEMORY;
		if (begin == 0)
			report.from = from;
		report.rows = rows.list + begin;
		report.row_count = end - begin;
		*copy = report;
		e = send_all(t, above, &rows, copy);
		if (begin == 0)
			break;
		end = begin;
		report.to.n = (uint16_t)(report.from.n - 1);
		report.exchange_count = report.declared_count = report.excluded_count = 0;
		bytes = REPORT_BODY_MAX_BYTES - FIXED_BYTES;
	}
	return e;
}

static void put_number(struct turn_view *t, const char *name, uint64_t n)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = n } };

	core_put(t, key_name(name), &r);
}

static void answer(struct turn_view *t, enum err result)
{
	struct report_memory *m = &t->core->report;

	if (m->reply.n != 0)
		plan_act(t->plan, ACT_REPLY)->u.reply =
			(struct act_reply){ .to = m->reply, .result = result };
	m->reply.n = 0;
}

/* What was wanted has left, or never will. */
static void done(struct turn_view *t, enum err result)
{
	struct report_memory *m = &t->core->report;

	answer(t, result);
	if (m->wanted)
		core_erase(t, FAMILY_META, key_name(wanted_note));
	m->wanted = false;
	m->day = day_of_ms(t->now.wall_ms);
	memory_drop_exchange(&m->own);
}

static enum err send(struct turn_view *t, const struct ancestors *above)
{
	struct report_memory *m = &t->core->report;
	struct month to = month_of_ms(t->now.wall_ms);
	struct month from = month_make(month_year(to) - 1, 1);
	enum err e = send_parts(t, above, &m->own, from, to);

	if (e != ERR_OK)
		return e;
	put_number(t, day_note, day_of_ms(t->now.wall_ms).n);
	put_number(t, signed_note, (uint64_t)t->now.wall_ms);
	m->signed_at_ms = t->now.wall_ms;
	m->next_ms = t->now.mono_ms + REPORT_AGAIN_MS;
	done(t, ERR_OK);
	return ERR_OK;
}

/* ---- when ---- */

enum err report_want(struct turn_view *t, struct reply_to reply)
{
	struct report_memory *m = &t->core->report;

	if (m->reply.n != 0 && reply.n != 0)
		return ERR_BUSY;
	if (!m->wanted)
		put_number(t, wanted_note, 1);
	m->wanted = true;
	if (reply.n != 0)
		m->reply = reply;
	t->core->next_tick_ms = t->now.mono_ms;
	return ERR_OK;
}

static enum err get_number(struct turn_view *t, const char *name, uint64_t *out)
{
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(name), &r);

	*out = e == ERR_OK ? r.u.note.number : 0;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* A store's first day has nothing that was owed: its report leaves on the next. */
static enum err load(struct turn_view *t)
{
	struct report_memory *m = &t->core->report;
	uint64_t day, signed_at, wanted;
	enum err e = get_number(t, day_note, &day);

	if (e == ERR_OK)
		e = get_number(t, signed_note, &signed_at);
	if (e == ERR_OK)
		e = get_number(t, wanted_note, &wanted);
	if (e != ERR_OK)
		return e;
	if (day == 0) {
		day = day_of_ms(t->now.wall_ms).n;
		put_number(t, day_note, day);
	}
	m->day.n = (uint32_t)day;
	m->signed_at_ms = (int64_t)signed_at;
	m->wanted = m->wanted || wanted != 0;
	m->loaded = true;
	m->check = true;
	return ERR_OK;
}

/* FNV-1a, so that each has its own minute, every day the same. */
static int64_t own_moment(struct committee_id id)
{
	uint32_t h = 2166136261u;

	for (const char *p = id.text; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	return DAILY_FROM_MS + h % DAILY_WITHIN_MS;
}

static bool is_daily_due(const struct turn_view *t)
{
	struct day today = day_of_ms(t->now.wall_ms);

	/* a later day is of a clock that was ahead */
	return t->core->report.day.n != today.n &&
	       t->now.wall_ms >= day_begin_ms(today) + own_moment(t->core->config.self);
}

static enum err begin(struct turn_view *t, const struct ancestors *above)
{
	struct month now = month_of_ms(t->now.wall_ms), last = { (uint16_t)(now.n - 1) };
	char first[DATE_MAX + 1];
	struct day day;

	snprintf(first, sizeof first, "%04u-%02u-01", month_year(last), month_in_year(last));
	if (!date_day(first, &day))
		return ERR_OK;
	exchange_begin(&t->core->report.own, above->ids, above->count, day_begin_ms(day),
		       t->now.wall_ms, REPORT_IDS_MAX);
	return ERR_OK;
}

/* Reports are told apart by their time, which must be later than the last one's. One that a clock
 * far ahead has signed holds up nothing: nobody whose clock is right has taken it, and who has
 * takes an earlier one (reported.c). */
static bool is_later(const struct turn_view *t)
{
	int64_t last_ms = t->core->report.signed_at_ms;

	return t->now.wall_ms > last_ms || last_ms > t->now.wall_ms + CLOCK_TOLERANCE_MS;
}

/* May it leave now? Who waits for it is told why it may not be signed. */
static bool may_leave(struct turn_view *t)
{
	struct report_memory *m = &t->core->report;
	enum err why = guard_may_sign(t);

	if (why != ERR_OK)
		answer(t, why);
	/* counters that are being put right are no figures yet */
	return why == ERR_OK && t->now.mono_ms >= m->next_ms && is_later(t) &&
	       !t->core->target.rebuild &&
	       !(t->core->recount.active && t->core->recount.repair) && plan_has_room(t->plan);
}

/* Later: what stands in the way is not for a report to mend. */
static enum err put_off(struct turn_view *t, enum err why)
{
	struct report_memory *m = &t->core->report;

	if (why != ERR_DAMAGED && why != ERR_BAD_TREE)
		return why;
	answer(t, why);
	memory_drop_exchange(&m->own);
	m->next_ms = t->now.mono_ms + REPORT_AGAIN_MS;
	return ERR_OK;
}

static enum err tick_own(struct turn_view *t)
{
	struct report_memory *m = &t->core->report;
	struct ancestors above;
	bool all = false;
	enum err e;

	if ((!m->own.active && !m->wanted && !is_daily_due(t)) || !may_leave(t))
		return ERR_OK;
	e = ancestors_at(t, t->core->directory_version, &above);
	if (e != ERR_OK)
		return put_off(t, e);
	if (above.count == 0) {
		done(t, ERR_NO_ROUTE);
		return ERR_OK;
	}
	if (m->own.active && t->now.wall_ms < m->own.before_ms)
		memory_drop_exchange(&m->own); /* the clock was put back meanwhile */
	if (!m->own.active)
		e = begin(t, &above);
	if (e == ERR_OK && m->own.active)
		e = exchange_step(t, &m->own, RECORDS_PER_TICK, &all);
	if (e == ERR_OK && all)
		return put_off(t, send(t, &above));
	t->core->next_tick_ms = t->now.mono_ms;
	return e;
}

enum err report_tick(struct turn_view *t)
{
	enum err e = t->core->report.loaded ? ERR_OK : load(t);

	return e == ERR_OK ? tick_own(t) : e;
}
