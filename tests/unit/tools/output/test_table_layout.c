/* Tables and running text in cells: composed and decomposed Vietnamese take the same room, and
 * nothing stands out that need not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <uninorm.h>

#include "tools/base/text.h"
#include "tools/output/table_layout.h"

static const char subject[] = "Kế hoạch triển khai chuyển đổi số trong các tổ chức đảng trực thuộc";

static char *decomposed(const char *text)
{
	size_t len;
	uint8_t *nfd =
	    u8_normalize(UNINORM_NFD, (const uint8_t *)text, strlen(text) + 1, NULL, &len);

	assert_non_null(nfd);
	assert_true(len > strlen(text) + 1);
	return (char *)nfd;
}

static void expect_lines(const char *folded, int cells, unsigned most)
{
	char copy[1024], *rest = copy, *line;
	unsigned n = 0;

	snprintf(copy, sizeof copy, "%s", folded);
	while ((line = strsep(&rest, "\n")) != NULL) {
		assert_in_range(text_width(line), 1, cells);
		n++;
	}
	assert_in_range(n, 1, most);
}

static void test_lines_break_between_words_within_the_width(void **state)
{
	char out[1024];

	(void)state;
	table_layout_fold(subject, 20, out, sizeof out);
	assert_string_equal(
	    out, "Kế hoạch triển khai\nchuyển đổi số trong\ncác tổ chức đảng\ntrực thuộc");
	table_layout_fold("ngắn", 20, out, sizeof out);
	assert_string_equal(out, "ngắn");
	table_layout_fold("", 20, out, sizeof out);
	assert_string_equal(out, "");
}

static void test_decomposed_letters_keep_their_marks_and_their_cells(void **state)
{
	char *nfd = decomposed(subject), out[1024], expected[1024];
	char *composed;

	(void)state;
	table_layout_fold(subject, 20, expected, sizeof expected);
	table_layout_fold(nfd, 20, out, sizeof out);
	composed = text_nfc(out);
	assert_string_equal(composed, expected);
	free(composed);
	/* Cut within words: a mark must not begin a line. */
	table_layout_fold(nfd, 3, out, sizeof out);
	for (const char *p = strchr(out, '\n'); p != NULL; p = strchr(p + 1, '\n'))
		assert_true(((unsigned char)p[1] & 0xfe) != 0xcc);
	expect_lines(out, 3, LAYOUT_LINES);
	free(nfd);
}

static void test_what_is_too_long_ends_with_an_ellipsis(void **state)
{
	char out[1024];

	(void)state;
	table_layout_fold(subject, 6, out, sizeof out);
	expect_lines(out, 6, LAYOUT_LINES);
	assert_string_equal(out + strlen(out) - strlen("…"), "…");
	table_layout_fold("e3493855b8fa41c6af36d5c9e1ed0c77", 10, out, sizeof out);
	assert_string_equal(out, "e3493855b8\nfa41c6af36\nd5c9e1ed0c\n77");
}

static void test_columns_share_the_width_by_need(void **state)
{
	struct table_layout_column c[3] = { { .give = LAYOUT_PRESSED },
					    { .give = LAYOUT_FREELY },
					    { .give = LAYOUT_FREELY } };

	(void)state;
	table_layout_measure(&c[0], "Mã", true);
	table_layout_measure(&c[0], "33603c3a", false);
	table_layout_measure(&c[1], "Trích yếu", true);
	table_layout_measure(&c[1], subject, false);
	table_layout_measure(&c[2], "Ngày gửi", true);
	table_layout_measure(&c[2], "25/11/2026 03:43", false);
	assert_int_equal(table_layout_share(c, 3, 200), 8 + 1 + text_width(subject) + 1 + 16);
	assert_int_equal(table_layout_share(c, 3, 60), 60);
	assert_int_equal(c[0].width_cells, 8);
	assert_in_range(c[2].width_cells, 10, 16);
	assert_int_equal(c[1].width_cells, 60 - 2 - 8 - c[2].width_cells);
}

static void test_a_table_is_never_wider_than_the_terminal(void **state)
{
	struct table_layout_column c[4] = { { .give = LAYOUT_PRESSED },
					    { .give = LAYOUT_PRESSED },
					    { .give = LAYOUT_FREELY },
					    { .give = LAYOUT_NEVER } };

	(void)state;
	table_layout_measure(&c[0], "c123456789-123456789-123456789-1", false);
	table_layout_measure(&c[1], "31-KH/ĐU", false);
	table_layout_measure(&c[2], subject, false);
	table_layout_measure(&c[3], "25/11/2026 03:43", false);
	for (int cells = 200; cells >= 7; cells--) {
		assert_int_equal(table_layout_share(c, 4, cells), cells < 126 ? cells : 126);
		for (int i = 0; i < 4; i++)
			assert_in_range(c[i].width_cells, 1, c[i].natural_cells);
		if (cells >= 16 + 3 * LAYOUT_FLOOR_CELLS + 3)
			assert_int_equal(c[3].width_cells, 16); /* a time stays in one line */
		if (cells >= 77)
			/* as does an id, while the sentence has room */
			assert_int_equal(c[0].width_cells, 32);
	}
	table_layout_share(c, 4, 50);
	assert_true(c[0].width_cells == 12 && c[1].width_cells == 8 && c[2].width_cells == 11);
}

static void test_long_words_break_behind_their_parts(void **state)
{
	char out[1024];

	(void)state;
	table_layout_fold("chi-bo-vu-phap-luat-dan-su", 12, out, sizeof out);
	assert_string_equal(out, "chi-bo-vu-\nphap-luat-\ndan-su");
	table_layout_fold("Số 15671-CV/VPTWĐU", 12, out, sizeof out);
	assert_string_equal(out, "Số\n15671-CV/\nVPTWĐU");
	table_layout_fold("thads, vanphong,", 9, out, sizeof out);
	assert_string_equal(out, "thads,\nvanphong,");
}

static void expect_wrapped(const char *text, int indent, int width, const char *expected)
{
	char *out = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&out, &size);

	assert_non_null(f);
	text_wrap(f, text, indent, 0, width);
	fclose(f);
	assert_string_equal(out, expected);
	free(out);
}

static void test_running_text_wraps_with_a_hanging_indent(void **state)
{
	char *nfd = decomposed("chuyển đổi số");

	(void)state;
	expect_wrapped("còn thiếu: tệp văn bản", 2, 12, "còn thiếu:\n  tệp văn\n  bản");
	expect_wrapped("còn thiếu: tệp văn bản", 2, 0, "còn thiếu: tệp văn bản");
	expect_wrapped("01a20f45-27bb-75ed-84ba-2d951c77bb63 x", 0, 20,
		       "01a20f45-27bb-75ed-84ba-2d951c77bb63\nx");
	assert_int_equal(text_width(nfd), 13);
	free(nfd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_break_between_words_within_the_width),
		cmocka_unit_test(test_decomposed_letters_keep_their_marks_and_their_cells),
		cmocka_unit_test(test_what_is_too_long_ends_with_an_ellipsis),
		cmocka_unit_test(test_columns_share_the_width_by_need),
		cmocka_unit_test(test_a_table_is_never_wider_than_the_terminal),
		cmocka_unit_test(test_long_words_break_behind_their_parts),
		cmocka_unit_test(test_running_text_wraps_with_a_hanging_indent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
