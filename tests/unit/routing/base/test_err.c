/* The list of errors: numbers are on the wire and in scripts, so exit codes and "known" are pinned
 * here. */
#include "routing/base/err.h"

#include <string.h>

#include "tests/unit/support/fixture.h"

static void test_every_known_code_has_a_text_of_its_own(void **state)
{
	unsigned known = 0;

	(void)state;
	for (unsigned n = 0; n < 10000; n++) {
		if (!err_known(n)) {
			assert_string_equal(err_text((enum err)n), err_text((enum err)9999));
			assert_string_equal(err_fix((enum err)n), "");
			continue;
		}
		known++;
		assert_true(err_text((enum err)n)[0] != '\0');
		assert_string_not_equal(err_text((enum err)n), err_text((enum err)9999));
		assert_non_null(err_fix((enum err)n));
	}
	assert_true(known >= 55);
}

static void test_codes_are_dense_from_the_first_of_each_range(void **state)
{
	static const unsigned last[] = { 1007, 2020, 3015, 4007, 5007 };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(last); i++) {
		for (unsigned n = last[i] / 1000 * 1000 + 1; n <= last[i]; n++)
			assert_true(err_known(n));
		assert_false(err_known(last[i] / 1000 * 1000));
		assert_false(err_known(last[i] / 1000 * 1000 + 999));
	}
	assert_false(err_known(UINT32_MAX));
}

static void test_exit_codes_are_those_of_the_contract(void **state)
{
	(void)state;
	assert_int_equal(err_exit_code(ERR_OK), 0);
	assert_int_equal(err_exit_code(ERR_USAGE), 2);
	assert_int_equal(err_exit_code(ERR_CONFIG), 9);
	assert_int_equal(err_exit_code(ERR_UNREACHABLE), 3);
	assert_int_equal(err_exit_code(ERR_NOT_FOUND), 4);
	assert_int_equal(err_exit_code(ERR_SECRET), 5);
	assert_int_equal(err_exit_code(ERR_SIGNATURE), 5);
	assert_int_equal(err_exit_code(ERR_EDXML_XML), 5);
	assert_int_equal(err_exit_code(ERR_EDXML_ABOUT), 5);
	assert_int_equal(err_exit_code(ERR_CONFLICT), 6);
	assert_int_equal(err_exit_code(ERR_TIMEOUT), 8);
	assert_int_equal(err_exit_code(ERR_STORE), 1);
	assert_int_equal(err_exit_code(ERR_NO_MEMORY), 1);
	assert_int_equal(err_exit_code(ERR_TOKEN_NAME), 2);
	assert_int_equal(err_exit_code(ERR_TOKEN_UNKNOWN), 5);
	assert_int_equal(err_exit_code(ERR_TOKEN_RATE), 8);
	assert_int_equal(err_exit_code(ERR_TOKEN_FILE), 1);
	assert_int_equal(err_exit_code(ERR_AUDIT), 1);
	assert_int_equal(err_exit_code(ERR_SPOOL_KEY), 2);
	assert_int_equal(err_exit_code(ERR_SPOOL_FOLDER), 1);
	assert_int_equal(err_exit_code(ERR_WEBHOOK_URL), 2);
	assert_int_equal(err_exit_code(ERR_WEBHOOK_NAME), 2);
	assert_int_equal(err_exit_code(ERR_WEBHOOK_TARGET), 5);
	assert_int_equal(err_exit_code(ERR_WEBHOOK_ANSWER), 5);
	assert_int_equal(err_exit_code(ERR_WEBHOOK_NO_SENDER), 3);
	assert_int_equal(err_exit_code(ERR_WEBHOOK_FILE), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_known_code_has_a_text_of_its_own),
		cmocka_unit_test(test_codes_are_dense_from_the_first_of_each_range),
		cmocka_unit_test(test_exit_codes_are_those_of_the_contract),
	};

	return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
