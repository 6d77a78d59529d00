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
	const struct page_column columns[] = { { bad, bad, 40 },
					       { "B", NULL, 0 },
					       { NULL, NULL, 0 } };
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
	page_signatures(to, bad, bad, bad, bad, 2);
	page_table_end(to);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_markup_in_a_text_is_shown_and_does_nothing),
		cmocka_unit_test(test_page_is_for_printing_and_needs_nothing_from_elsewhere),
	};

	return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
