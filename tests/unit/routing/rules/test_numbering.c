/* Numbers as printed: taken apart however they were typed, put together again, asked for. */
#include "routing/rules/numbering.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "routing/rules/doctype.h"
#include "routing/rules/spelling.h"

#define COUNT_OF(list) (sizeof(list) / sizeof((list)[0]))
#define TERM	       "2025-08-08"

static struct number_parts parse(const char *number)
{
	struct number_parts p;

	if (numbering_parse(number, &p) != ERR_OK)
		fail_msg("\"%s\" is no number", number);
	return p;
}

static void test_the_three_forms_are_taken_apart_and_printed(void **state)
{
	static const struct {
		const char *typed;
		uint32_t n;
		enum number_form form;
		const char *type, *organisation, *printed;
	} rows[] = {
		{ "05-NQ/ĐUK", 5, NUMBER_FORM_PARTY, "NQ", "ĐUK", "05-NQ/ĐUK" },
		{ "31-KH/ĐU", 31, NUMBER_FORM_PARTY, "KH", "ĐU", "31-KH/ĐU" },
		{ "15671-CV/VPTW", 15671, NUMBER_FORM_PARTY, "CV", "VPTW", "15671-CV/VPTW" },
		{ "12-CV/VPTW/nb", 12, NUMBER_FORM_PARTY, "CV", "VPTW/nb", "12-CV/VPTW/nb" },
		{ "3-CTr/TT.ĐU", 3, NUMBER_FORM_PARTY, "CTr", "TT.ĐU", "03-CTr/TT.ĐU" },
		{ "15/QĐ-BTP", 15, NUMBER_FORM_STATE, "QĐ", "BTP", "15/QĐ-BTP" },
		{ "7/QyĐ-BTP", 7, NUMBER_FORM_STATE, "QyĐ", "BTP", "07/QyĐ-BTP" },
		{ "9/CĐ-TTg", 9, NUMBER_FORM_STATE, "CĐ", "TTg", "09/CĐ-TTg" },
		{ "10/SY-BNV", 10, NUMBER_FORM_STATE, "SY", "BNV", "10/SY-BNV" },
		{ "05/BNV-VP", 5, NUMBER_FORM_STATE_LETTER, "", "BNV-VP", "05/BNV-VP" },
		{ "5/BNV", 5, NUMBER_FORM_STATE_LETTER, "", "BNV", "05/BNV" },
		{ "6/UBND-CNTT&TT", 6, NUMBER_FORM_STATE_LETTER, "", "UBND-CNTT&TT",
		  "06/UBND-CNTT&TT" },
		/* as clerks type, and as files have it */
		{ " Số 5 - nq / ĐUK ", 5, NUMBER_FORM_PARTY, "NQ", "ĐUK", "05-NQ/ĐUK" },
		{ "Số: 15/qđ-BTP", 15, NUMBER_FORM_STATE, "QĐ", "BTP", "15/QĐ-BTP" },
		{ "SỐ:0015/QĐ-BTP", 15, NUMBER_FORM_STATE, "QĐ", "BTP", "15/QĐ-BTP" },
		{ "so\xcc\x82\xcc\x81 5-ctr/ĐU", 5, NUMBER_FORM_PARTY, "CTr", "ĐU", "05-CTr/ĐU" },
		{ "5-đa/ĐU", 5, NUMBER_FORM_PARTY, "ĐA", "ĐU", "05-ĐA/ĐU" },
		{ "5–NQ/ĐUK", 5, NUMBER_FORM_PARTY, "NQ", "ĐUK", "05-NQ/ĐUK" },
		{ "\xef\xbc\x95\xe2\x88\x92NQ\xef\xbc\x8f\xc2\xa0ĐUK", 5, NUMBER_FORM_PARTY, "NQ",
		  "ĐUK", "05-NQ/ĐUK" },
		{ "5-\xc3\x90\x41/ĐU", 5, NUMBER_FORM_PARTY, "ĐA", "ĐU", "05-ĐA/ĐU" },
		{ "05-NQ/ĐUK\n", 5, NUMBER_FORM_PARTY, "NQ", "ĐUK", "05-NQ/ĐUK" },
		/* not in the table, and so as it was written */
		{ "5-xy/đu", 5, NUMBER_FORM_PARTY, "xy", "đu", "05-xy/đu" },
		{ "999999999-NQ/ĐU", NUMBERING_LAST, NUMBER_FORM_PARTY, "NQ", "ĐU",
		  "999999999-NQ/ĐU" },
		{ "000000000000999999999-NQ/ĐU", NUMBERING_LAST, NUMBER_FORM_PARTY, "NQ", "ĐU",
		  "999999999-NQ/ĐU" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct number_parts p = parse(rows[i].typed), again;
		char out[NUMBER_MAX + 1];

		assert_int_equal(p.n, rows[i].n);
		assert_int_equal(p.form, rows[i].form);
		assert_string_equal(p.type, rows[i].type);
		assert_string_equal(p.organisation, rows[i].organisation);
		assert_int_equal(numbering_print(&p, out), ERR_OK);
		assert_string_equal(out, rows[i].printed);
		again = parse(out);
		assert_memory_equal(&again, &p, sizeof p);
	}
}

static void test_what_is_of_no_form_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		" ",
		"Số",
		"Số:",
		"05",
		"05-NQ",
		"05-NQ/",
		"05-/ĐUK",
		"-NQ/ĐUK",
		"NQ/ĐUK",
		"05/",
		"05/-VP",
		"05/QĐ-",
		"05/BNV-",
		"0-NQ/ĐU",
		"00-NQ/ĐU",
		"1000000000-NQ/ĐU",
		"18446744073709551621-NQ/ĐU",
		"05a-NQ/ĐU",
		"30/2020/NĐ-CP",
		"05/2026",
		"05-12/2026",
		"05-NQ-x/ĐU",
		"05:NQ/ĐU",
		"No 05-NQ/ĐU",
		"Số; 05-NQ/ĐU",
		"05-NQ/ĐU, ngày 1",
		"-5-NQ/ĐU",
		"05-NQ/Đ\xe2\x80\x8bU", /* a blank without width */
		"05-NQ/\xff",
		"05-NQ/ĐU\x01",
		"05-SEVENTEENLETTERSX/ĐU",
		"05-NQ/THIRTYFOURLETTERSFOURLETTERSXXXXXX",
		"000000000000000000000000000000000000000000000000000000005-NQ/ĐU",
	};
	static const struct number_parts zero;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct number_parts p;

		if (numbering_parse(bad[i], &p) != ERR_FIELD)
			fail_msg("\"%s\" passes for a number", bad[i]);
		assert_memory_equal(&p, &zero, sizeof p);
	}
}

