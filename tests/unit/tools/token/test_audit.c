/* The log of changes: its lines, its rotation, and what a log that cannot be written does. */
#include "tools/token/audit.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/files.h"

enum { KEEP_BYTES = 4096, LINES = 200 };

struct place {
	char folder[64], log[96];
};

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof *p);

	assert_non_null(p);
	snprintf(p->folder, sizeof p->folder, "/tmp/vanthu-unit-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->log, sizeof p->log, "%s/audit.log", p->folder);
	*state = p;
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	fs_remove_tree(p->folder);
	free(p);
	return 0;
}

static const struct token_audit_line accepted = { .token = "eoffice",
						  .remote = "127.0.0.1",
						  .method = "POST",
						  .path = "/v1/documents/1/accept",
						  .request = "r1",
						  .document = "0197",
						  .status = 200 };

/* The n-th line of the log as JSON; whoever asks for one too many fails. */
static json_t *line_of(const struct place *p, unsigned n)
{
	char line[1024];
	FILE *f = fopen(p->log, "re");
	json_t *o;

	assert_non_null(f);
	for (unsigned i = 0; i <= n; i++)
		assert_non_null(fgets(line, sizeof line, f));
	fclose(f);
	o = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(o);
	return o;
}

static const char *text_of(const json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

static void test_a_change_is_a_line_of_json(void **state)
{
	struct place *p = *state;
	struct token_audit_line refused = { .token = "x",
					    .path = "/v1/\xff\"\n",
					    .document = "",
					    .status = 403,
					    .err = ERR_TOKEN_SCOPE };
	struct token_audit *a;
	struct stat st;
	json_t *o;

	assert_ok(token_audit_open(p->folder, KEEP_BYTES, false, &a));
	assert_ok(token_audit_begin(a, &accepted, FIXTURE_NOW_MS)); /* writes nothing */
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	assert_ok(token_audit_end(a, &refused, FIXTURE_NOW_MS));
	token_audit_close(a);
	o = line_of(p, 0);
	assert_string_equal(text_of(o, "at"), "2025-06-15T15:06:40.000Z");
	assert_string_equal(text_of(o, "token"), "eoffice");
	assert_string_equal(text_of(o, "remote"), "127.0.0.1");
	assert_string_equal(text_of(o, "method"), "POST");
	assert_string_equal(text_of(o, "path"), "/v1/documents/1/accept");
	assert_string_equal(text_of(o, "request"), "r1");
	assert_string_equal(text_of(o, "document"), "0197");
	assert_int_equal(json_integer_value(json_object_get(o, "status")), 200);
	assert_null(json_object_get(o, "code"));
	json_decref(o);
	o = line_of(p, 1);
	assert_string_equal(text_of(o, "code"), "VT-6064");
	assert_string_equal(text_of(o, "path"), "/v1/?\"\n");
	assert_null(json_object_get(o, "document"));
	json_decref(o);
	assert_int_equal(stat(p->log, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_where_it_is_required_a_change_has_a_line_before_it(void **state)
{
	struct place *p = *state;
	struct token_audit_line before = accepted;
	struct token_audit *a;
	json_t *o;

	before.status = 0;
	assert_ok(token_audit_open(p->folder, KEEP_BYTES, true, &a));
	assert_ok(token_audit_begin(a, &before, FIXTURE_NOW_MS));
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	token_audit_close(a);
	o = line_of(p, 0);
	assert_true(json_is_true(json_object_get(o, "begun")));
	assert_null(json_object_get(o, "status"));
	json_decref(o);
	o = line_of(p, 1);
	assert_null(json_object_get(o, "begun"));
	json_decref(o);
}

static void test_four_files_hold_the_newest_lines_within_the_bound(void **state)
{
	struct place *p = *state;
	char path[128], number[16];
	struct token_audit_line line = accepted;
	struct token_audit *a;
	struct stat st;
	off_t all = 0;
	json_t *o;

	line.request = number;
	assert_ok(token_audit_open(p->folder, KEEP_BYTES, false, &a));
	for (unsigned i = 0; i < LINES; i++) {
		snprintf(number, sizeof number, "%u", i);
		assert_ok(token_audit_end(a, &line, FIXTURE_NOW_MS));
	}
	token_audit_close(a);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(path, sizeof path, i == 0 ? "%s" : "%s.%u", p->log, i);
		assert_int_equal(stat(path, &st), 0);
		all += st.st_size;
	}
	assert_in_range(all, KEEP_BYTES / 2, KEEP_BYTES);
	snprintf(path, sizeof path, "%s.4", p->log);
	assert_int_equal(access(path, F_OK), -1);
	o = line_of(p, 0); /* not the first ones */
	assert_true(strtoul(text_of(o, "request"), NULL, 10) > LINES / 2);
	json_decref(o);
}

static void test_a_log_that_was_moved_or_cut_off_goes_on(void **state)
{
	struct place *p = *state;
	char moved[128];
	struct token_audit *a;
	FILE *f;

	assert_ok(token_audit_open(p->folder, KEEP_BYTES, false, &a));
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	snprintf(moved, sizeof moved, "%s/kept", p->folder);
	assert_int_equal(rename(p->log, moved), 0);
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	json_decref(line_of(p, 0));
	/* what a full disk left of a line stays a line of its own */
	f = fopen(p->log, "ae");
	assert_non_null(f);
	fputs("{\"at\":", f);
	fclose(f);
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	json_decref(line_of(p, 2));
	token_audit_close(a);
}

static void test_a_log_that_cannot_be_written_refuses_changes_only_where_it_is_required(void **state)
{
	struct place *p = *state;
	struct token_audit *a;

	/* a folder in its place, which not even a root can write as a file */
	assert_int_equal(mkdir(p->log, 0700), 0);
	assert_int_equal(token_audit_open(p->folder, KEEP_BYTES, true, &a), ERR_FILE);
	assert_null(a);
	assert_ok(token_audit_open(p->folder, KEEP_BYTES, false, &a));
	assert_ok(token_audit_begin(a, &accepted, FIXTURE_NOW_MS));
	assert_int_equal(token_audit_end(a, &accepted, FIXTURE_NOW_MS), ERR_AUDIT);
	assert_int_equal(rmdir(p->log), 0);
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS)); /* it is tried again */
	token_audit_close(a);
	assert_ok(token_audit_open(p->folder, KEEP_BYTES, true, &a));
	assert_int_equal(unlink(p->log), 0);
	assert_int_equal(mkdir(p->log, 0700), 0);
	assert_int_equal(token_audit_begin(a, &accepted, FIXTURE_NOW_MS), ERR_AUDIT);
	token_audit_close(a);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(test_a_change_is_a_line_of_json),
		TEST(test_where_it_is_required_a_change_has_a_line_before_it),
		TEST(test_four_files_hold_the_newest_lines_within_the_bound),
		TEST(test_a_log_that_was_moved_or_cut_off_goes_on),
		TEST(test_a_log_that_cannot_be_written_refuses_changes_only_where_it_is_required),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
