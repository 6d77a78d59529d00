/* Lines of plain text tables: what is an entry, what a comment, what a fault and where. */
#include "routing/rules/lines.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/support/table_text.h"

/* Entries with their lines, one behind the other: "1:a|3:b". */
static enum err read_all(struct blob text, char *out, size_t size, uint32_t *line)
{
	struct lines l;
	char *entry;
	enum err e;
	size_t used = 0;

	out[0] = '\0';
	lines_begin(&l, text);
	while ((e = lines_next(&l, &entry)) == ERR_OK && entry != NULL) {
		used += (size_t)snprintf(out + used, size - used, "%s%u:%s", used > 0 ? "|" : "",
					 l.line, entry);
		assert_true(used < size);
	}
	*line = l.line;
	return e;
}

static void test_entries_are_what_is_no_comment(void **state)
{
	static const struct {
		const char *text, *entries;
	} rows[] = {
		{ "", "" },
		{ "\n\n \n\t\n", "" },
		{ "# a\n  # b\n", "" },
		{ "a", "1:a" },
		{ "a\nb\n", "1:a|2:b" },
		{ "\n a b \t# c\n\nd#e\n", "2:a b|4:d#e" },
		{ "a\r\nb\r\n", "1:a|2:b" },
		{ "\xef\xbb\xbf# a\nb", "2:b" },
		{ "Tết\tẤt Tỵ", "1:Tết\tẤt Tỵ" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		char out[100];
		uint32_t line;

		assert_ok(read_all(fixture_blob(rows[i].text), out, sizeof out, &line));
		assert_string_equal(out, rows[i].entries);
	}
}

static void test_faults_say_their_line(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		enum err err;
		uint32_t line;
	} rows[] = {
		{ "a\nb\xff\n", 5, ERR_UTF8, 2 },
		{ "a\n\n# \xc3", 6, ERR_UTF8, 3 },
		{ "a\nb\x01", 4, ERR_FIELD, 2 },
		{ "a\nb\0c", 5, ERR_FIELD, 2 },
		{ "a\rb", 3, ERR_FIELD, 1 },
		{ "a\n\xe2\x80\x8b", 5, ERR_FIELD, 2 }, /* no blank, and no width */
		{ "a\n\xef\xbb\xbf", 5, ERR_FIELD, 2 }, /* not at the beginning */
	};
	char out[2 * LINES_LINE_MAX], longest[LINES_LINE_MAX + 2];
	uint32_t line;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct blob text = { (const uint8_t *)rows[i].text, rows[i].len };

		assert_int_equal(read_all(text, out, sizeof out, &line), rows[i].err);
		assert_int_equal(line, rows[i].line);
	}
	memset(longest, 'x', sizeof longest);
	assert_ok(read_all((struct blob){ (uint8_t *)longest, LINES_LINE_MAX }, out, sizeof out,
			   &line));
	assert_int_equal(read_all((struct blob){ (uint8_t *)longest, LINES_LINE_MAX + 1 }, out,
				  sizeof out, &line),
			 ERR_FIELD);
}

static void test_fields_end_at_two_blanks_or_a_tab(void **state)
{
	char text[] = "2026-01-01  Tết Dương lịch\tnăm nay   ", *at = text, empty[] = "",
	     *none = empty;

	(void)state;
	assert_string_equal(lines_word(&at), "2026-01-01");
	assert_string_equal(lines_field(&at), "Tết Dương lịch");
	assert_string_equal(lines_word(&at), "năm");
	assert_string_equal(lines_field(&at), "nay");
	assert_string_equal(lines_field(&at), "");
	assert_string_equal(lines_word(&at), "");
	assert_string_equal(lines_field(&none), "");
}

static void read_and_forget(struct blob text)
{
	struct lines l;
	char *entry;

	lines_begin(&l, text);
	while (lines_next(&l, &entry) == ERR_OK && entry != NULL) {
		assert_true(*entry != '\0' && *entry != '#');
		while (lines_field(&entry)[0] != '\0')
			assert_in_range(l.line, 1, text.len_bytes + 1);
	}
}

static void test_any_bytes_are_read_or_a_fault(void **state)
{
	(void)state;
	table_text_spoil(table_text_of_file("etc/holidays"), read_and_forget);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries_are_what_is_no_comment),
		cmocka_unit_test(test_faults_say_their_line),
		cmocka_unit_test(test_fields_end_at_two_blanks_or_a_tab),
		cmocka_unit_test(test_any_bytes_are_read_or_a_fault),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
