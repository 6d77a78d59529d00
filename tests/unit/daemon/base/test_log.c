/* Log lines: one write of one line each, and no value can fake another one. */
#include "daemon/base/log.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "daemon/base/log_repeat.h"
#include "tests/unit/support/fixture.h"

static void quoted(const char *text, const char *expected)
{
	char out[64];

	assert_string_equal(log_quote(text, out, sizeof out), expected);
}

static void test_values_that_could_fake_another_are_quoted(void **state)
{
	(void)state;
	quoted("plain", "plain");
	quoted("Đảng-ủy", "Đảng-ủy");
	quoted("", "\"\"");
	quoted("a b", "\"a b\"");
	quoted("a=b", "\"a=b\"");
	quoted("a\"b\\", "\"a\\\"b\\\\\"");
	quoted("x\nlevel=error", "\"x\\x0alevel=error\"");
	quoted("\x1b[2J\x7f", "\"\\x1b[2J\\x7f\"");
}

static void test_quoting_never_writes_past_its_room(void **state)
{
	char *out;

	(void)state;
	for (size_t size = 0; size < 40; size++) {
		out = malloc(size == 0 ? 1 : size);
		out[0] = '\0';
		log_quote("\n\n\n\"\"\"\\\\ and a long text after that", out, size);
		assert_true(strlen(out) < (size == 0 ? 1 : size));
		free(out);
	}
}

static void test_levels_are_parsed(void **state)
{
	enum log_level level;

	(void)state;
	assert_true(log_level_parse("error", &level) && level == LOG_ERROR);
	assert_true(log_level_parse("debug", &level) && level == LOG_DEBUG);
	assert_false(log_level_parse("", &level));
	assert_false(log_level_parse("Error", &level));
	assert_false(log_level_parse("loud", &level));
}

/* What a call writes to standard error. */
static ssize_t captured(enum log_level level, const char *value, char *out, size_t size)
{
	int ends[2], kept = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
	log_event(level, "happened", "value=%s", value);
	assert_true(dup2(kept, STDERR_FILENO) >= 0);
	n = read(ends[0], out, size - 1);
	out[n < 0 ? 0 : n] = '\0';
	close(kept);
	close(ends[0]);
	close(ends[1]);
	return n;
}

static void test_line_has_level_event_and_one_end_and_below_the_level_there_is_none(void **state)
{
	char out[4096], large[3000];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	log_open(LOG_WARNING);
	assert_true(captured(LOG_WARNING, "7", out, sizeof out) > 0);
	assert_string_equal(out, "level=warning event=happened value=7\n");
	assert_true(captured(LOG_INFO, "7", out, sizeof out) <= 0);
	memset(large, 'x', sizeof large);
	large[sizeof large - 1] = '\0';
	assert_true(captured(LOG_ERROR, large, out, sizeof out) <= 1024);
	assert_int_equal(out[strlen(out) - 1], '\n'); /* cut, and still one line */
	assert_ptr_equal(strchr(out, '\n'), out + strlen(out) - 1);
}

/* Ten lines of a kind a minute, then a number; of as many kinds as a peer can think of, as much as
 * of all slots together. */
static void test_lines_that_repeat_are_counted_and_logged_once_a_minute(void **state)
{
	struct log_repeat *r = calloc(1, sizeof *r);
	char kind[LOG_KIND_BYTES];
	unsigned logged = 0, more = 0;

	(void)state;
	assert_non_null(r);
	for (unsigned i = 0; i < 20000; i++)
		logged += log_repeat_pass(r, "event=link-down committee=thads error=VT-5005",
					  1000 + i / 10);
	assert_int_equal(logged, LOG_LINES_A_MINUTE);
	/* another's is not held back for it */
	assert_true(log_repeat_pass(r, "event=link-down committee=khac error=VT-5005", 1000));
	assert_false(log_repeat_next(r, 1000 + LOG_MINUTE_MS - 1, false, kind, &more));
	assert_true(log_repeat_next(r, 1000 + LOG_MINUTE_MS, false, kind, &more));
	assert_string_equal(kind, "event=link-down committee=thads error=VT-5005");
	assert_int_equal(more, 20000 - LOG_LINES_A_MINUTE);
	assert_false(log_repeat_next(r, 1000 + LOG_MINUTE_MS, true, kind, &more));
	assert_true(log_repeat_pass(r, "event=link-down committee=thads error=VT-5005",
				    1001 + LOG_MINUTE_MS));
	free(r);
}

static void test_more_kinds_than_slots_are_counted_together(void **state)
{
	struct log_repeat *r = calloc(1, sizeof *r);
	char kind[LOG_KIND_BYTES];
	unsigned logged = 0, more = 0;

	(void)state;
	assert_non_null(r);
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(kind, sizeof kind, "event=made-up-%u", i);
		logged += log_repeat_pass(r, kind, 1);
	}
	assert_int_equal(logged, LOG_KINDS_MAX - 1 + LOG_LINES_A_MINUTE);
	assert_true(log_repeat_next(r, 1, true, kind, &more));
	assert_int_equal(more, 5000 - logged);
	assert_true(log_repeat_pass(r, "event=later", 2 + LOG_MINUTE_MS)); /* slots come back */
	free(r);
}

static void test_kind_of_a_line_is_its_event_its_committee_and_its_error(void **state)
{
	char kind[LOG_KIND_BYTES], small[26];

	(void)state;
	log_kind_of("level=warning event=refused id=0190 origin=btp committee=thads error=VT-3005",
		    kind, sizeof kind);
	assert_string_equal(kind, "event=refused committee=thads error=VT-3005");
	log_kind_of("level=warning event=stranger-refused address=10.0.0.1 untold=7", kind,
		    sizeof kind);
	assert_string_equal(kind, "event=stranger-refused");
	log_kind_of("level=warning event=refused committee=mot-ten-rat-dai error=VT-1", small,
		    sizeof small);
	assert_string_equal(small, "event=refused error=VT-1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_that_could_fake_another_are_quoted),
		cmocka_unit_test(test_quoting_never_writes_past_its_room),
		cmocka_unit_test(test_levels_are_parsed),
		cmocka_unit_test(test_lines_that_repeat_are_counted_and_logged_once_a_minute),
		cmocka_unit_test(test_more_kinds_than_slots_are_counted_together),
		cmocka_unit_test(test_kind_of_a_line_is_its_event_its_committee_and_its_error),
		cmocka_unit_test(
			test_line_has_level_event_and_one_end_and_below_the_level_there_is_none),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
