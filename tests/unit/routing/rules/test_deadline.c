/* Deadlines: over Tết and the end of a year, on a Friday evening, at midnight in Vietnam; which of
 * several counts; how late one is. */
#include "routing/rules/deadline.h"

#include <string.h>

#include "tests/unit/support/table_text.h"

static struct arena *arena;
static struct working_days holidays;

static int set_up(void **state)
{
	uint32_t line;

	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL || working_days_parse(table_text_of_file("etc/holidays"), arena,
						   &holidays, &line) != ERR_OK;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

/* "YYYY-MM-DD hh:mm" in Vietnam, Unix ms. */
static int64_t at(const char *time)
{
	char date[DATE_MAX + 1] = "";
	struct day d;

	memcpy(date, time, DATE_MAX);
	assert_true(date_day(date, &d));
	return day_begin_ms(d) + ((time[11] - '0') * 10 + (time[12] - '0')) * 3600000 +
	       ((time[14] - '0') * 10 + (time[15] - '0')) * 60000;
}

static struct deadline_rules rules(void)
{
	return (struct deadline_rules){ .days = &holidays,
					.urgent_ms = 2 * 3600 * 1000,
					.soon_days = 2 };
}

static void test_registered_by_the_end_of_the_next_working_day(void **state)
{
	static const struct {
		const char *arrived, *due;
	} rows[] = {
		{ "2026-11-23 08:00", "2026-11-24" }, /* Monday */
		{ "2026-11-27 17:30", "2026-11-30" }, /* Friday evening: Monday */
		{ "2026-11-28 09:00", "2026-11-30" }, /* Saturday: the day after is Monday too */
		{ "2026-02-13 10:00", "2026-02-23" }, /* the last working day before Tết */
		{ "2026-02-18 10:00", "2026-02-23" }, /* in Tết */
		{ "2026-08-21 10:00", "2026-08-22" }, /* a Saturday that is worked for another */
		{ "2026-08-28 10:00", "2026-09-03" }, /* its day off, then Quốc khánh */
		{ "2026-12-31 23:59", "2027-01-04" }, /* the new year, a Friday */
		{ "2026-11-24 00:00", "2026-11-25" }, /* midnight begins a day */
		{ "2026-11-23 23:59", "2026-11-24" },
		{ "2026-11-24 06:59", "2026-11-25" }, /* still the 23rd in UTC */
	};
	struct deadline_rules r = rules();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct deadline_of of = { .arrived_at_ms = at(rows[i].arrived) };
		struct deadline d = deadline_next(&r, &of);

		assert_int_equal(d.reason, DEADLINE_REGISTER);
		assert_string_equal(d.on, rows[i].due);
		assert_int_equal(deadline_state_at(&r, &d, d.at_ms), DEADLINE_TODAY);
		assert_int_equal(deadline_state_at(&r, &d, d.at_ms + 1), DEADLINE_OVERDUE);
	}
}

static void test_urgent_is_at_once_on_a_friday_evening_too(void **state)
{
	struct deadline_rules r = rules();
	struct deadline_of of = { .urgency = URGENCY_KHAN,
				  .arrived_at_ms = at("2026-11-27 23:00") };
	struct deadline d = deadline_next(&r, &of);

	(void)state;
	assert_int_equal(d.reason, DEADLINE_AT_ONCE);
	assert_int_equal(d.at_ms, at("2026-11-28 01:00"));
	assert_string_equal(d.on, "2026-11-28");
	assert_int_equal(deadline_state_at(&r, &d, at("2026-11-28 01:01")), DEADLINE_OVERDUE);
	assert_int_equal(deadline_late_days(&r, &d, at("2026-11-28 02:00")), 0);
	assert_int_equal(deadline_late_days(&r, &d, at("2026-11-30 08:00")), 1);
	of.urgency = URGENCY_HOA_TOC;
	r.urgent_ms = 0;
	d = deadline_next(&r, &of);
	assert_int_equal(d.at_ms, of.arrived_at_ms);
	/* registered: its own day is left */
	of.stand.work = OFFICE_ACCEPTED;
	assert_int_equal(deadline_next(&r, &of).reason, DEADLINE_NONE);
}

