/* Figures on their way up: what leaves and when, what is taken of others, and what is not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/report.h"
#include "routing/base/arena.h"
#include "routing/rules/rules.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"
#include "tests/unit/support/paper.h"
#include "tests/unit/support/shelf.h"

#define DAY_MS (24 * HOUR_MS)

enum { TYPES = 700, MONTHS = 3, REPLY = 9 };

static void tick(struct stage *g)
{
	struct event e = { .type = EVENT_TICK };

	station_take(g->s, &e);
	station_commit(g->s);
}

static void later(struct stage *g, int64_t ms)
{
	station_clear(g->s);
	g->s->now.wall_ms += ms;
	g->s->now.mono_ms += ms;
	tick(g);
}

/* The n-th report that the plan signs; NULL past the last. */
static const struct draft *report_draft(const struct stage *g, unsigned n)
{
	for (uint32_t i = 0; i < g->s->plan->draft_count; i++) {
		const struct draft *d = &g->s->plan->drafts[i];

		if (d->fact.kind == KIND_REPORT && n-- == 0)
			return d;
	}
	return NULL;
}

static const struct report *report_of(const struct stage *g)
{
	const struct draft *d = report_draft(g, 0);

	return d == NULL ? NULL : d->fact.report;
}

/* Until it leaves, at most some ticks. */
static const struct report *wait_for_report(struct stage *g)
{
	for (int i = 0; i < 5 && report_of(g) == NULL; i++)
		later(g, 1);
	return report_of(g);
}

static void test_report_leaves_once_a_day_and_not_on_the_first(void **state)
{
	struct stage *g = *state;
	const struct report *r;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	tick(g);
	assert_null(report_of(g));
	later(g, HOUR_MS);
	assert_null(report_of(g));
	later(g, DAY_MS);
	r = wait_for_report(g);
	assert_non_null(r);
	assert_true(r->from.n == month_make(2024, 1).n && r->to.n == JUNE.n && !r->asks);
	assert_int_equal(r->row_count, 1);
	assert_true(r->rows[0].count.paper == 1 && r->rows[0].at.direction == DIRECTION_IN);
	assert_string_equal(r->rows[0].type_code, "CV");
	/* to the top of the tree */
	assert_string_equal(report_draft(g, 0)->head.recipients[0].committee.text, "tinh");
	assert_null(report_draft(g, 1));
	for (int i = 0; i < 5; i++) {
		later(g, HOUR_MS / 6);
		assert_null(report_of(g));
	}
	station_restart(g->s);
	for (int i = 0; i < 5; i++) {
		later(g, 1000);
		assert_null(report_of(g));
	}
}

static void test_one_that_is_wanted_leaves_at_once_and_no_oftener_than_once_a_minute(void **state)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 9 }, .operation = OPERATION_REPORT } };
	struct stage *g = *state;

	tick(g);
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_non_null(wait_for_report(g));
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.to.n, 9);
	station_clear(g->s);
	station_take(g->s, &e);
	station_take(g->s, &e); /* the second has to wait for the first one's answer */
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_BUSY);
	station_commit(g->s);
	later(g, 1000);
	later(g, 1000);
	assert_null(report_of(g));
	later(g, REPORT_AGAIN_MS);
	assert_non_null(wait_for_report(g));
}

static void want(struct stage *g)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { REPLY }, .operation = OPERATION_REPORT } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
}

static void test_what_is_wanted_leaves_after_a_crash_too(void **state)
{
	struct stage *g = *state;

	tick(g);
	want(g);
	assert_non_null(wait_for_report(g));
	want(g); /* not before a minute is over, and it crashes until then */
	station_restart(g->s);
	g->s->now.wall_ms += REPORT_AGAIN_MS;
	assert_non_null(wait_for_report(g));
	station_restart(g->s);
	g->s->now.wall_ms += REPORT_AGAIN_MS;
	for (int i = 0; i < 5; i++)
		later(g, 1000);
	assert_null(report_of(g));
}

static void test_who_waits_is_told_that_nothing_may_be_signed(void **state)
{
	struct signer_validity ended = { .known = true, .to_ms = FIXTURE_NOW_MS - DAY_MS };
	struct signer_validity good = { .known = true };
	struct stage *g = *state;

	tick(g);
	core_set_signer(g->s->core, &ended);
	want(g);
	for (int i = 0; i < 3 && station_acts(g->s, ACT_REPLY) == 0; i++)
		later(g, 1000);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.to.n, REPLY);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OWN_KEY);
	assert_null(report_of(g));
	/* and it leaves once it may */
	core_set_signer(g->s->core, &good);
	assert_non_null(wait_for_report(g));
}

