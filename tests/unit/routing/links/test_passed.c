/* How long things have waited does not depend on what anybody does to the clock; nothing is
 * dropped, expired or told for a clock that jumped. */
#include <string.h>

#include "tests/unit/support/fixture.h"

enum { HOUR_MS = 3600 * 1000, DAY_MS = 24 * HOUR_MS, YEARS = 50 };

static void tick(struct station *s, int64_t mono_ms, int64_t wall_ms)
{
	struct event e = { .type = EVENT_TICK };

	station_clear(s);
	s->now.mono_ms += mono_ms;
	s->now.mono_us += mono_ms * 1000;
	s->now.wall_ms += wall_ms;
	station_take(s, &e);
	station_commit(s);
}

static void submit(struct station *s, unsigned id)
{
	struct submission u = { .recipients = { { .committee = { "xa-a1" } } } };

	station_clear(s);
	station_take(s, submission_of(&u, id, 1));
	assert_int_equal(station_act(s, ACT_REPLY, 0)->u.reply.result, ERR_OK);
	station_commit(s);
}

static void relay(struct stage *g, unsigned id)
{
	struct draft d = fixture_document(g->f, "tinh", id, (const char *const[]){ "xa-a1", NULL });

	fixture_seal(g->f, "tinh", &d);
	neighbour_publishes(g->s, &g->tinh, LANE_NORMAL, &d);
	station_commit(g->s);
	station_clear(g->s);
}

static int64_t age_of(struct station *s, uint64_t seq)
{
	struct record r =
	    station_get(s, FAMILY_STREAM, key_seq(fixture_id("xa-a1"), LANE_NORMAL, seq));

	return core_row_age_ms(s->core, &r.u.stream);
}

/* The superior's link comes up, and its clock is ours. */
static void agree(struct stage *g)
{
	struct event e = { .type = EVENT_CONNECTED, .u.link.neighbour = g->tinh.id };
	struct message m = { .type = MESSAGE_HELLO };

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = g->tinh.id,
					.purpose = PURPOSE_CONTROL,
					.directory_version = 1,
					.has_streams = true,
					.answer = true,
					.wall_ms = g->s->now.wall_ms };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		m.u.hello.streams[lane].stream = g->tinh.streams[lane];
	station_clear(g->s);
	station_take(g->s, &e);
	neighbour_says(g->s, &g->tinh, &m);
	station_commit(g->s);
	tick(g->s, 1000, 1000);
}

/* ---- ages ---- */

static void test_age_is_what_it_has_waited_wherever_the_clock_goes(void **state)
{
	static const int64_t jumps[] = { 7LL * HOUR_MS, -7LL * HOUR_MS, YEARS * 365LL * DAY_MS,
					 -5LL * 365 * DAY_MS };
	struct stage *g = *state;

	for (unsigned i = 0; i < COUNT_OF(jumps); i++) {
		g->s->now.wall_ms += jumps[i]; /* queued while the clock was wrong */
		submit(g->s, i + 1);
		tick(g->s, 60000, 60000 - jumps[i]);
		assert_int_equal(age_of(g->s, i + 1), 60000);
		tick(g->s, 1000, 1000 + jumps[i]); /* looked at by a clock that is wrong */
		assert_int_equal(age_of(g->s, i + 1), 61000);
		g->s->now.wall_ms -= jumps[i];
	}
}

static void test_age_goes_on_after_a_restart(void **state)
{
	struct stage *g = *state;

	submit(g->s, 1);
	tick(g->s, 2LL * HOUR_MS, 2LL * HOUR_MS);
	submit(g->s, 2); /* takes the time along */
	g->s->now.mono_ms = 5000; /* another machine start */
	station_restart(g->s);
	tick(g->s, 1000, 1000);
	assert_true(age_of(g->s, 1) >= 2LL * HOUR_MS && age_of(g->s, 1) < 2LL * HOUR_MS + 60000);
}

static void test_time_that_the_daemon_was_down_counts_once_the_clock_is_confirmed(void **state)
{
	struct stage *g = *state;
	struct station *s = g->s;

	agree(g);
	submit(s, 1);
	tick(s, 70000, 70000);
	submit(s, 2); /* written down */
	s->now.wall_ms += 3LL * DAY_MS; /* down */
	station_restart(s);
	tick(s, 1000, 1000);
	assert_true(age_of(s, 1) >= 3LL * DAY_MS); /* shown: nobody contradicts */
	agree(g);
	assert_true(age_of(s, 1) >= 3LL * DAY_MS && age_of(s, 1) < 3LL * DAY_MS + 2LL * HOUR_MS);
	/* and from now on the clock says nothing any more */
	s->now.wall_ms += YEARS * 365LL * DAY_MS;
	tick(s, 1000, 0);
	assert_true(age_of(s, 1) < 3LL * DAY_MS + 2LL * HOUR_MS);
}

static void test_row_of_an_older_build_is_at_least_as_old_as_this_process(void **state)
{
	struct stage *g = *state;
	struct rec_stream row = { .queued_at_ms = FIXTURE_NOW_MS + YEARS * 365LL * DAY_MS };

	tick(g->s, 90000, 90000);
	/* its time lies in the future */
	assert_int_equal(core_row_age_ms(g->s->core, &row), 90000);
	row.queued_at_ms = FIXTURE_NOW_MS - HOUR_MS;
	assert_int_equal(core_row_age_ms(g->s->core, &row), HOUR_MS + 90000);
	row.queued_at_ms = 0;
	assert_int_equal(core_row_age_ms(g->s->core, &row), 90000);
}

