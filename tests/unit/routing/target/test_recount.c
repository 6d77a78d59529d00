/* The recount finds what is wrong, puts it right when asked, and is not led astray by what changes
 * meanwhile. */
#include <stdio.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/unit/support/paper.h"

/* What a wrong counter would look like: written past the core. */
static void tamper(struct stage *g, struct month month, enum direction direction,
		   struct target_count with)
{
	struct record r = { .family = FAMILY_COUNTER };

	station_clear(g->s);
	r.u.counter.count = with;
	plan_put(g->s->plan, paper_counter(g->s, month, direction), &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

static void test_wrong_counter_is_found_named_and_put_right_only_when_asked(void **state)
{
	struct stage *g = *state;
	const struct recount_result *r;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 2, DIRECTION_OUT, "2-CV/X", "2025-05-14");
	tamper(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 5, .digital = 9 });
	/* of nothing */
	tamper(g, month_make(2020, 1), DIRECTION_OUT, (struct target_count){ .pending = 1 });
	r = paper_recount(g, OPERATION_RECOUNT);
	assert_true(r->difference_count == 2 && r->papers == 2 && r->repaired_count == 0);
	assert_int_equal(r->differences[0].at.month.n, month_make(2020, 1).n);
	assert_int_equal(r->differences[1].stored.count.digital, 9);
	assert_int_equal(r->differences[1].counted.count.paper, 1);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 5, .digital = 9 });
	assert_true(paper_recount(g, OPERATION_REPAIR)->repaired_count > 0);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
	paper_expect(g, month_make(2020, 1), DIRECTION_OUT, (struct target_count){ .pending = 0 });
	paper_expect(g, month_make(2025, 5), DIRECTION_OUT, (struct target_count){ .paper = 1 });
	paper_expect_equal(g);
}

static void test_live_events_tell_what_a_repair_has_put_right(void **state)
{
	struct stage *g = *state;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	tamper(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 5 });
	station_restart(g->s);
	/* this year's sum is read, with what is wrong */
	paper_add(g, 2, DIRECTION_IN, "2-CV/X", "2025-06-14");
	paper_recount(g, OPERATION_REPAIR);
	assert_int_equal(station_notice(g->s, NOTICE_TARGET)->target.paper, 2);
}

static void test_what_changes_while_a_recount_runs_is_counted_once(void **state)
{
	enum { ENTRIES = 1200 }; /* more than a tick looks at, twice over */
	struct event operate = { .type = EVENT_OPERATE,
				 .u.operate = { .reply = { 7 }, .operation = OPERATION_RECOUNT } },
		     tick = { .type = EVENT_TICK };
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };
	struct stage *g = *state;
	struct event early, late, passed, ahead;
	char number[32];

	for (unsigned i = 0; i < ENTRIES; i++) {
		struct event e;

		snprintf(number, sizeof number, "%u-CV/X", i);
		e = paper_entry(100 + i, DIRECTION_IN, number,
				i % 2 == 0 ? "2025-05-01" : "2025-06-01");
		station_take(g->s, &e);
		station_commit(g->s);
		station_clear(g->s);
	}
	station_take(g->s, &operate);
	station_take(g->s, &tick);
	assert_true(core_recounting(g->s->core));
	/* Around the 500th of all steps, the last of this tick: before, at and after the record
	 * where it stands. */
	for (unsigned i = 990; i <= 1004; i += 2) {
		passed = paper_cancel(100 + i, "x");
		station_take(g->s, &passed);
	}
	passed = paper_cancel(100, "x"); /* the first of May: looked at already */
	ahead = paper_cancel(101, "x");	 /* of June: not yet */
	early = paper_entry(1, DIRECTION_IN, "9999-CV/X", "2024-01-01");
	late = paper_entry(2, DIRECTION_OUT, "9999-CV/X", "2025-06-15");
	station_take(g->s, &passed);
	station_take(g->s, &ahead);
	station_take(g->s, &early);
	station_take(g->s, submission_of(&u, 3000, 1)); /* all that was sent has been looked at */
	station_take(g->s, &late);
	station_commit(g->s);
	station_clear(g->s);
	for (int i = 0; i < 10 && station_acts(g->s, ACT_REPLY) == 0; i++) {
		station_clear(g->s);
		station_take(g->s, &tick);
		station_commit(g->s);
	}
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.recount->difference_count, 0);
	assert_false(core_recounting(g->s->core));
	paper_expect(g, month_make(2025, 5), DIRECTION_IN,
		     (struct target_count){ .paper = ENTRIES / 2 - 9 });
	paper_expect_equal(g);
}

