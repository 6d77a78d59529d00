/* The rules about clocks, as tables: what a reading says, and when a committee must take its own
 * clock for wrong. */
#include "routing/state/clocks.h"

#include "tests/unit/support/fixture.h"

enum { HOUR_MS = 3600 * 1000, BOUND_MS = CLOCK_TOLERANCE_MS };

static struct now at(int64_t wall_ms, int64_t mono_ms)
{
	return (struct now){ .wall_ms = wall_ms, .mono_ms = mono_ms };
}

/* ---- readings ---- */

static void test_pong_is_corrected_by_half_the_round_trip(void **state)
{
	struct clock_reading r = { .known = false };

	(void)state;
	clock_measure(&r, FIXTURE_NOW_MS + 7000, 4000 * 1000, at(FIXTURE_NOW_MS + 1000, 50000));
	assert_int_equal(clock_ahead_ms(&r, at(FIXTURE_NOW_MS + 1000, 50000)), 8000);
	assert_int_equal(r.error_ms, 2000);
	assert_int_equal(r.at_wall_ms, FIXTURE_NOW_MS + 1000);
	/* It goes on with the time that passes. */
	assert_int_equal(clock_ahead_ms(&r, at(FIXTURE_NOW_MS + 31000, 80000)), 8000);
}

static void test_step_of_our_own_clock_shows_without_a_new_reading(void **state)
{
	struct clock_reading r = { .known = false };

	(void)state;
	clock_measure(&r, FIXTURE_NOW_MS, 0, at(FIXTURE_NOW_MS, 50000));
	assert_int_equal(clock_ahead_ms(&r, at(FIXTURE_NOW_MS + 7LL * HOUR_MS, 50000)),
			 -7LL * HOUR_MS);
	assert_int_equal(clock_ahead_ms(&r, at(FIXTURE_NOW_MS - 3LL * 24 * HOUR_MS, 50000)),
			 3LL * 24 * HOUR_MS);
}

static void test_what_has_no_round_trip_does_not_replace_what_has_one(void **state)
{
	struct clock_reading r = { .known = false };

	(void)state;
	clock_measure(&r, FIXTURE_NOW_MS - 9000, CLOCK_NO_ROUND_TRIP, at(FIXTURE_NOW_MS, 50000));
	assert_true(r.known && r.one_way);
	clock_measure(&r, FIXTURE_NOW_MS, 2000, at(FIXTURE_NOW_MS, 50000));
	clock_measure(&r, FIXTURE_NOW_MS - 9000, CLOCK_NO_ROUND_TRIP, at(FIXTURE_NOW_MS, 50000));
	assert_int_equal(clock_ahead_ms(&r, at(FIXTURE_NOW_MS, 50000)), 1);
	/* a minute later it does */
	clock_measure(&r, FIXTURE_NOW_MS - 9000, CLOCK_NO_ROUND_TRIP, at(FIXTURE_NOW_MS, 110000));
	assert_int_equal(clock_ahead_ms(&r, at(FIXTURE_NOW_MS, 110000)), -9000);
}

static void test_a_clock_that_was_long_under_way_accuses_nobody_of_being_ahead(void **state)
{
	struct clock_reading r = { .known = false };

	(void)state;
	clock_measure(&r, FIXTURE_NOW_MS - HOUR_MS, CLOCK_NO_ROUND_TRIP, at(FIXTURE_NOW_MS, 50000));
	/* perhaps it was an hour under way */
	assert_false(clock_counts(&r, at(FIXTURE_NOW_MS, 50000)));
	r.known = false;
	clock_measure(&r, FIXTURE_NOW_MS + HOUR_MS, CLOCK_NO_ROUND_TRIP, at(FIXTURE_NOW_MS, 50000));
	/* nothing arrives before it was sent */
	assert_true(clock_counts(&r, at(FIXTURE_NOW_MS, 50000)));
	assert_false(clock_counts(&r, at(FIXTURE_NOW_MS, 50000 + 60001))); /* old */
}

static void test_absurd_clocks_are_bounded_and_nothing_said_measures_nothing(void **state)
{
	static const int64_t absurd[] = { INT64_MAX, INT64_MIN, -1, 1 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(absurd); i++) {
		struct clock_reading r = { .known = false };

		clock_measure(&r, absurd[i], INT64_MAX / 4, at(FIXTURE_NOW_MS, INT64_MAX / 4));
		assert_true(r.known);
		r.known = false;
		clock_measure(&r, absurd[i], 1, at(FIXTURE_NOW_MS, 1));
		assert_true(clock_ahead_ms(&r, at(FIXTURE_NOW_MS, 1)) < -HOUR_MS ||
			    clock_ahead_ms(&r, at(FIXTURE_NOW_MS, 1)) > HOUR_MS);
	}
	struct clock_reading r = { .known = false };
	clock_measure(&r, 0, 1, at(FIXTURE_NOW_MS, 1));
	assert_false(r.known);
}

/* ---- whose clock is wrong ---- */

struct judged {
	const char *what;
	int64_t superior_ms; /* NOBODY: it says nothing */
	int64_t others_ms[4]; /* up to the first NOBODY */
	bool has_superior;
	uint32_t neighbours;
	enum clock_verdict verdict;
	int64_t ahead_ms;
};
#define NOBODY INT64_MIN
#define OFF (7LL * HOUR_MS)

