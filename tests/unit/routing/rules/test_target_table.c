/* The plan's other targets as dated data: rows hold from their day on, names are matched without
 * their tone marks, and faults say where they are. */
#include "routing/rules/target_table.h"

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

static struct target_table table_of(struct blob text)
{
	struct target_table t;
	uint32_t line;
	enum err e = target_table_parse(text, arena, &t, &line);

	if (e != ERR_OK)
		fail_msg("line %u: %d", line, e);
	assert_int_equal(line, 0);
	return t;
}

static void test_what_is_delivered_has_the_three_targets_of_the_plan(void **state)
{
	static const char *const names[] = { "officers", "Cán bộ được tập huấn",
					     "can bo duoc tap huan", "CÁN  BỘ được tập huấn",
					     "Officers trained" };
	struct target_table t = table_of(table_text_of_file("etc/targets"));
	const struct target_row *row;

	(void)state;
	assert_int_equal(t.count, 3);
	for (uint32_t i = 0; i < t.count; i++) {
		row = target_table_at(&t, t.rows[i].first, "2026-11-29");
		assert_ptr_equal(row, &t.rows[i]);
		assert_int_equal(row->share, 10000);
		assert_true(row->name_vi[0] != '\0' && row->name_en[0] != '\0' &&
			    row->unit_vi[0] != '\0' && row->unit_en[0] != '\0' &&
			    strstr(row->source, "31-KH/ĐU") != NULL);
	}
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		assert_ok(target_table_find(&t, names[i], "2026-11-29", &row));
		assert_string_equal(row->id, "officers");
	}
	assert_int_equal(target_table_find(&t, "can bo", "2026-11-29", &row), ERR_TARGET_UNKNOWN);
	assert_int_equal(target_table_find(&t, "", "2026-11-29", &row), ERR_TARGET_UNKNOWN);
	assert_int_equal(target_table_find(&t, "officers", "2021-12-29", &row),
			 ERR_TARGET_UNKNOWN); /* before the plan */
	assert_int_equal(target_table_find(NULL, "officers", "2026-11-29", &row),
			 ERR_TARGET_UNKNOWN);
}

static void test_a_row_holds_from_its_day_on(void **state)
{
	struct target_table t = table_of(
		fixture_blob("2022-01-01  pc  97.5%  máy  machines  Máy tính  Machines  A\n"
			     "2030-01-01\tpc  ended\ta newer plan, 1/2030\n"
			     "2026-01-01  pc  100%  máy  machines  Máy trạm  Stations  B\n"
			     "2022-01-01  x2  0.01%  cái  pieces  Thứ hai  Second  A\n"));
	const struct target_row *row;

	(void)state;
	assert_ok(target_table_find(&t, "may tinh", "2025-12-31", &row));
	assert_true(row->share == 9750 && row->first == 0);
	/* a name of another year means the target still */
	assert_ok(target_table_find(&t, "may tinh", "2026-01-01", &row));
	assert_true(row->share == 10000 && row->first == 0);
	assert_string_equal(row->name_vi, "Máy trạm");
	assert_int_equal(target_table_find(&t, "pc", "2030-01-01", &row), ERR_TARGET_UNKNOWN);
	assert_true(t.rows[1].ended);
	assert_string_equal(t.rows[1].source, "a newer plan, 1/2030");
	assert_ok(target_table_find(&t, "X2", "2030-01-01", &row));
	assert_int_equal(row->share, 1);
}

#define GOOD "2022-01-01  pc  100%  máy  machines  Máy tính  Machines  A\n"

static void test_faults_say_line_and_code(void **state)
{
	static const struct {
		const char *text;
		enum err why;
		uint32_t line;
	} rows[] = {
		{ "2022-13-01  pc  100%  u  u  n  m  s", ERR_BAD_DATE, 1 },
		{ "\n\npc  100%  u  u  n  m  s", ERR_BAD_DATE, 3 },
		{ "2022-01-01  Pc  100%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  -pc  100%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  a-name-that-is-longer-than-32-bytes  100%  u  u  n  m  s", ERR_FIELD,
		  1 },
		{ "2022-01-01  pc  100  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  100.01%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  0%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  9.%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  9.999%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  99999999999999999999%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  %  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  -1%  u  u  n  m  s", ERR_FIELD, 1 },
		{ "2022-01-01  pc  100%  u  u  n  m", ERR_FIELD, 1 },
		{ "2022-01-01  pc  100%", ERR_FIELD, 1 },
		{ "2022-01-01  pc  ended  no more", ERR_FIELD, 1 },
		{ GOOD "2023-01-01  pc  ended", ERR_FIELD, 2 },
		{ GOOD "2022-01-01  pc  90%  u  u  n  m  s", ERR_EXISTS, 2 },
		{ GOOD "2022-01-01  ps  90%  u  u  may TINH  m  s", ERR_EXISTS, 2 },
		{ GOOD "2022-01-01  ps  90%  u  u  n  machines  s", ERR_EXISTS, 2 },
		{ GOOD "2022-01-01  machines  90%  u  u  n  m  s", ERR_EXISTS, 2 },
		{ GOOD "2022-01-01  ps  90%  u  u  n  PC  s", ERR_EXISTS, 2 },
		{ GOOD "2022-01-01  ps  90%  u  u  \xff  m  s", ERR_UTF8, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct target_table t;
		uint32_t line;
		enum err e = target_table_parse(fixture_blob(rows[i].text), arena, &t, &line);

		if (e != rows[i].why || line != rows[i].line || t.count != 0)
			fail_msg("row %zu: %d in line %u", i, e, line);
	}
}

static void test_there_are_no_more_targets_than_a_report_holds(void **state)
{
	char text[8192];
	struct target_table t;
	uint32_t line, used = 0;

	(void)state;
	for (unsigned i = 0; i < DECLARED_MAX + 1; i++)
		used += (uint32_t)snprintf(text + used, sizeof text - used,
					   "2022-01-01  t%u  100%%  u  u  Tên %u  Name %u  s\n", i,
					   i, i);
	assert_int_equal(target_table_parse(fixture_blob(text), arena, &t, &line), ERR_TOO_LARGE);
	assert_int_equal(line, DECLARED_MAX + 1);
	*strrchr(text, 't') = '\0'; /* and its beginning is no row */
	assert_int_equal(target_table_parse(fixture_blob(text), arena, &t, &line), ERR_FIELD);
	assert_ok(target_table_parse(fixture_blob("# nothing\n"), arena, &t, &line));
	assert_int_equal(t.count, 0);
}

static void show(struct blob text)
{
	struct arena *a = arena_new(1 << 20);
	struct target_table t;
	uint32_t line;
	enum err e;

	assert_non_null(a);
	e = target_table_parse(text, a, &t, &line);
	assert_true((e == ERR_OK) == (line == 0));
	arena_destroy(a);
}

static void test_spoilt_tables_are_refused_or_read(void **state)
{
	(void)state;
	table_text_spoil(table_text_of_file("etc/targets"), show);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_is_delivered_has_the_three_targets_of_the_plan),
		TEST(test_a_row_holds_from_its_day_on),
		TEST(test_faults_say_line_and_code),
		TEST(test_there_are_no_more_targets_than_a_report_holds),
		TEST(test_spoilt_tables_are_refused_or_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
