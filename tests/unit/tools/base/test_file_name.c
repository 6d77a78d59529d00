/* Names that a folder takes: shorter at a character, with their ending; and those that every system
 * takes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tools/base/file_name.h"

#define PICTURE                                                                                    \
	"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb" /* one for people, three code points */

static void expect(const char *name, unsigned n, size_t max_bytes, const char *wanted)
{
	char out[FILE_NAME_SIZE];

	file_name_numbered(name, n, max_bytes, out);
	assert_string_equal(out, wanted);
}

static void test_what_is_too_long_loses_whole_characters_before_its_ending(void **state)
{
	(void)state;
	expect("a.pdf", 1, 255, "a.pdf");
	expect("a.pdf", 2, 255, "a-2.pdf");
	expect("a", 12, 255, "a-12");
	expect("ệệệệệệệệ.pdf", 1, 16, "ệệệệ.pdf");   /* three bytes each */
	expect("ệệệệệệệệ.pdf", 2, 16, "ệệệ-2.pdf");
	expect("abce\xcc\x82\xcc\xa3" "efghij.pdf", 1, 16, "abce\xcc\x82\xcc\xa3" "efgh.pdf");
	/* a letter goes with its marks */
	expect("abcdefghe\xcc\x82\xcc\xa3" "k.pdf", 1, 16, "abcdefgh.pdf");
	expect(PICTURE "aaaa.pdf", 1, 16, PICTURE "a.pdf");
	expect("to trinh so 12.signed.tar.gz", 2, 20, "to trinh so-2.tar.gz");
	expect("bao cao thang 11 nam", 3, 16, "bao cao thang-3"); /* no blank before the number */
	expect("a.whatever follows a dot is no ending", 1, 16, "a.whatever follo");
	expect(".bashrc of the office", 2, 16, ".bashrc of the-2");
}

static void test_names_of_255_bytes_stay_within_and_apart(void **state)
{
	static const char *const letters[] = { "ệ", "a", "đ", "e\xcc\x82\xcc\xa3",
					       "\xf0\x9f\x98\x80" };
	static const char *const endings[] = { "", ".pdf", ".docx", ".tar.gz" };

	(void)state;
	for (size_t l = 0; l < sizeof letters / sizeof letters[0]; l++) {
		for (size_t e = 0; e < sizeof endings / sizeof endings[0]; e++) {
			char name[FILE_NAME_SIZE] = "", first[FILE_NAME_SIZE], out[FILE_NAME_SIZE];
			size_t len = 0;

			for (; len + strlen(letters[l]) + strlen(endings[e]) <= NAME_MAX_BYTES;
			     len += strlen(letters[l]))
				snprintf(name + len, sizeof name - len, "%s", letters[l]);
			snprintf(name + len, sizeof name - len, "%s", endings[e]);
			for (unsigned which = 0; which < 3; which++) {
				assert_true(file_name_form(name, 1, which, first));
				for (unsigned n = 2; n < 300; n += 97) {
					assert_true(file_name_form(name, n, which, out));
					assert_true(strlen(out) <= (which == 0	 ? 255
								    : which == 1 ? 143
										 : 64));
					assert_string_equal(out + strlen(out) - strlen(endings[e]),
							    endings[e]);
					assert_string_not_equal(out, first);
					/* All that stays of the stem are whole letters. */
					assert_int_equal(
					    (strstr(out, "-") - out) % (long)strlen(letters[l]), 0);
				}
			}
		}
	}
}

static void test_names_that_other_systems_refuse_are_known_and_mended(void **state)
{
	static const struct {
		const char *name, *mended; /* the same: it is taken everywhere */
	} cases[] = {
		{ "Kế hoạch 31.docx", "Kế hoạch 31.docx" },
		{ "a:b.txt", "a_b.txt" },
		{ "sao? \"x\".pdf", "sao_ _x_.pdf" },
		{ "12/KH", "12_KH" },
		{ "a\\b|c<d>e*", "a_b_c_d_e_" },
		{ "cuối.", "cuối" },
		{ "cuối . .", "cuối" },
		{ "...", "_" },
		{ "CON", "_CON" },
		{ "con.txt", "_con.txt" },
		{ "Nul .x", "_Nul .x" },
		{ "COM1", "_COM1" },
		{ "lpt9.doc", "_lpt9.doc" },
		{ "COM", "COM" },
		{ "COM0", "COM0" },
		{ "console.txt", "console.txt" },
		{ "a\nb", "a_b" },
		{ "u\xcc\x89.txt", "\u1ee7.txt" },
		{ "", "_" },
	};
	char out[FILE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		file_name_portable(cases[i].name, out);
		assert_string_equal(out, cases[i].mended);
		assert_int_equal(file_name_is_portable(cases[i].name),
				 strcmp(cases[i].name, cases[i].mended) == 0);
		assert_true(file_name_is_portable(out));
	}
}

static void test_a_folder_is_offered_forms_and_none_leads_out_of_it(void **state)
{
	static const char *const wanted[] = { "..", ".", "", "../x", "a/b" };
	char out[FILE_NAME_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
		for (unsigned which = 0; file_name_form(wanted[i], 1, which, out); which++)
			assert_string_equal(out, "_");
	}
	assert_true(file_name_form("a:b.txt", 2, 0, out));
	assert_string_equal(out, "a:b-2.txt");
	assert_true(file_name_form("a:b.txt", 2, 3, out));
	assert_string_equal(out, "a_b-2.txt");
	assert_false(file_name_form("a:b.txt", 2, 6, out));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_is_too_long_loses_whole_characters_before_its_ending),
		cmocka_unit_test(test_names_of_255_bytes_stay_within_and_apart),
		cmocka_unit_test(test_names_that_other_systems_refuse_are_known_and_mended),
		cmocka_unit_test(test_a_folder_is_offered_forms_and_none_leads_out_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