static void test_of_several_the_first_counts(void **state)
{
	static const struct {
		enum office_status work;
		const char *office, *document;
		enum deadline_reason reason;
		const char *due;
	} rows[] = {
		{ OFFICE_ARRIVED, "", "2026-12-10", DEADLINE_REGISTER, "2026-11-24" },
		{ OFFICE_ARRIVED, "", "2026-11-23", DEADLINE_DOCUMENT, "2026-11-23" },
		{ OFFICE_NONE, NULL, NULL, DEADLINE_REGISTER, "2026-11-24" },
		{ OFFICE_ACCEPTED, "", "2026-12-10", DEADLINE_DOCUMENT, "2026-12-10" },
		{ OFFICE_ASSIGNED, "2026-12-05", "2026-12-10", DEADLINE_OFFICE, "2026-12-05" },
		{ OFFICE_PROCESSING, "2026-12-20", "2026-12-10", DEADLINE_DOCUMENT, "2026-12-10" },
		{ OFFICE_ASSIGNED, "2026-12-10", "2026-12-10", DEADLINE_DOCUMENT, "2026-12-10" },
		{ OFFICE_ASSIGNED, "", "", DEADLINE_NONE, "" },
		{ OFFICE_ASSIGNED, "tomorrow", "2026-02-30", DEADLINE_NONE, "" },
		{ OFFICE_FINISHED, "2026-12-05", "2026-12-10", DEADLINE_NONE, "" },
		{ OFFICE_RETURNED, "", "2026-12-10", DEADLINE_NONE, "" },
	};
	struct deadline_rules r = rules();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct deadline_of of = { .stand = { .work = rows[i].work },
					  .arrived_at_ms = at("2026-11-23 08:00"),
					  .office_due_on = rows[i].office,
					  .document_due_on = rows[i].document };
		struct deadline d = deadline_next(&r, &of);

		assert_int_equal(d.reason, rows[i].reason);
		assert_string_equal(d.on, rows[i].due);
		of.stand.recall = OFFICE_RECALL_AGREED;
		assert_int_equal(deadline_next(&r, &of).reason, DEADLINE_NONE);
	}
}

static void test_how_it_stands_and_how_late_it_is(void **state)
{
	static const struct {
		const char *now;
		enum deadline_state state;
		int32_t late;
	} rows[] = {
		{ "2026-02-11 09:00", DEADLINE_LATER, -3 }, /* two days before Tết, one after */
		{ "2026-02-12 09:00", DEADLINE_SOON, -2 },
		{ "2026-02-13 09:00", DEADLINE_SOON, -1 },
		{ "2026-02-18 09:00", DEADLINE_SOON, -1 }, /* Tết counts for nothing */
		{ "2026-02-23 00:00", DEADLINE_TODAY, 0 },
		{ "2026-02-23 23:59", DEADLINE_TODAY, 0 },
		{ "2026-02-24 00:00", DEADLINE_OVERDUE, 1 },
		{ "2026-03-02 00:00", DEADLINE_OVERDUE, 5 },
	};
	struct deadline_rules r = rules(), plain = { .days = NULL };
	struct deadline_of of = { .stand = { .work = OFFICE_ASSIGNED },
				  .arrived_at_ms = at("2026-02-02 08:00"),
				  .office_due_on = "2026-02-23" };
	struct deadline d = deadline_next(&r, &of), none = { .reason = DEADLINE_NONE };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(deadline_state_at(&r, &d, at(rows[i].now)), rows[i].state);
		assert_int_equal(deadline_late_days(&r, &d, at(rows[i].now)), rows[i].late);
	}
	assert_int_equal(deadline_state_at(&r, &none, at("2026-02-23 00:00")), DEADLINE_OPEN);
	assert_int_equal(deadline_late_days(&r, &none, at("2026-02-23 00:00")), 0);
	/* without a table Tết is worked */
	assert_int_equal(deadline_late_days(&plain, &d, at("2026-02-13 09:00")), -6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registered_by_the_end_of_the_next_working_day),
		cmocka_unit_test(test_urgent_is_at_once_on_a_friday_evening_too),
		cmocka_unit_test(test_of_several_the_first_counts),
		cmocka_unit_test(test_how_it_stands_and_how_late_it_is),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
