/* Our own figures on their way up: what leaves, and when. */
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

enum { TYPES = 700, MONTHS = 3, REPLY = 9 };

static void test_report_leaves_once_a_day_and_not_on_the_first(void **state)
{
	struct stage *g = *state;
	const struct report *r;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	reporting_tick(g);
	assert_null(reporting_of(g));
	reporting_later(g, HOUR_MS);
	assert_null(reporting_of(g));
	reporting_later(g, DAY_MS);
	r = reporting_wait(g);
	assert_non_null(r);
	assert_true(r->from.n == month_make(2024, 1).n && r->to.n == JUNE.n && !r->asks);
	assert_int_equal(r->row_count, 1);
	assert_true(r->rows[0].count.paper == 1 && r->rows[0].at.direction == DIRECTION_IN);
	assert_string_equal(r->rows[0].type_code, "CV");
	/* to the top of the tree */
	assert_string_equal(reporting_draft(g, 0)->head.recipients[0].committee.text, "tinh");
	assert_null(reporting_draft(g, 1));
	for (int i = 0; i < 5; i++) {
		reporting_later(g, HOUR_MS / 6);
		assert_null(reporting_of(g));
	}
	station_restart(g->s);
	for (int i = 0; i < 5; i++) {
		reporting_later(g, 1000);
		assert_null(reporting_of(g));
	}
}

static void test_one_that_is_wanted_leaves_at_once_and_no_oftener_than_once_a_minute(void **state)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 9 }, .operation = OPERATION_REPORT } };
	struct stage *g = *state;

	reporting_tick(g);
	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_non_null(reporting_wait(g));
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.to.n, 9);
	station_clear(g->s);
	station_take(g->s, &e);
	station_take(g->s, &e); /* the second has to wait for the first one's answer */
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_BUSY);
	station_commit(g->s);
	reporting_later(g, 1000);
	reporting_later(g, 1000);
	assert_null(reporting_of(g));
	reporting_later(g, REPORT_AGAIN_MS);
	assert_non_null(reporting_wait(g));
}

static void test_what_is_wanted_leaves_after_a_crash_too(void **state)
{
	struct stage *g = *state;

	reporting_tick(g);
	reporting_want(g);
	assert_non_null(reporting_wait(g));
	reporting_want(g); /* not before a minute is over, and it crashes until then */
	station_restart(g->s);
	g->s->now.wall_ms += REPORT_AGAIN_MS;
	assert_non_null(reporting_wait(g));
	station_restart(g->s);
	g->s->now.wall_ms += REPORT_AGAIN_MS;
	for (int i = 0; i < 5; i++)
		reporting_later(g, 1000);
	assert_null(reporting_of(g));
}

static void test_who_waits_is_told_that_nothing_may_be_signed(void **state)
{
	struct signer_validity ended = { .known = true, .to_ms = FIXTURE_NOW_MS - DAY_MS };
	struct signer_validity good = { .known = true };
	struct stage *g = *state;

	reporting_tick(g);
	core_set_signer(g->s->core, &ended);
	reporting_want(g);
	for (int i = 0; i < 3 && station_acts(g->s, ACT_REPLY) == 0; i++)
		reporting_later(g, 1000);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.to.n, REPLY);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OWN_KEY);
	assert_null(reporting_of(g));
	/* and it leaves once it may */
	core_set_signer(g->s->core, &good);
	assert_non_null(reporting_wait(g));
}

/* Ahead by a year for a while: what it signed then holds up nothing. */
static void test_clock_that_was_ahead_holds_up_no_report(void **state)
{
	struct stage *g = *state;

	reporting_tick(g);
	g->s->now.wall_ms += 366 * DAY_MS;
	assert_non_null(reporting_wait(g));
	g->s->now.wall_ms -= 366 * DAY_MS;
	station_clear(g->s);
	for (int i = 0; i < 26 && reporting_of(g) == NULL; i++)
		reporting_later(g, HOUR_MS); /* that of the day */
	assert_non_null(reporting_of(g));
	assert_true(reporting_of(g)->to.n == JUNE.n);
	/* and that of the next day, and no other on it */
	station_clear(g->s);
	for (int i = 0; i < 26 && reporting_of(g) == NULL; i++)
		reporting_later(g, HOUR_MS);
	assert_non_null(reporting_of(g));
	for (int i = 0; i < 12; i++) {
		reporting_later(g, HOUR_MS);
		assert_null(reporting_of(g));
	}
}

static void test_damaged_counter_is_mended_before_it_is_reported(void **state)
{
	struct stage *g = *state;
	struct key key;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	reporting_tick(g);
	key = paper_counter(g->s, JUNE, DIRECTION_IN);
	assert_ok(memory_disk_spoil(g->s->disk, FAMILY_COUNTER, &key));
	reporting_want(g);
	for (int i = 0; i < 10 && reporting_of(g) == NULL; i++)
		reporting_later(g, 1);
	assert_null(reporting_of(g));
	for (int i = 0; i < 200 && reporting_of(g) == NULL; i++)
		reporting_later(g, 1000);
	assert_int_equal(reporting_of(g)->row_count, 1);
	assert_int_equal(reporting_of(g)->rows[0].count.paper, 1);
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

	reporting_tick(g);
	reporting_want(g);
	assert_non_null(reporting_wait(g));
	for (; (d = reporting_draft(g, parts)) != NULL; parts++) {
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

/* Under huyen-b first, which has what was counted before any directory knew us. */
static void test_superior_of_before_gets_a_copy_of_its_own(void **state)
{
	static struct tenure places[2];
	struct stage *g = *state;
	unsigned at = fixture_index(g->f, "huyen-a");
	struct record row = { .family = FAMILY_COMMITTEE };

	places[0] = (struct tenure){ .since = 3, .superior = fixture_id("huyen-b") };
	places[1] = (struct tenure){ .since = 5, .superior = fixture_id("tinh") };
	g->f->entries[at].places = places;
	g->f->entries[at].place_count = 2;
	fixture_repack(g->f, at);
	row.u.committee = g->f->entries[at];
	plan_put(g->s->plan, key_committee(row.u.committee.id), &row);
	station_commit(g->s);
	tree_forget(g->s->core->tree);
	g->s->core->directory_version = 5;
	(void)put_counters(g); /* in which it is not known where we stood */
	reporting_tick(g);
	reporting_want(g);
	assert_non_null(reporting_wait(g));
	assert_string_equal(reporting_draft(g, 0)->head.recipients[0].committee.text, "tinh");
	assert_string_equal(reporting_draft(g, 1)->head.recipients[0].committee.text, "huyen-b");
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
		TEST(test_superior_of_before_gets_a_copy_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
