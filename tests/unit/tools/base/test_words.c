/* What a search finds: words in any order and place, however they are spelt. */
#include "tools/base/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/support/fixture.h"
#include "tools/base/text.h"

static bool finds(const char *typed, const char *subject, const char *number)
{
	char *texts[] = { (char *)(uintptr_t)typed };
	struct words *w = words_new(texts, 1);
	bool yes;

	assert_non_null(w);
	words_begin(w);
	words_add(w, subject);
	words_add_number(w, number);
	yes = words_match(w);
	words_drop(w);
	return yes;
}

static void test_words_are_found_in_any_order_and_place(void **state)
{
	const char *subject = "Kế hoạch thực hiện chuyển đổi số";

	(void)state;
	assert_true(finds("ke hoach chuyen doi", subject, "31-KH/ĐU"));
	assert_true(finds("đổi KẾ", subject, "31-KH/ĐU"));
	assert_true(finds("số 31-kh", subject, "31-KH/ĐU"));
	assert_true(finds("  hoạch\tsố ", subject, ""));
	assert_false(finds("ke hoach xa", subject, "31-KH/ĐU"));
	assert_true(finds("", subject, ""));
	assert_true(finds("   ", "", ""));
	assert_false(finds("x", "", ""));
	/* a word does not go on in the next text */
	assert_false(finds("số31", subject, "31-KH/ĐU"));
}

static void test_spellings_make_no_difference(void **state)
{
	(void)state;
	assert_true(finds("hòa", "Hoà giải ở cơ sở", ""));
	assert_true(finds("hoà", "Hòa giải ở cơ sở", ""));
	assert_true(finds("uy", "Đảng ủy", "") && finds("ủy", "Đảng uỷ", ""));
	assert_true(finds("đảng", "DANG UY", "") && finds("dang", "ĐẢNG ỦY", ""));
	/* with marks of their own, as some keyboards type */
	assert_true(finds("kế", "ke\u0302\u0301 hoach", "") &&
		    finds("ke\u0302\u0301", "Kế hoạch", ""));
	assert_true(finds("5-nq/đuk", "", "05-NQ/ĐUK") && finds("005-NQ/ĐUK", "", "5-NQ/ĐUK"));
	assert_false(finds("5-NQ/ĐUK", "", "15-NQ/ĐU"));
	/* of other alphabets */
	assert_true(finds("москва", "Москва", "") && finds("中文", "Hội nghị 中文", ""));
}

static void test_the_table_folds_as_text_fold_does(void **state)
{
	(void)state;
	for (unsigned c = 0xc0; c < 0x1f00; c = c == 0x24f ? 0x1e00 : c + 1) {
		char letter[8], *folded;
		int n = c < 0x800
				? snprintf(letter, sizeof letter, "%c%c", (int)(0xc0 | c >> 6),
					   (int)(0x80 | (c & 0x3f)))
				: snprintf(letter, sizeof letter, "%c%c%c", (int)(0xe0 | c >> 12),
					   (int)(0x80 | (c >> 6 & 0x3f)), (int)(0x80 | (c & 0x3f)));

		assert_in_range(n, 2, 3);
		folded = text_fold(letter);
		assert_non_null(folded);
		if (folded[0] != '\0')
			assert_true(finds(folded, letter, "") && finds(letter, letter, ""));
		free(folded);
	}
}

static void test_a_search_is_used_again(void **state)
{
	char *texts[] = { (char *)(uintptr_t) "báo", (char *)(uintptr_t) "quý một" };
	struct words *w = words_new(texts, 2);
	char longer[5000];

	(void)state;
	memset(longer, 'a', sizeof longer);
	memcpy(longer + sizeof longer - sizeof "bao quy mot", "bao quy mot", sizeof "bao quy mot");
	for (int i = 0; i < 3; i++) {
		words_begin(w);
		words_add(w, "Báo cáo quý");
		words_add(w, NULL);
		words_add(w, "");
		assert_false(words_match(w));
		words_add(w, "Một");
		assert_true(words_match(w));
		words_begin(w);
		assert_false(words_match(w));
		words_add(w, longer);
		assert_true(words_match(w));
	}
	words_drop(w);
	assert_null(words_new((char *[]){ (char *)(uintptr_t) "\xff" }, 1));
	words_begin(NULL);
	words_add(NULL, "x");
	assert_true(words_match(NULL));
	words_drop(NULL);
}

static void test_what_is_ascii_folded_may_be_sifted_by(void **state)
{
	char *texts[] = { (char *)(uintptr_t) "Kế HOẠCH  1-BC/ĐU", (char *)(uintptr_t) "漢 số" };
	struct words *w = words_new(texts, 2);
	char plain[64], small[8];

	(void)state;
	words_plain(w, plain, sizeof plain);
	assert_string_equal(plain, "ke hoach 1-bc/du so");
	words_plain(w, small, sizeof small);
	assert_string_equal(small, "ke so");
	words_plain(NULL, plain, sizeof plain);
	assert_string_equal(plain, "");
	words_drop(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_are_found_in_any_order_and_place),
		cmocka_unit_test(test_spellings_make_no_difference),
		cmocka_unit_test(test_the_table_folds_as_text_fold_does),
		cmocka_unit_test(test_a_search_is_used_again),
		cmocka_unit_test(test_what_is_ascii_folded_may_be_sifted_by),
	};

	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
