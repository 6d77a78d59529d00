/* A report as a page: every text in it is a text, whatever it looks like. */
#include "tools/output/page.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

#define BAD "</td><script>alert('1')</script>&\"\x1b\xe2\x80\xae"

static char *written(const char *bad)
{
	const struct page_head head = {
		.language = "vi", .office = bad, .title = bad, .beside = bad, .period = bad
	};
	const struct page_column columns[] = {
		{ .title = bad, .beside = bad, .width = 40 },
		{ .title = "B", .group = bad, .number = true },
		{ .title = NULL },
	};
	const char *cells[] = { bad, "một\nhai" };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	page_begin(to, &head);
	page_table_begin(to, columns);
	page_row(to, cells, 2);
	page_addition(to, bad, bad, 2);
	page_nothing(to, bad, 2);
	page_signature_row(to, bad, bad, bad, bad, 2);
	page_figures(to, PAGE_ROW_SUM, 2, columns, cells);
	page_table_end(to);
	page_heading(to, bad);
	page_text(to, bad);
	page_list_begin(to);
	page_list_item(to, bad);
	page_list_end(to);
	page_note(to, bad);
	page_signatures(to, bad, bad, bad, bad);
	page_end(to);
	assert_int_equal(fclose(to), 0);
	return text;
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

static void test_markup_in_a_text_is_shown_and_does_nothing(void **state)
{
	char *bad = written(BAD), *good = written("a");

	(void)state;
	assert_null(strstr(bad, "<script"));
	assert_non_null(strstr(bad, "&lt;/td&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;"
				    "&amp;&quot;"));
	assert_null(strchr(bad, '\x1b'));
	assert_null(strstr(bad, "\xe2\x80\xae")); /* it would turn what follows around */
	assert_int_equal(count(bad, "<"), count(good, "<"));
	assert_int_equal(count(bad, ">"), count(good, ">"));
	free(bad);
	free(good);
}

static void test_page_is_for_printing_and_needs_nothing_from_elsewhere(void **state)
{
	char *page = written("a");

	(void)state;
	assert_non_null(strstr(page, "@page{size:A4 landscape"));
	assert_non_null(strstr(page, "table-header-group"));
	assert_non_null(strstr(page, "một<br>hai"));
	assert_non_null(strstr(page, "<th>(2)</th>"));
	assert_null(strstr(page, "http"));
	assert_null(strstr(page, "url("));
	free(page);
}

static void test_columns_of_a_group_stand_under_one_title(void **state)
{
	const struct page_column columns[] = {
		{ .title = "Đơn vị" },
		{ .title = "Tổng", .group = "Văn bản đi", .number = true },
		{ .title = "Mật", .group = "Văn bản đi", .number = true },
		{ .title = "Tổng", .group = "Văn bản đến", .number = true },
		{ .title = NULL },
	};
	const char *cells[] = { "Chi bộ", "1", "2", "3" };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	(void)state;
	assert_non_null(to);
	page_table_begin(to, columns);
	page_figures(to, PAGE_ROW_PLAIN, 1, columns, cells);
	page_table_end(to);
	assert_int_equal(fclose(to), 0);
	assert_non_null(strstr(text, "<th rowspan=\"2\">Đơn vị</th>"
				     "<th class=\"group\" colspan=\"2\">Văn bản đi</th>"
				     "<th class=\"group\" colspan=\"1\">Văn bản đến</th></tr>\n"
				     "<tr><th>Tổng</th><th>Mật</th><th>Tổng</th></tr>"));
	assert_non_null(strstr(text, "<tr><td style=\"padding-left:4mm\">Chi bộ</td>"
				     "<td class=\"n\">1</td>"));
	free(text);
}

static void test_share_in_a_sentence_stays_in_one_line(void **state)
{
	char *page = written("Đạt 42,8 %; mức 90,0 %, A % B");

	(void)state;
	assert_non_null(strstr(page, "<p>Đạt 42,8\u00a0%; mức 90,0\u00a0%, A % B</p>"));
	assert_non_null(strstr(page, "<li>Đạt 42,8\u00a0%; mức 90,0\u00a0%, A % B</li>"));
	free(page);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup_in_a_text_is_shown_and_does_nothing),
		cmocka_unit_test(test_page_is_for_printing_and_needs_nothing_from_elsewhere),
		cmocka_unit_test(test_columns_of_a_group_stand_under_one_title),
		cmocka_unit_test(test_share_in_a_sentence_stays_in_one_line),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