static void test_second_recount_waits_for_the_first(void **state)
{
	struct event operate = { .type = EVENT_OPERATE,
				 .u.operate = { .reply = { 7 }, .operation = OPERATION_RECOUNT } };
	struct stage *g = *state;

	station_take(g->s, &operate);
	station_take(g->s, &operate);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_BUSY);
}

static void test_store_from_before_there_were_counters_is_counted_at_its_first_start(void **state)
{
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };
	struct event tick = { .type = EVENT_TICK };
	struct stage *g = *state;

	station_take(g->s, submission_of(&u, 1, 1));
	station_commit(g->s);
	station_clear(g->s);
	plan_erase(g->s->plan, FAMILY_COUNTER, paper_counter(g->s, JUNE, DIRECTION_OUT));
	plan_erase(g->s->plan, FAMILY_META, key_name("target"));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
	assert_true(core_recounting(g->s->core));
	for (int i = 0; i < 10 && core_recounting(g->s->core); i++) {
		station_take(g->s, &tick);
		station_commit(g->s);
		station_clear(g->s);
	}
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 1 });
	station_restart(g->s);
	assert_false(core_recounting(g->s->core));
}

/* As format 7 had them: a month and direction, no more. */
static void test_counters_of_an_older_format_make_way(void **state)
{
	struct record r = { .family = FAMILY_COUNTER, .u.counter.count = { .paper = 1 } },
		      note = { .family = FAMILY_META, .u.note = { .number = 1 } };
	struct key old = key_counter_month(JUNE, DIRECTION_IN);
	struct event tick = { .type = EVENT_TICK };
	struct stage *g = *state;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	plan_erase(g->s->plan, FAMILY_COUNTER, paper_counter(g->s, JUNE, DIRECTION_IN));
	plan_put(g->s->plan, old, &r);
	plan_put(g->s->plan, key_name("target"), &note);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
	assert_true(core_recounting(g->s->core));
	for (int i = 0; i < 10 && core_recounting(g->s->core); i++) {
		station_take(g->s, &tick);
		station_commit(g->s);
		station_clear(g->s);
	}
	assert_false(station_has(g->s, FAMILY_COUNTER, old));
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
	paper_expect_equal(g);
}

static enum err (*stored_get)(void *ctx, struct arena *arena, enum family family,
			      const struct key *key, struct record *out);

static enum err damaged_get(void *ctx, struct arena *arena, enum family family,
			    const struct key *key, struct record *out)
{
	return family == FAMILY_COUNTER ? ERR_DAMAGED : stored_get(ctx, arena, family, key, out);
}

static void run_out(struct stage *g)
{
	struct event tick = { .type = EVENT_TICK };

	for (int i = 0; i < 10 && core_recounting(g->s->core); i++) {
		station_take(g->s, &tick);
		station_commit(g->s);
		station_clear(g->s);
	}
	assert_false(core_recounting(g->s->core));
}

/* Two entries stand, and a third comes upon a counter that cannot be read. */
static void come_upon_damage(struct stage *g)
{
	struct event e = paper_entry(9, DIRECTION_IN, "9-CV/X", "2025-06-14");

	stored_get = g->s->plan->base.get;
	g->s->plan->base.get = damaged_get;
	station_take(g->s, &e); /* goes on: a figure is no reason to stop */
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(g->s);
	g->s->plan->base.get = stored_get;
	station_clear(g->s);
	assert_true(core_recounting(g->s->core));
}

static void expect_three(struct stage *g)
{
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 3 });
	assert_true(station_has(g->s, FAMILY_META, key_name("target")));
	paper_expect_equal(g);
}

static void test_damaged_counter_is_rebuilt_from_the_records(void **state)
{
	struct stage *g = *state;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 2, DIRECTION_IN, "2-CV/X", "2025-06-14");
	come_upon_damage(g);
	/* a crash now begins it again */
	assert_false(station_has(g->s, FAMILY_META, key_name("target")));
	run_out(g);
	expect_three(g);
}

static void test_crash_before_a_damaged_counter_is_right_begins_again_with_paper_alone(void **state)
{
	struct stage *g = *state;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 2, DIRECTION_IN, "2-CV/X", "2025-06-14");
	come_upon_damage(g);
	station_restart(g->s);
	/* no document has ever passed here, and yet it has something to count */
	assert_true(core_recounting(g->s->core));
	run_out(g);
	expect_three(g);
}

