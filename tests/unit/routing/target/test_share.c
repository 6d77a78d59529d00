/* The shares of the target, exact at the line. */
#include "routing/target/share.h"

#include "routing/target/target.h"
#include "tests/unit/support/fixture.h"

static void expect(struct target_ratio r, uint64_t of, uint64_t all, unsigned share)
{
	assert_int_equal(r.of, of);
	assert_int_equal(r.all, all);
	assert_int_equal(target_ratio_share(r), share);
}

static void test_each_measure_is_of_its_own_documents(void **state)
{
	struct target_sides s = {
		.in = { .digital = 80,
			.paper = 20,
			.secret = 5,
			.processed = 60,
			.late = 3,
			.returned = 4,
			.recalled = 1 },
		.out = { .digital = 45, .paper = 3, .pending = 2, .refused = 1, .also_paper = 5 },
	};

	(void)state;
	expect(target_measure(&s, MEASURE_OUT), 45, 50, 9000);
	expect(target_measure(&s, MEASURE_IN), 80, 100, 8000);
	expect(target_measure(&s, MEASURE_PROCESSED), 60, 95, 6315);
	expect(target_measure(&s, MEASURE_PAPERLESS), 40, 50, 8000);
	expect(target_headline_ratio(&s, HEADLINE_EXCHANGED), 125, 150, 8333);
	expect(target_headline_ratio(&s, HEADLINE_PROCESSED), 185, 245, 7551);
}

static void test_nothing_counted_is_no_share_and_reaches_no_line(void **state)
{
	struct target_sides s = { .in = { .secret = 9 }, .out = { .secret = 1 } };

	(void)state;
	for (unsigned m = 0; m < MEASURES; m++)
		expect(target_measure(&s, (enum target_measure)m), 0, 0, 0);
	expect(target_headline_ratio(&s, HEADLINE_PROCESSED), 0, 0, 0);
	assert_false(target_ratio_reaches((struct target_ratio){ 0, 0 }, 0));
}

static void test_what_is_just_below_the_line_never_reads_as_reached(void **state)
{
	struct target_ratio at = { 900, 1000 }, below = { 89999, 100000 };

	(void)state;
	assert_int_equal(target_ratio_share(at), 9000);
	assert_true(target_ratio_reaches(at, 9000));
	assert_false(target_ratio_reaches(at, 9001));
	assert_int_equal(target_ratio_share(below), 8999);
	assert_false(target_ratio_reaches(below, 9000));
	assert_true(target_ratio_reaches((struct target_ratio){ 1, 1 }, TARGET_WHOLE));
	assert_false(target_ratio_reaches((struct target_ratio){ 999999, 1000000 }, TARGET_WHOLE));
}

static void test_damaged_counts_do_not_wrap_around(void **state)
{
	struct target_sides s = { .in = { .digital = 1, .returned = 3 },
				  .out = { .digital = 1, .also_paper = 2 } };

	(void)state;
	expect(target_measure(&s, MEASURE_PAPERLESS), 0, 1, 0);
	expect(target_measure(&s, MEASURE_PROCESSED), 0, 0, 0);
}

static void test_sides_add_up_by_direction(void **state)
{
	struct target_count c = { .digital = 2, .paper = 1 };
	struct target_sides s = { .in = { .digital = 0 } };

	(void)state;
	target_sides_add(&s, DIRECTION_IN, &c);
	target_sides_add(&s, DIRECTION_OUT, &c);
	target_sides_add(&s, DIRECTION_OUT, &c);
	target_sides_add(&s, DIRECTION_NONE, &c);
	assert_int_equal(target_counted(&s.in), 3);
	assert_int_equal(target_counted(&s.out), 6);
}

static void test_headline_is_named(void **state)
{
	enum target_headline h = HEADLINE_EXCHANGED;

	(void)state;
	assert_true(target_headline_parse("processed", &h));
	assert_int_equal(h, HEADLINE_PROCESSED);
	assert_string_equal(target_headline_name(h), "processed");
	assert_false(target_headline_parse("all", &h));
	assert_false(target_headline_parse("", &h));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_measure_is_of_its_own_documents),
		cmocka_unit_test(test_nothing_counted_is_no_share_and_reaches_no_line),
		cmocka_unit_test(test_what_is_just_below_the_line_never_reads_as_reached),
		cmocka_unit_test(test_damaged_counts_do_not_wrap_around),
		cmocka_unit_test(test_sides_add_up_by_direction),
		cmocka_unit_test(test_headline_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
