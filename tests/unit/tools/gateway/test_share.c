/* No token has more than its share of what is under way. */
#include "tools/gateway/share.h"

#include "tests/unit/support/fixture.h"

static void test_one_has_half_and_another_still_comes_in(void **state)
{
	struct share *s = share_new();

	(void)state;
	assert_non_null(s);
	for (unsigned i = 0; i < SHARE_MOST; i++)
		assert_true(share_take(s, "a"));
	assert_false(share_take(s, "a"));
	assert_true(share_take(s, "b"));
	assert_true(share_take(s, ""));
	share_give(s, "a");
	assert_true(share_take(s, "a"));
	assert_false(share_take(s, "a"));
	for (unsigned i = 0; i < SHARE_MOST; i++)
		share_give(s, "a");
	share_give(s, "b");
	share_give(s, "");
	share_give(s, "nobody");
	/* all is as at first */
	for (unsigned i = 0; i < SHARE_MOST; i++)
		assert_true(share_take(s, "b"));
	assert_false(share_take(s, "b"));
	share_free(s);
	share_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_has_half_and_another_still_comes_in),
	};

	return cmocka_run_group_tests_name("gateway_share", tests, NULL, NULL);
}
