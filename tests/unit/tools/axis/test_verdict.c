/* What answers of an axis mean, and when it is tried again. */
#include "tools/axis/verdict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_only_a_result_code_of_0_is_done(void **state)
{
	(void)state;
	assert_int_equal(axis_verdict(200, 0), AXIS_DONE);
	assert_int_equal(axis_verdict(201, 0), AXIS_DONE);
	assert_int_equal(axis_verdict(200, AXIS_CODE_NONE), AXIS_LATER);
	assert_int_equal(axis_verdict(200, 18), AXIS_NEVER);
	assert_int_equal(axis_verdict(200, AXIS_CODE_OTHER), AXIS_NEVER);
	assert_int_equal(axis_verdict(500, 0), AXIS_LATER);
}

static void test_who_is_refused_stops(void **state)
{
	(void)state;
	assert_int_equal(axis_verdict(200, 15), AXIS_STOP);
	assert_int_equal(axis_verdict(401, AXIS_CODE_NONE), AXIS_STOP);
	assert_int_equal(axis_verdict(403, AXIS_CODE_NONE), AXIS_STOP);
}

static void test_what_may_pass_is_tried_again_and_what_is_final_is_not(void **state)
{
	static const unsigned later[] = { 0, 301, 404, 405, 408, 425, 429, 500, 502, 503 },
			      never[] = { 400, 409, 413, 422 };

	(void)state;
	for (size_t i = 0; i < sizeof later / sizeof later[0]; i++)
		assert_int_equal(axis_verdict(later[i], AXIS_CODE_NONE), AXIS_LATER);
	for (size_t i = 0; i < sizeof never / sizeof never[0]; i++)
		assert_int_equal(axis_verdict(never[i], AXIS_CODE_NONE), AXIS_NEVER);
}

static void test_pauses_double_within_bounds_and_honour_the_other_side(void **state)
{
	(void)state;
	assert_int_equal(axis_backoff_ms(1, -1, 0), 800);
	assert_int_equal(axis_backoff_ms(1, -1, UINT32_MAX), 1200);
	assert_int_equal(axis_backoff_ms(4, -1, 0), 6400);
	assert_int_equal(axis_backoff_ms(1000000, -1, UINT32_MAX), AXIS_RETRY_MAX_MS * 6 / 5);
	assert_int_equal(axis_backoff_ms(1, 7000, 0), 7000);
	assert_int_equal(axis_backoff_ms(1, INT64_MAX, 0), 24 * 3600 * 1000);
}

static void test_a_daemon_that_is_away_passes_and_a_bad_file_does_not(void **state)
{
	(void)state;
	assert_true(axis_err_passes(ERR_UNREACHABLE));
	assert_true(axis_err_passes(ERR_TIMEOUT));
	assert_true(axis_err_passes(ERR_NO_INODES));
	assert_false(axis_err_passes(ERR_EDXML_ORGAN));
	assert_false(axis_err_passes(ERR_BAD_STATE));
	assert_true(axis_err_early(ERR_NOT_FOUND));
	assert_false(axis_err_early(ERR_BAD_STATE));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_only_a_result_code_of_0_is_done),
		cmocka_unit_test(test_who_is_refused_stops),
		cmocka_unit_test(test_what_may_pass_is_tried_again_and_what_is_final_is_not),
		cmocka_unit_test(test_pauses_double_within_bounds_and_honour_the_other_side),
		cmocka_unit_test(test_a_daemon_that_is_away_passes_and_a_bad_file_does_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