/* Ahead by a year for a while: what it signed then holds up nothing. */
static void test_clock_that_was_ahead_holds_up_no_report(void **state)
{
	struct stage *g = *state;

	tick(g);
	g->s->now.wall_ms += 366 * DAY_MS;
	assert_non_null(wait_for_report(g));
	g->s->now.wall_ms -= 366 * DAY_MS;
	station_clear(g->s);
	for (int i = 0; i < 26 && report_of(g) == NULL; i++)
		later(g, HOUR_MS); /* that of the day */
	assert_non_null(report_of(g));
	assert_true(report_of(g)->to.n == JUNE.n);
	/* and that of the next day, and no other on it */
	station_clear(g->s);
	for (int i = 0; i < 26 && report_of(g) == NULL; i++)
		later(g, HOUR_MS);
	assert_non_null(report_of(g));
	for (int i = 0; i < 12; i++) {
		later(g, HOUR_MS);
		assert_null(report_of(g));
	}
}

static void test_damaged_counter_is_mended_before_it_is_reported(void **state)
{
	struct stage *g = *state;
	struct key key;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	tick(g);
	key = paper_counter(g->s, JUNE, DIRECTION_IN);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COUNTER, &key));
	want(g);
	for (int i = 0; i < 10 && report_of(g) == NULL; i++)
		later(g, 1);
	assert_null(report_of(g));
	for (int i = 0; i < 200 && report_of(g) == NULL; i++)
		later(g, 1000);
	assert_int_equal(report_of(g)->row_count, 1);
	assert_int_equal(report_of(g)->rows[0].count.paper, 1);
}

/* So many types that a month has no room for all, one of them without a name, in months that have
 * others between them. */
static uint64_t put_counters(struct stage *g)
{
	uint64_t sum = 0;

	station_clear(g->s);
	for (unsigned m = 0; m < MONTHS; m++) {
		for (unsigned i = 0; i <= TYPES; i++) {
			struct record r = { .family = FAMILY_COUNTER };
			struct target_key at = { .month = month_make(2025, 1 + 2 * m),
						 .direction = DIRECTION_OUT };
			char *code = arena_alloc(g->f->arena, TYPE_CODE_MAX + 1);

			code[0] = '\0';
			if (i > 0)
				snprintf(code, TYPE_CODE_MAX + 1, "L%u", i);
			r.u.counter = (struct rec_counter){ .count = { .digital = 1 + i },
							    .type_code = code,
							    .type_name = "" };
			at.type = series_type(code, "");
			plan_put(g->s->plan, key_counter(&at), &r);
			sum += 1 + i;
		}
	}
	station_commit(g->s);
	station_clear(g->s);
	return sum;
}

static void test_more_than_one_report_holds_goes_in_several(void **state)
{
	struct stage *g = *state;
	struct arena *a = arena_new(64 << 20);
	const struct draft *d;
	uint64_t sum = put_counters(g), said = 0;
	uint16_t end = JUNE.n + 1;
	unsigned parts = 0;

	tick(g);
	want(g);
	assert_non_null(wait_for_report(g));
	for (; (d = report_draft(g, parts)) != NULL; parts++) {
		struct report back;
		struct blob packed;

		assert_true(d->envelope.len_bytes <= ENVELOPE_MAX_BYTES);
		assert_ok(report_pack(a, d->fact.report, &packed));
		assert_ok(report_unpack(a, packed, &back));
		assert_ok(reported_check(&back, g->s->now.wall_ms));
		/* no month between two of them is left out */
		assert_int_equal(back.to.n + 1, end);
		end = back.from.n;
		for (uint32_t i = 0; i < back.row_count; i++)
			said += back.rows[i].count.digital;
	}
	assert_true(parts > 1);
	assert_int_equal(end, month_make(2024, 1).n);
	assert_int_equal(said, sum);
	arena_destroy(a);
}

/* ---- of others ---- */

static const struct report_row one_row = { .at = { .month = { 2025 * 12 + 5 },
						   .direction = DIRECTION_IN },
					   .type_code = "KH",
					   .type_name = "Kế hoạch",
					   .count = { .digital = 3, .processed = 1, .late = 1 } };

static struct report good_report(void)
{
	return (struct report){ .from = month_make(2024, 1),
				.to = JUNE,
				.as_of_ms = FIXTURE_NOW_MS - 1000,
				.rows = &one_row,
				.row_count = 1 };
}

