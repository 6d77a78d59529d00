/* What types are shown as: the table's texts for those that it knows, and no others'. */
#include "tests/unit/support/fixture.h"

#include "routing/rules/rules.h"

static const struct type_label *find(const struct type_labels *l, text_t code, text_t name)
{
	return type_labels_find(l, series_type(code, name), code, name);
}

static void test_known_type_has_the_texts_of_the_table(void **state)
{
	static struct type_labels l;

	(void)state;
	type_labels_make(NULL, "2026-06-01", &l);
	assert_string_equal(find(&l, "KH", "Kế hoạch")->name, "Kế hoạch");
	assert_string_equal(find(&l, "kh", "KẾ HOẠCH")->code, "KH");
	/* a report's name of it is not the type's */
	assert_string_equal(find(&l, "KH", "Thư công của tôi")->name, "Kế hoạch");
	assert_string_equal(find(&l, "QĐ", "quyết định")->name, "Quyết định");
	assert_string_equal(find(&l, "QĐ", "Quy định")->name, "Quy định");
	assert_null(find(&l, "QĐ", "Quyền định"));
	assert_null(find(&l, "ZZ", "Loại khác"));
	assert_null(find(&l, "", ""));
	assert_null(find(&l, "", "Loại khác"));
}

/* 32 bits are soon found. */
static void test_texts_with_the_number_of_a_known_type_are_not_it(void **state)
{
	static struct type_labels l;

	(void)state;
	type_labels_make(NULL, "2026-06-01", &l);
	assert_int_equal(series_type("FQKLAJIY", ""), series_type("KH", "Kế hoạch"));
	assert_null(find(&l, "FQKLAJIY", ""));
	assert_null(find(&l, "FQKLAJIY", "Kế hoạch"));
}

static void test_table_of_the_office_goes_before_what_is_built_in(void **state)
{
	static const char file[] = "2017-02-06  KH  Kế hoạch công tác  -  thử\n"
				   "2017-02-06  PT  Phiếu trình  -  thử\n"
				   "2030-01-01  ended  Phiếu trình  -  thử\n";
	static struct type_labels l;
	struct arena *a = arena_new(1 << 20);
	struct doctype_table table;
	uint32_t line;

	(void)state;
	assert_ok(doctype_table_parse(fixture_blob(file), a, &table, &line));
	type_labels_make(&table, "2026-06-01", &l);
	assert_string_equal(find(&l, "KH", "Kế hoạch")->name, "Kế hoạch công tác");
	assert_string_equal(find(&l, "PT", "")->name, "Phiếu trình");
	assert_string_equal(find(&l, "BC", "x")->name, "Báo cáo");
	type_labels_make(&table, "2031-06-01", &l);
	assert_null(find(&l, "PT", ""));
	arena_destroy(a);
	/* its own texts */
	assert_string_equal(find(&l, "KH", "")->name, "Kế hoạch công tác");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_type_has_the_texts_of_the_table),
		cmocka_unit_test(test_texts_with_the_number_of_a_known_type_are_not_it),
		cmocka_unit_test(test_table_of_the_office_goes_before_what_is_built_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