static void test_parts_of_no_number_are_not_printed(void **state)
{
	struct number_parts good = parse("05-NQ/ĐU"), p = good;
	char out[NUMBER_MAX + 1] = "x";

	(void)state;
	p.n = 0;
	assert_int_equal(numbering_print(&p, out), ERR_FIELD);
	assert_string_equal(out, "");
	p.n = NUMBERING_LAST + 1; /* the number after the last */
	assert_int_equal(numbering_print(&p, out), ERR_FIELD);
	p = good;
	p.form = NUMBER_FORM_NONE;
	assert_int_equal(numbering_print(&p, out), ERR_FIELD);
	p.form = NUMBER_FORM_STATE_LETTER; /* which has no type */
	assert_int_equal(numbering_print(&p, out), ERR_FIELD);
	p = good;
	p.type[0] = '\0';
	assert_int_equal(numbering_print(&p, out), ERR_FIELD);
	p = good;
	p.organisation[0] = '\0';
	assert_int_equal(numbering_print(&p, out), ERR_FIELD);
}

static void test_the_longest_number_fills_its_field(void **state)
{
	struct number_parts p = { .n = NUMBERING_LAST, .form = NUMBER_FORM_PARTY }, back;
	char out[NUMBER_MAX + 1];

	(void)state;
	memset(p.type, 'T', TYPE_CODE_MAX);
	memset(p.organisation, 'O', NUMBERING_ORGANISATION_MAX);
	assert_int_equal(numbering_print(&p, out), ERR_OK);
	assert_int_equal(strlen(out), NUMBER_MAX);
	back = parse(out);
	assert_memory_equal(&back, &p, sizeof p);
	assert_in_range(NUMBERING_ORGANISATION_MAX, SYMBOL_MAX, NUMBER_MAX);
}

