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

static struct day day_at(const char *date)
{
	struct day d;

	if (!date_day(date, &d))
		fail_msg("%s is no day", date);
	return d;
}

/* From the first day to the last: text, number and weekday each follow the one before. */
static void test_every_day_of_the_calendar_and_back(void **state)
{
	struct day first = day_at("1900-01-01"), last = day_at("5000-12-31"), back;
	char text[DATE_MAX + 1], before[DATE_MAX + 1] = "";
	enum weekday weekday = MONDAY; /* 1 January 1900 */

	(void)state;
	assert_int_equal(last.n - first.n, 1132616); /* datetime.date of Python says so */
	for (struct day d = first; d.n <= last.n; d.n++) {
		day_date(d, text);
		if (!date_day(text, &back) || back.n != d.n || strcmp(before, text) >= 0)
			fail_msg("day %u is \"%s\", after \"%s\"", d.n, text, before);
		if (day_weekday(d) != weekday)
			fail_msg("%s is a weekday too many or too few", text);
		weekday = weekday == SUNDAY ? MONDAY : weekday + 1;
		memcpy(before, text, sizeof before);
	}
}

static void test_days_are_added_over_leap_days_and_ends_of_years(void **state)
{
	static const struct {
		const char *from;
		int64_t days;
		const char *to;
	} rows[] = {
		{ "2024-02-28", 1, "2024-02-29" },
		{ "2024-02-29", 1, "2024-03-01" },
		{ "2024-02-29", 365, "2025-02-28" },
		{ "2024-02-29", 366, "2025-03-01" },
		{ "2023-02-28", 1, "2023-03-01" },
		{ "1900-02-28", 1, "1900-03-01" },
		{ "2000-02-28", 1, "2000-02-29" },
		{ "2026-12-31", 1, "2027-01-01" },
		{ "2027-01-01", -1, "2026-12-31" },
		{ "4999-12-31", 1, "5000-01-01" },
		{ "5000-02-28", 1, "5000-03-01" },
		{ "2400-02-28", 1, "2400-02-29" },
		{ "1970-01-01", 0, "1970-01-01" },
		{ "1970-01-01", -25567, "1900-01-01" },
		{ "1900-01-01", -1, "" },
		{ "5000-12-31", 1, "" },
		{ "2026-01-01", INT64_MAX, "" },
		{ "2026-01-01", INT64_MIN, "" },
		{ "5000-12-31", -1132616, "1900-01-01" },
	};
	char text[DATE_MAX + 1];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		day_date(day_add(day_at(rows[i].from), rows[i].days), text);
		assert_string_equal(text, rows[i].to);
	}
	assert_int_equal(day_add((struct day){ 0 }, 1).n, 0);
	assert_int_equal(day_add((struct day){ UINT32_MAX }, -1).n, 0);
	day_date((struct day){ UINT32_MAX }, text);
	assert_string_equal(text, "");
}

static void test_weekdays_that_are_known(void **state)
{
	(void)state;
	assert_int_equal(day_weekday(day_at("1900-01-01")), MONDAY);
	assert_int_equal(day_weekday(day_at("1970-01-01")), THURSDAY);
	assert_int_equal(day_weekday(day_at("2000-02-29")), TUESDAY);
	assert_int_equal(day_weekday(day_at("2026-02-17")), TUESDAY);
	assert_int_equal(day_weekday(day_at("2026-11-29")), SUNDAY);
	assert_int_equal(day_weekday(day_at("5000-12-31")), WEDNESDAY);
}

static void test_a_day_begins_at_seventeen_hours_utc_of_the_day_before(void **state)
{
	struct day d = day_at("2027-01-01"), none;

	(void)state;
	assert_int_equal(day_begin_ms(d), 1798736400000);
	assert_int_equal(day_of_ms(1798736400000).n, d.n);
	assert_int_equal(day_of_ms(1798736400000 - 1).n, d.n - 1);
	assert_int_equal(day_begin_ms(day_at("1970-01-01")), -7 * 3600000);
	assert_int_equal(day_begin_ms(day_at("1900-01-01")), -2208988800000 - 7 * 3600000);
	assert_int_equal(day_of_ms(INT64_MIN).n, day_at("1970-01-01").n);
	assert_int_equal(day_of_ms(INT64_MAX).n, day_at("5000-12-31").n);
	for (d = day_at("1970-01-02"); d.n < day_at("2100-01-01").n; d.n++) {
		char text[DATE_MAX + 1], of_ms[DATE_MAX + 1];

		day_date(d, text);
		date_of_ms(day_begin_ms(d), of_ms);
		assert_string_equal(text, of_ms);
		assert_int_equal(day_of_ms(day_begin_ms(d)).n, d.n);
		assert_int_equal(day_of_ms(day_begin_ms(d) - 1).n, d.n - 1);
	}
	assert_false(date_day("2026-02-29", &none));
	assert_true(none.n == 0 && day_begin_ms(none) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day_of_two_centuries_is_the_c_librarys),
		cmocka_unit_test(test_month_turns_at_seventeen_hours_utc),
		cmocka_unit_test(test_only_days_that_exist_are_dates),
		cmocka_unit_test(test_months_outside_the_calendar_are_none),
		cmocka_unit_test(test_every_day_of_the_calendar_and_back),
		cmocka_unit_test(test_days_are_added_over_leap_days_and_ends_of_years),
		cmocka_unit_test(test_weekdays_that_are_known),
		cmocka_unit_test(test_a_day_begins_at_seventeen_hours_utc_of_the_day_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