/* ---- held ---- */

/* What the plan signs, but for the day's report of figures. */
static unsigned signed_now(const struct stage *g)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < g->s->plan->draft_count; i++)
		count += g->s->plan->drafts[i].fact.kind != KIND_REPORT;
	return count;
}

static void
test_held_is_said_although_the_row_is_of_the_future_not_for_a_clock_that_jumps(void **state)
{
	struct stage *g = *state;

	neighbour_up(g->s, &g->tinh);
	relay(g, 1);
	tick(g->s, 1000, DAY_MS);
	assert_int_equal(signed_now(g), 0);
	tick(g->s, HELD_MS - 1001, -3LL * DAY_MS);
	assert_int_equal(signed_now(g), 0);
	tick(g->s, 1, 0);
	assert_int_equal(signed_now(g), 1);
}

/* ---- retention and expiry ---- */

static bool is_expired(struct stage *g)
{
	return station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, (struct serial){ 1 }))
	    .u.state.expired;
}

static void test_nothing_expires_because_the_clock_jumped_ahead(void **state)
{
	struct stage *g = *state;

	submit(g->s, 1); /* expires after 5,000 ms */
	for (int i = 0; i < 4; i++) {
		tick(g->s, 1000, YEARS * 365LL * DAY_MS);
		assert_false(is_expired(g));
	}
	tick(g->s, 1000, 1000 - 4 * YEARS * 365LL * DAY_MS); /* right again */
	for (int i = 0; i < 3 && !is_expired(g); i++)
		tick(g->s, DAY_MS, DAY_MS);
	assert_true(is_expired(g)); /* and what was put off is found again */
}

static void test_what_was_accepted_by_a_clock_far_behind_or_ahead_expires_in_its_time(void **state)
{
	static const int64_t jumps[] = { -5LL * 365 * DAY_MS, YEARS * 365LL * DAY_MS };
	struct stage *g = *state;

	g->s->now.wall_ms += jumps[0];
	submit(g->s, 1);
	tick(g->s, 1000, -jumps[0]);
	assert_false(is_expired(g));
	tick(g->s, 4000, 4000);
	assert_true(is_expired(g));
	g->s->now.wall_ms += jumps[1];
	submit(g->s, 2);
	tick(g->s, 1000, -jumps[1]);
	for (int i = 0; i < 3; i++)
		tick(g->s, DAY_MS, DAY_MS);
	assert_true(station_get(g->s, FAMILY_STATE, key_serial(ROLE_OUT, (struct serial){ 2 }))
			.u.state.expired);
}

static void test_relay_lets_nothing_go_because_the_clock_jumped_ahead(void **state)
{
	struct stage *g = *state;
	struct neighbour xa = neighbour_of("xa-a1");
	struct record r;

	neighbour_up(g->s, &g->tinh);
	relay(g, 1);
	neighbour_up(g->s, &xa);
	neighbour_subscribe(g->s, &xa, LANE_NORMAL, 1); /* the next hop has it */
	assert_false(station_has(g->s, FAMILY_STREAM, key_seq(xa.id, LANE_NORMAL, 1)));
	tick(g->s, 500, DAY_MS);
	r = station_get(g->s, FAMILY_STATE, key_serial(ROLE_RELAY, (struct serial){ 1 }));
	assert_false(r.u.state.content_dropped); /* it is kept for 1,000 ms */
	tick(g->s, 600, 600);
	r = station_get(g->s, FAMILY_STATE, key_serial(ROLE_RELAY, (struct serial){ 1 }));
	assert_true(r.u.state.content_dropped);
}

static void
test_age_of_the_directory_is_told_by_a_clock_ahead_and_again_when_it_is_true(void **state)
{
	struct stage *g = *state;
	struct record directory = station_get(g->s, FAMILY_DIRECTORY,
					      key_number(core_directory_version(g->s->core)));
	int64_t valid_ms = directory.u.directory.valid_until_ms - FIXTURE_NOW_MS + 1;

	tick(g->s, 1000, YEARS * 365LL * DAY_MS);
	assert_int_equal(station_notice(g->s, NOTICE_DIRECTORY)->reason, ERR_DIRECTORY_EXPIRED);
	tick(g->s, 1000, -YEARS * 365LL * DAY_MS);
	tick(g->s, 25LL * HOUR_MS, valid_ms);
	assert_non_null(station_notice(g->s, NOTICE_DIRECTORY));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_age_is_what_it_has_waited_wherever_the_clock_goes),
		TEST(test_age_goes_on_after_a_restart),
		TEST(test_time_that_the_daemon_was_down_counts_once_the_clock_is_confirmed),
		TEST(test_row_of_an_older_build_is_at_least_as_old_as_this_process),
		TEST(
		    test_held_is_said_although_the_row_is_of_the_future_not_for_a_clock_that_jumps),
		TEST(test_nothing_expires_because_the_clock_jumped_ahead),
		TEST(test_what_was_accepted_by_a_clock_far_behind_or_ahead_expires_in_its_time),
		TEST(test_relay_lets_nothing_go_because_the_clock_jumped_ahead),
		TEST(
		    test_age_of_the_directory_is_told_by_a_clock_ahead_and_again_when_it_is_true),
	};

	return cmocka_run_group_tests_name("passed", tests, NULL, NULL);
}
