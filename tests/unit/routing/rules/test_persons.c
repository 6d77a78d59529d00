/* The list of persons: what is read, whom a name means on a day, who is nearest. */
#include "routing/rules/persons.h"

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

static const char office[] = "Nguyễn Văn An\tBí thư\tThường trực\tsigns\t2025-02-24\n"
			     "Lê Thị Bình  Chánh Văn phòng  Văn phòng  signs\n"
			     "Trần Cường   Chuyên viên      Văn phòng  -  2024-01-01  2026-06-30\n"
			     "Trần Cường   Phó phòng        Tổ chức    signs  2026-07-01\n"
			     "Hoàng Bính   -                Tổ chức\n"
			     "Hoàng Bình\n";

static struct persons list(const char *text)
{
	struct persons t;
	uint32_t line;

	assert_int_equal(persons_parse(fixture_blob(text), arena, &t, &line), ERR_OK);
	assert_int_equal(line, 0);
	return t;
}

static void test_the_unit_is_that_of_the_row_in_force_and_who_signs_is_in_the_list(void **state)
{
	struct persons t, none = { .count = 0 };
	struct person_found f;
	uint32_t line;
	struct blob text = fixture_blob("Lê Thị Bình\tChuyên viên\tVăn phòng\t-\t-\t2025-12-31\n"
					"Lê Thị Bình\tTrưởng ban\tTổ chức\tsigns\t2026-01-01\n"
					"Trần Cường\tChuyên viên\tVăn phòng\n");

	(void)state;
	assert_int_equal(persons_parse(text, arena, &t, &line), ERR_OK);
	assert_string_equal(persons_unit(&t, "lê thị bình", "2025-12-31"), "Văn phòng");
	assert_string_equal(persons_unit(&t, "Lê Thị Bình", "2026-01-01"), "Tổ chức");
	assert_int_equal(persons_signer(&t, "Lê Thị Bình", "2025-12-31", &f), ERR_PERSON_SIGNS);
	assert_int_equal(persons_signer(&t, "le thi binh", "2026-01-01", &f), ERR_OK);
	assert_string_equal(f.person->position, "Trưởng ban");
	assert_int_equal(persons_signer(&t, "Trần Cường", "2026-01-01", &f), ERR_PERSON_SIGNS);
	assert_int_equal(persons_signer(&t, "Tổ chức", "2026-01-01", &f), ERR_PERSON_UNKNOWN);
	assert_int_equal(persons_signer(&t, "Ai đó", "2026-01-01", &f), ERR_PERSON_UNKNOWN);
	assert_int_equal(persons_signer(&none, "Ai đó", "2026-01-01", &f), ERR_OK);
}

static void test_whom_a_name_means(void **state)
{
	static const struct {
		const char *name, *day;
		enum err e;
		const char *found, *position; /* NULL: a unit */
	} rows[] = {
		{ "Nguyễn Văn An", "2026-11-24", ERR_OK, "Nguyễn Văn An", "Bí thư" },
		{ "nguyễn văn  an", "2026-11-24", ERR_OK, "Nguyễn Văn An", "Bí thư" },
		{ "nguyen van an", "2026-11-24", ERR_OK, "Nguyễn Văn An", "Bí thư" },
		{ "Nguyễn Văn An", "2025-02-23", ERR_PERSON_ENDED, NULL, NULL },
		{ "Trần Cường", "2026-06-30", ERR_OK, "Trần Cường", "Chuyên viên" },
		{ "Trần Cường", "2026-07-01", ERR_OK, "Trần Cường", "Phó phòng" },
		{ "Trần Cường", "2023-12-31", ERR_PERSON_ENDED, NULL, NULL },
		{ "Hoàng Bình", "2026-11-24", ERR_OK, "Hoàng Bình", "" },
		{ "hoang binh", "2026-11-24", ERR_PERSON_SEVERAL, NULL, NULL },
		{ "văn phòng", "2026-11-24", ERR_OK, "Văn phòng", NULL },
		{ "to chuc", "2026-11-24", ERR_OK, "Tổ chức", NULL },
		{ "An", "2026-11-24", ERR_PERSON_UNKNOWN, NULL, NULL },
		{ "", "2026-11-24", ERR_PERSON_UNKNOWN, NULL, NULL },
	};
	struct persons t = list(office), none = { .count = 0 };
	struct person_found f;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		assert_int_equal(persons_find(&t, rows[i].name, rows[i].day, &f), rows[i].e);
		if (rows[i].e != ERR_OK)
			continue;
		assert_string_equal(f.name, rows[i].found);
		assert_int_equal(f.person == NULL, rows[i].position == NULL);
		if (f.person != NULL)
			assert_string_equal(f.person->position, rows[i].position);
	}
	assert_int_equal(persons_find(&none, "Ai đó", "2026-11-24", &f), ERR_OK);
	assert_string_equal(f.name, "Ai đó");
	assert_string_equal(persons_unit(&t, "Lê Thị Bình", "2026-11-24"), "Văn phòng");
	assert_string_equal(persons_unit(&t, "Tổ chức", "2026-11-24"), "Tổ chức");
	assert_string_equal(persons_unit(&t, "Ai đó", "2026-11-24"), "");
}

