/* Reports of others: what is taken, what is counted and changes nothing, and what documents are in
 * question. */
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
#include "tests/unit/support/reporting.h"
#include "tests/unit/support/shelf.h"

#define DAY_MS (24 * HOUR_MS)

static void test_report_from_below_is_kept_and_goes_on(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = reporting_good();
	struct rec_figures june;

	neighbour_up(g->s, &xa);
	reporting_take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
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
	assert_true(reporting_known(g).refused == 0 &&
		    reporting_known(g).taken_at_ms == g->s->now.wall_ms);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1); /* to tinh */
}

static void test_what_cannot_be_is_counted_and_changes_no_figure(void **state)
{
	struct report_row rows[2] = { reporting_row, reporting_row };
	struct report r = reporting_good();
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	unsigned id = 1;

	neighbour_up(g->s, &xa);
	reporting_take(g, &xa, "xa-a1", id, FIXTURE_NOW_MS - 1000, &r);
	/* the same again, the same to another one above, and an older one */
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 1000, &r);
	assert_true(reporting_known(g).refused == 1 &&
		    reporting_known(g).refused_why == ERR_REPORT_OLD);
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 1000, &r);
	assert_int_equal(reporting_known(g).refused, 1);
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 2000, &r);
	assert_int_equal(reporting_known(g).refused, 2);
	/* a month that has not begun */
	r.to = month_make(2025, 7);
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 500, &r);
	assert_true(reporting_known(g).refused == 3 &&
		    reporting_known(g).refused_why == ERR_REPORT_PERIOD);
	/* as if it were of an earlier day */
	r = reporting_good();
	r.as_of_ms -= 600 * DAY_MS;
	r.from = r.to = month_make(2023, 10);
	r.row_count = 0;
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 450, &r);
	assert_true(reporting_known(g).refused == 4 &&
		    reporting_known(g).refused_why == ERR_REPORT_PERIOD);
	assert_false(station_has(g->s, FAMILY_FIGURES,
				 key_figures(fixture_id("xa-a1"), month_make(2023, 10))));
	/* parts that are more than the whole, and a type twice */
	r = reporting_good();
	r.rows = rows;
	rows[0].count.processed = 4;
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 400, &r);
	assert_true(reporting_known(g).refused == 5 &&
		    reporting_known(g).refused_why == ERR_REPORT_FIGURES);
	rows[0] = reporting_row;
	r.row_count = 2;
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 300, &r);
	assert_int_equal(reporting_known(g).refused, 6);
	assert_int_equal(reporting_known(g).signed_at_ms, FIXTURE_NOW_MS - 1000);
	assert_non_null(station_notice(g->s, NOTICE_REFUSED));
	/* and a good one is taken again */
	r = reporting_good();
	reporting_take(g, &xa, "xa-a1", id++, FIXTURE_NOW_MS - 200, &r);
	assert_int_equal(reporting_known(g).signed_at_ms, FIXTURE_NOW_MS - 200);
}

/* One signed by xa-a1 that comes over another link than its own. */
static void pass_on(struct stage *g, struct neighbour *from, unsigned id, int64_t signed_at_ms,
		    const struct report *r)
{
	reporting_take(g, from, "xa-a1", id, signed_at_ms, r);
}

/* xa-a2 has moved below us with an old report of xa-a1, or a neighbour of both passes it on. */
static void test_one_that_another_shows_again_is_no_fault_of_its_signer(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1"), other = neighbour_of("xa-a2");
	struct report r = reporting_good(), bad = reporting_good();
	struct report_row row = reporting_row;
	struct stage *g = *state;

	neighbour_up(g->s, &xa);
	neighbour_up(g->s, &other);
	reporting_take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 2000, &r);
	reporting_take(g, &xa, "xa-a1", 2, FIXTURE_NOW_MS - 1000, &r);
	pass_on(g, &other, 1, FIXTURE_NOW_MS - 2000, &r);
	assert_true(reporting_known(g).refused == 0 && reporting_known(g).again == 1);
	assert_string_equal(reporting_known(g).again_through.text, "xa-a2");
	assert_int_equal(reporting_known(g).again_at_ms, g->s->now.wall_ms);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_REPORT_AGAIN);
	assert_string_equal(station_notice(g->s, NOTICE_REFUSED)->committee.text, "xa-a2");
	assert_int_equal(reporting_known(g).signed_at_ms, FIXTURE_NOW_MS - 1000);
	/* what cannot be is its signer's, once, whoever brings it */
	row.count.processed = 4;
	bad.rows = &row;
	pass_on(g, &other, 3, FIXTURE_NOW_MS - 500, &bad);
	assert_true(reporting_known(g).refused == 1 &&
		    reporting_known(g).refused_why == ERR_REPORT_FIGURES);
	pass_on(g, &other, 3, FIXTURE_NOW_MS - 500, &bad);
	pass_on(g, &other, 4, FIXTURE_NOW_MS - 600, &bad);
	assert_true(reporting_known(g).refused == 1 && reporting_known(g).again == 3);
	/* after a start, too */
	station_restart(g->s);
	neighbour_up(g->s, &xa);
	neighbour_up(g->s, &other);
	pass_on(g, &other, 3, FIXTURE_NOW_MS - 500, &bad);
	assert_true(reporting_known(g).refused == 1 && reporting_known(g).again == 4);
	/* and what its own link brings again, it sends again */
	reporting_take(g, &xa, "xa-a1", 2, FIXTURE_NOW_MS - 1000, &r);
	reporting_take(g, &xa, "xa-a1", 3, FIXTURE_NOW_MS - 500, &bad);
	assert_true(reporting_known(g).refused == 3 && reporting_known(g).again == 4);
	/* a new one that is as bad is no old one */
	pass_on(g, &other, 5, FIXTURE_NOW_MS - 400, &bad);
	assert_int_equal(reporting_known(g).refused, 4);
}

