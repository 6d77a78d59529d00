/* Vietnamese texts, dates, ids: what a clerk types must be what is meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "routing/rules/doctype.h"
#include "tools/base/text.h"
#include "tools/client/media_type.h"
#include "tools/client/uuid.h"

static void expect_fold(const char *text, const char *folded)
{
	char *got = text_fold(text);

	assert_non_null(got);
	assert_string_equal(got, folded);
	free(got);
}

static void test_folding_leaves_letters_alone_and_takes_marks_away(void **state)
{
	(void)state;
	expect_fold("KẾ HOẠCH", "ke hoach");
	expect_fold("Đảng ủy", "dang uy");
	expect_fold("Đảng uỷ", "dang uy"); /* both ways to write it are found */
	expect_fold("hoả tốc", "hoa toc");
	expect_fold("\u00d0ảng u\u1ef7 \u0189", "dang uy d"); /* what looks like Đ is found as Đ */
	expect_fold("", "");
	assert_null(text_fold("\xff"));
	assert_null(text_nfc("a\xc3"));
}

static void test_what_looks_like_d_with_stroke_is_entered_as_it(void **state)
{
	char *number = text_entry(" 31-KH/\u00d0U\t"), *name = text_entry("c\u00f0 \u0189\u0256 d"),
	     *none = text_entry("é\u00c3\u0110");

	(void)state;
	assert_string_equal(number, "31-KH/ĐU");
	assert_string_equal(name, "cđ Đđ d");
	assert_string_equal(none, "éÃĐ");
	free(number);
	free(name);
	free(none);
}

static void test_composed_and_decomposed_are_one(void **state)
{
	/* ế */
	char *composed = text_nfc("\xe1\xba\xbf"), *decomposed = text_nfc("e\xcc\x82\xcc\x81");

	(void)state;
	assert_string_equal(composed, decomposed);
	assert_int_equal(text_width(composed), 1);
	assert_int_equal(text_width("e\xcc\x82\xcc\x81"), 1);
	free(composed);
	free(decomposed);
}

static void test_dates_are_read_in_both_orders_and_must_exist(void **state)
{
	char out[11];

	(void)state;
	assert_true(text_date("2026-11-24", out));
	assert_true(text_date("24/11/2026", out));
	assert_string_equal(out, "2026-11-24");
	assert_true(text_date("29/02/2028", out));
	assert_false(text_date("29/02/2026", out));
	assert_false(text_date("2026-13-01", out));
	assert_false(text_date("2026-11-24x", out));
	assert_false(text_date("", out));
}

static void test_times_are_vietnams_unless_utc_is_wanted(void **state)
{
	char text[64], local[64];

	(void)state;
	text_rfc3339(1790000000123, text, sizeof text);
	assert_string_equal(text, "2026-09-21T14:13:20.123Z");
	text_local_time(text, false, local, sizeof local);
	assert_string_equal(local, "21/09/2026 21:13:20");
	text_local_time(text, true, local, sizeof local);
	assert_string_equal(local, "21/09/2026 14:13:20");
	text_local_time("2024-02-29T20:30:00Z", false, local, sizeof local);
	assert_string_equal(local, "01/03/2024 03:30:00");
	text_rfc3339(1, text, sizeof text);
	assert_string_equal(text, "1970-01-01T00:00:00.001Z");
	text_rfc3339(0, text, sizeof text);
	assert_string_equal(text, "");
}

static void test_what_is_no_time_stays_as_it_is(void **state)
{
	static const char *const no_times[] = { "",
						"2026",
						"2026-09-21",
						"2026-09-21 14:13:20",
						"2026-09-21T14:13",
						"2026-13-01T00:00:00Z",
						"2026-09-00T00:00:00Z",
						"2026-09-21T24:00:00Z",
						"hôm nay" };
	char local[64];

	(void)state;
	for (unsigned i = 0; i < sizeof no_times / sizeof no_times[0]; i++) {
		text_local_time(no_times[i], false, local, sizeof local);
		assert_string_equal(local, no_times[i]);
	}
}

