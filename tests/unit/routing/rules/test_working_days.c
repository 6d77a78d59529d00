/* Working days: what the table says, how they are counted, when the last of them ends. */
#include "routing/rules/working_days.h"

#include <string.h>

#include "tests/unit/support/table_text.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct day day_at(const char *date)
{
	struct day d;

	if (!date_day(date, &d))
		fail_msg("%s is no day", date);
	return d;
}

static struct working_days table_of(struct blob text)
{
	struct working_days t;
	uint32_t line;
	enum err e = working_days_parse(text, arena, &t, &line);

	if (e != ERR_OK)
		fail_msg("line %u: %d", line, e);
	assert_int_equal(line, 0);
	return t;
}

static struct working_days holidays(void)
{
	return table_of(table_text_of_file("etc/holidays"));
}

static void assert_day(struct day d, const char *date)
{
	char text[DATE_MAX + 1];

	day_date(d, text);
	assert_string_equal(text, date);
}

/* ---- reading ---- */

static void test_a_table_is_sorted_whatever_its_order(void **state)
{
	struct working_days t = table_of(fixture_blob("# ngày nghỉ\n"
						      "2026-02-16..2026-02-18  Tết Bính Ngọ\n"
						      "+2026-01-10 làm bù   # for 2 January\n"
						      "\n"
						      "2026-01-02\tnghỉ hoán đổi\r\n"));
	static const char *const dates[] = { "2026-01-02", "2026-01-10", "2026-02-16", "2026-02-17",
					     "2026-02-18" };

	(void)state;
	assert_int_equal(t.count, COUNT_OF(dates));
	for (size_t i = 0; i < COUNT_OF(dates); i++) {
		assert_string_equal(t.days[i].date, dates[i]);
		assert_int_equal(t.days[i].works, i == 1);
	}
	assert_string_equal(t.days[0].name, "nghỉ hoán đổi");
	assert_string_equal(t.days[1].name, "làm bù");
	assert_string_equal(t.days[4].name, "Tết Bính Ngọ");
	assert_int_equal(table_of(fixture_blob("# nothing\n")).count, 0);
	assert_int_equal(table_of((struct blob){ NULL, 0 }).count, 0);
}

static void test_faults_say_line_and_code(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		uint32_t line;
	} rows[] = {
		{ "2026-02-29  x\n", ERR_BAD_DATE, 1 },
		{ "\n2026-2-3  x\n", ERR_BAD_DATE, 2 },
		{ "Tết\n", ERR_BAD_DATE, 1 },
		{ "2026-02-16...2026-02-18  x\n", ERR_BAD_DATE, 1 },
		{ "2026-02-16..2026-02-30  x\n", ERR_BAD_DATE, 1 },
		{ "2026-02-18..2026-02-16  x\n", ERR_BAD_DATE, 1 },
		{ "2026-02-16..  x\n", ERR_BAD_DATE, 1 },
		{ "++2026-02-28  x\n", ERR_BAD_DATE, 1 },
		{ "+2026-02-27  a Friday\n", ERR_BAD_DATE, 1 },
		{ "+2026-02-28..2026-03-02  and a Monday\n", ERR_BAD_DATE, 1 },
		{ "1899-12-31  x\n", ERR_BAD_DATE, 1 },
		{ "2026-02-16\n", ERR_FIELD, 1 },
		{ "2026-02-16  # a comment is no name\n", ERR_FIELD, 1 },
		{ "2026-02-16  x\n2026-02-17  x\n2026-02-16  y\n", ERR_EXISTS, 3 },
		{ "2026-02-14  x\n+2026-02-14  y\n", ERR_EXISTS, 2 },
		{ "2026-02-16..2026-02-18  x\n2026-02-10..2026-02-16  y\n", ERR_EXISTS, 2 },
		{ "2026-02-16  x\n2026-02-17  \xff\n", ERR_UTF8, 2 },
		{ "2026-02-16  x\n1900-01-01..5000-12-31  y\n", ERR_TOO_LARGE, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct working_days t;
		uint32_t line;
		enum err e = working_days_parse(fixture_blob(rows[i].text), arena, &t, &line);

		if (e != rows[i].err || line != rows[i].line)
			fail_msg("\"%s\": %d in line %u", rows[i].text, e, line);
		assert_true(t.count == 0 && t.days == NULL);
	}
}