static void take(struct stage *g, struct neighbour *from, const char *signer, unsigned id,
		 int64_t signed_at_ms, const struct report *r)
{
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = r };
	struct draft d = fixture_fact(g->f, signer, "tinh", id, &f);

	d.head.signed_at_ms = signed_at_ms;
	fixture_seal(g->f, signer, &d);
	station_clear(g->s);
	neighbour_publishes(g->s, from, LANE_FACTS, &d);
	station_commit(g->s);
}

static struct rec_report known(struct stage *g)
{
	return station_get(g->s, FAMILY_REPORT, key_committee(fixture_id("xa-a1"))).u.report;
}

static void test_report_from_below_is_kept_and_goes_on(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = good_report();
	struct rec_figures june;

	neighbour_up(g->s, &xa);
	take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	june = station_get(g->s, FAMILY_FIGURES, key_figures(fixture_id("xa-a1"), JUNE)).u.figures;
	assert_int_equal(june.figures.row_count, 1);
	assert_true(june.figures.rows[0].count.digital == 3 &&
		    june.figures.rows[0].count.late == 1);
	assert_string_equal(june.figures.rows[0].type_code, "KH");
	assert_string_equal(june.figures.rows[0].type_name, "Kế hoạch");
	/* a month without anything is known to have nothing */
	assert_true(station_has(g->s, FAMILY_FIGURES,
				key_figures(fixture_id("xa-a1"), month_make(2024, 1))));
	assert_int_equal(station_count(g->s, FAMILY_FIGURES), 18);
	assert_true(known(g).refused == 0 && known(g).taken_at_ms == g->s->now.wall_ms);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1); /* to tinh */
}

static void test_what_cannot_be_is_counted_and_changes_no_figure(void **state)
{
	struct report_row rows[2] = { one_row, one_row };
	struct report r = good_report();
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	unsigned id = 1;

	neighbour_up(g->s, &xa);
	take(g, &xa, "xa-a1", id, FIXTURE_NOW_MS - 1000, &r);
	/* the same again, the same to another one above, and an older one */
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 1000, &r);
	assert_true(known(g).refused == 1 && known(g).refused_why == ERR_REPORT_OLD);
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 1000, &r);
	assert_int_equal(known(g).refused, 1);
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 2000, &r);
	assert_int_equal(known(g).refused, 2);
	/* a month that has not begun */
	r.to = month_make(2025, 7);
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 500, &r);
	assert_true(known(g).refused == 3 && known(g).refused_why == ERR_REPORT_PERIOD);
	/* as if it were of an earlier day */
	r = good_report();
	r.as_of_ms -= 600 * DAY_MS;
	r.from = r.to = month_make(2023, 10);
	r.row_count = 0;
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 450, &r);
	assert_true(known(g).refused == 4 && known(g).refused_why == ERR_REPORT_PERIOD);
	assert_false(station_has(g->s, FAMILY_FIGURES,
				 key_figures(fixture_id("xa-a1"), month_make(2023, 10))));
	/* parts that are more than the whole, and a type twice */
	r = good_report();
	r.rows = rows;
	rows[0].count.processed = 4;
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 400, &r);
	assert_true(known(g).refused == 5 && known(g).refused_why == ERR_REPORT_FIGURES);
	rows[0] = one_row;
	r.row_count = 2;
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 300, &r);
	assert_int_equal(known(g).refused, 6);
	assert_int_equal(known(g).signed_at_ms, FIXTURE_NOW_MS - 1000);
	assert_non_null(station_notice(g->s, NOTICE_REFUSED));
	/* and a good one is taken again */
	r = good_report();
	take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 200, &r);
	assert_int_equal(known(g).signed_at_ms, FIXTURE_NOW_MS - 200);
}

static void test_report_of_one_that_never_stood_below_us_is_not_kept(void **state)
{
	struct stage *g = *state;
	struct report r = good_report();
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = &r };
	struct draft d = fixture_fact(g->f, "tinh", "huyen-a", 1, &f);

	neighbour_up(g->s, &g->tinh);
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_REPORT), 0);
	assert_int_equal(station_count(g->s, FAMILY_FIGURES), 0);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ENTITLED);
}

