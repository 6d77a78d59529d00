/* The tables that an office keeps as files: what is built in where there is no file, rows by their
 * day, faults with file and line, all at once, and a reload that keeps what was in force. */
#include "daemon/tables/tables.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "routing/base/calendar.h"
#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

struct corner {
	char folder[64];
	struct config config;
	struct config_errors errors;
	struct tables_store store;
};

static int set_up(void **state)
{
	struct corner *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct corner *p = *state;

	tables_free(&p->store);
	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

/* `path` is one of the configuration's. */
static void put_bytes(struct corner *p, char *path, const char *name, const char *bytes, size_t len)
{
	FILE *f;

	snprintf(path, CONFIG_PATH_MAX, "%s/%s", p->folder, name);
	f = fopen(path, "we");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, len, f), len);
	assert_int_equal(fclose(f), 0);
}

static void put(struct corner *p, char *path, const char *name, const char *text)
{
	put_bytes(p, path, name, text, strlen(text));
}

static enum err renew(struct corner *p)
{
	p->errors.count = 0;
	return tables_renew(&p->store, &p->config, &p->errors);
}

/* One fault, of this file and line, with this code. */
static void refused(struct corner *p, const char *place)
{
	assert_int_equal(renew(p), ERR_CONFIG);
	assert_int_equal(p->errors.count, 1);
	if (strstr(p->errors.list[0].text, place) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", place, p->errors.list[0].text);
}

static bool is_worked(const struct working_days *t, const char *date)
{
	struct day d;

	assert_true(date_day(date, &d));
	return working_day(t, d);
}

static void test_without_files_there_is_what_is_built_in(void **state)
{
	struct corner *p = *state;
	const struct doctype_row *row;
	struct person_found f;

	assert_ok(renew(p));
	assert_false(is_worked(&p->store.now.days, "2026-01-01"));
	assert_ok(doctype_table_by_code(&p->store.now.types, "2026-01-01", "KH", &row));
	assert_string_equal(row->type.name, "Kế hoạch");
	assert_int_equal(p->store.now.persons.count, 0);
	assert_ok(persons_find(&p->store.now.persons, "Ai cũng được", "2026-01-01", &f));
	assert_int_equal(p->store.now.lists.count, 0);
}

static void test_rows_go_by_their_day(void **state)
{
	struct corner *p = *state;
	const struct doctype_row *row;
	struct person_found f;
	struct distribution l;

	/* as an editor of another system saves it: a mark in front, and CR LF */
	put(p, p->config.holidays, "holidays",
	    "\xef\xbb\xbf"
	    "2026-03-04  Lễ\r\n");
	put(p, p->config.doctypes, "types",
	    "2020-01-01  BT  Bản tin  BTi  x\n2026-06-01  ended  Bản tin  -  x\n");
	put(p, p->config.persons, "persons", "Trần Cường  -  Văn phòng  -  -  2026-06-30\n");
	put(p, p->config.lists, "lists", "Khối một  xa-a1, xa-a2\n");
	assert_ok(renew(p));
	assert_false(is_worked(&p->store.now.days, "2026-03-04"));
	assert_true(is_worked(&p->store.now.days, "2026-03-05"));
	assert_ok(doctype_table_by_code(&p->store.now.types, "2026-05-31", "BT", &row));
	assert_int_equal(doctype_table_by_code(&p->store.now.types, "2026-06-01", "BT", &row),
			 ERR_BAD_TYPE);
	assert_ok(persons_find(&p->store.now.persons, "tran cuong", "2026-06-30", &f));
	assert_int_equal(persons_find(&p->store.now.persons, "Trần Cường", "2026-07-01", &f),
			 ERR_PERSON_ENDED);
	assert_ok(distributions_find(&p->store.now.lists, NULL, "khoi-mot", &l));
	assert_int_equal(l.member_count, 2);
}

static void test_each_bad_row_is_named_with_its_line_and_code(void **state)
{
	struct corner *p = *state;
	char line[80];

	put(p, p->config.holidays, "holidays", "2026-03-04  Lễ\n\n# x\n31/02/2026  Lễ\n");
	refused(p, "tables.holidays: ");
	refused(p, "/holidays:4: VT-1005");
	put(p, p->config.holidays, "holidays", "");
	put(p, p->config.doctypes, "types", "2020-01-01  BT  Bản tin  BTi  x\n2020-01-01  BT\n");
	snprintf(line, sizeof line, "/types:2: VT-%d", ERR_FIELD);
	refused(p, line);
	p->config.doctypes[0] = '\0';
	put(p, p->config.persons, "persons",
	    "Lê Bình  -  Văn phòng\nLê Bình  -  Tổ chức  -  2026-02-01\n");
	snprintf(line, sizeof line, "/persons:2: VT-%d", ERR_EXISTS);
	refused(p, line);
	put_bytes(p, p->config.persons, "persons", "A\n\xff\n", 4);
	snprintf(line, sizeof line, "/persons:2: VT-%d", ERR_UTF8);
	refused(p, line);
	p->config.persons[0] = '\0';
	put(p, p->config.lists, "lists", "Khối  xa-a1\nKhối khác  @Khối\n");
	snprintf(line, sizeof line, "/lists:2: VT-%d", ERR_BAD_ID);
	refused(p, line);
}

static void test_faults_of_all_files_are_told_at_once(void **state)
{
	struct corner *p = *state;

	put(p, p->config.holidays, "holidays", "32/13/2026  Lễ\n");
	put(p, p->config.persons, "persons", "A  -  -  maybe\n");
	put(p, p->config.lists, "lists", "Khối\n");
	snprintf(p->config.doctypes, sizeof p->config.doctypes, "%s/none", p->folder);
	assert_int_equal(renew(p), ERR_CONFIG);
	assert_int_equal(p->errors.count, 4);
	p->errors.count = 0;
	assert_int_equal(tables_check(&p->config, &p->errors), ERR_CONFIG);
	assert_int_equal(p->errors.count, 4);
}

static void test_what_is_no_plain_file_of_a_mebibyte_is_refused(void **state)
{
	struct corner *p = *state;
	size_t size = (1 << 20) + 1;
	char *large = malloc(size);

	assert_non_null(large);
	memset(large, 'x', size);
	put_bytes(p, p->config.persons, "persons", large, size);
	refused(p, "/persons");
	put_bytes(p, p->config.persons, "persons", large, size - 1); /* a name of a mebibyte */
	refused(p, "/persons:1: VT-1009");
	free(large);
	snprintf(p->config.persons, sizeof p->config.persons, "%s", p->folder);
	refused(p, p->folder);
	put_bytes(p, p->config.persons, "persons", "", 0);
	assert_ok(renew(p));
	assert_int_equal(p->store.now.persons.count, 0);
}

static void test_a_reload_with_a_fault_keeps_what_was_in_force(void **state)
{
	struct corner *p = *state;
	const struct person *borrowed;

	put(p, p->config.persons, "persons", "Lê Bình  -  Văn phòng\n");
	assert_ok(renew(p));
	borrowed = p->store.now.persons.list;
	put(p, p->config.persons, "persons", "Trần An  -  Văn phòng\nx  -  -  maybe\n");
	refused(p, "/persons:2: VT-1009");
	assert_ptr_equal(p->store.now.persons.list, borrowed);
	put(p, p->config.persons, "persons", "Trần An  -  Văn phòng\n");
	assert_ok(renew(p));
	assert_string_equal(p->store.now.persons.list[0].name, "Trần An");
	assert_string_equal(borrowed[0].name, "Lê Bình"); /* a turn under way may still read it */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_without_files_there_is_what_is_built_in,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_rows_go_by_their_day, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_each_bad_row_is_named_with_its_line_and_code,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_faults_of_all_files_are_told_at_once, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_what_is_no_plain_file_of_a_mebibyte_is_refused,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_a_reload_with_a_fault_keeps_what_was_in_force,
						set_up, tear_down),
	};

	return cmocka_run_group_tests_name("tables", tests, NULL, NULL);
}
