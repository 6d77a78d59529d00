/* What would be if, and how far it is to the line, against a search that goes document by
 * document. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "routing/target/simulate.h"
#include "routing/target/target.h"

static const struct target_sides sides = {
	.in = { .digital = 40, .paper = 10, .processed = 20, .returned = 2, .recalled = 1 },
	.out = { .digital = 30, .paper = 12, .pending = 8, .refused = 3 },
};

static void test_nothing_changes_nothing(void **state)
{
	struct simulate_change none = { .digital = 0 };
	struct target_sides after;

	(void)state;
	assert_int_equal(simulate(&sides, &none, &after), ERR_OK);
	assert_memory_equal(&after, &sides, sizeof sides);
}

static void test_each_change_moves_what_it_says(void **state)
{
	struct simulate_change change = { .digital = 5,
					  .paper = 3,
					  .without_in = 10,
					  .without_out = 2,
					  .receipted = 6,
					  .processed = 4 };
	struct target_sides after;

	(void)state;
	assert_int_equal(simulate(&sides, &change, &after), ERR_OK);
	assert_int_equal(after.in.paper, 0);
	assert_int_equal(after.in.digital, 50);
	assert_int_equal(after.in.processed, 24);
	assert_int_equal(after.out.paper, 12 - 2 + 3);
	assert_int_equal(after.out.digital, 30 + 2 + 6 + 5);
	assert_int_equal(after.out.pending, 2);
	assert_int_equal(after.out.refused, 2);
	change = (struct simulate_change){ .direction = DIRECTION_IN, .digital = 5, .paper = 3 };
	assert_int_equal(simulate(&sides, &change, &after), ERR_OK);
	assert_true(after.in.digital == 45 && after.in.paper == 13);
	assert_int_equal(after.out.digital, 30);
}

static void test_all_is_all_and_no_more(void **state)
{
	struct simulate_change change = { .receipted_all = true,
					  .processed_all = true,
					  .without_in = 10,
					  .without_out = 12,
					  .direction = DIRECTION_IN,
					  .digital = 7 };
	struct target_sides after;

	(void)state;
	assert_int_equal(simulate(&sides, &change, &after), ERR_OK);
	assert_int_equal(after.out.pending, 0);
	assert_int_equal(after.out.refused, 0);
	assert_int_equal(after.in.processed, 57 - 2 - 1);
	for (enum target_measure m = MEASURE_OUT; m <= MEASURE_PROCESSED; m++)
		assert_int_equal(target_ratio_share(target_measure(&after, m)), TARGET_WHOLE);
}

static void test_more_than_there_is_is_refused(void **state)
{
	static const struct simulate_change more[] = {
		{ .without_in = 11 },
		{ .without_out = 13 },
		{ .receipted = 9 },
		{ .processed = 18 },
	};
	struct simulate_change just = { .processed = 17 };
	struct target_sides after;

	(void)state;
	for (unsigned i = 0; i < sizeof more / sizeof more[0]; i++)
		assert_int_equal(simulate(&sides, &more[i], &after), ERR_SIMULATE_MORE);
	assert_int_equal(simulate(&sides, &just, &after), ERR_OK);
}

/* Every share of up to 60 documents, against lines with awkward fractions. */
static void test_way_to_the_line_is_exact(void **state)
{
	static const unsigned lines[] = { 1, 2500, 3333, 6667, 8999, 9000, 9001, 9999, 10000 };

	(void)state;
	for (unsigned l = 0; l < sizeof lines / sizeof lines[0]; l++) {
		for (uint64_t all = 0; all <= 60; all++) {
			for (uint64_t of = 0; of <= all; of++) {
				struct target_ratio r = { of, all };
				uint64_t missing = 0;

				while (of + missing < all &&
				       (of + missing) * TARGET_WHOLE < all * lines[l])
					missing++;
				assert_int_equal(simulate_missing(r, lines[l]), missing);
			}
		}
	}
}

static void test_nothing_is_missing_to_no_line_and_of_nothing(void **state)
{
	(void)state;
	assert_int_equal(simulate_missing((struct target_ratio){ 0, 5 }, 0), 0);
	assert_int_equal(simulate_missing((struct target_ratio){ 0, 0 }, 9000), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_changes_nothing),
		cmocka_unit_test(test_each_change_moves_what_it_says),
		cmocka_unit_test(test_all_is_all_and_no_more),
		cmocka_unit_test(test_more_than_there_is_is_refused),
		cmocka_unit_test(test_way_to_the_line_is_exact),
		cmocka_unit_test(test_nothing_is_missing_to_no_line_and_of_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
