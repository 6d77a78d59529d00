/* Types as dated data: the file is what is compiled in, rows hold from their day on, and faults say
 * where they are. */
#include "routing/rules/doctype_table.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support/table_text.h"

#define TODAY "2026-11-29"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(1 << 20);
	return arena == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct doctype_table table_of(struct blob text)
{
	struct doctype_table t;
	uint32_t line;
	enum err e = doctype_table_parse(text, arena, &t, &line);

	if (e != ERR_OK)
		fail_msg("line %u: %d", line, e);
	assert_int_equal(line, 0);
	return t;
}

static void test_the_types_of_a_day_are_those_that_a_document_may_have(void **state)
{
	struct doctype_table t = table_of(fixture_blob(
		"2021-01-01  TT  Thông tri  -  a\n2021-01-01  KH  Kế hoạch  -  a\n"
		"2027-01-01  ended  Thông tri  -  b\n2028-01-01  BT  Bản tin  BTi,BTx  c\n"
		"2028-01-01  KH  Kế hoạch công tác  KHct  c\n"));
	struct doctypes d;

	(void)state;
	doctype_table_on(&t, "2026-12-31", &d);
	assert_int_equal(d.count, 2);
	doctype_table_on(&t, "2027-01-01", &d);
	assert_int_equal(d.count, 1);
	doctype_table_on(&t, "1999-01-01", &d); /* before the table begins: its first day */
	assert_int_equal(d.count, 2);
	doctype_table_on(&t, "2028-01-01", &d);
	assert_int_equal(d.count, 3);
	assert_string_equal(doctype_table_spelt(&d, 1, "btx"), "BTx");
	assert_string_equal(doctype_table_spelt(&d, 1, "bt"), "BT");
	assert_null(doctype_table_spelt(&d, 1, "KH"));
	doctype_table_on(NULL, "2028-01-01", &d);
	assert_int_equal(d.count, 33);
}

static void test_a_type_is_refused_on_days_on_which_it_is_not_issued(void **state)
{
	static const struct {
		text_t date, code, name;
		enum err want;
	} rows[] = {
		{ "2026-12-31", "TT", "Thông tri", ERR_OK },
		{ "2027-01-01", "TT", "Thông tri", ERR_TYPE_ENDED },
		{ "2027-01-01", "TT", "THÔNG TRI", ERR_TYPE_ENDED },
		{ "2027-01-01", "TT", "", ERR_TYPE_ENDED },
		{ "2027-01-01", "QQ", "", ERR_OK }, /* not known: not judged */
		{ "2027-01-01", "", "Bản gì đó", ERR_OK },
		{ "2027-01-01", "", "", ERR_OK },
		{ "2027-12-31", "BT", "Bản tin", ERR_TYPE_ENDED },
		{ "2028-01-01", "BTi", "", ERR_OK },
		{ "1999-01-01", "TT", "Thông tri", ERR_OK },
	};
	struct doctype_table t = table_of(fixture_blob(
		"2021-01-01  TT  Thông tri  -  a\n2027-01-01  ended  Thông tri  -  b\n"
		"2028-01-01  BT  Bản tin  BTi  c\n"));

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (doctype_table_judge(&t, rows[i].date, rows[i].code, rows[i].name) !=
		    rows[i].want)
			fail_msg("%s %s %s", rows[i].date, rows[i].code, rows[i].name);
	}
	assert_int_equal(doctype_table_judge(NULL, "2027-01-01", "TT", "Thông tri"), ERR_OK);
}

static void test_the_first_type_of_a_symbol_keeps_its_series(void **state)
{
	struct doctype_table t =
		table_of(fixture_blob("2021-01-01  KH  Kế hoạch  -  a\n"
				      "2028-01-01  KH  Kế hoạch công tác  KHct  c\n"));

	(void)state;
	assert_false(doctype_table_shares(&t, "KH", "Kế hoạch"));
	assert_true(doctype_table_shares(&t, "KH", "Kế hoạch công tác"));
	assert_false(doctype_table_shares(&t, "KH", ""));
	assert_false(doctype_table_shares(&t, "QQ", "Quà"));
	assert_false(doctype_table_shares(NULL, "KH", "Kế hoạch công tác"));
}