static void test_the_nearest_come_first(void **state)
{
	struct persons t = list(office), none = { .count = 0 };
	text_t names[PERSON_NEAREST_MAX];

	(void)state;
	assert_int_equal(persons_nearest(&t, "Lê Thị Binn", "2026-11-24", names),
			 PERSON_NEAREST_MAX);
	assert_string_equal(names[0], "Lê Thị Bình");
	assert_int_equal(persons_nearest(&t, "Cường", "2026-11-24", names), PERSON_NEAREST_MAX);
	assert_string_equal(names[0], "Trần Cường");
	assert_int_equal(persons_nearest(&none, "An", "2026-11-24", names), 0);
}

static void test_a_fault_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text;
		enum err e;
		uint32_t line;
	} rows[] = {
		{ "An\n# x\n-  Bí thư\n", ERR_FIELD, 3 },
		{ "An  Bí thư  Văn phòng  maybe\n", ERR_FIELD, 1 },
		{ "An  Bí thư  Văn phòng  signs  2026-02-30\n", ERR_BAD_DATE, 1 },
		{ "An  -  -  -  2026-02-02  2026-02-01\n", ERR_BAD_DATE, 1 },
		{ "An  -  -  -  2026-02-02  2026-02-03  more\n", ERR_FIELD, 1 },
		{ "An  -  -  -  2026-01-01  2026-02-01\nAN  -  -  -  2026-02-01\n", ERR_EXISTS,
		  2 },
		{ "An\xff\n", ERR_UTF8, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct persons t;
		uint32_t line;

		assert_int_equal(persons_parse(fixture_blob(rows[i].text), arena, &t, &line),
				 rows[i].e);
		assert_int_equal(line, rows[i].line);
		assert_int_equal(t.count, 0);
	}
	assert_int_equal(list("# nobody\n").count, 0);
}

static void parse(struct blob text)
{
	struct arena *a = arena_new(1 << 20);
	struct persons t;
	uint32_t line;

	assert_non_null(a);
	(void)!persons_parse(text, a, &t, &line);
	arena_destroy(a);
}

static void test_spoilt_lists_end_in_an_error_or_a_list(void **state)
{
	(void)state;
	table_text_spoil(fixture_blob(office), parse);
	assert_int_equal(list("").count, 0);
	parse(table_text_of_file("etc/persons"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whom_a_name_means),
		cmocka_unit_test(
			test_the_unit_is_that_of_the_row_in_force_and_who_signs_is_in_the_list),
		cmocka_unit_test(test_the_nearest_come_first),
		cmocka_unit_test(test_a_fault_is_named_with_its_line),
		cmocka_unit_test(test_spoilt_lists_end_in_an_error_or_a_list),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
