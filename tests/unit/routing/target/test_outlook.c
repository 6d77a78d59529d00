/* What a share still bears, exactly at the line, and where it is heading. */
#include "routing/target/outlook.h"

#include "routing/target/target.h"
#include "tests/unit/support/fixture.h"

static struct target_ratio with_paper(struct target_ratio r, uint64_t n, unsigned weight)
{
	return (struct target_ratio){ r.of, r.all + n * weight };
}

static struct target_ratio with_digital(struct target_ratio r, uint64_t n)
{
	return (struct target_ratio){ r.of + n, r.all + n };
}

/* The largest and the smallest number: one more, or one less, and it is the other way. */
static void expect_exact(struct target_ratio r, unsigned line, unsigned weight)
{
	struct outlook_room room = outlook_room(r, line, weight);

	if (room.reached) {
		assert_true(target_ratio_reaches(with_paper(r, room.papers, weight), line));
		assert_false(target_ratio_reaches(with_paper(r, room.papers + 1, weight), line));
	} else {
		assert_true(target_ratio_reaches(with_digital(r, room.digital), line));
		assert_true(room.digital > 0);
		assert_false(target_ratio_reaches(with_digital(r, room.digital - 1), line));
	}
}

static void test_room_is_exact_for_all_small_numbers(void **state)
{
	static const unsigned lines[] = { 1, 3333, 5000, 8999, 9000, 9275, 9999 };

	(void)state;
	for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		for (uint64_t all = 1; all <= 60; all++) {
			for (uint64_t of = 0; of <= all; of++) {
				expect_exact((struct target_ratio){ of, all }, lines[i], 1);
				expect_exact((struct target_ratio){ of, all }, lines[i], 2);
			}
		}
	}
}

static void test_room_at_the_line_is_none(void **state)
{
	struct outlook_room at = outlook_room((struct target_ratio){ 90, 100 }, 9000, 1),
			    above = outlook_room((struct target_ratio){ 91, 100 }, 9000, 1),
			    below = outlook_room((struct target_ratio){ 89, 100 }, 9000, 1);

	(void)state;
	assert_true(at.reached && at.papers == 0);
	assert_true(above.reached && above.papers == 1);    /* 91 of 101 */
	assert_true(!below.reached && below.digital == 10); /* 99 of 110 */
}

static void test_line_of_all_bears_no_paper_and_is_never_reached_again(void **state)
{
	struct outlook_room kept = outlook_room((struct target_ratio){ 7, 7 }, TARGET_WHOLE, 1),
			    lost = outlook_room((struct target_ratio){ 7, 8 }, TARGET_WHOLE, 1);

	(void)state;
	assert_true(kept.reached && kept.papers == 0);
	assert_false(lost.reached);
	assert_true(lost.digital == UINT64_MAX);
}

static void test_line_of_nothing_bears_any_paper(void **state)
{
	struct outlook_room room = outlook_room((struct target_ratio){ 0, 5 }, 0, 1);

	(void)state;
	assert_true(room.reached && room.papers == UINT64_MAX);
}

static void test_nothing_counted_needs_one(void **state)
{
	struct outlook_room room = outlook_room((struct target_ratio){ 0, 0 }, 9000, 1);

	(void)state;
	assert_false(room.reached);
	assert_int_equal(room.digital, 1);
	assert_int_equal(room.papers, 0);
}

static const struct month OCTOBER = { 2026 * 12 + 9 };

static void test_pace_of_the_whole_months_goes_on(void **state)
{
	/* 80 of 100 so far, 4 of 5 of them in October; the three months before: 29 of 30 */
	struct outlook_pace p = { .so_far = { 80, 100 },
				  .current = { 4, 5 },
				  .whole = { 29, 30 },
				  .whole_months = 3,
				  .left = 2,
				  .month = OCTOBER,
				  .line = 8200 };
	struct outlook out = outlook_project(&p);

	(void)state;
	assert_true(out.known && out.reaches);
	/* 76 of 95, and three months of 29/3 of 10 */
	assert_int_equal(out.end.of, 105);
	assert_int_equal(out.end.all, 125);
	assert_int_equal(out.share, 8400);
	/* October ends at 257/315, 81.58 %; November at 286/345, 82.89 % */
	assert_int_equal(out.turns.n, OCTOBER.n + 1);
}

static void test_month_that_has_more_already_stays_as_it_is(void **state)
{
	struct outlook_pace p = { .so_far = { 10, 40 },
				  .current = { 10, 40 },
				  .whole = { 10, 10 },
				  .whole_months = 1,
				  .left = 0,
				  .month = OCTOBER,
				  .line = 9000 };
	struct outlook out = outlook_project(&p);

	(void)state;
	assert_int_equal(out.end.of, 10);
	assert_int_equal(out.end.all, 40);
	assert_false(out.reaches);
	assert_int_equal(out.turns.n, 0);
}

static void test_share_that_falls_under_the_line_says_when(void **state)
{
	struct outlook_pace p = { .so_far = { 95, 100 },
				  .current = { 0, 0 },
				  .whole = { 8, 10 },
				  .whole_months = 1,
				  .left = 9,
				  .month = OCTOBER,
				  .line = 9000 };
	struct outlook out = outlook_project(&p);

	(void)state;
	assert_true(out.known && !out.reaches);
	/* (95 + 8n) of (100 + 10n): at n = 5 it is exactly 90 %, and below it from n = 6 on */
	assert_int_equal(out.turns.n, OCTOBER.n + 5);
}

static void test_no_whole_month_or_an_empty_one_is_no_pace(void **state)
{
	struct outlook_pace p = {
		.so_far = { 5, 5 }, .current = { 5, 5 }, .left = 3, .line = 9000
	};

	(void)state;
	assert_false(outlook_project(&p).known);
	p.whole_months = 2;
	assert_false(outlook_project(&p).known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_room_is_exact_for_all_small_numbers),
		cmocka_unit_test(test_room_at_the_line_is_none),
		cmocka_unit_test(test_line_of_all_bears_no_paper_and_is_never_reached_again),
		cmocka_unit_test(test_line_of_nothing_bears_any_paper),
		cmocka_unit_test(test_nothing_counted_needs_one),
		cmocka_unit_test(test_pace_of_the_whole_months_goes_on),
		cmocka_unit_test(test_month_that_has_more_already_stays_as_it_is),
		cmocka_unit_test(test_share_that_falls_under_the_line_says_when),
		cmocka_unit_test(test_no_whole_month_or_an_empty_one_is_no_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