static void test_the_file_is_what_is_compiled_in(void **state)
{
	struct doctype_table t = table_of(table_text_of_file("etc/doctypes"));
	const struct doctype_row *rows[DOCTYPE_ROWS_MAX];
	uint32_t n = doctype_table_at(&t, TODAY, rows);

	(void)state;
	assert_int_equal(n, 25 + 8);
	assert_null(doctype_at(n));
	for (uint32_t i = 0; i < n; i++) {
		const struct doctype *type = doctype_at(i);

		assert_string_equal(rows[i]->type.code, type->code);
		assert_string_equal(rows[i]->type.name, type->name);
		assert_string_equal(rows[i]->type.alias, type->alias);
		assert_string_equal(rows[i]->more[0], "");
		assert_true(rows[i]->source[0] != '\0');
	}
	assert_int_equal(doctype_table_at(&t, "2017-02-05", rows), 0);
	assert_int_equal(doctype_table_at(&t, "2017-02-06", rows), n);
}

static void test_codes_mean_what_they_mean_without_a_file(void **state)
{
	struct doctype_table t = table_of(table_text_of_file("etc/doctypes"));
	static const char *const codes[] = { "NQ", "QĐ", "QyĐ", "QĐi", "XX", "", "Thư công" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(codes); i++) {
		const struct doctype_row *row;
		const struct doctype *type;
		enum err e = doctype_by_code(codes[i], &type);

		assert_int_equal(doctype_table_by_code(&t, TODAY, codes[i], &row), e);
		if (e == ERR_OK)
			assert_string_equal(row->type.name, type->name);
	}
}

static void test_a_row_holds_from_its_day_on(void **state)
{
	struct doctype_table t =
		table_of(fixture_blob("2017-02-06  QĐ  Quyết định  -  66-QĐ/TW\n"
				      "2017-02-06  QĐ  Quy định  QyĐ,QDN  66-QĐ/TW\n"
				      "2017-02-06  TT  Thông tri  -  66-QĐ/TW\n"
				      "2028-01-01  ended  thông tri  -  a new rule\n"
				      "2027-01-01  QyĐ  QUY ĐỊNH  -  a new rule\n"
				      "2030-01-01  TTi  Thông tri  TT  a newer one\n"));
	const struct doctype_row *rows[DOCTYPE_ROWS_MAX], *row;

	(void)state;
	assert_int_equal(doctype_table_at(&t, "2026-12-31", rows), 3);
	assert_string_equal(rows[1]->type.code, "QĐ");
	assert_string_equal(rows[1]->more[0], "QDN");
	assert_int_equal(doctype_table_by_code(&t, "2026-12-31", "QĐ", &row), ERR_AMBIGUOUS);
	assert_int_equal(doctype_table_by_code(&t, "2026-12-31", "QDN", &row), ERR_OK);
	assert_int_equal(doctype_table_at(&t, "2027-01-01", rows), 3);
	assert_string_equal(rows[1]->type.code, "QyĐ"); /* in the place of the one before */
	assert_int_equal(doctype_table_by_code(&t, "2027-01-01", "QĐ", &row), ERR_OK);
	assert_string_equal(row->type.name, "Quyết định");
	assert_int_equal(doctype_table_by_code(&t, "2027-01-01", "QDN", &row), ERR_BAD_TYPE);
	assert_int_equal(doctype_table_by_code(&t, "2027-12-31", "TT", &row), ERR_OK);
	assert_int_equal(doctype_table_at(&t, "2028-01-01", rows), 2);
	assert_int_equal(doctype_table_by_code(&t, "2028-01-01", "TT", &row), ERR_BAD_TYPE);
	assert_int_equal(doctype_table_by_code(&t, "2030-01-01", "TT", &row), ERR_OK);
	assert_string_equal(row->type.code, "TTi");
}

