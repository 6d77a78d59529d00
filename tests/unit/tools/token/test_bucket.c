/* The bucket of a token, with a clock that is handed in. */
#include "tools/token/bucket.h"

#include "tests/unit/support/fixture.h"

#define SECOND_US 1000000LL

static unsigned taken(struct token_bucket *b, uint32_t rate, int64_t at_us, unsigned asked)
{
	unsigned n = 0;
	uint32_t after;

	for (unsigned i = 0; i < asked; i++) {
		bool one = token_bucket_take(b, rate, at_us, &after);

		n += one;
		assert_int_equal(after, one ? 0 : 1);
	}
	return n;
}

static void test_a_second_brings_as_many_as_the_rate(void **state)
{
	struct token_bucket b = { .held = 0 };

	(void)state;
	assert_int_equal(taken(&b, 5, 100, 20), 5); /* full at first */
	assert_int_equal(taken(&b, 5, 100 + SECOND_US / 5 - 1, 20), 0);
	assert_int_equal(taken(&b, 5, 100 + SECOND_US / 5, 20), 1);
	assert_int_equal(taken(&b, 5, 100 + 2 * SECOND_US, 20), 5);
	/* an idle year gives no more than a second does */
	assert_int_equal(taken(&b, 5, 365 * 86400 * SECOND_US, 20), 5);
}

static void test_small_steps_lose_nothing(void **state)
{
	struct token_bucket b = { .held = 0 };
	unsigned n = 0;

	(void)state;
	assert_int_equal(taken(&b, 3, 0, 10), 3);
	for (int64_t us = 7; us <= 10 * SECOND_US; us += 7)
		n += taken(&b, 3, us, 1);
	assert_in_range(n, 29, 30);
}

static void test_rate_0_has_no_bound_and_the_greatest_does_not_overflow(void **state)
{
	struct token_bucket b = { .held = 0 };

	(void)state;
	assert_int_equal(taken(&b, 0, 0, 1000), 1000);
	assert_int_equal(taken(&b, 1000000, INT64_MAX / 2, 1000), 1000);
	assert_int_equal(taken(&b, 1000000, INT64_MAX / 2 - 5, 1000), 1000); /* nor a step back */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_second_brings_as_many_as_the_rate),
		cmocka_unit_test(test_small_steps_lose_nothing),
		cmocka_unit_test(test_rate_0_has_no_bound_and_the_greatest_does_not_overflow),
	};

	return cmocka_run_group_tests_name("bucket", tests, NULL, NULL);
}
