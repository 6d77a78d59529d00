/* Who may issue what: the table that is compiled in is the file, judging goes by code and name,
 * faults say where they are. */
#include "routing/rules/competence.h"

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

static struct competence_table table_of(struct blob text)
{
	struct competence_table t;
	uint32_t line;
	enum err e = competence_parse(text, arena, &t, &line);

	if (e != ERR_OK)
		fail_msg("line %u: %d", line, e);
	assert_int_equal(line, 0);
	return t;
}

static void test_the_file_is_what_is_compiled_in(void **state)
{
	struct competence_table file = table_of(table_text_of_file("etc/competence"));
	struct competence_table compiled = competence_default();

	(void)state;
	assert_int_equal(file.count, compiled.count);
	for (uint32_t i = 0; i < file.count; i++) {
		assert_int_equal(file.rows[i].level, compiled.rows[i].level);
		assert_string_equal(file.rows[i].code, compiled.rows[i].code);
		assert_string_equal(file.rows[i].name, compiled.rows[i].name);
		assert_int_equal(file.rows[i].judgement, compiled.rows[i].judgement);
		assert_string_equal(file.rows[i].rule, compiled.rows[i].rule);
	}
}

static enum competence judged(const struct competence_table *t, enum competence_level level,
			      text_t code, text_t *rule)
{
	const struct competence_question q = { .level = level, .type_code = code, .type_name = "" };

	return competence_judge(t, &q, rule);
}

static void expect(const struct competence_table *t, enum competence_level level, const char *code,
		   const char *name, enum competence expected)
{
	text_t rule = NULL;
	enum competence got =
		competence_judge(t,
				 &(struct competence_question){
					 .level = level, .type_code = code, .type_name = name },
				 &rule);

	if (got != expected)
		fail_msg("level %d, \"%s\" \"%s\": %d", level, code, name, got);
	assert_int_equal(rule[0] == '\0', got == COMPETENCE_UNKNOWN);
}

static void test_base_level_is_judged_by_its_table(void **state)
{
	static const struct {
		const char *code, *name;
		char judged[4]; /* base, its standing board, chi bộ: yes, no, ? not known */
	} rows[] = {
		{ "NQ", "Nghị quyết", "yyy" },
		{ "nq", "", "yyy" },
		{ "QĐ", "Quyết định", "yyy" },
		{ "QĐ", "QUY ĐỊNH", "yyn" },
		{ "QĐ", "", "yy?" }, /* of two types, which are judged alike but in a chi bộ */
		{ "QyĐ", "", "yyn" },
		{ "QĐi", "Quy định", "yyy" }, /* an alias is its type */
		{ "QĐ", "Quyết định cá biệt", "???" },
		{ "NQ", "Nghị quyết chuyên đề", "yyy" },
		{ "CT", "", "nnn" },
		{ "TT", "Thông tri", "nnn" },
		{ "QC", "", "yny" },
		{ "HD", "Hướng dẫn", "nyn" },
		{ "", "hướng  dẫn", "nyn" },
		{ "XX", "Chỉ thị", "nnn" },
		{ "CT", "Nghị quyết", "nnn" },
		{ "TC", "Thông cáo", "???" },
		{ "", "Thư công", "???" },
		{ "XX", "", "???" },
		{ "", "", "???" },
	};
	struct competence_table t = competence_default();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		for (int k = 0; k < 3; k++) {
			char c = rows[i].judged[k];

			expect(&t, (enum competence_level)(COMPETENCE_BASE + k), rows[i].code,
			       rows[i].name,
			       c == 'y'	  ? COMPETENCE_ALLOWED
			       : c == 'n' ? COMPETENCE_FORBIDDEN
					  : COMPETENCE_UNKNOWN);
		}
		for (int k = COMPETENCE_LEVEL_NONE; k < COMPETENCE_BASE; k++)
			expect(&t, (enum competence_level)k, rows[i].code, rows[i].name,
			       COMPETENCE_UNKNOWN);
	}
}

static void test_a_refusal_has_the_name_of_its_rule(void **state)
{
	struct competence_table t = competence_default();
	text_t rule;

	(void)state;
	assert_int_equal(judged(&t, COMPETENCE_CHI_BO, "CT", &rule), COMPETENCE_FORBIDDEN);
	assert_string_equal(rule, "399-QĐ/TW Art. 11, 13");
}

