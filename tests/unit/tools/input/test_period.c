/* Periods as people write them come back in their shortest form; what is none is refused. */
#include "tools/input/period.h"

#include "tests/unit/support/fixture.h"

static void test_periods_read_and_print(void **state)
{
	static const struct {
		const char *text, *printed;
		unsigned months;
	} rows[] = {
		{ "2026", "2026", 12 },
		{ "2026-11", "2026-11", 1 },
		{ "11/2026", "2026-11", 1 },
		{ "2026-Q4", "2026-Q4", 3 },
		{ "2026-q1", "2026-Q1", 3 },
		{ "2026-H2", "2026-H2", 6 },
		{ "2025-11..2026-02", "2025-11..2026-02", 4 },
		{ "2025..2026", "2025-01..2026-12", 24 },
		{ "2026-01..2026-12", "2026", 12 },
		{ "2026-Q1..2026-Q2", "2026-H1", 6 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct period p;
		char text[40];

		assert_true(period_parse(rows[i].text, &p));
		assert_int_equal(p.to.n - p.from.n + 1, rows[i].months);
		period_print(p, text, sizeof text);
		assert_string_equal(text, rows[i].printed);
	}
}

static void test_all_is_everything(void **state)
{
	struct period p;

	(void)state;
	assert_true(period_parse("all", &p));
	assert_true(p.from.n == 0 && p.to.n == UINT16_MAX);
}

static void test_what_is_no_period_is_refused(void **state)
{
	static const char *const bad[] = {
		"",	      "26",	    "20266",	  "2026-",   "2026-13",
		"2026-00",    "13/2026",    "2026-Q5",	  "2026-Q0", "2026-H3",
		"2026-X1",    "2026-11-24", "2026..2025", "..2026",  "2026..",
		"2026-11..x", "year",	    "2026-Q1x",	  "2026 ",   "a very long first part..2026"
	};
	struct period p;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (period_parse(bad[i], &p))
			fail_msg("\"%s\" passes for a period", bad[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_periods_read_and_print),
		cmocka_unit_test(test_all_is_everything),
		cmocka_unit_test(test_what_is_no_period_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
