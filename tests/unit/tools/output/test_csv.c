/* Rows for a spreadsheet: quoted by RFC 4180, and none of them a formula. */
#include "tools/output/csv.h"

#include <stdlib.h>

#include "tests/unit/support/fixture.h"

static void expect(const char *cell, const char *written)
{
	const char *cells[] = { cell, "x" };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	csv_row(to, cells, 2);
	assert_int_equal(fclose(to), 0);
	assert_string_equal(text, written);
	free(text);
}

static void test_what_would_part_a_cell_is_quoted(void **state)
{
	(void)state;
	expect("05-CV/ĐUK", "05-CV/ĐUK,x\r\n");
	expect("", ",x\r\n");
	expect("a,b", "\"a,b\",x\r\n");
	expect("\"a\"", "\"\"\"a\"\"\",x\r\n");
	expect("a\nb", "\"a\nb\",x\r\n");
}

static void test_formula_becomes_a_text_and_a_number_stays_one(void **state)
{
	(void)state;
	expect("=1+1", "'=1+1,x\r\n");
	expect("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0,x\r\n");
	expect("@SUM(1,2)", "\"'@SUM(1,2)\",x\r\n");
	expect("-x", "'-x,x\r\n");
	expect("-", "'-,x\r\n");
	expect("-.", "'-.,x\r\n");
	expect("-12,5", "\"-12,5\",x\r\n");
	expect("+84", "+84,x\r\n");
	expect("1-2", "1-2,x\r\n");
	expect("a;=1+1;b;-2", "a;'=1+1;b;'-2,x\r\n");
	expect("a; =1", "a; =1,x\r\n");
	expect("＝1+1", "'＝1+1,x\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_would_part_a_cell_is_quoted),
		cmocka_unit_test(test_formula_becomes_a_text_and_a_number_stays_one),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