/* Passed on it would come to tinh over our own link, as ours. What we ask somebody may come back on
 * its way. */
static void test_our_own_that_is_shown_to_us_goes_no_further(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1");
	struct report r = reporting_good(), asks = { .asks = true };
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = &asks };
	struct stage *g = *state;
	struct draft d = fixture_fact(g->f, "huyen-a", "xa-a2", 2, &f);

	neighbour_up(g->s, &xa);
	reporting_take(g, &xa, "huyen-a", 1, FIXTURE_NOW_MS - 2000, &r);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_REPORT_AGAIN);
	assert_string_equal(station_notice(g->s, NOTICE_REFUSED)->committee.text, "xa-a1");
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 0);
	station_clear(g->s);
	neighbour_publishes(g->s, &xa, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 1);
}

static void test_report_of_one_that_never_stood_below_us_is_not_kept(void **state)
{
	struct stage *g = *state;
	struct report r = reporting_good();
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

/* Of days before any directory knew it, in a report of one that has left us since. */
static void test_report_of_one_that_stood_below_us_first_is_kept(void **state)
{
	static struct tenure places[2];
	struct neighbour tinh = neighbour_of("tinh");
	struct stage *g = *state;
	struct report r = reporting_good();
	unsigned at = fixture_index(g->f, "xa-a1");
	struct record row = { .family = FAMILY_COMMITTEE };

	places[0] = (struct tenure){ .since = 3, .superior = fixture_id("huyen-a") };
	places[1] = (struct tenure){ .since = 5, .superior = fixture_id("huyen-b") };
	g->f->entries[at].places = places;
	g->f->entries[at].place_count = 2;
	g->f->entries[at].superior = places[1].superior;
	fixture_repack(g->f, at);
	row.u.committee = g->f->entries[at];
	plan_put(g->s->plan, key_committee(row.u.committee.id), &row);
	station_commit(g->s);
	tree_forget(g->s->core->tree);
	neighbour_up(g->s, &tinh);
	reporting_take(g, &tinh, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_int_equal(reporting_known(g).signed_at_ms, FIXTURE_NOW_MS - 1000);
	assert_true(station_has(g->s, FAMILY_FIGURES, key_figures(fixture_id("xa-a1"), JUNE)));
}

static void test_bounds_of_what_a_report_may_say(void **state)
{
	struct report_exchange x = { .with = fixture_id("huyen-a"), .direction = DIRECTION_IN };
	struct report_row *rows = calloc(REPORT_ROWS_MAX + 1, sizeof *rows);
	char *long_name = calloc(1, COMMITTEE_NAME_MAX + 1);
	struct report r = reporting_good();
	int64_t now_ms = FIXTURE_NOW_MS;

	(void)state;
	assert_ok(reported_check(&r, now_ms));
	r.as_of_ms = -1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.as_of_ms = INT64_MIN;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.as_of_ms = now_ms + 1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r = reporting_good();
	r.from = month_make(2023, 6);
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	/* what was said of a year that is long over stays */
	r = reporting_good();
	r.from = r.to = month_make(2023, 12);
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_PERIOD);
	r.from = r.to = month_make(2024, 1);
	r.row_count = 0;
	assert_ok(reported_check(&r, now_ms));
	/* documents of all time are not compared for anybody */
	r = reporting_good();
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
	r = reporting_good();
	r.rows = rows;
	for (uint32_t i = 0; i <= REPORT_ROWS_MAX; i++) {
		rows[i] = reporting_row;
		rows[i].at.since = i;
	}
	r.row_count = REPORT_ROWS_MAX + 1;
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_FIGURES);
	r.row_count = REPORT_ROWS_MAX / 2;
	/* of one month no more than is stored; of two as much as a report holds */
	assert_int_equal(reported_check(&r, now_ms), ERR_REPORT_FIGURES);
	for (uint32_t i = 0; i < REPORT_ROWS_MAX / 4; i++)
		rows[i].at.month.n--;
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

		r = reporting_good();
		row = reporting_row;
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
	r = reporting_good();
	row = reporting_row;
	row.type_name = bad[0];
	r.rows = &row;
	neighbour_up(g->s, &xa);
	reporting_take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_true(reporting_known(g).refused == 1 && reporting_known(g).refused_why == ERR_FIELD);
	assert_int_equal(station_count(g->s, FAMILY_FIGURES), 0);
}

