/* Other targets of the plan, declared: what is taken and what is not, that nothing is overwritten,
 * and that what stands goes up. */
#include <string.h>

#include "routing/rules/rules.h"
#include "routing/target/target.h"
#include "tests/unit/support/paper.h"

static const struct target_row row = { .from = "2022-01-01",
				       .id = "officers",
				       .share = 10000,
				       .unit_vi = "người",
				       .unit_en = "persons",
				       .name_vi = "Cán bộ được tập huấn",
				       .name_en = "Officers trained",
				       .source = "31-KH/ĐU" };
static const struct target_table table = { &row, 1 };

static struct event declaration(uint64_t done, uint64_t all, text_t as_of)
{
	return (struct event){ .type = EVENT_DECLARE,
			       .u.declare = { .reply = { 7 },
					      .uid = 1000,
					      .name = "can bo duoc tap huan",
					      .done = done,
					      .all = all,
					      .as_of = as_of,
					      .person = "" } };
}

static struct act_reply declare(struct stage *g, struct event e)
{
	station_clear(g->s);
	core_set_targets(g->s->core, &table);
	station_take(g->s, &e);
	station_commit(g->s);
	assert_int_equal(station_acts(g->s, ACT_REPLY), 1);
	assert_int_equal(station_act(g->s, ACT_REPLY, 0)->u.reply.to.n, 7);
	return station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static struct rec_declared stored(struct stage *g, uint64_t n)
{
	return station_get(g->s, FAMILY_DECLARED, key_declared("officers", n)).u.declared;
}

static void test_it_is_kept_with_who_said_it_and_a_report_leaves(void **state)
{
	struct stage *g = *state;
	struct event tick = { .type = EVENT_TICK }, e = declaration(30, 40, "2025-06-15");
	const struct report *report = NULL;
	struct act_reply r;

	e.u.declare.person = "Lê Thị Bình";
	r = declare(g, e);
	assert_int_equal(r.result, ERR_OK);
	assert_true(!r.repeated && r.before == NULL);
	assert_string_equal(r.target, "officers");
	assert_true(stored(g, 1).said.done == 30 && stored(g, 1).said.all == 40 &&
		    stored(g, 1).uid == 1000 && stored(g, 1).said.at_ms == FIXTURE_NOW_MS);
	assert_string_equal(stored(g, 1).said.person, "Lê Thị Bình");
	assert_int_equal(station_count(g->s, FAMILY_ACT), 1);
	for (int i = 0; i < 5 && report == NULL; i++) {
		station_clear(g->s);
		g->s->now.wall_ms++;
		station_take(g->s, &tick);
		station_commit(g->s);
		for (uint32_t k = 0; k < g->s->plan->draft_count; k++)
			report = g->s->plan->drafts[k].fact.report;
	}
	assert_non_null(report);
	assert_int_equal(report->declared_count, 1);
	assert_string_equal(report->declared[0].name, "officers");
	assert_true(report->declared[0].done == 30 && report->declared[0].all == 40);
	assert_ok(reported_check(report, g->s->now.wall_ms));
}

static bool reports_soon(struct stage *g)
{
	struct event tick = { .type = EVENT_TICK };
	uint32_t drafts = 0;

	for (int i = 0; i < 5 && drafts == 0; i++) {
		station_clear(g->s);
		g->s->now.wall_ms++;
		station_take(g->s, &tick);
		station_commit(g->s);
		drafts = g->s->plan->draft_count;
	}
	return drafts > 0;
}

static void test_a_daemon_that_ends_before_the_report_sends_it_afterwards(void **state)
{
	struct stage *g = *state;

	assert_false(reports_soon(g));
	assert_int_equal(declare(g, declaration(1, 2, "2025-06-15")).result, ERR_OK);
	station_clear(g->s);
	station_restart(g->s);
	assert_true(reports_soon(g));
	station_clear(g->s);
	station_restart(g->s);
	g->s->now.wall_ms += REPORT_AGAIN_MS;
	g->s->now.mono_ms += REPORT_AGAIN_MS;
	assert_false(reports_soon(g));
}

static void test_the_same_again_is_told_as_that_and_a_correction_is_one_more(void **state)
{
	struct stage *g = *state;
	struct event back = declaration(9, 40, "2025-05-31");
	struct act_reply r;

	assert_int_equal(declare(g, declaration(30, 40, "2025-06-14")).result, ERR_OK);
	r = declare(g, declaration(30, 40, "2025-06-14"));
	assert_true(r.result == ERR_OK && r.repeated && r.before->done == 30);
	assert_int_equal(station_count(g->s, FAMILY_DECLARED), 1);
	r = declare(g, declaration(31, 40, "2025-06-14")); /* of the same day: it corrects it */
	assert_true(r.result == ERR_OK && !r.repeated && r.before->done == 30);
	/* of an earlier day: only where it says that the last one was wrong */
	r = declare(g, back);
	assert_int_equal(r.result, ERR_DECLARED_EARLIER);
	assert_string_equal(r.about, "2025-06-14");
	assert_int_equal(station_count(g->s, FAMILY_DECLARED), 2);
	back.u.declare.correction = true;
	assert_int_equal(declare(g, back).result, ERR_OK);
	/* nothing of it was changed */
	assert_int_equal(stored(g, 1).said.done, 30);
	assert_int_equal(stored(g, 2).said.done, 31);
	assert_int_equal(stored(g, 3).said.done, 9);
	station_clear(g->s);
	station_restart(g->s);
	r = declare(g, declaration(10, 40, "2025-06-01"));
	assert_true(r.result == ERR_OK && r.before->done == 9);
	assert_int_equal(station_count(g->s, FAMILY_DECLARED), 4);
	assert_int_equal(station_count(g->s, FAMILY_ACT), 4);
}

static void test_what_cannot_be_is_refused_and_nothing_is_kept(void **state)
{
	static const struct {
		uint64_t done, all;
		const char *as_of;
		enum err why;
	} wrong[] = {
		{ 41, 40, "2025-06-15", ERR_DECLARED_FIGURES },
		{ 0, 0, "2025-06-15", ERR_DECLARED_FIGURES },
		{ UINT64_MAX, UINT64_MAX, "2025-06-15", ERR_DECLARED_FIGURES },
		{ 1, (uint64_t)DECLARED_ALL_MAX + 1, "2025-06-15", ERR_DECLARED_FIGURES },
		{ 30, 40, "2025-06-16", ERR_FUTURE },
		{ 30, 40, "2025-06-31", ERR_BAD_DATE },
		{ 30, 40, "", ERR_BAD_DATE },
		{ 30, 40, "2021-12-31", ERR_TARGET_UNKNOWN },
	};
	struct stage *g = *state;
	struct event e = declaration(30, 40, "2025-06-15");

	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_int_equal(
			declare(g, declaration(wrong[i].done, wrong[i].all, wrong[i].as_of)).result,
			wrong[i].why);
	e.u.declare.name = "machines";
	assert_int_equal(declare(g, e).result, ERR_TARGET_UNKNOWN);
	e = declaration(30, 40, "2025-06-15");
	e.u.declare.person = "a\nb";
	assert_int_equal(declare(g, e).result, ERR_FIELD);
	e = declaration(30, 40, "2025-06-15");
	e.u.declare.dry_run = true;
	assert_int_equal(declare(g, e).result, ERR_OK);
	e.u.declare.dry_run = false;
	core_set_room(g->s->core, (struct core_room){
					  .documents = true, .facts = true, .why = ERR_DISK_FULL });
	assert_int_equal(declare(g, e).result, ERR_DISK_FULL);
	assert_int_equal(station_count(g->s, FAMILY_DECLARED), 0);
	assert_int_equal(station_count(g->s, FAMILY_ACT), 0);
	assert_int_equal(station_count(g->s, FAMILY_STREAM), 0);
}

/* What another committee's report may say of them. */
static void test_reports_of_targets_that_cannot_be_are_not_taken(void **state)
{
	struct declaration d[2] = { { "a", 1, 2, "2025-06-15", "", 1 },
				    { "b", 2, 2, "2025-06-15", "", 1 } };
	struct report r = { .from = month_make(2025, 1),
			    .to = JUNE,
			    .as_of_ms = FIXTURE_NOW_MS,
			    .declared = d,
			    .declared_count = 2 };

	(void)state;
	assert_ok(reported_check(&r, FIXTURE_NOW_MS));
	d[1].name = "a"; /* twice */
	assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_DECLARED_FIGURES);
	d[1].name = "b";
	d[1].as_of = "2025-06-16";
	assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_DECLARED_FIGURES);
	d[1].as_of = "2025-06-15";
	d[1].done = 3;
	assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_DECLARED_FIGURES);
	d[1].done = d[1].all = 0;
	assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_DECLARED_FIGURES);
	d[1].all = (uint64_t)DECLARED_ALL_MAX + 1;
	assert_int_equal(reported_check(&r, FIXTURE_NOW_MS), ERR_DECLARED_FIGURES);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_is_kept_with_who_said_it_and_a_report_leaves),
		TEST(test_a_daemon_that_ends_before_the_report_sends_it_afterwards),
		TEST(test_the_same_again_is_told_as_that_and_a_correction_is_one_more),
		TEST(test_what_cannot_be_is_refused_and_nothing_is_kept),
		TEST(test_reports_of_targets_that_cannot_be_are_not_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
