/* The log of changes: its lines, its rotation, and what a log that cannot be written does. */
#include "tools/token/audit.h"

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

/* The n-th line of the log, static; whoever asks for one too many fails. */
static const char *line_of(const struct place *p, unsigned n)
{
	static char line[1024];
	FILE *f = fopen(p->log, "re");

	assert_non_null(f);
	for (unsigned i = 0; i <= n; i++)
		assert_non_null(fgets(line, sizeof line, f));
	fclose(f);
	return line;
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

	assert_ok(token_audit_open(p->folder, KEEP_BYTES, false, &a));
	assert_ok(token_audit_begin(a, &accepted, FIXTURE_NOW_MS)); /* writes nothing */
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	assert_ok(token_audit_end(a, &refused, FIXTURE_NOW_MS));
	token_audit_close(a);
	assert_string_equal(line_of(p, 0),
			    "{\"at\":\"2025-06-15T15:06:40.000Z\",\"token\":\"eoffice\","
			    "\"remote\":\"127.0.0.1\",\"method\":\"POST\","
			    "\"path\":\"/v1/documents/1/accept\",\"request\":\"r1\","
			    "\"document\":\"0197\",\"status\":200}\n");
	assert_string_equal(line_of(p, 1),
			    "{\"at\":\"2025-06-15T15:06:40.000Z\",\"token\":\"x\","
			    "\"path\":\"/v1/?\\\"\\n\",\"status\":403,\"code\":\"VT-6064\"}\n");
	assert_int_equal(stat(p->log, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void test_where_it_is_required_a_change_has_a_line_before_it(void **state)
{
	struct place *p = *state;
	struct token_audit_line before = accepted;
	struct token_audit *a;

	before.status = 0;
	assert_ok(token_audit_open(p->folder, KEEP_BYTES, true, &a));
	assert_ok(token_audit_begin(a, &before, FIXTURE_NOW_MS));
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	token_audit_close(a);
	assert_non_null(strstr(line_of(p, 0), ",\"begun\":true}\n"));
	assert_null(strstr(line_of(p, 1), "begun"));
	assert_non_null(strstr(line_of(p, 1), ",\"status\":200}\n"));
}

static void test_four_files_hold_the_newest_lines_within_the_bound(void **state)
{
	struct place *p = *state;
	char path[128], number[16];
	struct token_audit_line line = accepted;
	struct token_audit *a;
	struct stat st;
	off_t all = 0;
	unsigned n;

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
	/* not the first ones */
	assert_int_equal(sscanf(strstr(line_of(p, 0), "\"request\":"), "\"request\":\"%u\"", &n),
			 1);
	assert_true(n > LINES / 2);
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
	assert_non_null(strstr(line_of(p, 0), "\"eoffice\""));
	/* what a full disk left of a line stays a line of its own */
	f = fopen(p->log, "ae");
	assert_non_null(f);
	fputs("{\"at\":", f);
	fclose(f);
	assert_ok(token_audit_end(a, &accepted, FIXTURE_NOW_MS));
	assert_string_equal(line_of(p, 1), "{\"at\":\n");
	assert_non_null(strstr(line_of(p, 2), "\"eoffice\""));
	token_audit_close(a);
}

static void test_a_log_that_cannot_be_written_refuses_changes_where_it_is_required(void **state)
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
		TEST(test_a_log_that_cannot_be_written_refuses_changes_where_it_is_required),
	};

	return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
