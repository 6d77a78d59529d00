/* Months as a Vietnamese office counts them: the same as the C library's calendar seven hours
 * on. */
#include "routing/base/calendar.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "tests/unit/support/fixture.h"

static void test_every_day_of_two_centuries_is_the_c_librarys(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 200 * 366; day++) {
		/* The last millisecond of a day in Vietnam, and the first of the next. */
		int64_t first_ms = day * 86400000 - 7 * 3600000,
			each[2] = { first_ms, first_ms + 86400000 - 1 };

		for (int i = 0; i < 2; i++) {
			time_t local = (time_t)(day * 86400);
			char expected[32], got[DATE_MAX + 1];
			struct tm tm;

			if (each[i] < 0)
				continue;
			gmtime_r(&local, &tm);
			strftime(expected, sizeof expected, "%Y-%m-%d", &tm);
			date_of_ms(each[i], got);
			assert_string_equal(got, expected);
			assert_int_equal(
			    month_of_ms(each[i]).n,
			    month_make((unsigned)tm.tm_year + 1900, (unsigned)tm.tm_mon + 1).n);
		}
	}
}

static void test_month_turns_at_seventeen_hours_utc(void **state)
{
	const int64_t turn_ms = 1798736400000; /* 2026-12-31T17:00:00Z: 2027 begins in Vietnam */

	(void)state;
	assert_int_equal(month_of_ms(turn_ms - 1).n, month_make(2026, 12).n);
	assert_int_equal(month_of_ms(turn_ms).n, month_make(2027, 1).n);
	assert_int_equal(month_year(month_of_ms(turn_ms)), 2027);
	assert_int_equal(month_in_year(month_of_ms(turn_ms - 1)), 12);
}

static void test_only_days_that_exist_are_dates(void **state)
{
	static const char *const good[] = { "2026-11-24", "2024-02-29", "2000-02-29", "1900-01-01",
					    "2026-12-31" };
	static const char *const bad[] = {
		"",	      "2026",	     "2026-11",	    "2026-11-31", "2026-02-29",
		"1900-02-29", "2026-00-10",  "2026-13-10",  "2026-01-00", "2026-1-2",
		"24-11-2026", "2026-11-24 ", " 2026-11-24", "2026/11/24", "1899-12-31",
		"5001-01-01", "2026-11-2a",  "-026-11-24"
	};
	struct month m;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_true(date_month(good[i], &m));
	assert_int_equal(m.n, month_make(2026, 12).n);
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (date_month(bad[i], &m))
			fail_msg("\"%s\" passes for a date", bad[i]);
		assert_int_equal(m.n, 0);
	}
}

static void test_months_outside_the_calendar_are_none(void **state)
{
	(void)state;
	assert_int_equal(month_make(2026, 0).n, 0);
	assert_int_equal(month_make(2026, 13).n, 0);
	assert_int_equal(month_make(YEAR_MIN - 1, 12).n, 0);
	assert_int_equal(month_make(YEAR_MAX + 1, 1).n, 0);
	assert_true(month_make(YEAR_MIN, 1).n < month_make(YEAR_MIN, 2).n &&
		    month_make(YEAR_MIN, 12).n < month_make(YEAR_MIN + 1, 1).n);
	/* a clock gone mad is no undefined number */
	assert_int_equal(month_year(month_of_ms(INT64_MAX)), YEAR_MAX);
	assert_int_equal(month_of_ms(INT64_MIN).n, month_make(1970, 1).n);
	assert_int_equal(month_of_ms(-86400000).n, month_make(1970, 1).n);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_of_two_centuries_is_the_c_librarys),
		cmocka_unit_test(test_month_turns_at_seventeen_hours_utc),
		cmocka_unit_test(test_only_days_that_exist_are_dates),
		cmocka_unit_test(test_months_outside_the_calendar_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
