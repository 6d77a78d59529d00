/* Log lines: one write of one line each, and no value can fake another one. */
#include "daemon/log.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/fixture.h"

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

static void test_line_has_level_event_and_one_end_and_what_is_below_the_level_is_not_told(void **state)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_that_could_fake_another_are_quoted),
		cmocka_unit_test(test_quoting_never_writes_past_its_room),
		cmocka_unit_test(test_levels_are_parsed),
		cmocka_unit_test(test_line_has_level_event_and_one_end_and_what_is_below_the_level_is_not_told),
	};

	return cmocka_run_group_tests_name("log", tests, NULL, NULL);
}
