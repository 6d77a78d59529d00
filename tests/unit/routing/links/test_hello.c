/* How often a neighbour may say Hello. */
#include "tests/unit/support/fixture.h"

/* As often as is allowed, for as long as it likes, and then all at once that came while we stood
 * still. */
static void test_hellos_in_their_measure_are_answered_and_a_storm_is_cut_off(void **state)
{
	struct stage *g = *state;
	struct message m = { .type = MESSAGE_HELLO,
			     .u.hello = { .protocol_min = 1,
					  .protocol_max = 1,
					  .committee = { "tinh" },
					  .purpose = PURPOSE_CONTROL,
					  .has_streams = true } };

	for (int i = 0; i < 5 * HELLOS_AT_ONCE; i++) {
		station_clear(g->s);
		neighbour_says(g->s, &g->tinh, &m);
		assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
		g->s->now.mono_ms += 1000 / HELLOS_A_SECOND;
	}
	g->s->now.mono_ms += 60 * 1000;
	for (int i = 0; i < HELLOS_AT_ONCE; i++) {
		station_clear(g->s);
		neighbour_says(g->s, &g->tinh, &m);
		assert_int_equal(station_acts(g->s, ACT_VIOLATION), 0);
	}
	station_clear(g->s);
	neighbour_says(g->s, &g->tinh, &m);
	assert_int_equal(station_act(g->s, ACT_VIOLATION, 0)->u.violation, ERR_BUSY);
	assert_null(station_said(g->s, "tinh", MESSAGE_HELLO, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_hellos_in_their_measure_are_answered_and_a_storm_is_cut_off, stage_set_up,
		    stage_tear_down),
	};

	return cmocka_run_group_tests_name("hello", tests, NULL, NULL);
}