/* ---- templates ---- */

static void test_templates_say_what_the_next_number_looks_like(void **state)
{
	static const struct {
		const char *text, *code, *own, *first;
	} rows[] = {
		{ "auto", "NQ", "ĐU", "01-NQ/ĐU" },
		{ " AUTO ", "QĐ", "ĐU", "01-QĐ/ĐU" },
		{ "auto", "QyĐ", "ĐU", "01-QĐ/ĐU" },
		{ "auto-NQ/ĐUK", "NQ", "ĐUK", "01-NQ/ĐUK" },
		{ "auto - nq / đuk", "NQ", "ĐUK", "01-NQ/ĐUK" },
		{ "auto-NQ/ĐH", "NQ", "ĐU", "01-NQ/ĐH" },
		{ "auto-QyĐ/ĐU", "QĐ", "ĐU", "01-QĐ/ĐU" },
		{ "auto/QĐ-BTP", "QĐ", "BTP", "01/QĐ-BTP" },
		{ "auto/QyĐ-BTP", "QĐ", "BTP", "01/QyĐ-BTP" },
		{ "auto/BNV-VP", "CV", "BNV", "01/BNV-VP" },
		{ "auto/CV-BTP", "CV", "BTP", "01/CV-BTP" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct number_parts p;
		char out[NUMBER_MAX + 1];

		assert_true(numbering_is_template(rows[i].text));
		assert_int_equal(numbering_template(rows[i].text, rows[i].code, rows[i].own, &p),
				 ERR_OK);
		assert_int_equal(p.n, 0);
		p.n = 1;
		assert_int_equal(numbering_print(&p, out), ERR_OK);
		assert_string_equal(out, rows[i].first);
	}
}

static void test_templates_that_are_none_say_why(void **state)
{
	static const struct {
		const char *text, *code, *own;
		enum err err;
	} rows[] = {
		{ "", "NQ", "ĐU", ERR_FIELD },
		{ "05-NQ/ĐU", "NQ", "ĐU", ERR_FIELD },
		{ "autoNQ/ĐU", "NQ", "ĐU", ERR_FIELD },
		{ "auto5-NQ/ĐU", "NQ", "ĐU", ERR_FIELD },
		{ "auto-NQ", "NQ", "ĐU", ERR_FIELD },
		{ "auto/", "CV", "ĐU", ERR_FIELD },
		{ "auto", "NQ", "", ERR_FIELD },
		{ "auto", "NQ", "THIRTYFOURLETTERSFOURLETTERSXXXXXX", ERR_FIELD },
		{ "auto", "SEVENTEENLETTERSX", "ĐU", ERR_FIELD },
		{ "auto", "", "ĐU", ERR_BAD_TYPE }, /* a Thư công has no symbol */
		{ "auto-NQ/ĐU", "", "ĐU", ERR_BAD_TYPE },
		{ "auto-NQ/ĐU", "KH", "ĐU", ERR_NUMBER_TYPE },
		{ "auto-QyĐ/ĐU", "QĐi", "ĐU", ERR_NUMBER_TYPE },
		{ "auto/QĐ-BTP", "CV", "BTP", ERR_NUMBER_TYPE },
		{ "auto/BNV-VP", "QĐ", "BNV", ERR_NUMBER_TYPE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct number_parts p;

		if (numbering_template(rows[i].text, rows[i].code, rows[i].own, &p) != rows[i].err)
			fail_msg("\"%s\" of %s", rows[i].text, rows[i].code);
		assert_int_equal(p.form, NUMBER_FORM_NONE);
	}
	assert_false(numbering_is_template("05-NQ/ĐU"));
	assert_false(numbering_is_template("aut"));
	assert_false(numbering_is_template(""));
}

/* ---- series ---- */

static struct key series(const char *number, const char *name, const char *date)
{
	struct number_parts p = parse(number);
	struct key k;

	if (numbering_series(&p, name, date, TERM, &k) != ERR_OK)
		fail_msg("%s is of no series", number);
	assert_true(k.len_bytes > 0);
	return k;
}

static bool same(struct key a, struct key b)
{
	return a.len_bytes == b.len_bytes && memcmp(a.bytes, b.bytes, a.len_bytes) == 0;
}

static void test_a_counter_is_of_one_term_or_year_type_and_organisation(void **state)
{
	struct key kh = series("31-KH/ĐU", "Kế hoạch", "2026-03-01");
	struct key state_qd = series("15/QĐ-BTP", "Quyết định", "2026-03-01");
	struct key letter = series("05/BNV-VP", "Công văn", "2026-03-01");

	(void)state;
	assert_true(same(kh, series("5-kh/đu", "", "2030-01-01")));   /* all through the term */
	assert_false(same(kh, series("31-KH/ĐU", "", "2025-08-07"))); /* the one before */
	assert_false(same(kh, series("31-KH/ĐH", "", "2026-03-01"))); /* the congress */
	assert_false(same(kh, series("31-BC/ĐU", "", "2026-03-01")));
	assert_false(same(kh, series("31/KH-ĐU", "", "2026-03-01")));
	assert_true(same(state_qd, series("1/qđ-btp", "quyết  định", "2026-12-31")));
	assert_false(same(state_qd, series("1/QĐ-BTP", "Quyết định", "2027-01-01")));
	assert_false(same(state_qd, series("1/QĐ-BTP", "Quy định", "2026-03-01")));
	assert_true(same(letter, series("6/BNV-TCCB", "", "2026-05-01")));
	assert_true(same(letter, series("6/BNV", "", "2026-05-01")));
	assert_false(same(letter, series("6/BTP-VP", "", "2026-05-01")));
	/* One of QĐ's two types, whichever of its symbols is printed. */
	assert_true(same(series("1-QyĐ/ĐU", "", "2026-03-01"),
			 series("2-QĐ/ĐU", "Quy định", "2026-03-01")));
	assert_false(same(series("1-QyĐ/ĐU", "", "2026-03-01"),
			  series("2-QĐ/ĐU", "Quyết định", "2026-03-01")));
}

static void test_no_two_types_have_one_counter(void **state)
{
	struct key keys[64];
	unsigned n = 0;
	const struct doctype *t;

	(void)state;
	for (unsigned i = 0; (t = doctype_at(i)) != NULL; i++) {
		struct number_parts p;

		if (t->code[0] == '\0')
			continue;
		assert_int_equal(numbering_template("auto", t->code, "ĐU", &p), ERR_OK);
		assert_int_equal(numbering_series(&p, t->name, "2026-03-01", TERM, &keys[n]),
				 ERR_OK);
		for (unsigned k = 0; k < n; k++)
			assert_false(same(keys[k], keys[n]));
		assert_true(++n < COUNT_OF(keys));
	}
}

static void test_without_type_day_or_form_there_is_no_counter(void **state)
{
	struct number_parts qd = parse("5-QĐ/ĐU"), qyd = parse("5-QyĐ/ĐU"), none = { .n = 1 };
	struct number_parts kh = parse("5-KH/ĐU"), letter = parse("5/BNV-VP");
	struct key k;

	(void)state;
	assert_int_equal(numbering_series(&qd, "", "2026-03-01", TERM, &k), ERR_BAD_TYPE);
	assert_int_equal(k.len_bytes, 0);
	/* it would count from 1 again */
	assert_int_equal(numbering_series(&qd, "Quyết định cá biệt", "2026-03-01", TERM, &k),
			 ERR_BAD_TYPE);
	assert_int_equal(numbering_series(&kh, "Báo cáo", "2026-03-01", TERM, &k), ERR_NUMBER_TYPE);
	assert_int_equal(numbering_series(&letter, "Báo cáo", "2026-03-01", TERM, &k),
			 ERR_NUMBER_TYPE);
	assert_int_equal(numbering_series(&qyd, "Quyết định", "2026-03-01", TERM, &k),
			 ERR_NUMBER_TYPE);
	assert_int_equal(numbering_series(&qd, "Quy định", "2026-02-29", TERM, &k), ERR_BAD_DATE);
	assert_int_equal(numbering_series(&none, "Quy định", "2026-03-01", TERM, &k), ERR_FIELD);
	assert_int_equal(k.len_bytes, 0);
}

/* ---- any bytes ---- */

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Taken or refused; what is taken is printed as the same number and taken as that again. */
static void check(const char *text)
{
	struct number_parts p, again;
	char out[NUMBER_MAX + 1], back[NUMBER_MAX + 1];

	if (numbering_template(text, "NQ", "ĐU", &p) == ERR_OK)
		assert_true(p.n == 0 && numbering_is_template(text));
	if (numbering_parse(text, &p) != ERR_OK)
		return;
	assert_int_equal(numbering_print(&p, out), ERR_OK);
	again = parse(out);
	assert_int_equal(numbering_print(&again, back), ERR_OK);
	assert_string_equal(out, back);
	/* A blank within a syllable moves its tone. */
	if (strspn(text, "0123456789") > 0 && strlen(text) <= NUMBER_MAX &&
	    strchr(text, ' ') == NULL)
		assert_true(spelling_same_number(text, out));
}

static void test_every_cut_and_any_bytes_are_taken_or_refused(void **state)
{
	static const char *const whole[] = { "Số: 05 - NQ / ĐUK", "Số 15/QĐ-BTP",
					     "000123/BNV-VPCNTT&TT", "auto-QyĐ/ĐUK",
					     "auto/BNV-VP" };
	static const char *const pieces[] = {
		"Số", ":",   "0", "5",	  "12",	      "-",    "/", "NQ",   "QĐ", "ế",
		"ĐU", "BNV", " ", "\xff", "\xcc\x89", "\xe1", "–", "auto", "&",	 "x",
	};
	uint32_t seed = 14;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(whole); i++) {
		for (size_t len = 0; len <= strlen(whole[i]); len++) {
			char cut[64] = "";

			memcpy(cut, whole[i], len);
			check(cut);
		}
	}
	for (unsigned round = 0; round < 50000; round++) {
		char text[100] = "";
		unsigned n = next_random(&seed) % 12;

		for (unsigned i = 0; i < n; i++) {
			const char *piece = pieces[next_random(&seed) % COUNT_OF(pieces)];

			memcpy(text + strlen(text), piece, strlen(piece));
		}
		if (round % 2 == 0 && n > 0)
			text[next_random(&seed) % strlen(text)] =
				(char)(next_random(&seed) % 255 + 1);
		check(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_three_forms_are_taken_apart_and_printed),
		cmocka_unit_test(test_what_is_of_no_form_is_refused),
		cmocka_unit_test(test_parts_of_no_number_are_not_printed),
		cmocka_unit_test(test_the_longest_number_fills_its_field),
		cmocka_unit_test(test_templates_say_what_the_next_number_looks_like),
		cmocka_unit_test(test_templates_that_are_none_say_why),
		cmocka_unit_test(test_a_counter_is_of_one_term_or_year_type_and_organisation),
		cmocka_unit_test(test_no_two_types_have_one_counter),
		cmocka_unit_test(test_without_type_day_or_form_there_is_no_counter),
		cmocka_unit_test(test_every_cut_and_any_bytes_are_taken_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