static void test_one_from_a_clock_that_was_ahead_holds_up_no_other(void **state)
{
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = reporting_good();

	neighbour_up(g->s, &xa);
	g->s->now.wall_ms += 300 * DAY_MS;
	r.from = month_make(2025, 1);
	r.as_of_ms = g->s->now.wall_ms - 1000;
	reporting_take(g, &xa, "xa-a1", 1, r.as_of_ms, &r);
	assert_int_equal(reporting_known(g).refused, 0);
	g->s->now.wall_ms -= 300 * DAY_MS;
	r.as_of_ms = g->s->now.wall_ms - 1000;
	reporting_take(g, &xa, "xa-a1", 2, r.as_of_ms, &r);
	assert_int_equal(reporting_known(g).refused, 0);
	assert_int_equal(reporting_known(g).signed_at_ms, r.as_of_ms);
	assert_int_equal(station_get(g->s, FAMILY_FIGURES, key_figures(fixture_id("xa-a1"), JUNE))
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
	reporting_tick(g);
	d = fixture_fact(g->f, "xa-a1", "huyen-a", 1, &f);
	station_clear(g->s);
	neighbour_publishes(g->s, &xa, LANE_FACTS, &d);
	station_commit(g->s);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ENTITLED);
	for (int i = 0; i < 5; i++)
		reporting_later(g, 1);
	assert_null(reporting_of(g));
	for (unsigned id = 2; id < 40; id++) { /* as often as it likes */
		d = fixture_fact(g->f, "tinh", "huyen-a", id, &f);
		station_clear(g->s);
		neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
		station_commit(g->s);
	}
	assert_non_null(reporting_wait(g));
	for (int i = 0; i < 50; i++) {
		reporting_later(g, 1000);
		assert_null(reporting_of(g));
	}
}

/* Who stood above us once gets what counts there with each report; asking is for those above us
 * now. */
static void test_former_superior_does_not_ask(void **state)
{
	struct report asks = { .asks = true };
	struct fact f = { .kind = KIND_REPORT, .note = "", .report = &asks };
	static struct tenure places[2];
	struct stage *g = *state;
	unsigned at = fixture_index(g->f, "huyen-a");
	static const char *const others[] = { "huyen-b", "xa-b1", "huyen-a" };
	struct draft d;

	neighbour_up(g->s, &g->tinh);
	places[0] = (struct tenure){ .superior = fixture_id("huyen-b") };
	places[1] = (struct tenure){ .since = 1, .superior = fixture_id("tinh") };
	g->f->entries[at].places = places;
	g->f->entries[at].place_count = 2;
	fixture_repack(g->f, at);
	reporting_tick(g);
	for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
		d = fixture_fact(g->f, others[i], "huyen-a", 1 + i, &f);
		station_clear(g->s);
		neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
		station_commit(g->s);
		assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_NOT_ENTITLED);
		assert_null(reporting_wait(g));
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
	reporting_tick(g);
	d = fixture_fact(g->f, "tinh", "huyen-a", 1, &f);
	d.head.signed_at_ms -= 2 * CLOCK_TOLERANCE_MS;
	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_non_null(reporting_wait(g));
	reporting_later(g, REPORT_AGAIN_MS);
	neighbour_up(g->s, &g->tinh);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_null(reporting_wait(g));
	/* a new one is one */
	d = fixture_fact(g->f, "tinh", "huyen-a", 2, &f);
	d.head.signed_at_ms = g->s->now.wall_ms;
	fixture_seal(g->f, "tinh", &d);
	station_clear(g->s);
	neighbour_publishes(g->s, &g->tinh, LANE_FACTS, &d);
	station_commit(g->s);
	assert_non_null(reporting_wait(g));
}