static void test_words_have_their_length_and_their_cells(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		int cells;
	} rows[] = {
		{ "", 0, 0 },
		{ " a", 0, 0 },
		{ "Đảng ủy", sizeof "Đảng" - 1, 4 },
		{ "uỷ", sizeof "uỷ" - 1, 2 },
		{ "uy\xcc\x89 ban", 4, 2 },
		{ "漢字 x", 6, 4 },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		int cells;

		assert_int_equal(text_word(rows[i].text, &cells), rows[i].len);
		assert_int_equal(cells, rows[i].cells);
		assert_int_equal(cells, text_cells(rows[i].text, rows[i].len));
	}
}

static void test_what_others_sent_cannot_drive_the_terminal(void **state)
{
	char text[] = "a\033[2Jb\nc\xc2\x9b" "d";

	(void)state;
	text_one_line(text);
	assert_string_equal(text, "a [2Jb c d");
}

static void test_what_nobody_sees_is_found_and_marked(void **state)
{
	char text[] = "a\xe2\x80\xae"
		      "b\xc2\xad"
		      "c\xf3\xa0\x80\xa1"
		      "d\xff"
		      "e\nf",
	     safe[] = "Đảng ủy \xf0\x9f\x87\xbb e\xcc\x82";
	char family[] = "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 a\xe2\x80\x8d" "b";
	char lines[] = "a\n\x1b[1mb", blanks[] = " \t x y\n ", nothing[] = " ";

	(void)state;
	text_one_line(text);
	assert_string_equal(text, "a\xef\xbf\xbd" "b?c\xef\xbf\xbd" "d?e f");
	text_one_line(safe);
	assert_string_equal(safe, "Đảng ủy \xf0\x9f\x87\xbb e\xcc\x82");
	text_one_line(family);
	/* joined where it belongs, and where not */
	assert_string_equal(family, "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7 a\xef\xbf\xbd"
				    "b");
	text_lines(lines);
	assert_string_equal(lines, "a\n [1mb");
	text_trim(blanks);
	assert_string_equal(blanks, "x y");
	text_trim(nothing);
	assert_string_equal(nothing, "");
}

/* RFC 9562 §5.8; docs/PROTOCOL.md, "Conventions", has the bytes that are hashed. */
static void test_a_key_makes_the_same_id_each_time_and_another_key_another(void **state)
{
	struct doc_id first, again, others[3];
	char text[UUID_TEXT_SIZE];

	(void)state;
	uuid_of_key("gates", "case-12é", &first);
	uuid_print(first.bytes, text);
	assert_string_equal(text, "163455e0-894e-8ef8-bac2-02b09fcc8e13");
	uuid_of_key("gates", "case-12é", &again);
	assert_memory_equal(&again, &first, sizeof first);
	uuid_of_key("gates", "case-13é", &others[0]);
	uuid_of_key("gate", "scase-12é", &others[1]);
	uuid_of_key("", "", &others[2]);
	for (unsigned i = 0; i < 3; i++)
		assert_memory_not_equal(&others[i], &first, sizeof first);
}

static void test_any_uuid_but_nil_is_an_id(void **state)
{
	static const char *const good[] = {
		"01a20000-0000-7000-8000-00000000abcd",
		"{01A20000-0000-7000-8000-00000000ABCD}",
		"urn:uuid:01a20000-0000-7000-8000-00000000abcd",
		"01a2000000007000800000000000abcd",
		"01a20000-0000-4000-8000-00000000abcd",
		"ffffffff-ffff-ffff-ffff-ffffffffffff",
	};
	static const char *const bad[] = {
		"00000000-0000-0000-0000-000000000000",
		"01a20000",
		"not-an-id",
		"",
		"01a20000-0000-7000-8000-00000000abcde",
		"01a20000-0000-7000-8000-00000000abc",
		"01a2-0000-0000-7000-8000-00000000abcd",
		"{01a20000-0000-7000-8000-00000000abcd",
		"01a20000-0000-7000-8000-00000000abcd}",
		"01a20000-0000-7000-8000-00000000abcg",
		" 01a20000-0000-7000-8000-00000000abcd",
	};
	struct doc_id id, back;
	char text[UUID_TEXT_SIZE];

	(void)state;
	assert_int_equal(uuid_new(1790000000123, &id), ERR_OK);
	uuid_print(id.bytes, text);
	assert_int_equal(uuid_parse(text, &back), ERR_OK);
	assert_memory_equal(&id, &back, sizeof id);
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		assert_int_equal(uuid_parse(good[i], &back), ERR_OK);
		uuid_print(back.bytes, text);
		if (i < 4)
			assert_string_equal(text, "01a20000-0000-7000-8000-00000000abcd");
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_int_equal(uuid_parse(bad[i], &back), ERR_USAGE);
}

