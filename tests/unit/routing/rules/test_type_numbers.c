/* Numbers of types as an operator writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "routing/rules/type_numbers.h"

static struct type_numbers t;

static void test_names_and_numbers_are_found_both_ways(void **state)
{
	(void)state;
	assert_true(type_numbers_parse("Kết luận=40, Thông tri = 41,\tLời kêu gọi=9999 ", &t));
	assert_int_equal(t.count, 3);
	assert_int_equal(type_numbers_of(&t, "Kết luận"), 40);
	assert_int_equal(type_numbers_of(&t, "KẾT LUẬN"), 40);
	/* letters with marks of their own */
	assert_int_equal(type_numbers_of(&t, "Ke\xcc\x82\xcc\x81t lua\xcc\xa3\xcc\x82n"), 40);
	assert_int_equal(type_numbers_of(&t, "Kết"), 0);
	assert_int_equal(type_numbers_of(&t, ""), 0);
	assert_string_equal(type_numbers_name(&t, 41), "Thông tri");
	assert_string_equal(type_numbers_name(&t, 9999), "Lời kêu gọi");
	assert_null(type_numbers_name(&t, 0));
	assert_null(type_numbers_name(&t, 42));
}

static void test_nothing_is_no_number(void **state)
{
	(void)state;
	assert_true(type_numbers_parse("", &t));
	assert_int_equal(t.count, 0);
	assert_true(type_numbers_parse(" \t", &t));
	assert_int_equal(t.count, 0);
}

static void test_what_is_no_such_line_is_refused(void **state)
{
	static const char *const bad[] = {
		"Kết luận",	 "Kết luận=",	   "=40",	     " = 40",
		"Kết luận=0",	 "Kết luận=10000", "Kết luận=-4",    "Kết luận=4a",
		"Kết luận=40,",	 ",Kết luận=40",   "Kết luận=40,,A=1", "Kết luận=1, KẾT LUẬN=2",
		"Kết luận=1, Thông tri=1", "Kết luận=1=2", "Kết luận=99999999999999999999",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		if (type_numbers_parse(bad[i], &t))
			print_error("%s\n", bad[i]);
		assert_false(type_numbers_parse(bad[i], &t));
	}
}

static void test_as_many_and_as_long_as_may_be(void **state)
{
	char text[TYPE_NUMBERS_TEXT_MAX + 64] = "";

	(void)state;
	for (unsigned i = 1; i <= TYPE_NUMBERS_MAX; i++)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%sa%u=%u",
			 i == 1 ? "" : ",", i, i);
	assert_true(type_numbers_parse(text, &t));
	assert_int_equal(t.count, TYPE_NUMBERS_MAX);
	snprintf(text + strlen(text), sizeof text - strlen(text), ",b=50");
	assert_false(type_numbers_parse(text, &t));
	memset(text, 'a', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	memcpy(text + sizeof text - 3, "=1", 2);
	assert_false(type_numbers_parse(text, &t));
	text[COMMITTEE_NAME_MAX + 1] = '=';
	text[COMMITTEE_NAME_MAX + 2] = '1';
	text[COMMITTEE_NAME_MAX + 3] = '\0';
	assert_false(type_numbers_parse(text, &t)); /* a name of a byte too many */
	assert_true(type_numbers_parse(text + 1, &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_numbers_are_found_both_ways),
		cmocka_unit_test(test_nothing_is_no_number),
		cmocka_unit_test(test_what_is_no_such_line_is_refused),
		cmocka_unit_test(test_as_many_and_as_long_as_may_be),
	};

	return cmocka_run_group_tests_name("type numbers", tests, NULL, NULL);
}
