/* Distribution lists: what is read, and which one a name means. */
#include "routing/rules/distribution.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tests/unit/support/table_text.h"

static struct arena *arena;

static int set_up(void **state)
{
	(void)state;
	arena = arena_new(8 << 20);
	return arena == NULL;
}

static int tear_down(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct distributions lists(const char *text)
{
	struct distributions t;
	uint32_t line;

	assert_int_equal(distributions_parse(fixture_blob(text), arena, &t, &line), ERR_OK);
	assert_int_equal(line, 0);
	return t;
}

static void test_lines_of_one_name_are_one_list(void **state)
{
	struct distributions t =
		lists("Khối xã  xa-a1, xa-a2 # hai xã\n\n# không\n"
		      "khối xã\txa-b1 xa-b2,,xa-b3\nKhác\thuyen-a\n");

	(void)state;
	assert_int_equal(t.count, 2);
	assert_string_equal(t.list[0].name, "Khối xã");
	assert_int_equal(t.list[0].member_count, 5);
	assert_string_equal(t.list[0].members[4].text, "xa-b3");
	assert_string_equal(t.list[1].name, "Khác");
	assert_string_equal(t.list[1].members[0].text, "huyen-a");
	assert_int_equal(lists("").count, 0);
}

static void test_which_list_a_name_means(void **state)
{
	struct distributions office = lists("Tổ một  a\nTổ mốt  b\nKhối huyện uỷ  c\n"),
			     directory = lists("Khối đảng  d\nTổ một  e\n");
	static const struct {
		const char *name;
		enum err e;
		const char *found;
	} rows[] = {
		{ "Tổ mốt", ERR_OK, "Tổ mốt" },
		{ "tổ  mốt", ERR_OK, "Tổ mốt" },
		{ "Tổ-mốt", ERR_OK, "Tổ mốt" },
		{ "Tổ một", ERR_LIST_SEVERAL, NULL }, /* office and directory have it */
		{ "to mot", ERR_LIST_SEVERAL, NULL },
		{ "Khối huyện ủy", ERR_OK, "Khối huyện uỷ" },
		{ "khoi-huyen-uy", ERR_OK, "Khối huyện uỷ" },
		{ "khoi dang", ERR_OK, "Khối đảng" },
		{ "khoi", ERR_LIST_UNKNOWN, NULL },
		{ "", ERR_LIST_UNKNOWN, NULL },
	};
	char longest[LIST_NAME_MAX + 2];
	struct distribution d;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(distributions_find(&office, &directory, rows[i].name, &d),
				 rows[i].e);
		if (rows[i].found != NULL)
			assert_string_equal(d.name, rows[i].found);
	}
	memset(longest, 'a', sizeof longest - 1);
	longest[sizeof longest - 1] = '\0';
	assert_int_equal(distributions_find(&office, NULL, longest, &d), ERR_LIST_UNKNOWN);
	assert_int_equal(distributions_find(NULL, NULL, "Tổ một", &d), ERR_LIST_UNKNOWN);
}

static void test_what_is_wrong_has_its_line(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		uint32_t line;
	} rows[] = {
		{ "A  a\nB\n", ERR_LIST_EMPTY, 2 },
		{ "A  ,\n", ERR_LIST_EMPTY, 1 },
		{ "A  a, A\n", ERR_BAD_ID, 1 },
		{ "A  a a\n", ERR_EXISTS, 1 },
		{ "A  a\nA  b, a\n", ERR_EXISTS, 2 },
		{ "A  a\nB  b\na  c\n", ERR_EXISTS, 3 },
		{ "@A  a\n", ERR_FIELD, 1 },
		{ "A,B  a\n", ERR_FIELD, 1 },
		{ "A  a\n\xff  b\n", ERR_UTF8, 2 },
	};
	struct distributions t;
	uint32_t line;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(distributions_parse(fixture_blob(rows[i].text), arena, &t, &line),
				 rows[i].e);
		assert_int_equal(line, rows[i].line);
		assert_int_equal(t.count, 0);
	}
}

/* `names` lists of `members`, a few a line. */
static struct blob many(unsigned names, unsigned members)
{
	size_t size = (size_t)names * (16 + (size_t)members * 24), used = 0;
	char *text = arena_array(arena, size, 1);

	assert_non_null(text);
	for (unsigned n = 0; n < names; n++) {
		for (unsigned m = 0; m < members; m++)
			used += (size_t)snprintf(text + used, size - used, "L%u  m%u\n", n, m);
	}
	return (struct blob){ (const uint8_t *)text, used };
}

static void test_bounds(void **state)
{
	struct arena *small = arena_new(4096);
	struct distributions t;
	uint32_t line;

	(void)state;
	assert_int_equal(distributions_parse(many(1, RECIPIENTS_MAX), arena, &t, &line), ERR_OK);
	assert_int_equal(t.list[0].member_count, RECIPIENTS_MAX);
	assert_int_equal(distributions_parse(many(1, RECIPIENTS_MAX + 1), arena, &t, &line),
			 ERR_TOO_MANY_RECIPIENTS);
	assert_int_equal(line, RECIPIENTS_MAX + 1);
	assert_int_equal(distributions_parse(many(DISTRIBUTIONS_MAX, 1), arena, &t, &line), ERR_OK);
	assert_int_equal(distributions_parse(many(DISTRIBUTIONS_MAX + 1, 1), arena, &t, &line),
			 ERR_TOO_LARGE);
	assert_int_equal(distributions_parse(many(1, RECIPIENTS_MAX), small, &t, &line),
			 ERR_NO_MEMORY);
	arena_destroy(small);
}

/* Whatever the bytes are, it ends, and says where. */
static void parse(struct blob text)
{
	struct arena *a = arena_new(1 << 20);
	struct distributions t;
	uint32_t line;

	assert_non_null(a);
	(void)!distributions_parse(text, a, &t, &line);
	arena_destroy(a);
}

static void test_spoilt_files_end_in_an_error_or_lists(void **state)
{
	struct blob whole = fixture_blob("Khối xã  xa-a1, xa-a2 # hai\nKhối xã\txa-b1\nB  c d\n");

	(void)state;
	table_text_spoil(whole, parse);
}

static void test_the_file_that_is_delivered(void **state)
{
	struct distributions t;
	uint32_t line;

	(void)state;
	assert_int_equal(distributions_parse(table_text_of_file("etc/lists"), arena, &t, &line),
			 ERR_OK);
	assert_int_equal(t.count, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines_of_one_name_are_one_list),
		TEST(test_which_list_a_name_means),
		TEST(test_what_is_wrong_has_its_line),
		TEST(test_bounds),
		TEST(test_spoilt_files_end_in_an_error_or_lists),
		TEST(test_the_file_that_is_delivered),
	};

	return cmocka_run_group_tests_name("distribution", tests, NULL, NULL);
}