static void test_qd_alone_is_two_types(void **state)
{
	const struct doctype *t;

	(void)state;
	assert_int_equal(doctype_by_code("QĐ", &t), ERR_AMBIGUOUS);
	assert_int_equal(doctype_by_code("QyĐ", &t), ERR_OK);
	assert_string_equal(t->name, "Quy định");
	assert_int_equal(doctype_by_code("QĐi", &t), ERR_OK);
	assert_string_equal(t->name, "Quyết định");
	assert_int_equal(doctype_by_code("KH", &t), ERR_OK);
	assert_int_equal(doctype_by_code("XX", &t), ERR_BAD_TYPE);
}

/* The 25 names and 8 papers of 399-QĐ/TW. */
static void test_every_type_of_the_party_can_be_typed_and_means_one(void **state)
{
	static const char *const names[] = {
		"Cương lĩnh chính trị",
		"Điều lệ Đảng",
		"Chiến lược",
		"Nghị quyết",
		"Quyết định",
		"Chỉ thị",
		"Kết luận",
		"Quy chế",
		"Quy định",
		"Thông tri",
		"Hướng dẫn",
		"Thông báo",
		"Thông cáo",
		"Tuyên bố",
		"Lời kêu gọi",
		"Báo cáo",
		"Kế hoạch",
		"Quy hoạch",
		"Chương trình",
		"Đề án",
		"Phương án",
		"Dự án",
		"Tờ trình",
		"Công văn",
		"Biên bản",
		"Giấy giới thiệu",
		"Giấy chứng nhận",
		"Giấy đi đường",
		"Giấy nghỉ phép",
		"Giấy mời",
		"Phiếu chuyển",
		"Phiếu gửi",
		"Thư công",
	};
	const struct doctype *t, *found;

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		unsigned hits = 0;

		for (unsigned k = 0; (t = doctype_at(k)) != NULL; k++)
			hits += strcmp(t->name, names[i]) == 0;
		assert_int_equal(hits, 1);
	}
	for (unsigned k = 0; (t = doctype_at(k)) != NULL; k++) {
		if (t->code[0] == '\0')
			assert_string_equal(doctype_word(t), t->name);
		else
			assert_true(doctype_by_code(doctype_word(t), &found) == ERR_OK &&
				    found == t);
	}
	assert_int_equal(doctype_by_code("", &found), ERR_BAD_TYPE);
}

static void test_media_types_go_by_the_ending(void **state)
{
	(void)state;
	assert_string_equal(media_type_of("a.PDF"), "application/pdf");
	assert_string_equal(media_type_of("pdf"), "application/octet-stream");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folding_leaves_letters_alone_and_takes_marks_away),
		cmocka_unit_test(test_what_looks_like_d_with_stroke_is_entered_as_it),
		cmocka_unit_test(test_composed_and_decomposed_are_one),
		cmocka_unit_test(test_dates_are_read_in_both_orders_and_must_exist),
		cmocka_unit_test(test_times_are_vietnams_unless_utc_is_wanted),
		cmocka_unit_test(test_what_is_no_time_stays_as_it_is),
		cmocka_unit_test(test_words_have_their_length_and_their_cells),
		cmocka_unit_test(test_what_others_sent_cannot_drive_the_terminal),
		cmocka_unit_test(test_what_nobody_sees_is_found_and_marked),
		cmocka_unit_test(test_any_uuid_but_nil_is_an_id),
		cmocka_unit_test(test_a_key_makes_the_same_id_each_time_and_another_key_another),
		cmocka_unit_test(test_qd_alone_is_two_types),
		cmocka_unit_test(test_every_type_of_the_party_can_be_typed_and_means_one),
		cmocka_unit_test(test_media_types_go_by_the_ending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
