/* What lies where on a clerk's desk. */
#include "routing/rules/tray.h"
#include "tests/unit/support/fixture.h"

static void expect(enum office_status work, enum office_status recall, text_t due, enum tray where)
{
	struct office_stand at = { .work = work, .recall = recall };

	assert_string_equal(tray_name(tray_of(&at, due, "2026-11-29")), tray_name(where));
}

static void test_what_is_to_be_done_lies_by_its_status(void **state)
{
	(void)state;
	expect(OFFICE_NONE, OFFICE_NONE, "", TRAY_NEW);
	expect(OFFICE_ARRIVED, OFFICE_NONE, "2026-12-01", TRAY_NEW);
	expect(OFFICE_ACCEPTED, OFFICE_NONE, "", TRAY_WORK);
	expect(OFFICE_ASSIGNED, OFFICE_NONE, "2026-11-30", TRAY_WORK);
	expect(OFFICE_PROCESSING, OFFICE_NONE, "", TRAY_WORK);
	expect(OFFICE_RETURNED, OFFICE_NONE, "", TRAY_DONE);
	expect(OFFICE_FINISHED, OFFICE_NONE, "", TRAY_DONE);
}

static void test_late_is_after_the_day_and_only_what_is_not_handled(void **state)
{
	(void)state;
	expect(OFFICE_NONE, OFFICE_NONE, "2026-11-28", TRAY_OVERDUE);
	expect(OFFICE_ASSIGNED, OFFICE_NONE, "2025-12-31", TRAY_OVERDUE);
	expect(OFFICE_ASSIGNED, OFFICE_NONE, "2026-11-29", TRAY_WORK);
	expect(OFFICE_FINISHED, OFFICE_NONE, "2026-11-28", TRAY_DONE);
	expect(OFFICE_RETURNED, OFFICE_NONE, "2026-11-28", TRAY_DONE);
}

static void test_who_asks_for_it_back_wants_an_answer(void **state)
{
	(void)state;
	expect(OFFICE_NONE, OFFICE_RECALL_ASKED, "", TRAY_WORK);
	expect(OFFICE_FINISHED, OFFICE_RECALL_ASKED, "2026-11-28", TRAY_WORK);
	expect(OFFICE_PROCESSING, OFFICE_RECALL_AGREED, "2026-11-28", TRAY_DONE);
	expect(OFFICE_PROCESSING, OFFICE_RECALL_DECLINED, "", TRAY_WORK);
	expect(OFFICE_NONE, OFFICE_RECALL_DECLINED, "", TRAY_NEW);
	expect(OFFICE_FINISHED, OFFICE_RECALL_DECLINED, "", TRAY_DONE);
}

static void test_the_day_of_the_office_goes_before_that_of_the_document(void **state)
{
	(void)state;
	assert_string_equal(tray_deadline("2026-12-01", "2026-11-01"), "2026-12-01");
	assert_string_equal(tray_deadline("", "2026-11-01"), "2026-11-01");
	assert_string_equal(tray_deadline(NULL, "2026-11-01"), "2026-11-01");
	assert_string_equal(tray_deadline("", ""), "");
	assert_string_equal(tray_deadline(NULL, NULL), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_to_be_done_lies_by_its_status),
		cmocka_unit_test(test_late_is_after_the_day_and_only_what_is_not_handled),
		cmocka_unit_test(test_who_asks_for_it_back_wants_an_answer),
		cmocka_unit_test(test_the_day_of_the_office_goes_before_that_of_the_document),
	};

	return cmocka_run_group_tests_name("tray", tests, NULL, NULL);
}