static void test_bounds_of_what_a_report_may_say(void **state)
{
	struct report_exchange x = { .with = fixture_id("huyen-a"), .direction = DIRECTION_IN };
	struct report_row *rows = calloc(REPORT_ROWS_MAX + 1, sizeof *rows);
	char *long_name = calloc(1, COMMITTEE_NAME_MAX + 1);
	struct report r = good_report();
	int64_t now_ms = FIXTURE_NOW_MS;

	(void)state;
	assert_ok(reported_check(&r, now_ms));
	r.as_of_ms = -1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.as_of_ms = INT64_MIN;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.as_of_ms = now_ms + 1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r = good_report();
	r.from = month_make(2023, 6);
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	/* what was said of a year that is long over stays */
	r = good_report();
	r.from = r.to = month_make(2023, 12);
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.from = r.to = month_make(2024, 1);
	r.row_count = 0;
	assert_ok(reported_check(&r, now_ms));
	/* documents of all time are not compared for anybody */
	r = good_report();
	r.exchanges = &x;
	r.exchange_count = 1;
	r.exchanged_before_ms = r.as_of_ms;
	r.exchanged_since_ms = INT64_MIN;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.exchanged_since_ms = r.as_of_ms - 62 * DAY_MS;
	assert_ok(reported_check(&r, now_ms));
	r.exchanged_before_ms = r.as_of_ms + 1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	/* rows, and what the texts of their types come to */
	r = good_report();
	r.rows = rows;
	for (uint32_t i = 0; i <= REPORT_ROWS_MAX; i++) {
		rows[i] = one_row;
		rows[i].at.since = i;
	}
	r.row_count = REPORT_ROWS_MAX + 1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_FIGURES);
	r.row_count = REPORT_ROWS_MAX / 2;
	assert_ok(reported_check(&r, now_ms));
	memset(long_name, 'x', COMMITTEE_NAME_MAX);
	for (uint32_t i = 0; i < r.row_count; i++)
		rows[i].type_name = long_name;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_FIGURES);
	free(rows);
	free(long_name);
}

/* No type and no name of a subordinate writes into its superior's terminal, turns a line round, or
 * takes a row out of a list. */
static void test_texts_that_nobody_can_see_are_not_taken(void **state)
{
	static const char *const bad[] = { "\x1b[2J", "KH\xe2\x80\xae", "\xff\xfe", "a\nb",
					   "\xe2\x80\x8b" };
	struct declaration d = {
		.name = "can-bo", .done = 1, .all = 2, .as_of = "2025-06-01", .person = "A"
	};
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report_row row;
	text_t excluded;
	struct report r;

	for (unsigned i = 0; i < 5 * sizeof bad / sizeof bad[0]; i++) {
		const char *text = bad[i / 5];

		r = good_report();
		row = one_row;
		r.rows = &row;
		r.declared = &d;
		r.declared_count = 1;
		r.excluded = &excluded;
		r.excluded_count = 1;
		excluded = "CV";
		d.name = "can-bo";
		d.person = "A";
		assert_ok(reported_check(&r, FIXTURE_NOW_MS));
		*(i % 5 == 0   ? &row.type_code
		  : i % 5 == 1 ? &row.type_name
		  : i % 5 == 2 ? &d.name
		  : i % 5 == 3 ? &d.person
			       : &excluded) = text;
		assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_FIELD);
	}
	d.name = " ";
	d.person = "A";
	excluded = "CV";
	assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_FIELD);
	r = good_report();
	row = one_row;
	row.type_name = bad[0];
	r.rows = &row;
	neighbour_up(g->s, &xa);
	take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_true(known(g).refused == 1 && known(g).refused_why == ERR_FIELD);
	assert_int_equal(station_count(g->s, FAMILY_FIGURES), 0);
}

static void test_one_from_a_clock_that_was_ahead_holds_up_no_other(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = good_report();

	neighbour_up(g->s, &xa);
	g->s->now.wall_ms += 300 * DAY_MS;
	r.from = month_make(2025, 1);
	r.as_of_ms = g->s->now.wall_ms - 1000;
	take(g, &xa, "xa-a1", 1, r.as_of_ms, &r);
	assert_int_equal(known(g).refused, 0);
	g->s->now.wall_ms -= 300 * DAY_MS;
	r.as_of_ms = g->s->now.wall_ms - 1000;
	take(g, &xa, "xa-a1", 2, r.as_of_ms, &r);
	assert_int_equal(known(g).refused, 0);
	assert_int_equal(known(g).signed_at_ms, r.as_of_ms);
	assert_int_equal(station_get(g->s, FAMILY_FIGURES,
				     key_figures(fixture_id("xa-a1"), JUNE))
				 .u.figures.signed_at_ms,
			 r.as_of_ms);
}

