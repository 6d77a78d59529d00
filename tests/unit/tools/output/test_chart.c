/* Charts: whatever the numbers and names, a picture that is whole and says them. */
#include "tools/output/chart.h"

#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"

static char *drawn(void (*draw)(FILE *, const struct chart *), const struct chart_value *values,
		   unsigned count)
{
	const struct chart chart = { .name = "c",
				     .title = "Tỷ lệ",
				     .reached = "đạt",
				     .below = "chưa đạt",
				     .line = "mức phải đạt",
				     .values = values,
				     .count = count };
	char *text = NULL;
	size_t len = 0;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(to);
	draw(to, &chart);
	assert_int_equal(fclose(to), 0);
	return text;
}

static unsigned count_of(const char *text, const char *what)
{
	unsigned n = 0;

	for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what))
		n++;
	return n;
}

/* Each picture ends, and no coordinate is below 0 or no number. */
static void assert_whole(const char *text, unsigned pictures)
{
	assert_int_equal(count_of(text, "<svg"), pictures);
	assert_int_equal(count_of(text, "</svg>"), pictures);
	assert_int_equal(count_of(text, "<g>"), count_of(text, "</g>"));
	assert_int_equal(count_of(text, "<text"), count_of(text, "</text>"));
	assert_null(strstr(text, "nan"));
	assert_null(strstr(text, "inf"));
	assert_null(strstr(text, "=\"-"));
}

static void test_nothing_to_draw_is_no_picture(void **state)
{
	char *a = drawn(chart_columns, NULL, 0), *b = drawn(chart_bars, NULL, 0);

	(void)state;
	assert_string_equal(a, "");
	assert_string_equal(b, "");
	free(a);
	free(b);
}

static void test_one_value_is_drawn_with_its_line_and_written(void **state)
{
	const struct chart_value v = { "01/2026", "75,0 %", 7500, 9000, false };
	char *text = drawn(chart_columns, &v, 1);

	(void)state;
	assert_whole(text, 1);
	assert_non_null(strstr(text, ">75,0 %</text>"));
	assert_non_null(strstr(text, ">01/2026</text>"));
	assert_non_null(strstr(text, "height=\"120\" stroke=\"#000\" fill=\"url(#c-0-below)\""));
	assert_non_null(strstr(text, "<path class=\"line\" d=\"M44 60h54\"/>"));
	free(text);
	text = drawn(chart_bars, &v, 1);
	assert_whole(text, 1);
	assert_non_null(strstr(text, ">75,0 %</text>"));
	assert_non_null(strstr(text, "width=\"301\""));
	free(text);
}

static void test_all_of_it_fills_the_picture_and_more_does_not_leave_it(void **state)
{
	const struct chart_value v[] = { { "a", "100 %", CHART_WHOLE, CHART_WHOLE, true },
					 { "b", "120 %", 12000, CHART_WHOLE, true },
					 { "c", "0 %", 0, CHART_WHOLE, false } };
	char *text = drawn(chart_columns, v, 3);

	(void)state;
	assert_whole(text, 1);
	assert_int_equal(count_of(text, "height=\"160\" stroke=\"#000\" fill=\"#555\""), 2);
	assert_int_equal(count_of(text, "height=\"0\" stroke"), 1);
	free(text);
	text = drawn(chart_bars, v, 3);
	assert_whole(text, 1);
	assert_int_equal(count_of(text, "width=\"402\""), 2);
	free(text);
}

static void test_no_share_is_a_text_and_no_bar(void **state)
{
	const struct chart_value v = { "Chi bộ", "chưa báo cáo", CHART_NONE, CHART_NONE, false };
	char *text = drawn(chart_bars, &v, 1);

	(void)state;
	assert_whole(text, 1);
	assert_non_null(strstr(text, ">chưa báo cáo</text>"));
	assert_int_equal(count_of(text, "<rect"), 2 + 2); /* the legend's, and the pattern's */
	free(text);
	text = drawn(chart_columns, &v, 1);
	assert_whole(text, 1);
	assert_non_null(strstr(text, "<path class=\"line\" d=\"\"/>"));
	free(text);
}

static void test_many_go_into_pictures_below_each_other(void **state)
{
	struct chart_value v[31];
	char *text;

	(void)state;
	for (unsigned i = 0; i < 31; i++)
		v[i] = (struct chart_value){ "x", "90 %", 9000, i < 12 ? 9000 : 9500, true };
	text = drawn(chart_columns, v, 31);
	assert_whole(text, 3);
	assert_non_null(strstr(text, "id=\"c-2\""));
	assert_int_equal(count_of(text, ">90 %</text>"), 31);
	free(text);
	text = drawn(chart_bars, v, 31);
	assert_whole(text, 4);
	assert_int_equal(count_of(text, ">90 %</text>"), 31);
	free(text);
}

static void test_long_name_stands_in_two_lines_and_is_whole_in_its_title(void **state)
{
	const char *name = "Đảng bộ Cục Quản lý Thi hành án dân sự thành phố Hồ Chí Minh và các "
			   "đơn vị trực thuộc ở tỉnh Bà Rịa – Vũng Tàu";
	const struct chart_value v[] = {
		{ name, "90 %", 9000, 9000, true },
		{ "Mộttênkhôngcómộtkhoảngtrắngnàocảvàdàihơncảhaidòngmàtrangnàycóchỗchonócùngvớinha"
		  "u",
		  "1 %", 100, 9000, false },
		{ "Đảng bộ Cục Quản lý Thi hành án dân sự thành phố", "1 %", 100, 9000, false },
	};
	char *text = drawn(chart_bars, v, 3);

	(void)state;
	assert_whole(text, 1);
	assert_non_null(
		strstr(text, "<title>Đảng bộ Cục Quản lý Thi hành án dân sự thành phố Hồ Chí Minh "
			     "và các đơn vị trực thuộc ở tỉnh Bà Rịa – Vũng Tàu</title>"));
	assert_non_null(strstr(text, ">Đảng bộ Cục Quản lý Thi hành án dân sự</text>"));
	assert_non_null(strstr(text, "…</text>"));
	assert_non_null(strstr(text, ">thành phố</text>")); /* all of it fits */
	free(text);
}

static void test_markup_in_a_name_is_a_text(void **state)
{
	const struct chart_value v = { "</text><script>&\n\x1b", "<b>", 5000, 9000, false };
	char *text = drawn(chart_bars, &v, 1);

	(void)state;
	assert_whole(text, 1);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "<br"));
	assert_null(strchr(text, '\x1b'));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_draw_is_no_picture),
		cmocka_unit_test(test_one_value_is_drawn_with_its_line_and_written),
		cmocka_unit_test(test_all_of_it_fills_the_picture_and_more_does_not_leave_it),
		cmocka_unit_test(test_no_share_is_a_text_and_no_bar),
		cmocka_unit_test(test_many_go_into_pictures_below_each_other),
		cmocka_unit_test(test_long_name_stands_in_two_lines_and_is_whole_in_its_title),
		cmocka_unit_test(test_markup_in_a_name_is_a_text),
	};

	return cmocka_run_group_tests_name("chart", tests, NULL, NULL);
}
