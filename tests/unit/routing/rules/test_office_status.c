/* Which status may follow which: the table of office_status.h, row by row. */
#include "routing/rules/office_status.h"
#include "tests/unit/support/fixture.h"

static const enum office_status works[] = { OFFICE_NONE,     OFFICE_ARRIVED,    OFFICE_RETURNED,
					    OFFICE_ACCEPTED, OFFICE_ASSIGNED,   OFFICE_PROCESSING,
					    OFFICE_FINISHED };

enum { WORKS = sizeof works / sizeof works[0] };

static void test_the_table(void **state)
{
	static const struct {
		enum office_status next;
		bool after[WORKS]; /* nothing, 01, 02, 03, 04, 05, 06 */
	} rows[] = {
		{ OFFICE_ARRIVED, { false } },
		{ OFFICE_RETURNED, { true, true, false, true, false, false, false } },
		{ OFFICE_ACCEPTED, { true, true, true, false, false, false, false } },
		{ OFFICE_ASSIGNED, { false, false, false, true, true, true, false } },
		{ OFFICE_PROCESSING, { false, false, false, true, true, false, true } },
		{ OFFICE_FINISHED, { false, false, false, true, true, true, false } },
		{ OFFICE_RECALL_AGREED, { false } },
		{ OFFICE_RECALL_DECLINED, { false } },
		{ OFFICE_RECALL_ASKED, { true, true, true, true, true, true, true } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		for (size_t k = 0; k < WORKS; k++) {
			struct office_stand at = { .work = works[k] };

			assert_int_equal(office_status_may_follow(&at, rows[i].next),
					 rows[i].after[k]);
		}
	}
}

static void test_a_recall_is_answered_once_and_freezes(void **state)
{
	struct office_stand at = { .work = OFFICE_ASSIGNED };

	(void)state;
	office_status_apply(&at, OFFICE_RECALL_ASKED);
	assert_int_equal(at.work, OFFICE_ASSIGNED); /* a question beside the work */
	assert_true(office_status_may_follow(&at, OFFICE_FINISHED));
	assert_false(office_status_may_follow(&at, OFFICE_RECALL_ASKED));
	office_status_apply(&at, OFFICE_RECALL_DECLINED);
	assert_false(office_status_may_follow(&at, OFFICE_RECALL_AGREED));
	assert_true(office_status_may_follow(&at, OFFICE_RECALL_ASKED)); /* asked once more */
	office_status_apply(&at, OFFICE_RECALL_ASKED);
	office_status_apply(&at, OFFICE_RECALL_AGREED);
	for (size_t k = 0; k < WORKS; k++)
		assert_false(office_status_may_follow(&at, works[k]));
	assert_false(office_status_may_follow(&at, OFFICE_RECALL_ASKED));
	assert_false(office_status_may_follow(&at, OFFICE_RECALL_DECLINED));
}

static void test_codes_read_and_print(void **state)
{
	(void)state;
	for (int s = OFFICE_ARRIVED; s <= OFFICE_RECALL_DECLINED; s++) {
		text_t code = office_status_code((enum office_status)s);

		if (code[0] != '\0')
			assert_int_equal(office_status_of(code), s);
	}
	assert_string_equal(office_status_code(OFFICE_NONE), "");
	assert_string_equal(office_status_code((enum office_status)7), "");
	assert_int_equal(office_status_of("07"), OFFICE_NONE);
	assert_int_equal(office_status_of("3"), OFFICE_NONE);
	assert_true(office_status_from_issuer(OFFICE_RECALL_ASKED));
	assert_false(office_status_from_issuer(OFFICE_RECALL_AGREED));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_table),
		cmocka_unit_test(test_a_recall_is_answered_once_and_freezes),
		cmocka_unit_test(test_codes_read_and_print),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