static void test_faults_say_line_and_code(void **state)
{
#define GOOD "2017-02-06  QĐ  Quy định  QyĐ  x\n"
	static const struct {
		const char *text;
		enum err err;
		uint32_t line;
	} rows[] = {
		{ "# a\n2017-02-30  NQ  Nghị quyết  -  x\n", ERR_BAD_DATE, 2 },
		{ "NQ  Nghị quyết  -  x\n", ERR_BAD_DATE, 1 },
		{ "2017-02-06 NQ  Nghị quyết  -  x\n", ERR_BAD_DATE, 1 },
		{ "2017-02-06\n", ERR_BAD_TYPE, 1 },
		{ "2017-02-06  N Q  Nghị quyết  -  x\n", ERR_BAD_TYPE, 1 },
		{ "2017-02-06  SEVENTEENLETTERSX  Nghị quyết  -  x\n", ERR_BAD_TYPE, 1 },
		{ "2017-02-06  NQ\n", ERR_FIELD, 1 },
		{ "2017-02-06  NQ  Nghị quyết\n", ERR_BAD_TYPE, 1 },
		{ "2017-02-06  NQ  Nghị quyết  -\n", ERR_FIELD, 1 },
		{ "2017-02-06  NQ  Nghị quyết  A,,B  x\n", ERR_BAD_TYPE, 1 },
		{ "2017-02-06  NQ  Nghị quyết  A,B,C,D,E  x\n", ERR_FIELD, 1 },
		{ GOOD "2017-02-06  QyĐ  quy định  -  x\n", ERR_EXISTS, 2 },
		{ GOOD "2018-01-01  QyĐ  Quyết định  -  x\n", ERR_EXISTS, 2 },
		{ GOOD "2018-01-01  QD  Quyết định  QyĐ  x\n", ERR_EXISTS, 2 },
		{ GOOD "2018-01-01  QD  Quyết định  QĐ  x\n", ERR_EXISTS, 2 },
		{ GOOD "2018-01-01  ended  Quyết định  -  x\n", ERR_BAD_TYPE, 2 },
		{ GOOD "2018-01-01  ended  Quy định  A  x\n", ERR_BAD_TYPE, 2 },
		{ GOOD "\xff\n", ERR_UTF8, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct doctype_table t;
		uint32_t line;
		enum err e = doctype_table_parse(fixture_blob(rows[i].text), arena, &t, &line);

		if (e != rows[i].err || line != rows[i].line)
			fail_msg("\"%s\": %d in line %u", rows[i].text, e, line);
		assert_true(t.count == 0 && t.rows == NULL);
	}
}

static void test_as_many_rows_as_there_may_be_are_taken(void **state)
{
	static char text[64 * (DOCTYPE_ROWS_MAX + 1)];
	struct arena *small = arena_new(1000);
	struct doctype_table t;
	uint32_t line;
	size_t len = 0, most = 0;

	(void)state;
	for (unsigned i = 0; i <= DOCTYPE_ROWS_MAX; i++) {
		most = len;
		len += (size_t)snprintf(text + len, sizeof text - len,
					"2017-02-06  T%u  Loại số %u  -  x\n", i, i);
	}
	assert_int_equal(table_of((struct blob){ (uint8_t *)text, most }).count, DOCTYPE_ROWS_MAX);
	assert_int_equal(
		doctype_table_parse((struct blob){ (uint8_t *)text, len }, arena, &t, &line),
		ERR_TOO_LARGE);
	assert_int_equal(line, DOCTYPE_ROWS_MAX + 1);
	assert_int_equal(
		doctype_table_parse((struct blob){ (uint8_t *)text, most }, small, &t, &line),
		ERR_NO_MEMORY);
	arena_destroy(small);
}

static void parse(struct blob text)
{
	const struct doctype_row *rows[DOCTYPE_ROWS_MAX];
	struct doctype_table t;
	uint32_t line;
	enum err e = doctype_table_parse(text, arena, &t, &line);

	assert_true((e == ERR_OK) == (line == 0));
	assert_true(e == ERR_OK || t.count == 0);
	assert_in_range(doctype_table_at(&t, TODAY, rows), 0, t.count);
	arena_reset(arena);
}

static void test_any_bytes_are_a_table_or_a_fault(void **state)
{
	struct blob whole = table_text_of_file("etc/doctypes");
	const uint8_t *end = whole.data + whole.len_bytes, *from = end - 1500;

	(void)state;
	from = memchr(from, '\n', (size_t)(end - from));
	assert_non_null(from);
	table_text_spoil((struct blob){ from, (size_t)(end - from) }, parse);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_file_is_what_is_compiled_in),
		TEST(test_codes_mean_what_they_mean_without_a_file),
		TEST(test_a_row_holds_from_its_day_on),
		TEST(test_faults_say_line_and_code),
		TEST(test_as_many_rows_as_there_may_be_are_taken),
		TEST(test_the_types_of_a_day_are_those_that_a_document_may_have),
		TEST(test_a_type_is_refused_on_days_on_which_it_is_not_issued),
		TEST(test_the_first_type_of_a_symbol_keeps_its_series),
		TEST(test_any_bytes_are_a_table_or_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