static void test_as_many_days_as_there_may_be_are_taken(void **state)
{
	struct blob most = fixture_blob("2000-01-01..2011-03-19  x\n");
	struct arena *small = arena_new(1000);
	struct working_days t = table_of(most);
	uint32_t line;

	(void)state;
	assert_int_equal(t.count, DAYS_OFF_MAX);
	assert_string_equal(t.days[DAYS_OFF_MAX - 1].date, "2011-03-19");
	assert_int_equal(working_days_parse(fixture_blob("2000-01-01..2011-03-19  x\n"
							 "2026-01-01  y\n"),
					    arena, &t, &line),
			 ERR_TOO_LARGE);
	assert_int_equal(line, 2);
	assert_int_equal(working_days_parse(most, small, &t, &line), ERR_NO_MEMORY);
	arena_destroy(small);
}

static void parse(struct blob text)
{
	struct working_days t;
	uint32_t line;
	enum err e = working_days_parse(text, arena, &t, &line);

	assert_true((e == ERR_OK) == (line == 0));
	assert_true(e == ERR_OK || t.count == 0);
	for (uint32_t i = 1; i < t.count; i++)
		assert_true(strcmp(t.days[i - 1].date, t.days[i].date) < 0);
	arena_reset(arena);
}

static void test_any_bytes_are_a_table_or_a_fault(void **state)
{
	(void)state;
	table_text_spoil(table_text_of_file("etc/holidays"), parse);
}

/* ---- counting ---- */

static void test_without_a_table_weeks_have_five_days(void **state)
{
	const struct working_days none = { .count = 0 };

	(void)state;
	assert_true(working_day(&none, day_at("2026-11-27")));
	assert_false(working_day(&none, day_at("2026-11-28")));
	assert_false(working_day(&none, day_at("2026-11-29")));
	assert_false(working_day(&none, (struct day){ 0 }));
	assert_day(working_days_add(&none, day_at("2026-11-27"), 0), "2026-11-27");
	assert_day(working_days_add(&none, day_at("2026-11-27"), 1), "2026-11-30");
	assert_day(working_days_add(&none, day_at("2026-11-28"), 0), "2026-11-30");
	assert_day(working_days_add(&none, day_at("2026-11-28"), 1), "2026-11-30");
	assert_day(working_days_add(&none, day_at("2026-12-31"), 1), "2027-01-01");
	assert_int_equal(working_days_between(&none, day_at("2026-11-23"), day_at("2026-11-30")),
			 5);
}

static void test_days_off_and_days_that_are_worked(void **state)
{
	struct working_days t = holidays();

	(void)state;
	/* Friday before Tết 2026; nine days later it is Monday. */
	assert_day(working_days_add(&t, day_at("2026-02-13"), 1), "2026-02-23");
	assert_day(working_days_add(&t, day_at("2026-02-17"), 0), "2026-02-23");
	assert_day(working_days_add(&t, day_at("2026-02-17"), 2), "2026-02-24");
	/* Saturday, 22 August 2026, is worked for Monday, 31 August. */
	assert_day(working_days_add(&t, day_at("2026-08-21"), 1), "2026-08-22");
	assert_day(working_days_add(&t, day_at("2026-08-28"), 1), "2026-09-03");
	assert_day(working_days_add(&t, day_at("2026-12-31"), 1), "2027-01-04");
	assert_string_equal(working_days_entry(&t, day_at("2026-02-17"))->name, "Tết Bính Ngọ");
	assert_null(working_days_entry(&t, day_at("2026-02-21")));
	assert_null(working_days_entry(&t, (struct day){ 0 }));
	assert_true(working_days_has_year(&t, 2025) && working_days_has_year(&t, 2027));
	assert_false(working_days_has_year(&t, 2024) || working_days_has_year(&t, 2028) ||
		     working_days_has_year(&t, 0) || working_days_has_year(&t, UINT32_MAX));
}

