/* How long contents are kept, as data: what is delivered keeps all, rows hold for their symbol
 * however it is spelt, and faults say where they are. */
#include "routing/rules/retention_table.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support/table_text.h"

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

static struct retention_table table_of(struct blob text)
{
	struct retention_table t;
	uint32_t line;
	enum err e = retention_table_parse(text, arena, &t, &line);

	if (e != ERR_OK)
		fail_msg("line %u: %d", line, e);
	assert_int_equal(line, 0);
	return t;
}

static void test_what_is_delivered_keeps_everything_for_ever(void **state)
{
	static const char *const symbols[] = { "", "KH", "QĐ", "CV", "GM", "*", "không có" };
	struct retention_table t = table_of(table_text_of_file("etc/retention"));

	(void)state;
	assert_int_equal(t.count, 1);
	for (size_t i = 0; i < COUNT_OF(symbols); i++) {
		assert_int_equal(retention_table_years(&t, symbols[i], true), RETENTION_EVER);
		assert_int_equal(retention_table_years(&t, symbols[i], false), RETENTION_EVER);
	}
}

static void test_a_symbol_has_its_row_and_all_others_have_theirs(void **state)
{
	struct retention_table t = table_of(fixture_blob("# a comment\n"
							 "*   vĩnh viễn  10\n"
							 "QĐ\tever\t20   # of both types\n"
							 "GM  1  200\n"));

	(void)state;
	assert_int_equal(t.count, 3);
	assert_int_equal(retention_table_years(&t, "CV", true), RETENTION_EVER);
	assert_int_equal(retention_table_years(&t, "CV", false), 10);
	assert_int_equal(retention_table_years(&t, "QĐ", true), RETENTION_EVER);
	assert_int_equal(retention_table_years(&t, "QĐ", false), 20);
	assert_int_equal(retention_table_years(&t, "qđ", false), 20);
	assert_int_equal(retention_table_years(&t, "GM", true), 1);
	assert_int_equal(retention_table_years(&t, "GM", false), 200);
	assert_int_equal(retention_table_years(&t, "", false), 10);
	assert_int_equal(retention_table_years(&t, NULL, false), 10);
	assert_int_equal(retention_table_years(&t, "*", false), 10);
}

static void test_without_a_row_nothing_is_ever_let_go(void **state)
{
	struct retention_table t = table_of(fixture_blob("GM  1  1\n")), none;
	uint32_t line;

	(void)state;
	assert_int_equal(retention_table_years(&t, "KH", true), RETENTION_EVER);
	assert_ok(retention_table_parse(fixture_blob("\n# nothing\n"), arena, &none, &line));
	assert_int_equal(retention_table_years(&none, "GM", true), RETENTION_EVER);
	assert_int_equal(retention_table_years(NULL, "GM", true), RETENTION_EVER);
}

static void test_faults_say_where_they_are(void **state)
{
	static const struct {
		const char *text;
		enum err why;
		uint32_t line;
	} wrong[] = {
		{ "*  ever\n", ERR_FIELD, 1 },
		{ "*  1  2\nQĐ  0  1\n", ERR_FIELD, 2 },
		{ "*  1  201\n", ERR_FIELD, 1 },
		{ "*  1  4294967297\n", ERR_FIELD, 1 },
		{ "*  -1  1\n", ERR_FIELD, 1 },
		{ "*  5y  1\n", ERR_FIELD, 1 },
		{ "*  always  1\n", ERR_FIELD, 1 },
		{ "*  1  1  1\n", ERR_FIELD, 1 },
		{ "* 1 1\n", ERR_FIELD, 1 }, /* a single blank divides nothing */
		{ "KH  1  1\n\nkh  2  2\n", ERR_EXISTS, 3 },
		{ "*  1  1\n*  2  2\n", ERR_EXISTS, 2 },
		{ "KH  1  1\n\xff  2  2\n", ERR_UTF8, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		struct retention_table t = { .count = 7 };
		uint32_t line;

		if (retention_table_parse(fixture_blob(wrong[i].text), arena, &t, &line) !=
			    wrong[i].why ||
		    line != wrong[i].line)
			fail_msg("%s: line %u", wrong[i].text, line);
		assert_int_equal(t.count, 0);
	}
}

static void test_too_many_rows_are_refused(void **state)
{
	char text[RETENTION_ROWS_MAX * 16 + 16];
	struct retention_table t;
	size_t len = 0;
	uint32_t line;

	(void)state;
	for (unsigned i = 0; i <= RETENTION_ROWS_MAX; i++)
		len += (size_t)snprintf(text + len, sizeof text - len, "A%u  1  1\n", i);
	assert_int_equal(retention_table_parse((struct blob){ (uint8_t *)text, len }, arena, &t,
					       &line),
			 ERR_TOO_LARGE);
	assert_int_equal(line, RETENTION_ROWS_MAX + 1);
}

/* Whatever is read: years that a row may have, or nothing. */
static void show(struct blob text)
{
	struct retention_table t;
	uint32_t line;
	enum err e = retention_table_parse(text, arena, &t, &line);

	assert_true((e == ERR_OK) == (line == 0));
	assert_true(e == ERR_OK || t.count == 0);
	for (uint32_t i = 0; i < t.count; i++)
		assert_true(t.rows[i].sent_years <= RETENTION_YEARS_MAX &&
			    t.rows[i].received_years <= RETENTION_YEARS_MAX);
	arena_reset(arena);
}

static void test_spoilt_tables_give_no_row_that_there_cannot_be(void **state)
{
	(void)state;
	table_text_spoil(table_text_of_file("etc/retention"), show);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(what_is_delivered_keeps_everything_for_ever),
		TEST(a_symbol_has_its_row_and_all_others_have_theirs),
		TEST(without_a_row_nothing_is_ever_let_go),
		TEST(faults_say_where_they_are),
		TEST(too_many_rows_are_refused),
		TEST(spoilt_tables_give_no_row_that_there_cannot_be),
	};

	return cmocka_run_group_tests_name("retention_table", tests, NULL, NULL);
}
