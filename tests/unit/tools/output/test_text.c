/* Tables: a long one is written without libsmartcols, and no byte of it is another; on a terminal
 * its first rows come before the last ones are known, and nothing of those is lost. */
#define _XOPEN_SOURCE 700 /* terminals of one's own */

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tools/output/output.h"

/* From how many rows on it is a long one. */
enum { SHORT_ROWS = 200, PRINTED_BYTES = 1 << 21 };

static const struct column columns[] = {
	{ "number", "No.", FORMAT_COUNT, false },
	{ "symbol", "Số, ký hiệu văn bản", FORMAT_TEXT, false },
	{ "what", "Tên loại và trích yếu nội dung", FORMAT_TEXT, true },
	{ "state", "State", FORMAT_STATE, false },
	{ "to", "Recipients", FORMAT_LIST, true },
	{ "size", "Size", FORMAT_BYTES, false },
	{ "note", "Notes", FORMAT_TEXT, true },
	{ "never", "Never", FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const char *const texts[] = {
	"Về việc chuẩn bị Đại hội Đảng bộ nhiệm kỳ 2025-2030",
	"",
	"a",
	/* decomposed: each mark a character of its own */
	"Vê\xcc\x80 viê\xcc\xa3\x63 chuyê\xcc\x89n đô\xcc\x89i sô\xcc\x81 trong ca\xcc\x81\x63 "
	"tô\xcc\x89 chư\xcc\x81\x63",
	"漢字仮名交じり文 と カタカナ は 二つの 升目を 取る",
	"một \xf0\x9f\x87\xbb hai \xe2\x98\x82 ba",
	" blanks  before,  within and behind  ",
	"x-rất-dài/không-có-chỗ-trống/nên-phải-gãy,ở-đâu.đó-trong-từ",
	"KhôngcóchỗnàođểgãyKhôngcóchỗnàođểgãyKhôngcóchỗnàođểgãyKhôngcóchỗnàođểgãy漢字漢字漢字漢字",
	"what others sent: \x1b[2J and\ta tab, \xe2\x80\xae turned",
	"một hai ba bốn năm sáu bảy tám chín mười một hai ba bốn năm sáu bảy tám chín mười một hai "
	"ba bốn năm sáu bảy tám chín mười một hai ba bốn năm sáu bảy tám chín mười một hai ba bốn",
	"\xcc\x81 a mark on nothing",
};
static const char *const states[] = { "delivered", "refused", "waiting", "none", "no such word" };

enum { TEXTS = sizeof texts / sizeof texts[0], STATES = sizeof states / sizeof states[0] };

static json_t *row(int i)
{
	json_t *to = json_array(),
	       *out = json_pack("{s:i, s:s, s:s, s:s, s:o, s:I, s:s, s:n}", "number", i * 37 % 1000,
				"symbol", i % 5 == 0 ? "05-NQ/ĐUK" : "1234/QĐ-BTP", "what",
				texts[i % TEXTS], "state", states[i % STATES], "to", to, "size",
				(json_int_t)i * i * i, "note", texts[i * 7 % 11 % TEXTS], "never");

	for (int k = 0; k < i % 4; k++)
		json_array_append_new(to, json_string(texts[(i + k) % 3]));
	return out;
}

/* The last one takes a line. */
static json_t *rows(int count)
{
	json_t *list = json_array();

	for (int i = 0; i < SHORT_ROWS - 1; i++)
		json_array_append_new(list, row(i));
	while ((int)json_array_size(list) < count)
		json_array_append_new(list, json_pack("{s:i, s:s, s:s, s:s, s:[s]}", "number", 1,
						      "symbol", "1", "what", "b", "state", "up",
						      "to", "c"));
	return list;
}

struct printed {
	char bytes[PRINTED_BYTES];
	size_t len;
};

/* Where a table goes to: a pipe, or a terminal of so many cells. */
enum where { PIPE, TERMINAL };

static void open_ends(enum where where, int width, int *from, int *to)
{
	const struct winsize size = { .ws_row = 24, .ws_col = (unsigned short)width };
	int ends[2];

	if (where == PIPE) {
		assert_int_equal(pipe(ends), 0);
		*from = ends[0];
		*to = ends[1];
		return;
	}
	*from = posix_openpt(O_RDWR | O_NOCTTY);
	assert_true(*from >= 0 && grantpt(*from) == 0 && unlockpt(*from) == 0);
	*to = open(ptsname(*from), O_RDWR | O_NOCTTY);
	assert_true(*to >= 0);
	assert_int_equal(ioctl(*to, TIOCSWINSZ, &size), 0);
}

static void print_list(int count, int color)
{
	struct cli cli = { .color = color };
	json_t *list = rows(count);

	output_text()->list(&cli, list, columns);
	fflush(stdout);
	json_decref(list);
}

/* ---- row by row ---- */

enum { HELD_BACK = 3 };
/* What the child waits for before its last rows; -1: for nothing. */
static int gate = -1;
/* The last of them is as no other. */
static const char *odd_key, *odd_value;

static void wait_at_gate(void)
{
	char byte;

	assert_true(gate < 0 || read(gate, &byte, 1) == 1);
}

static void print_flowed(int count, int color)
{
	struct cli cli = { .color = color, .renderer = output_text() };
	struct flow *flow = flow_new(&cli, columns);
	json_t *list = rows(count);

	assert_non_null(flow);
	for (int i = 0; i < count; i++) {
		if (i == count - HELD_BACK)
			wait_at_gate();
		if (i == count - 1 && odd_key != NULL)
			json_object_set_new(json_array_get(list, (size_t)i), odd_key,
					    json_string(odd_value));
		flow_row(flow, json_incref(json_array_get(list, (size_t)i)));
	}
	assert_int_equal(flow_end(flow), count);
	fflush(stdout);
	json_decref(list);
}

typedef void printer(int count, int color);

static void print_as(printer *as, int count, int color, enum where where, int width,
		     struct printed *out)
{
	char columns_text[16];
	int from, to, status;
	ssize_t n;
	pid_t pid;

	snprintf(columns_text, sizeof columns_text, "%d", width);
	if (where == PIPE)
		setenv("COLUMNS", columns_text, 1);
	else
		unsetenv("COLUMNS");
	open_ends(where, width, &from, &to);
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(to, STDOUT_FILENO);
		as(count, color);
		_exit(0);
	}
	close(to);
	out->len = 0;
	/* a terminal that nobody has open any more is a fault to read */
	while ((n = read(from, out->bytes + out->len, sizeof out->bytes - 1 - out->len)) > 0)
		out->len += (size_t)n;
	close(from);
	out->bytes[out->len] = '\0';
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void print(int count, int color, enum where where, int width, struct printed *out)
{
	print_as(print_list, count, color, where, width, out);
}

/* The long list is the short one with its last row once more. */
static void expect_same(int color, enum where where, int width)
{
	static struct printed with, without;
	const char *last;
	size_t len;

	print(SHORT_ROWS, color, where, width, &with);
	print(SHORT_ROWS + 1, color, where, width, &without);
	assert_true(with.len > SHORT_ROWS * 20);
	last = with.bytes + with.len - 1;
	while (last > with.bytes && last[-1] != '\n')
		last--;
	len = strlen(last);
	assert_true(strstr(last, "1 1 ") != NULL || color == 1);
	assert_int_equal(without.len, with.len + len);
	assert_memory_equal(without.bytes, with.bytes, with.len);
	assert_memory_equal(without.bytes + with.len, last, len);
}

static void test_long_tables_are_those_of_libsmartcols_in_a_pipe(void **state)
{
	(void)state;
	expect_same(0, PIPE, 80);
	expect_same(0, PIPE, 64);
	expect_same(0, PIPE, 133);
	expect_same(0, PIPE, 900);
}

static void test_long_tables_are_those_of_libsmartcols_in_colours(void **state)
{
	(void)state;
	expect_same(1, PIPE, 80);
	expect_same(1, PIPE, 44);
	expect_same(1, PIPE, 200);
}

static void test_long_tables_are_those_of_libsmartcols_on_a_terminal(void **state)
{
	(void)state;
	expect_same(0, TERMINAL, 80);
	expect_same(-1, TERMINAL, 80);
}

static void test_rows_that_are_shown_as_they_come_are_those_of_the_list(void **state)
{
	static const int counts[] = { SHORT_ROWS - 1, SHORT_ROWS, SHORT_ROWS + 1,
				      3 * SHORT_ROWS + 7 };
	static struct printed whole, flowed;

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
		print(counts[i], -1, TERMINAL, 100, &whole);
		print_as(print_flowed, counts[i], -1, TERMINAL, 100, &flowed);
		assert_int_equal(flowed.len, whole.len);
		assert_memory_equal(flowed.bytes, whole.bytes, whole.len);
	}
}

/* Whoever holds the gate has read the headings before the child may go on. */
static void test_first_rows_are_on_the_screen_before_the_last_ones_are_there(void **state)
{
	static struct printed out;
	int from, to, ends[2], status;
	ssize_t n;
	pid_t pid;

	(void)state;
	open_ends(TERMINAL, 100, &from, &to);
	assert_int_equal(pipe(ends), 0);
	gate = ends[0];
	fflush(stdout);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(to, STDOUT_FILENO);
		print_flowed(SHORT_ROWS + 1 + HELD_BACK, 0);
		_exit(0);
	}
	gate = -1;
	close(to);
	out.len = 0;
	while (strstr(out.bytes, "1234/QĐ-BTP") == NULL) {
		n = read(from, out.bytes + out.len, sizeof out.bytes - 1 - out.len);
		assert_true(n > 0);
		out.len += (size_t)n;
		out.bytes[out.len] = '\0';
	}
	assert_non_null(strstr(out.bytes, "No."));
	assert_int_equal(write(ends[1], "", 1), 1);
	while (read(from, out.bytes, sizeof out.bytes) > 0)
		;
	close(from);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static unsigned count_of(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void test_what_the_first_rows_leave_no_room_for_begins_a_table_of_its_own(void **state)
{
	static struct printed out;

	(void)state;
	print_as(print_flowed, 2 * SHORT_ROWS + 1, 0, TERMINAL, 180, &out);
	assert_int_equal(count_of(out.bytes, "Recipients"), 1);
	odd_key = "never"; /* a column that the others do not fill */
	odd_value = "now";
	print_as(print_flowed, 2 * SHORT_ROWS + 1, 0, TERMINAL, 180, &out);
	assert_int_equal(count_of(out.bytes, "Recipients"), 2);
	assert_int_equal(count_of(out.bytes, "Never"), 1);
	assert_int_equal(count_of(out.bytes, " now\r\n"), 1);
	odd_key = "state"; /* wider than any, and not to be folded */
	odd_value = "no word that is as long as this";
	print_as(print_flowed, 2 * SHORT_ROWS + 1, 0, TERMINAL, 180, &out);
	assert_int_equal(count_of(out.bytes, "Recipients"), 2);
	assert_int_equal(count_of(out.bytes, odd_value), 1);
	odd_key = NULL;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_that_are_shown_as_they_come_are_those_of_the_list),
		cmocka_unit_test(test_first_rows_are_on_the_screen_before_the_last_ones_are_there),
		cmocka_unit_test(
			test_what_the_first_rows_leave_no_room_for_begins_a_table_of_its_own),
		cmocka_unit_test(test_long_tables_are_those_of_libsmartcols_in_a_pipe),
		cmocka_unit_test(test_long_tables_are_those_of_libsmartcols_in_colours),
		cmocka_unit_test(test_long_tables_are_those_of_libsmartcols_on_a_terminal),
	};

	if (setlocale(LC_ALL, "C.UTF-8") == NULL)
		return 1;
	setenv("TERM", "xterm", 1);
	unsetenv("NO_COLOR");
	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