static void test_another_table_judges_otherwise(void **state)
{
	struct competence_table t =
		table_of(fixture_blob("above-base  CT  Chỉ thị  may-not  Rule 1\n"
				      "base  CT\tChỉ thị  may  Rule 2, as of 2027\r\n"
				      "base  -  Thư công  may-not  Rule 3\n"
				      "chi-bo  NQ  Nghị quyết  unknown  asked for\n"));
	struct competence_table empty = { .count = 0 };
	text_t rule;

	(void)state;
	expect(&t, COMPETENCE_ABOVE_BASE, "CT", "", COMPETENCE_FORBIDDEN);
	assert_int_equal(judged(&t, COMPETENCE_BASE, "CT", &rule), COMPETENCE_ALLOWED);
	assert_string_equal(rule, "Rule 2, as of 2027");
	expect(&t, COMPETENCE_BASE, "", "Thư công", COMPETENCE_FORBIDDEN);
	expect(&t, COMPETENCE_CHI_BO, "NQ", "", COMPETENCE_UNKNOWN);
	expect(&t, COMPETENCE_CENTRAL, "CT", "", COMPETENCE_UNKNOWN);
	expect(&empty, COMPETENCE_BASE, "CT", "", COMPETENCE_UNKNOWN);
}

static void test_the_row_that_says_most_judges(void **state)
{
	struct competence_table t =
		table_of(fixture_blob("base  CV  Công văn  may  Any\n"
				      "base/up  CV  Công văn  may-not  Up\n"
				      "base/mat  CV  Công văn  may-not  Secret\n"
				      "base/up/mat  CV  Công văn  may  Both\n"
				      "base/down  QĐ  Quy định  may-not  Down\n"
				      "base  QĐ  Quyết định  may  Any\n"));
	static const struct {
		enum competence_direction direction;
		enum secrecy secrecy;
		const char *code, *rule;
	} rows[] = {
		{ COMPETENCE_DOWN, SECRECY_THUONG, "CV", "Any" },
		{ COMPETENCE_UP, SECRECY_THUONG, "CV", "Up" },
		{ COMPETENCE_ACROSS, SECRECY_MAT, "CV", "Secret" },
		{ COMPETENCE_UP, SECRECY_MAT, "CV", "Both" },
		{ COMPETENCE_UP, SECRECY_TOI_MAT, "CV", "Up" },
		{ COMPETENCE_DOWN, SECRECY_THUONG, "QĐ", "" }, /* two types, judged differently */
		{ COMPETENCE_UP, SECRECY_THUONG, "QĐ", "Any" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct competence_question q = { .level = COMPETENCE_BASE,
						       .direction = rows[i].direction,
						       .secrecy = rows[i].secrecy,
						       .type_code = rows[i].code,
						       .type_name = "" };
		text_t rule;

		(void)competence_judge(&t, &q, &rule);
		assert_string_equal(rule, rows[i].rule);
	}
	assert_true(competence_is_directed(&t, COMPETENCE_BASE));
	assert_false(competence_is_directed(&t, COMPETENCE_CHI_BO));
}

static void test_what_is_printed_reads_the_same(void **state)
{
	struct blob text = fixture_blob("base/up/mat  -  Thư công  may-not  Rule 1\n"
					"chi-bo/toi-mat  NQ  Nghị quyết  unknown  asked for\n"
					"central/across  CT  Chỉ thị  may  x\n");
	struct competence_table t = table_of(text), base = competence_default();
	struct blob printed;

	(void)state;
	assert_int_equal(competence_print(&t, arena, &printed), ERR_OK);
	assert_int_equal(printed.len_bytes, text.len_bytes);
	assert_memory_equal(printed.data, text.data, text.len_bytes);
	assert_int_equal(competence_print(&base, arena, &printed), ERR_OK);
	assert_int_equal(table_of(printed).count, base.count);
}

static void test_a_standing_board_has_rows_of_its_own(void **state)
{
	(void)state;
	assert_int_equal(competence_issuer("base", "T/M BAN THƯỜNG VỤ"), COMPETENCE_BASE_STANDING);
	assert_int_equal(competence_issuer("base", "T/M ĐẢNG ỦY"), COMPETENCE_BASE);
	assert_int_equal(competence_issuer("base", NULL), COMPETENCE_BASE);
	assert_int_equal(competence_issuer("chi-bo", "T/M BAN THƯỜNG VỤ"), COMPETENCE_CHI_BO);
	assert_int_equal(competence_issuer("", "T/M BAN THƯỜNG VỤ"), COMPETENCE_LEVEL_NONE);
	assert_int_equal(competence_issuer(NULL, NULL), COMPETENCE_LEVEL_NONE);
}

static void test_levels_have_words(void **state)
{
	(void)state;
	for (int i = COMPETENCE_CENTRAL; i <= COMPETENCE_CHI_BO; i++)
		assert_int_equal(
			competence_level_of(competence_level_word((enum competence_level)i)), i);
	assert_int_equal(competence_level_of(""), COMPETENCE_LEVEL_NONE);
	assert_int_equal(competence_level_of("Base"), COMPETENCE_LEVEL_NONE);
	assert_string_equal(competence_level_word(COMPETENCE_LEVEL_NONE), "");
	assert_string_equal(competence_level_word((enum competence_level)99), "");
}

static void test_faults_say_line_and_code(void **state)
{
	static const struct {
		const char *text;
		enum err err;
		uint32_t line;
	} rows[] = {
		{ "# a\nchibo  CT  Chỉ thị  may  x\n", ERR_FIELD, 2 },
		{ "base CT  Chỉ thị  may  x\n", ERR_FIELD, 1 },
		{ "base/sideways  CT  Chỉ thị  may  x\n", ERR_FIELD, 1 },
		{ "base/mat/up  CT  Chỉ thị  may  x\n", ERR_FIELD, 1 },
		{ "base/up/mat/  CT  Chỉ thị  may  x\n", ERR_FIELD, 1 },
		{ "base/up  CT  Chỉ thị  may  x\nbase/up  CT  Chỉ thị  may  x\n", ERR_EXISTS, 2 },
		{ "base\n", ERR_BAD_TYPE, 1 },
		{ "base  C T  Chỉ thị  may  x\n", ERR_BAD_TYPE, 1 },
		{ "base  SEVENTEENLETTERSX  Chỉ thị  may  x\n", ERR_BAD_TYPE, 1 },
		{ "base  CT\n", ERR_FIELD, 1 },
		{ "base  CT  Chỉ thị\n", ERR_FIELD, 1 },
		{ "base  CT  Chỉ thị  yes  x\n", ERR_FIELD, 1 },
		{ "base  CT  Chỉ thị  may\n", ERR_FIELD, 1 },
		{ "base  CT  Chỉ thị  may  # why\n", ERR_FIELD, 1 },
		{ "base  CT  Chỉ thị  may  x\nbase  ct  CHỈ THỊ  may-not  y\n", ERR_EXISTS, 2 },
		{ "base  CT  Chỉ thị  may  x\n\n\xff\n", ERR_UTF8, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct competence_table t;
		uint32_t line;
		enum err e = competence_parse(fixture_blob(rows[i].text), arena, &t, &line);

		if (e != rows[i].err || line != rows[i].line)
			fail_msg("\"%s\": %d in line %u", rows[i].text, e, line);
		assert_true(t.count == 0 && t.rows == NULL);
	}
}

static void test_as_many_rows_as_there_may_be_are_taken(void **state)
{
	static char text[48 * (COMPETENCE_ROWS_MAX + 1)];
	struct arena *small = arena_new(1000);
	struct competence_table t;
	uint32_t line;
	size_t len = 0, most = 0;

	(void)state;
	for (unsigned i = 0; i <= COMPETENCE_ROWS_MAX; i++) {
		most = len;
		len += (size_t)snprintf(text + len, sizeof text - len,
					"base  T%u  Loại số %u  may  x\n", i, i);
	}
	assert_int_equal(table_of((struct blob){ (uint8_t *)text, most }).count,
			 COMPETENCE_ROWS_MAX);
	assert_int_equal(competence_parse((struct blob){ (uint8_t *)text, len }, arena, &t, &line),
			 ERR_TOO_LARGE);
	assert_int_equal(line, COMPETENCE_ROWS_MAX + 1);
	assert_int_equal(competence_parse((struct blob){ (uint8_t *)text, most }, small, &t, &line),
			 ERR_NO_MEMORY);
	arena_destroy(small);
}

static void parse(struct blob text)
{
	struct competence_table t;
	uint32_t line;
	enum err e = competence_parse(text, arena, &t, &line);
	text_t rule;

	assert_true((e == ERR_OK) == (line == 0));
	assert_true(e == ERR_OK || t.count == 0);
	assert_in_range(judged(&t, COMPETENCE_BASE, "QĐ", &rule), COMPETENCE_UNKNOWN,
			COMPETENCE_FORBIDDEN);
	arena_reset(arena);
}

static void test_any_bytes_are_a_table_or_a_fault(void **state)
{
	struct blob whole = table_text_of_file("etc/competence");

	(void)state;
	whole.len_bytes = 2000; /* much more of the same follows */
	table_text_spoil(whole, parse);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_the_file_is_what_is_compiled_in),
		TEST(test_base_level_is_judged_by_its_table),
		TEST(test_a_refusal_has_the_name_of_its_rule),
		TEST(test_another_table_judges_otherwise),
		TEST(test_the_row_that_says_most_judges),
		TEST(test_what_is_printed_reads_the_same),
		TEST(test_a_standing_board_has_rows_of_its_own),
		TEST(test_levels_have_words),
		TEST(test_faults_say_line_and_code),
		TEST(test_as_many_rows_as_there_may_be_are_taken),
		TEST(test_any_bytes_are_a_table_or_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
