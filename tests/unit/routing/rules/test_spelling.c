/* Two spellings of one name or number, and two that are not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "routing/rules/spelling.h"

static void test_spellings_of_one_number_are_one(void **state)
{
	static const char *const same[][2] = {
		{ "1-BC/CB", "1-BC/CB " },
		{ "1-BC/CB", "01-BC/CB" },
		{ "1-BC/CB", " 001 - bc / cb" },
		{ "14-CV/ĐU", "14-cv/đu" },
		{ "12-CV/ĐUĐ", "12–CV/ĐUĐ" },
		{ "0-A", "000-a" },
		{ "3-CTr/ĐU", "3-CTR/ĐU" },
		{ "5-A", "5-\xc2\xa0"
			 "A" },
		/* Ð, ð, Ɖ */
		{ "7-CV/ĐU", "7-CV/\xc3\x90U" },
		{ "7-cv/đu", "7-CV/\xc3\xb0U" },
		{ "TTr", "ttR" },
		{ "TT r", "tTR " },
		{ "7-CV/ĐU", "7-CV/\xc6\x89U" },
		/* wide digit and slash, a minus */
		{ "7-CV/ĐU", "\xef\xbc\x97\xe2\x88\x92"
			     "CV\xef\xbc\x8f"
			     "ĐU" },
		{ "7-CV/ĐU", "7\xe3\x80\x80-\xe2\x80\xaf"
			     "CV/ĐU" },
	};
	static const char *const other[][2] = {
		{ "1-BC/CB", "10-BC/CB" },
		{ "1-BC/CB", "1-BC/CB1" },
		{ "14-CV/ĐU", "14-CV/DU" },
		{ "0-A", "-A" },
		{ "1-A/0", "1-A/00" },
		{ "", "0" },
		{ "12-CV/ÂU", "12-CV/AU" },
		{ "\xff", "\xfe" },
		{ "KH", "BC" },
		{ "KH", "" },
		{ "QyĐ", "QĐ" },
		{ "CTr", "CT" },
		{ "TTra", "TTr a1" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		assert_true(spelling_same_number(same[i][0], same[i][1]));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(spelling_same_number(other[i][0], other[i][1]));
}

static void test_spellings_of_one_name_are_one(void **state)
{
	static const char *const same[][2] = {
		{ "Đảng ủy", "Đảng uỷ" },
		{ "ĐẢNG ỦY", "đảng uỷ" },
		{ " Đảng  ủy\t", "Đảng ủy" },
		{ "hoá tốc", "hóa tốc" },
		{ "Thuý", "Thúy" },
		{ "Đảng u\xcc\x89y", "Đảng ủy" }, /* ủ of two characters */
		{ "bo\xcc\xa3\xcc\x82", "bộ" },
		{ "bo\xcc\x82\xcc\xa3", "bộ" },
		{ "Vu\xcc\x9b\xcc\xa3", "vự" },
		{ "", " " },
		{ "Chi bộ", "chi Bộ" },
		{ "Văn phòng", "va\xcc\x86n pho\xcc\x80ng" },
	};
	static const char *const other[][2] = {
		{ "Đảng ủy", "Đảng uy" },
		{ "Đảng ủy", "Đáng ủy" },
		{ "Tỉnh ủy", "Thành ủy" },
		{ "Văn", "Vân" },
		{ "Đảngủy", "Đảng ủy" },
		{ "bà ba", "ba bà" },
		{ "ừ", "ù" },
		{ "An", "Ăn" },
		{ "An", "Ban" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof same / sizeof same[0]; i++)
		assert_true(spelling_same_name(same[i][0], same[i][1]));
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(spelling_same_name(other[i][0], other[i][1]));
}

/* Whatever the bytes: nothing past the end of what has as many bytes as the text may have
 * (AddressSanitizer watches). */
static void test_any_bytes_fit(void **state)
{
	static const char *const pieces[] = {
		"ế",	"ử", "Đ", "á",	     "–", "\xe1", "\xe1\xba", "\xcc", "\xf0\x9f\x98\x80",
		"\xff", "0", " ", "\xcc\x89"
	};
	enum { PIECES = sizeof pieces / sizeof pieces[0] };

	(void)state;
	for (unsigned first = 0; first < PIECES; first++) {
		for (unsigned step = 0; step < PIECES; step++) {
			char text[COMMITTEE_NAME_MAX + 3] = "", folded[FOLD_NUMBER_SIZE];

			for (unsigned i = first; strlen(text) + 4 < sizeof text; i += step + 1) {
				memcpy(text + strlen(text), pieces[i % PIECES],
				       strlen(pieces[i % PIECES]) + 1);
				if (strlen(text) <= NUMBER_MAX)
					spelling_number(text, folded);
				assert_true(spelling_same_name(text, text) &&
					    spelling_same_number(text, text));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_spellings_of_one_number_are_one),
		cmocka_unit_test(test_spellings_of_one_name_are_one),
		cmocka_unit_test(test_any_bytes_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
