/* See target.h. */
#include "daemon/control/target.h"

#include <assert.h>
#include <stdio.h>

#include "daemon/base/log.h"
#include "daemon/control/client.h"
#include "routing/rules/rules.h"

static struct month this_month(const struct client *c)
{
	return month_of_ms(control_wall_ms(c));
}

/* The line of a period: its last month's, but of one that lasts still, today's; and of one to come,
 * where it begins. */
static struct month line_month(const struct client *c, const Vanthu__V1__Target *t)
{
	uint32_t now = this_month(c).n, n = t->from_month > now ? t->from_month
					    : t->to_month < now ? t->to_month
								: now;

	return (struct month){ (uint16_t)n };
}

static void add_to_row(const struct target_count *count, Vanthu__V1__TargetRow *out)
{
#define ADD(count_name) out->count_name += count->count_name;
	TARGET_COUNTS(ADD)
#undef ADD
}

static void fill_headline(const struct target_sides *sides, enum target_headline h,
			  Vanthu__V1__Target *out)
{
	struct target_ratio share = target_headline_ratio(sides, h);

	out->headline = h == HEADLINE_PROCESSED ? VANTHU__V1__HEADLINE__HEADLINE_PROCESSED
						: VANTHU__V1__HEADLINE__HEADLINE_EXCHANGED;
	out->headline_of = share.of;
	out->headline_all = share.all;
	out->share = target_ratio_share(share);
	out->reached = target_ratio_reaches(share, out->line);
}

static void fill_sum(struct client *c, const struct target_sides *sides, Vanthu__V1__Target *out)
{
	struct target_count both = sides->in, *sum = &both;
	struct month at = line_month(c, out);

	target_add(sum, &sides->out);
	out->counted = target_counted(sum);
	out->digital = sum->digital;
	out->paper = sum->paper;
	out->pending = sum->pending;
	out->refused = sum->refused;
	out->secret = sum->secret;
	out->line = target_line_at(&c->control->parts.config->target_line, at);
	fill_headline(sides, config_headline(c->control->parts.config), out);
	if (out->sum != NULL)
		add_to_row(sum, out->sum);
	out->recounting = core_recounting(c->control->parts.core);
}

static void fill_row(const struct target_key *at, const struct target_count *count,
		     Vanthu__V1__TargetRow *out)
{
	vanthu__v1__target_row__init(out);
	out->month = at->month.n;
	out->direction = (Vanthu__V1__Direction)at->direction;
	add_to_row(count, out);
}

/* The counters of a period, ascending. `rows` may be NULL: only their sum. *first and *last: the
 * months with something in them. */