/* Of what cannot be read nothing is believed, and nothing stops. */
static void test_damaged_rows_of_others_are_made_good_by_the_next(void **state)
{
	struct committee_id who = fixture_id("xa-a1");
	struct key report = key_committee(who), june = key_figures(who, JUNE);
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = reporting_good();

	neighbour_up(g->s, &xa);
	reporting_take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_REPORT, &report));
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_FIGURES, &june));
	for (int i = 0; i < 5; i++)
		reporting_tick(g);
	station_restart(g->s);
	for (int i = 0; i < 5; i++)
		reporting_tick(g);
	neighbour_up(g->s, &xa);
	reporting_take(g, &xa, "xa-a1", 2, FIXTURE_NOW_MS - 500, &r);
	assert_int_equal(reporting_known(g).signed_at_ms, FIXTURE_NOW_MS - 500);
	assert_int_equal(station_get(g->s, FAMILY_FIGURES, june).u.figures.figures.row_count, 1);
}

static void test_damaged_directory_row_stops_no_daemon(void **state)
{
	struct key key = key_committee(fixture_id("xa-a1")),
		   above = key_committee(fixture_id("tinh"));
	struct neighbour xa = neighbour_of("xa-a1");
	struct stage *g = *state;
	struct report r = reporting_good();

	reporting_tick(g);
	neighbour_up(g->s, &xa);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COMMITTEE, &key));
	tree_forget(g->s->core->tree);
	reporting_take(g, &xa, "xa-a1", 1, FIXTURE_NOW_MS - 1000, &r);
	assert_int_equal(station_count(g->s, FAMILY_FIGURES), 0);
	assert_int_equal(station_notice(g->s, NOTICE_REFUSED)->reason, ERR_DAMAGED);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COMMITTEE, &above));
	tree_forget(g->s->core->tree);
	reporting_want(g);
	for (int i = 0; i < 5 && station_acts(g->s, ACT_REPLY) == 0; i++)
		reporting_later(g, 1);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_DAMAGED);
	/* whole again */
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COMMITTEE, &above));
	reporting_later(g, REPORT_AGAIN_MS);
	assert_non_null(reporting_wait(g));
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
	struct report_exchange x = {
		.with = g->s->self, .direction = DIRECTION_IN, .ids = ids, .id_count = count
	};
	struct report r = reporting_good();

	r.exchanges = &x;
	r.exchange_count = 1;
	r.exchanged_since_ms = FIXTURE_NOW_MS - DAY_MS;
	r.as_of_ms = r.exchanged_before_ms = g->s->now.wall_ms + 1;
	g->s->now.wall_ms += 1000;
	reporting_take(g, xa, "xa-a1", id, g->s->now.wall_ms, &r);
	for (int i = 0; i < 5; i++)
		reporting_tick(g);
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
	assert_true(reporting_known(g).checked_at_ms != 0 && reporting_known(g).unfit_all == 0);
	compare(g, &xa, 202, &ids[1], 1); /* its figures are one too low */
	assert_int_equal(reporting_known(g).unfit_all, 1);
	assert_int_equal(reporting_known(g).unfit[0].why, UNFIT_NOT_COUNTED);
	assert_memory_equal(&reporting_known(g).unfit[0].id, &ids[0], sizeof ids[0]);
	ids[0] = ids[1];
	ids[1] = other;
	compare(g, &xa, 203, ids, 2); /* and here one is missing, another made up */
	assert_int_equal(reporting_known(g).unfit_all, 2);
	assert_true(reporting_known(g).unfit[1].why == UNFIT_NOT_OURS ||
		    reporting_known(g).unfit[0].why == UNFIT_NOT_OURS);
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
		reporting_tick(g);
	}
	while (l.next(l.ctx, g->f->arena, FAMILY_REPORT, &scan, &r) == ERR_OK)
		looked_at += r.u.report.checked_at_ms != 0;
	assert_int_equal(looked_at, 2 * REPORT_WAITING_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_report_from_below_is_kept_and_goes_on),
		TEST(test_what_cannot_be_is_counted_and_changes_no_figure),
		TEST(test_one_that_another_shows_again_is_no_fault_of_its_signer),
		TEST(test_our_own_that_is_shown_to_us_goes_no_further),
		TEST(test_report_of_one_that_never_stood_below_us_is_not_kept),
		TEST(test_report_of_one_that_stood_below_us_first_is_kept),
		TEST(test_bounds_of_what_a_report_may_say),
		TEST(test_texts_that_nobody_can_see_are_not_taken),
		TEST(test_one_from_a_clock_that_was_ahead_holds_up_no_other),
		TEST(test_only_one_above_may_ask),
		TEST(test_former_superior_does_not_ask),
		TEST(test_question_that_is_answered_asks_nothing_again),
		TEST(test_damaged_rows_of_others_are_made_good_by_the_next),
		TEST(test_damaged_directory_row_stops_no_daemon),
		TEST(test_documents_that_a_report_does_not_count_as_we_do_are_named),
		TEST(test_all_reports_are_compared_however_many_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
