/* Lists of an archive: what is written is read back, in one form only, so that no bit of a list can
 * be another unnoticed. */
#include "tools/archive/sums.h"

#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "tests/unit/support/fixture.h"

static const char *const names[] = { "document.json",	   "files/kế hoạch.pdf",  "files/a\\b",
				     "files/two\nlines\r", "files/ two  blanks ", "files/\\" };

static size_t list(char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct digest d = fixture_digest(names[i]);
		char line[SUMS_LINE_SIZE];
		size_t n = sums_print(&d, names[i], line);

		assert_true(n > 0 && n == strlen(line));
		memcpy(out + len, line, n);
		len += n;
	}
	return len;
}

static void test_names_and_digests_come_back(void **state)
{
	static char text[COUNT_OF(names) * SUMS_LINE_SIZE];
	struct blob whole = { (uint8_t *)text, list(text) };
	struct sums_line line;
	size_t at = 0;
	bool fault;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct digest d = fixture_digest(names[i]);

		assert_true(sums_next(whole, &at, &line, &fault));
		assert_string_equal(line.name, names[i]);
		assert_true(digest_equal(&line.sha256, &d));
	}
	assert_false(sums_next(whole, &at, &line, &fault));
	assert_false(fault);
	assert_int_equal(at, whole.len_bytes);
}

/* What of a text with one bit turned could still be taken for what was written. */
static bool reads_the_same(struct blob text)
{
	struct sums_line line;
	size_t at = 0, n = 0;
	bool fault;

	while (sums_next(text, &at, &line, &fault)) {
		struct digest d;

		if (n == COUNT_OF(names) || strcmp(line.name, names[n]) != 0)
			return false;
		d = fixture_digest(names[n++]);
		if (!digest_equal(&line.sha256, &d))
			return false;
	}
	return !fault && n == COUNT_OF(names);
}

static void test_each_bit_of_a_list_counts(void **state)
{
	static char text[COUNT_OF(names) * SUMS_LINE_SIZE];
	size_t len = list(text);

	(void)state;
	assert_true(reads_the_same((struct blob){ (uint8_t *)text, len }));
	for (size_t i = 0; i < 8 * len; i++) {
		uint8_t *copy = malloc(len);

		assert_non_null(copy);
		memcpy(copy, text, len);
		copy[i / 8] ^= (uint8_t)(1u << i % 8);
		if (reads_the_same((struct blob){ copy, len }))
			fail_msg("bit %zu", i);
		free(copy);
	}
}

static void test_each_cut_is_seen_but_between_lines(void **state)
{
	static char text[COUNT_OF(names) * SUMS_LINE_SIZE];
	size_t len = list(text);

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *copy = malloc(cut + 1);
		struct sums_line line;
		size_t at = 0;
		bool fault;

		assert_non_null(copy);
		memcpy(copy, text, cut);
		while (sums_next((struct blob){ copy, cut }, &at, &line, &fault))
			;
		assert_true(fault == (cut > 0 && text[cut - 1] != '\n'));
		free(copy);
	}
}

static void test_a_name_that_is_too_long_is_not_written(void **state)
{
	char name[SUMS_NAME_SIZE + 1], line[SUMS_LINE_SIZE];
	struct digest d = fixture_digest("x");

	(void)state;
	memset(name, '\n', sizeof name);
	name[SUMS_NAME_SIZE] = '\0';
	assert_int_equal(sums_print(&d, name, line), 0);
	name[SUMS_NAME_SIZE - 1] = '\0'; /* the longest, each character of it escaped */
	assert_true(sums_print(&d, name, line) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_and_digests_come_back),
		cmocka_unit_test(test_each_bit_of_a_list_counts),
		cmocka_unit_test(test_each_cut_is_seen_but_between_lines),
		cmocka_unit_test(test_a_name_that_is_too_long_is_not_written),
	};

	return cmocka_run_group_tests_name("sums", tests, NULL, NULL);
}