static void test_counter_found_damaged_while_somebody_compares_is_put_right_too(void **state)
{
	struct event operate = { .type = EVENT_OPERATE,
				 .u.operate = { .reply = { 7 }, .operation = OPERATION_RECOUNT } };
	struct stage *g = *state;

	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 2, DIRECTION_IN, "2-CV/X", "2025-06-14");
	station_take(g->s, &operate);
	come_upon_damage(g);
	run_out(g);
	expect_three(g);
}

/* ---- records that cannot be read ---- */

/* Two sent and two on paper; the first of ours has serial 1. */
static void fill(struct stage *g)
{
	struct submission u = { .recipients = { { .committee = { "tinh" } } } };

	for (unsigned i = 0; i < 2; i++) {
		station_take(g->s, submission_of(&u, 3000 + i, 1));
		station_commit(g->s);
		station_clear(g->s);
	}
	paper_add(g, 1, DIRECTION_IN, "1-CV/X", "2025-06-14");
	paper_add(g, 2, DIRECTION_IN, "2-CV/X", "2025-06-14");
	paper_expect_equal(g);
}

static void spoil(struct stage *g, enum family family, struct key key)
{
	assert_ok(memory_disk_spoil(g->s->disk, family, &key));
}

static struct key first_sent(void)
{
	return key_serial(ROLE_OUT, (struct serial){ 1 });
}

static struct key first_paper(void)
{
	return key_paper(paper_serial(JUNE, DIRECTION_IN, 1));
}

static void test_what_cannot_be_read_is_named_and_nothing_is_proven(void **state)
{
	const struct {
		enum family family;
		struct key key;
	} each[] = {
		{ FAMILY_STATE, first_sent() },
		{ FAMILY_DOCUMENT, key_serial(ROLE_OUT, (struct serial){ 2 }) },
		{ FAMILY_PAPER, first_paper() },
	};
	struct stage *g = *state;
	const struct recount_result *r;

	fill(g);
	for (unsigned i = 0; i < 3; i++)
		spoil(g, each[i].family, each[i].key);
	r = paper_recount(g, OPERATION_RECOUNT);
	assert_int_equal(r->damaged, 3);
	assert_int_equal(r->damage_count, 3);
	assert_true(r->documents == 0 && r->papers == 1 && r->difference_count == 2);
	for (unsigned i = 0; i < 3; i++)
		assert_true(r->damage[i].family == each[i].family &&
			    key_equal(&r->damage[i].key, &each[i].key));
}

static void test_repair_leaves_a_counter_that_may_know_what_cannot_be_read(void **state)
{
	struct stage *g = *state;
	const struct recount_result *r;

	fill(g);
	spoil(g, FAMILY_STATE, first_sent());
	/* less than can be read: wrong in any case */
	tamper(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 1 });
	r = paper_recount(g, OPERATION_REPAIR);
	assert_true(r->damaged == 1 && r->difference_count == 2 && r->repaired_count == 1 &&
		    r->kept_count == 1);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 2 });
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 2 });
}

static enum err refused_repair(struct stage *g)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 7 }, .operation = OPERATION_REPAIR } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	return station_act(g->s, ACT_REPLY, 0)->u.reply.result;
}

static void test_nothing_is_put_right_while_records_are_known_to_be_missing(void **state)
{
	struct stage *g = *state;
	struct target_count false_count = { .paper = 9 };

	fill(g);
	tamper(g, JUNE, DIRECTION_IN, false_count);
	core_set_unsound(g->s->core, ERR_RECORDS_MISSING);
	assert_int_equal(refused_repair(g), ERR_UNSOUND);
	paper_expect(g, JUNE, DIRECTION_IN, false_count);
	/* who only asks is answered */
	assert_true(paper_recount(g, OPERATION_RECOUNT)->difference_count > 0);
	core_set_unsound(g->s->core, ERR_OK);
	assert_true(paper_recount(g, OPERATION_REPAIR)->repaired_count > 0);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 2 });
}

static void
test_repair_with_everything_readable_takes_down_a_counter_that_says_too_much(void **state)
{
	struct stage *g = *state;

	fill(g);
	tamper(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 9 });
	assert_int_equal(paper_recount(g, OPERATION_REPAIR)->kept_count, 0);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 2 });
}