/* Every pair of days of three months, against one day after the other. */
static void test_between_is_what_counting_says(void **state)
{
	struct working_days t = holidays();
	struct day first = day_at("2026-08-01"), last = day_at("2026-10-15");

	(void)state;
	for (struct day from = first; from.n <= last.n; from.n++) {
		int32_t expected = 0;

		for (struct day to = from; to.n <= last.n; to.n++) {
			if (to.n > from.n && working_day(&t, to))
				expected++;
			assert_int_equal(working_days_between(&t, from, to), expected);
			assert_int_equal(working_days_between(&t, to, from), -expected);
			if (working_day(&t, to) && to.n > from.n)
				assert_int_equal(working_days_add(&t, from, (uint32_t)expected).n,
						 to.n);
		}
	}
	assert_int_equal(working_days_between(&t, first, (struct day){ 0 }), 0);
	assert_int_equal(working_days_between(&t, (struct day){ 0 }, first), 0);
}

static void test_past_the_calendar_there_is_no_day(void **state)
{
	const struct working_days none = { .count = 0 };
	struct working_days end = table_of(fixture_blob("5000-12-25..5000-12-31  x\n"));

	(void)state;
	assert_day(working_days_add(&none, day_at("5000-12-30"), 1), "5000-12-31");
	assert_day(working_days_add(&none, day_at("5000-12-30"), 2), "");
	assert_day(working_days_add(&none, day_at("5000-12-31"), 1), "");
	assert_day(working_days_add(&end, day_at("5000-12-25"), 0), "");
	assert_day(working_days_add(&none, (struct day){ 0 }, 0), "");
	assert_day(working_days_add(&none, (struct day){ 0 }, 1), "");
	assert_day(working_days_add(&none, day_at("2026-01-01"), WORKING_DAYS_MAX), "2064-05-01");
	assert_day(working_days_add(&none, day_at("2026-01-01"), WORKING_DAYS_MAX + 1), "");
	assert_true(working_days_deadline_ms(&none, INT64_MAX, 1) == INT64_MAX);
}

static void test_a_deadline_is_the_end_of_its_day_in_vietnam(void **state)
{
	struct working_days t = holidays();
	/* Friday, 13 February 2026, one millisecond before midnight in Vietnam */
	const int64_t friday_ms = day_begin_ms(day_at("2026-02-14")) - 1;
	const int64_t friday_ends_ms = friday_ms;

	(void)state;
	assert_int_equal(working_days_deadline_ms(&t, friday_ms, 0), friday_ends_ms);
	assert_int_equal(working_days_deadline_ms(&t, friday_ms, 1),
			 day_begin_ms(day_at("2026-02-24")) - 1);
	/* a millisecond later it is Saturday, and Tết */
	assert_int_equal(working_days_deadline_ms(&t, friday_ms + 1, 0),
			 day_begin_ms(day_at("2026-02-24")) - 1);
}

/* ---- the table that is delivered ---- */

static void test_holidays_have_the_days_of_the_law_in_each_year(void **state)
{
	static const char *const off[] = {
		"2025-01-01", "2025-01-29", "2025-04-07", "2025-04-30", "2025-05-01", "2025-09-02",
		"2026-01-01", "2026-02-17", "2026-04-26", "2026-04-30", "2026-05-01", "2026-09-02",
		"2027-01-01", "2027-02-06", "2027-04-16", "2027-04-30", "2027-05-01", "2027-09-02",
	};
	struct working_days t = holidays();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(off); i++) {
		const struct day_off *entry = working_days_entry(&t, day_at(off[i]));

		if (entry == NULL || entry->works)
			fail_msg("%s is worked", off[i]);
	}
	/* 365 days less 104 at weekends and the 11 of the law, none of which is lost to a weekend
	 */
	assert_int_equal(working_days_between(&t, day_at("2024-12-31"), day_at("2025-12-31")),
			 365 - 104 - 11);
	assert_int_equal(working_days_between(&t, day_at("2025-12-31"), day_at("2026-12-31")),
			 365 - 104 - 11);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_table_is_sorted_whatever_its_order),
		TEST(test_faults_say_line_and_code),
		TEST(test_as_many_days_as_there_may_be_are_taken),
		TEST(test_any_bytes_are_a_table_or_a_fault),
		TEST(test_without_a_table_weeks_have_five_days),
		TEST(test_days_off_and_days_that_are_worked),
		TEST(test_between_is_what_counting_says),
		TEST(test_past_the_calendar_there_is_no_day),
		TEST(test_a_deadline_is_the_end_of_its_day_in_vietnam),
		TEST(test_holidays_have_the_days_of_the_law_in_each_year),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