static void test_only_one_above_may_ask(void **state)
{
	struct report asks = { .asks = true };
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = &asks };
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &xa);
	neighbour_up(g->s, &g->tinh);
	tick(g);
	d = fixture_fact(g->f, "xa-a1", "huyen-a", 1, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &xa, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ENTITLED);
	for (int i = 0; i < 5; i++)
		later(g, 1);
	assert_null(report_of(g));
	for (unsigned id = 2; id < 40; id++) { /* as often as it likes */
		d = fixture_fact(g->f, "tinh", "huyen-a", id, &f);
		station_clear(g->s);
		neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
		station_commit(g->s);
	}
	assert_non_null(wait_for_report(g));
	for (int i = 0; i < 50; i++) {
		later(g, 1000);
		assert_null(report_of(g));
	}
}

/* Whoever lies between may send a question again as often as it likes, years later. */
static void test_question_that_is_answered_asks_nothing_again(void **state)
{
	struct report asks = { .asks = true };
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = &asks };
	struct stage *g = *state;
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	tick(g);
	d = fixture_fact(g->f, "tinh", "huyen-a", 1, &f);
	d.head.signed_at_ms -= 2 * CLOCK_TOLERANCE_MS;
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_non_null(wait_for_report(g));
	later(g, REPORT_AGAIN_MS);
	neighbour_up(g->s, &g->tinh);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_null(wait_for_report(g));
	/* a new one is one */
	d = fixture_fact(g->f, "tinh", "huyen-a", 2, &f);
	d.head.signed_at_ms = g->s->now.wall_ms;
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_non_null(wait_for_report(g));
}

/* Of what cannot be read nothing is believed, and nothing stops. */
static void test_damaged_rows_of_others_are_made_good_by_the_next(void **state)
{
	struct committee_id who = fixture_id("xa-a1");
	struct key report = key_committee(who), june = key_figures(who, JUNE);
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = good_report();

	neighbour_up(g->s, &xa);
	take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_REPORT, &report));
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_FIGURES, &june));
	for (int i = 0; i < 5; i++)
		tick(g);
	station_restart(g->s);
	for (int i = 0; i < 5; i++)
		tick(g);
	neighbour_up(g->s, &xa);
	take(g, &xa, "xa-a1", 2, FIXTURE_NOW_MS - 500, &r);
	assert_int_equal(known(g).signed_at_ms, FIXTURE_NOW_MS - 500);
	assert_int_equal(station_get(g->s, FAMILY_FIGURES, june).u.figures.figures.row_count, 1);
}

static void test_damaged_directory_row_stops_no_daemon(void **state)
{
	struct key key = key_committee(fixture_id("xa-a1")),
		   above = key_committee(fixture_id("tinh"));
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = good_report();

	tick(g);
	neighbour_up(g->s, &xa);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COMMITTEE, &key));
	tree_forget(g->s->core->tree);
	take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_int_equal(station_count(g->s, FAMILY_FIGURES), 0);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_DAMAGED);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COMMITTEE, &above));
	tree_forget(g->s->core->tree);
	want(g);
	for (int i = 0; i < 5 && station_acts(g->s, ACT_REPLY) == 0; i++)
		later(g, 1);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_DAMAGED);
	/* whole again */
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COMMITTEE, &above));
	later(g, REPORT_AGAIN_MS);
	assert_non_null(wait_for_report(g));
}

/* ---- compared ---- */

static struct doc_id sent_and_receipted(struct stage *g, struct neighbour *xa, unsigned id)
{
	struct submission u;
	struct fact f = { .kind = KIND_RECEIPT, .at_ms = g->s->now.wall_ms, .note = "" };
	struct draft d;
	struct record r;

	u.recipients[0] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_clear(g->s);
	station_take(g->s, submission_of(&u, id, 1));
	station_commit(g->s);
	r = station_get(g->s, FAMILY_IDENT, key_ident(u.event.u.submit.id, g->s->self));
	f.document = (struct document_ref){ g->s->self, u.event.u.submit.id, r.u.ident.digest };
	d = fixture_fact(g->f, "xa-a1", "huyen-a", 100 + id, &f);
	fixture_seal(g->f, "xa-a1", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, xa, LANE_FACTS, &d);
	station_commit(g->s);
	return u.event.u.submit.id;
}