static enum err read_counters(struct client *c, uint32_t from, uint32_t to, Vanthu__V1__Target *out,
			      bool rows)
{
	struct lookup l = control_lookup(c);
	struct arena *a = c->control->arena;
	struct key all = { .len_bytes = 0 };
	struct scan scan =
	    scan_from(all, key_counter_month((struct month){ (uint16_t)from }, DIRECTION_NONE));
	struct target_count zero = { .digital = 0 };
	struct target_sides sum = { .in = { .digital = 0 } };
	bool damaged = false;
	uint32_t first = 0, last = 0;
	struct record r;
	enum err e;

	out->rows = rows ? arena_array(a, (size_t)(to - from + 1) * 2, sizeof *out->rows) : NULL;
	out->sum = rows ? arena_alloc(a, sizeof *out->sum) : NULL;
	if (rows && (out->rows == NULL || out->sum == NULL))
		return ERR_NO_MEMORY;
	if (rows)
		vanthu__v1__target_row__init(out->sum);
	scan.report_damage = true;
	while ((e = l.next(l.ctx, a, FAMILY_COUNTER, &scan, &r)) == ERR_OK || e == ERR_DAMAGED) {
		Vanthu__V1__TargetRow *row = out->n_rows > 0 ? out->rows[out->n_rows - 1] : NULL;
		struct target_key at;

		damaged = damaged || e == ERR_DAMAGED;
		if (!key_parse_counter(&scan.at, &at))
			continue;
		if (at.month.n > to)
			break;
		if (e == ERR_DAMAGED || target_equal(&r.u.counter.count, &zero))
			continue;
		if (target_excludes(&c->control->parts.config->excluded, r.u.counter.type_code,
				    r.u.counter.type_name)) {
			out->excluded += target_counted(&r.u.counter.count);
			continue;
		}
		first = first == 0 ? at.month.n : first;
		last = at.month.n;
		target_sides_add(&sum, at.direction, &r.u.counter.count);
		if (!rows)
			continue;
		if (row != NULL && row->month == at.month.n &&
		    row->direction == (Vanthu__V1__Direction)at.direction) {
			add_to_row(&r.u.counter.count, row);
			continue;
		}
		row = arena_alloc(a, sizeof *row);
		if (row == NULL)
			return ERR_NO_MEMORY;
		fill_row(&at, &r.u.counter.count, row);
		out->rows[out->n_rows++] = row;
	}
	/* "All" is from the first month with something in it to the last. */
	out->from_month = from == 0 ? (first != 0 ? first : this_month(c).n) : from;
	out->to_month = to == UINT16_MAX ? (last != 0 ? last : this_month(c).n) : to;
	fill_sum(c, &sum, out);
	/* What a damaged counter held is missing here. The core finds it, too, and counts the
	 * records. */
	out->recounting = out->recounting || damaged;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* As many as there are, which is few: one record each. */
static enum err count_shared(struct client *c, Vanthu__V1__Target *out)
{
	struct lookup l = control_lookup(c);
	struct scan scan = scan_from(
	    series_shared_all(), series_shared_from((struct month){ (uint16_t)out->from_month }));
	struct month month;
	struct record r;
	enum err e;

	while ((e = l.next(l.ctx, c->control->arena, FAMILY_NUMBER, &scan, &r)) == ERR_OK) {
		if (!series_parse_shared(&scan.at, &month) || month.n > out->to_month)
			break;
		out->same_number++;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err control_target_now(struct client *c, Vanthu__V1__Target *out)
{
	uint32_t january = month_make(month_year(this_month(c)), 1).n;

	vanthu__v1__target__init(out);
	return read_counters(c, january, january + MONTHS_A_YEAR - 1, out, false);
}

void control_target(struct client *c, const Vanthu__V1__Request *request)
{
	const Vanthu__V1__TargetQuery *m = request->target;
	uint64_t id = request->id;
	Vanthu__V1__Reply r = control_reply_to(id, VANTHU__V1__REPLY__WHAT_TARGET);
	Vanthu__V1__Target target = VANTHU__V1__TARGET__INIT;
	uint32_t from = m->from_month, to = m->to_month;
	enum err e;

	if (from == 0 && to == 0) {
		from = month_make(month_year(this_month(c)), 1).n;
		to = from + MONTHS_A_YEAR - 1;
	}
	e = from > to || to > UINT16_MAX ? ERR_BAD_DATE : read_counters(c, from, to, &target, true);
	if (e == ERR_OK)
		e = count_shared(c, &target);
	if (e != ERR_OK) {
		control_say_error(c, id, e, "");
		return;
	}
	r.target = &target;
	control_say(c, &r);
}

/* ---- recount ---- */

enum { RECORD_NAME_MAX = 16 + 2 * KEY_MAX_BYTES };

/* As the store names its copy in quarantine/, or begins to. */
static void record_name(const struct recount_damage *d, char out[RECORD_NAME_MAX])
{
	int n = snprintf(out, RECORD_NAME_MAX, "%s-", family_name(d->family));

	for (unsigned i = 0; i < d->key.len_bytes && n < RECORD_NAME_MAX - 2; i++)
		n += snprintf(out + n, RECORD_NAME_MAX - (size_t)n, "%02x", d->key.bytes[i]);
}

void control_recount_log(const struct recount_result *r)
{
	char name[RECORD_NAME_MAX];

	for (uint32_t i = 0; i < r->damage_count; i++) {
		record_name(&r->damage[i], name);
		log_event(LOG_ERROR, "recount-damaged", "record=%s", name);
	}
	if (r->damaged > 0)
		log_event(LOG_ERROR, "recount-not-proven",
			  "damaged=%llu differences=%u repaired=%u kept=%u",
			  (unsigned long long)r->damaged, r->difference_count, r->repaired_count,
			  r->kept_count);
	else if (r->repaired_count > 0)
		log_event(LOG_WARNING, "target-rebuilt", "counters=%u documents=%llu papers=%llu",
			  r->repaired_count, (unsigned long long)r->documents,
			  (unsigned long long)r->papers);
}

static enum err fill_damage(struct arena *a, const struct recount_result *r,
			    Vanthu__V1__Recounted *out)
{
	char(*names)[RECORD_NAME_MAX] = arena_array(a, r->damage_count, sizeof *names);

	out->damaged_records = arena_array(a, r->damage_count, sizeof *out->damaged_records);
	if (names == NULL || out->damaged_records == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < r->damage_count; i++) {
		record_name(&r->damage[i], names[i]);
		out->damaged_records[i] = names[i];
	}
	out->n_damaged_records = r->damage_count;
	out->damaged = r->damaged;
	return ERR_OK;
}

static enum err fill_differences(struct arena *a, const struct recount_result *r,
				 Vanthu__V1__Recounted *out)
{
	uint32_t count = r->difference_count;
	Vanthu__V1__TargetRow *rows = arena_array(a, 2 * (size_t)count, sizeof *rows);
	Vanthu__V1__Difference *each = arena_array(a, count, sizeof *each);

	out->differences = arena_array(a, count, sizeof *out->differences);
	if (rows == NULL || each == NULL || out->differences == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < count; i++) {
		const struct recount_difference *d = &r->differences[i];

		fill_row(&d->at, &d->stored.count, &rows[2 * i]);
		fill_row(&d->at, &d->counted.count, &rows[2 * i + 1]);
		vanthu__v1__difference__init(&each[i]);
		each[i].stored = &rows[2 * i];
		each[i].counted = &rows[2 * i + 1];
		out->differences[i] = &each[i];
	}
	out->n_differences = count;
	return ERR_OK;
}

void control_recount_reply(struct client *c, const struct pending_reply *p,
			   const struct act_reply *a)
{
	Vanthu__V1__Reply r = control_reply_to(p->request_id, VANTHU__V1__REPLY__WHAT_RECOUNTED);
	Vanthu__V1__Recounted out = VANTHU__V1__RECOUNTED__INIT;

	assert(a->recount != NULL); /* no recount ends well without one */
	arena_reset(c->control->arena);
	if (fill_differences(c->control->arena, a->recount, &out) != ERR_OK ||
	    fill_damage(c->control->arena, a->recount, &out) != ERR_OK) {
		control_say_error(c, p->request_id, ERR_NO_MEMORY, "");
		return;
	}
	out.documents = a->recount->documents;
	out.papers = a->recount->papers;
	out.repaired = a->recount->repaired_count > 0;
	out.kept = a->recount->kept_count;
	r.recounted = &out;
	control_say(c, &r);
}