static void test_damage_is_told_by_a_recount_that_nobody_asked_for(void **state)
{
	struct event tick = { .type = EVENT_TICK };
	struct stage *g = *state;

	fill(g);
	spoil(g, FAMILY_PAPER, first_paper());
	plan_erase(g->s->plan, FAMILY_META, key_name("target"));
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
	for (int i = 0; i < 10 && station_acts(g->s, ACT_REPLY) == 0; i++)
		station_take(g->s, &tick);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.to.n, 0);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.recount->damaged, 1);
	/* what was counted when it could be read */
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 2 });
}

static void tick_after(struct stage *g, int64_t ms)
{
	struct event tick = { .type = EVENT_TICK };

	g->s->now.mono_ms += ms;
	station_take(g->s, &tick);
	station_commit(g->s);
	station_clear(g->s);
}

static void test_damaged_counter_that_nobody_reads_is_rebuilt_by_the_tick(void **state)
{
	struct stage *g = *state;

	fill(g);
	tick_after(g, 0);
	spoil(g, FAMILY_COUNTER, paper_counter(g->s, JUNE, DIRECTION_IN));
	tick_after(g, 1000);
	assert_false(core_recounting(g->s->core)); /* read once a minute */
	for (int i = 0; i < 60; i++)
		tick_after(g, 1000);
	paper_expect(g, JUNE, DIRECTION_IN, (struct target_count){ .paper = 2 });
	assert_true(station_has(g->s, FAMILY_META, key_name("target")));
	paper_expect_equal(g);
}

static void test_counter_damaged_while_the_daemon_was_down_is_rebuilt_at_the_start(void **state)
{
	struct event tick = { .type = EVENT_TICK };
	const struct act_reply *r;
	struct stage *g = *state;

	fill(g);
	spoil(g, FAMILY_COUNTER, paper_counter(g->s, JUNE, DIRECTION_OUT));
	station_restart(g->s);
	for (int i = 0; i < 10 && station_acts(g->s, ACT_REPLY) == 0; i++)
		station_take(g->s, &tick);
	r = &station_act(g->s, ACT_REPLY, 0)->u.reply; /* nobody's: for the log */
	assert_true(r->to.n == 0 && r->recount->repaired_count == 1 && r->recount->damaged == 0);
	station_commit(g->s);
	paper_expect(g, JUNE, DIRECTION_OUT, (struct target_count){ .pending = 2 });
	paper_expect_equal(g);
}

static void test_damaged_counter_of_nothing_differs_too(void **state)
{
	struct stage *g = *state;

	fill(g);
	tamper(g, month_make(2020, 1), DIRECTION_OUT, (struct target_count){ .digital = 0 });
	spoil(g, FAMILY_COUNTER, paper_counter(g->s, month_make(2020, 1), DIRECTION_OUT));
	assert_int_equal(paper_recount(g, OPERATION_RECOUNT)->difference_count, 1);
	assert_int_equal(paper_recount(g, OPERATION_REPAIR)->repaired_count, 1);
	paper_expect_equal(g);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_counters_of_an_older_format_make_way),
		TEST(test_wrong_counter_is_found_named_and_put_right_only_when_asked),
		TEST(test_live_events_tell_what_a_repair_has_put_right),
		TEST(test_what_changes_while_a_recount_runs_is_counted_once),
		TEST(test_second_recount_waits_for_the_first),
		TEST(test_store_from_before_there_were_counters_is_counted_at_its_first_start),
		TEST(test_damaged_counter_is_rebuilt_from_the_records),
		TEST(test_crash_before_a_damaged_counter_is_right_begins_again_with_paper_alone),
		TEST(test_counter_found_damaged_while_somebody_compares_is_put_right_too),
		TEST(test_what_cannot_be_read_is_named_and_nothing_is_proven),
		TEST(test_repair_leaves_a_counter_that_may_know_what_cannot_be_read),
		TEST(test_nothing_is_put_right_while_records_are_known_to_be_missing),
		TEST(test_repair_with_everything_readable_takes_down_a_counter_that_says_too_much),
		TEST(test_damage_is_told_by_a_recount_that_nobody_asked_for),
		TEST(test_damaged_counter_that_nobody_reads_is_rebuilt_by_the_tick),
		TEST(test_counter_damaged_while_the_daemon_was_down_is_rebuilt_at_the_start),
		TEST(test_damaged_counter_of_nothing_differs_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
