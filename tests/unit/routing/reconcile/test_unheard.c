/* A store of a build that passed statuses over asks for them: when, of whom, how often. */
#include "routing/reconcile/unheard.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

enum { DAY_MS = 24 * 3600 * 1000 };

static void says_hello(struct stage *g, struct neighbour *n, bool reconciles)
{
	struct message m = { .type = MESSAGE_HELLO };
	struct msg_hello *h = &m.u.hello;

	*h = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
				 .protocol_max = PROTOCOL_MAX,
				 .committee = n->id,
				 .purpose = PURPOSE_CONTROL,
				 .directory_version = 1,
				 .has_streams = true,
				 .answer = true,
				 .says_store = true,
				 .reconciles = reconciles,
				 .store = { .any = true, .starts = 1, .store = { 7 } } };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		h->streams[lane].stream = n->streams[lane];
	neighbour_up(g->s, n);
	neighbour_says(g->s, n, &m);
	station_commit(g->s);
	station_clear(g->s);
}

static unsigned questions;

/* A second, and what is asked in it. */
static void passes(struct stage *g)
{
	struct event tick = { .type = EVENT_TICK };

	g->s->now.mono_ms += 1000;
	g->s->now.wall_ms += 1000;
	station_clear(g->s);
	station_take(g->s, &tick);
	for (uint32_t i = 0; i < g->s->plan->draft_count; i++)
		questions += g->s->plan->drafts[i].head.kind == KIND_ASKED;
	station_commit(g->s);
}

static void submit(struct stage *g)
{
	struct submission u;

	submission_of(&u, 1, 2);
	u.recipients[0] = (struct recipient){ .committee = fixture_id("tinh") };
	u.recipients[1] = (struct recipient){ .committee = fixture_id("xa-a1") };
	station_take(g->s, &u.event);
	station_commit(g->s);
	station_clear(g->s);
}

/* A document of ours to tinh and to a1, of the older build's time; and what this one notes of that
 * when it opens the store. */
static void opened_first(struct stage *g)
{
	struct record note = { .family = FAMILY_META, .u.note = { .number = 1 } };

	submit(g);
	plan_put(g->s->plan, key_name(UNHEARD_NOTE), &note);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
	station_restart(g->s);
	questions = 0;
}

static void all_come(struct stage *g, bool a2_reconciles)
{
	struct neighbour a1 = neighbour_of("xa-a1"), a2 = neighbour_of("xa-a2");

	says_hello(g, &g->tinh, true);
	says_hello(g, &a1, true);
	says_hello(g, &a2, a2_reconciles);
	passes(g);
	passes(g);
}

static void test_it_asks_once_all_neighbours_answer_and_no_sooner(void **state)
{
	struct stage *g = *state;
	struct neighbour a2 = neighbour_of("xa-a2");

	opened_first(g);
	all_come(g, false);
	for (unsigned i = 0; i < 5; i++)
		passes(g);
	assert_int_equal(questions, 0);
	says_hello(g, &a2, true);
	passes(g);
	passes(g);
	assert_int_equal(questions, 2);
}

static void test_it_asks_four_times_days_apart_and_a_restart_changes_nothing(void **state)
{
	static const int after_days[] = { 1, 3, 10 };
	struct stage *g = *state;

	opened_first(g);
	all_come(g, true);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(questions, 2 * (i + 1));
		station_restart(g->s);
		all_come(g, true);
		assert_int_equal(questions, 2 * (i + 1));
		g->s->now.wall_ms += after_days[i] * (int64_t)DAY_MS;
		station_restart(g->s);
		all_come(g, true);
	}
	assert_int_equal(questions, 2 * 4);
	assert_false(station_has(g->s, FAMILY_META, key_name(UNHEARD_NOTE)));
}

static void test_a_store_without_the_note_asks_nothing(void **state)
{
	struct stage *g = *state;

	submit(g);
	questions = 0;
	all_come(g, true);
	assert_int_equal(questions, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_it_asks_once_all_neighbours_answer_and_no_sooner),
		TEST(test_it_asks_four_times_days_apart_and_a_restart_changes_nothing),
		TEST(test_a_store_without_the_note_asks_nothing),
	};

	return cmocka_run_group_tests_name("unheard", tests, NULL, NULL);
}
