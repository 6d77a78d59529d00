/* What an operator asks of the core itself. */
#include <string.h>

#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/target/target.h"
#include "tests/unit/support/paper.h"
#include "tests/unit/support/shelf.h"

/* Another moment, and no act of before. */
static void later(struct stage *g, int64_t ms)
{
	station_clear(g->s);
	g->s->now.wall_ms += ms;
	g->s->now.mono_ms += ms;
}

static const struct act_reply *ask(struct stage *g, const char *who)
{
	struct event e = { .type = EVENT_OPERATE,
			   .u.operate = { .reply = { 9 },
					  .operation = OPERATION_ASK_REPORT,
					  .neighbour = fixture_id(who) } };

	station_clear(g->s);
	station_take(g->s, &e);
	station_commit(g->s);
	return &station_act(g->s, ACT_REPLY, 0)->u.reply;
}

static void test_who_does_not_answer_is_asked_again_only_after_a_while(void **state)
{
	struct stage *g = *state;
	const struct act_reply *r;

	assert_ok(ask(g, "xa-a1")->result);
	assert_int_equal(g->s->plan->draft_count, 1);
	later(g, 60000);
	r = ask(g, "xa-a1");
	assert_int_equal(r->result, ERR_REPORT_ASKED);
	/* asked at 22:06:40 in Vietnam: when it may be, on the minute after */
	assert_string_equal(r->about, "2025-06-15 22:17");
	assert_int_equal(g->s->plan->draft_count, 0);
	/* another one may be asked, and one that is not below us never */
	assert_ok(ask(g, "xa-a2")->result);
	assert_int_equal(ask(g, "tinh")->result, ERR_NOT_BELOW);
	later(g, REPORT_ASKED_MS - 60000);
	assert_ok(ask(g, "xa-a1")->result);
}

static void test_who_has_answered_may_be_asked_at_once(void **state)
{
	struct stage *g = *state;
	struct record said = { .family = FAMILY_REPORT };

	assert_ok(ask(g, "xa-a1")->result);
	later(g, 60000);
	said.u.report.taken_at_ms = g->s->now.wall_ms;
	plan_put(g->s->plan, key_committee(fixture_id("xa-a1")), &said);
	station_commit(g->s);
	assert_ok(ask(g, "xa-a1")->result);
	later(g, 60000);
	assert_int_equal(ask(g, "xa-a1")->result, ERR_REPORT_ASKED);
}

static void test_more_than_can_be_remembered_are_asked_all_the_same(void **state)
{
	struct stage *g = *state;
	struct report_memory *m = &g->s->core->report;

	assert_ok(ask(g, "xa-a1")->result);
	for (unsigned i = 1; i < REPORT_ASKED_MAX; i++)
		m->asked[i].who = fixture_id("tinh");
	m->asked_next = 0;
	assert_ok(ask(g, "xa-a2")->result);
	assert_ok(ask(g, "xa-a1")->result);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_who_does_not_answer_is_asked_again_only_after_a_while),
		TEST(test_who_has_answered_may_be_asked_at_once),
		TEST(test_more_than_can_be_remembered_are_asked_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
