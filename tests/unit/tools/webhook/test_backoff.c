/* Pauses: their steps, their spread, and what the other side asked for. */
#include "tools/webhook/backoff.h"

#include "tests/unit/support/fixture.h"

#define S(n) ((n)*INT64_C(1000))

static const int64_t steps[] = { S(5),	  S(30),   S(120),   S(600),  S(1800),
				 S(3600), S(7200), S(14400), S(21600) };

static void test_pauses_grow_to_hours_and_are_spread(void **state)
{
	(void)state;
	for (unsigned i = 0; i < COUNT_OF(steps); i++) {
		int64_t low = webhook_backoff_ms(i + 1, -1, 0);
		int64_t middle = webhook_backoff_ms(i + 1, -1, UINT32_MAX / 2);
		int64_t high = webhook_backoff_ms(i + 1, -1, UINT32_MAX);

		assert_int_equal(low, steps[i] * 4 / 5);
		assert_in_range(middle, steps[i] - 1, steps[i]);
		assert_int_equal(high, steps[i] * 6 / 5);
	}
}

static void test_the_last_step_stays(void **state)
{
	(void)state;
	assert_int_equal(webhook_backoff_ms(10, -1, 0), webhook_backoff_ms(9, -1, 0));
	assert_int_equal(webhook_backoff_ms(100000, -1, 7), webhook_backoff_ms(9, -1, 7));
	assert_int_equal(webhook_backoff_ms(UINT32_MAX, -1, UINT32_MAX), S(21600) * 6 / 5);
	assert_int_equal(webhook_backoff_ms(0, -1, 0), webhook_backoff_ms(1, -1, 0));
}

static void test_retry_after_is_honoured_within_bounds_and_never_earlier(void **state)
{
	static const struct {
		int64_t asked_ms, low_ms, high_ms;
	} rows[] = {
		{ 0, 1000, 1100 },
		{ 1, 1000, 1100 },
		{ S(1), 1000, 1100 },
		{ S(7), S(7), 7700 },
		{ S(3600), S(3600), S(3960) },
		{ S(24 * 3600), S(24 * 3600), S(24 * 3960) },
		{ S(24 * 3600) + 1, S(24 * 3600), S(24 * 3960) },
		{ INT64_MAX, S(24 * 3600), S(24 * 3960) },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (unsigned attempts = 1; attempts < 12; attempts += 5) {
			assert_int_equal(webhook_backoff_ms(attempts, rows[i].asked_ms, 0),
					 rows[i].low_ms);
			assert_int_equal(webhook_backoff_ms(attempts, rows[i].asked_ms, UINT32_MAX),
					 rows[i].high_ms);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pauses_grow_to_hours_and_are_spread),
		cmocka_unit_test(test_the_last_step_stays),
		cmocka_unit_test(test_retry_after_is_honoured_within_bounds_and_never_earlier),
	};

	return cmocka_run_group_tests_name("webhook_backoff", tests, NULL, NULL);
}