static void compare(struct stage *g, struct neighbour *xa, unsigned id, const struct doc_id *ids,
		    uint32_t count)
{
	struct report_exchange x = { .with = g->s->self,
				     .direction = DIRECTION_IN,
				     .ids = ids,
				     .id_count = count };
	struct report r = good_report();

	r.exchanges = &x;
	r.exchange_count = 1;
	r.exchanged_since_ms = FIXTURE_NOW_MS - DAY_MS;
	r.as_of_ms = r.exchanged_before_ms = g->s->now.wall_ms + 1;
	g->s->now.wall_ms += 1000;
	take(g, xa, "xa-a1", id, g->s->now.wall_ms, &r);
	for (int i = 0; i < 5; i++)
		tick(g);
}

static void test_documents_that_a_report_does_not_count_as_we_do_are_named(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct doc_id ids[2], other = fixture_doc_id(99);

	neighbour_up(g->s, &xa);
	ids[0] = sent_and_receipted(g, &xa, 1);
	ids[1] = sent_and_receipted(g, &xa, 2);
	assert_true(memcmp(&ids[0], &ids[1], sizeof ids[0]) < 0);
	compare(g, &xa, 201, ids, 2);
	assert_true(known(g).checked_at_ms != 0 && known(g).unfit_all == 0);
	compare(g, &xa, 202, &ids[1], 1); /* its figures are one too low */
	assert_int_equal(known(g).unfit_all, 1);
	assert_int_equal(known(g).unfit[0].why, UNFIT_NOT_COUNTED);
	assert_memory_equal(&known(g).unfit[0].id, &ids[0], sizeof ids[0]);
	ids[0] = ids[1];
	ids[1] = other;
	compare(g, &xa, 203, ids, 2); /* and here one is missing, another made up */
	assert_int_equal(known(g).unfit_all, 2);
	assert_true(known(g).unfit[1].why == UNFIT_NOT_OURS ||
		    known(g).unfit[0].why == UNFIT_NOT_OURS);
}

/* More than are remembered one by one, as after a start: each has its turn. */
static void test_all_reports_are_compared_however_many_came(void **state)
{
	struct stage *g = *state;
	struct lookup l = g->s->lookup;
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r = { .family = FAMILY_REPORT };
	unsigned looked_at = 0;

	station_clear(g->s);
	for (unsigned i = 0; i < 2 * REPORT_WAITING_MAX; i++) {
		struct committee_id who;

		snprintf(who.text, sizeof who.text, "xa-%u", i);
		r.u.report = (struct rec_report){ .envelope = fixture_blob("signed"),
						  .signed_at_ms = FIXTURE_NOW_MS };
		plan_put(g->s->plan, key_committee(who), &r);
	}
	station_commit(g->s);
	station_restart(g->s);
	for (unsigned i = 0; i < 10 * REPORT_WAITING_MAX; i++) {
		station_clear(g->s);
		tick(g);
	}
	while (l.next(l.ctx, g->f->arena, FAMILY_REPORT, &scan, &r) == ERR_OK)
		looked_at += r.u.report.checked_at_ms != 0;
	assert_int_equal(looked_at, 2 * REPORT_WAITING_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_report_leaves_once_a_day_and_not_on_the_first),
		TEST(test_one_that_is_wanted_leaves_at_once_and_no_oftener_than_once_a_minute),
		TEST(test_what_is_wanted_leaves_after_a_crash_too),
		TEST(test_who_waits_is_told_that_nothing_may_be_signed),
		TEST(test_clock_that_was_ahead_holds_up_no_report),
		TEST(test_damaged_counter_is_mended_before_it_is_reported),
		TEST(test_more_than_one_report_holds_goes_in_several),
		TEST(test_report_from_below_is_kept_and_goes_on),
		TEST(test_what_cannot_be_is_counted_and_changes_no_figure),
		TEST(test_report_of_one_that_never_stood_below_us_is_not_kept),
		TEST(test_bounds_of_what_a_report_may_say),
		TEST(test_texts_that_nobody_can_see_are_not_taken),
		TEST(test_one_from_a_clock_that_was_ahead_holds_up_no_other),
		TEST(test_only_one_above_may_ask),
		TEST(test_question_that_is_answered_asks_nothing_again),
		TEST(test_damaged_rows_of_others_are_made_good_by_the_next),
		TEST(test_damaged_directory_row_stops_no_daemon),
		TEST(test_all_reports_are_compared_however_many_came),
		TEST(test_documents_that_a_report_does_not_count_as_we_do_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