static const struct judged table[] = {
	{ "nobody says anything", NOBODY, { NOBODY }, true, 3, CLOCK_UNKNOWN, 0 },
	{ "nobody, and there is nobody", NOBODY, { NOBODY }, false, 0, CLOCK_UNKNOWN, 0 },
	/* one neighbour in all */
	{ "the superior alone agrees", 0, { NOBODY }, true, 1, CLOCK_RIGHT, 0 },
	{ "the superior alone is ahead", OFF, { NOBODY }, true, 1, CLOCK_WRONG, OFF },
	{ "the superior alone is behind", -OFF, { NOBODY }, true, 1, CLOCK_WRONG, -OFF },
	{ "a top with one subordinate that is behind",
	  NOBODY,
	  { -OFF, NOBODY },
	  false,
	  1,
	  CLOCK_WRONG,
	  -OFF },
	{ "a top with one subordinate that agrees",
	  NOBODY,
	  { 0, NOBODY },
	  false,
	  1,
	  CLOCK_RIGHT,
	  0 },
	/* the bound itself */
	{ "just at the tolerance", BOUND_MS, { NOBODY }, true, 1, CLOCK_RIGHT, 0 },
	{ "just past it", BOUND_MS + 1, { NOBODY }, true, 1, CLOCK_WRONG, BOUND_MS + 1 },
	{ "just past it behind", -BOUND_MS - 1, { NOBODY }, true, 1, CLOCK_WRONG, -BOUND_MS - 1 },
	/* two */
	{ "superior and subordinate are ahead",
	  OFF,
	  { OFF + 5, NOBODY },
	  true,
	  2,
	  CLOCK_WRONG,
	  OFF },
	{ "a superior alone against a subordinate that agrees",
	  OFF,
	  { 0, NOBODY },
	  true,
	  2,
	  CLOCK_UNKNOWN,
	  0 },
	{ "a lying subordinate under a superior that agrees",
	  0,
	  { OFF, NOBODY },
	  true,
	  2,
	  CLOCK_RIGHT,
	  0 },
	{ "a lying subordinate while the superior is silent",
	  NOBODY,
	  { OFF, NOBODY },
	  true,
	  2,
	  CLOCK_UNKNOWN,
	  0 },
	{ "a top: one liar, the other is not there",
	  NOBODY,
	  { OFF, NOBODY },
	  false,
	  2,
	  CLOCK_UNKNOWN,
	  0 },
	{ "a top: one liar of two", NOBODY, { OFF, 0, NOBODY }, false, 2, CLOCK_UNKNOWN, 0 },
	{ "a top: both are behind",
	  NOBODY,
	  { -OFF - 9, -OFF, NOBODY },
	  false,
	  2,
	  CLOCK_WRONG,
	  -OFF },
	{ "a top: one ahead and one behind",
	  NOBODY,
	  { OFF, -OFF, NOBODY },
	  false,
	  2,
	  CLOCK_UNKNOWN,
	  0 },
	/* three and more */
	{ "superior and one of two", OFF, { OFF, 0, NOBODY }, true, 3, CLOCK_WRONG, OFF },
	{ "superior against two", OFF, { 0, 0, NOBODY }, true, 3, CLOCK_UNKNOWN, 0 },
	{ "two liars below a superior that agrees",
	  0,
	  { OFF, OFF, NOBODY },
	  true,
	  3,
	  CLOCK_RIGHT,
	  0 },
	{ "superior ahead, the others behind",
	  OFF,
	  { -OFF, -OFF, NOBODY },
	  true,
	  3,
	  CLOCK_UNKNOWN,
	  0 },
	{ "superior and half of four", OFF, { OFF, 0, 0, NOBODY }, true, 4, CLOCK_UNKNOWN, 0 },
	{ "a top: two of three", NOBODY, { OFF, OFF, 0, NOBODY }, false, 3, CLOCK_WRONG, OFF },
	{ "a top: one of three", NOBODY, { OFF, 0, 0, NOBODY }, false, 3, CLOCK_RIGHT, 0 },
};

static void test_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(table); i++) {
		const struct judged *j = &table[i];
		struct clock_opinion says[5];
		enum clock_verdict verdict;
		uint32_t n = 0;
		int64_t ahead_ms;

		for (unsigned k = 0; k < COUNT_OF(j->others_ms) && j->others_ms[k] != NOBODY; k++)
			says[n++] = (struct clock_opinion){ .ahead_ms = j->others_ms[k] };
		if (j->superior_ms != NOBODY)
			says[n++] =
			    (struct clock_opinion){ .superior = true, .ahead_ms = j->superior_ms };
		verdict = clock_judge(says, n, j->has_superior, j->neighbours, &ahead_ms);
		if (verdict != j->verdict || ahead_ms != j->ahead_ms)
			fail_msg("%s: verdict %d, ahead %lld", j->what, (int)verdict,
				 (long long)ahead_ms);
	}
}

static void test_what_the_round_trip_may_explain_accuses_nobody(void **state)
{
	struct clock_opinion o = { .superior = true,
				   .ahead_ms = BOUND_MS + 2000,
				   .error_ms = 2000 };
	int64_t ahead_ms;

	(void)state;
	assert_int_equal(clock_judge(&o, 1, true, 1, &ahead_ms), CLOCK_RIGHT);
	o.ahead_ms++;
	assert_int_equal(clock_judge(&o, 1, true, 1, &ahead_ms), CLOCK_WRONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pong_is_corrected_by_half_the_round_trip),
		cmocka_unit_test(test_step_of_our_own_clock_shows_without_a_new_reading),
		cmocka_unit_test(test_what_has_no_round_trip_does_not_replace_what_has_one),
		cmocka_unit_test(
		    test_a_clock_that_was_long_under_way_accuses_nobody_of_being_ahead),
		cmocka_unit_test(test_absurd_clocks_are_bounded_and_nothing_said_measures_nothing),
		cmocka_unit_test(test_the_table),
		cmocka_unit_test(test_what_the_round_trip_may_explain_accuses_nobody),
	};

	return cmocka_run_group_tests_name("clocks", tests, NULL, NULL);
}
