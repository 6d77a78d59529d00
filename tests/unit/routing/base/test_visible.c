/* One rule for all texts: a table of what people see, and of what they do not. */
#include <string.h>

#include "routing/base/visible.h"
#include "tests/unit/support/fixture.h"

#define JOINER "\xe2\x80\x8d"

static void test_what_people_write_is_allowed(void **state)
{
	static const char *const good[] = {
		/* NFD */
		"", "Về việc", "31-KH/ĐU", "Ke\xcc\x82\xcc\x81 hoa\xcc\xa3" "ch",
		"a\xc2\xa0" "b", "“Đảng” – 100 % … ½ m²", "日本語", "Ελληνικά", "Привет",
		/* a face; a thumb with a colour of skin */
		"\xf0\x9f\x98\x80.png", "\xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd",
		/* a family */
		"\xf0\x9f\x91\xa8" JOINER "\xf0\x9f\x91\xa9" JOINER "\xf0\x9f\x91\xa7.jpg",
		/* a flag that is joined behind a selector */
		"\xf0\x9f\x8f\xb3\xef\xb8\x8f" JOINER "\xf0\x9f\x8c\x88",
		/* a physician */
		"\xf0\x9f\x91\xa9\xf0\x9f\x8f\xbd" JOINER "\xe2\x9a\x95\xef\xb8\x8f",
		/* a keycap, a heart */
		"1\xef\xb8\x8f\xe2\x83\xa3", "\xe2\x9d\xa4\xef\xb8\x8f",
		/* Persian, and Hindi's half letters */
		"\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae", "\xe0\xa4\x95\xe0\xa5\x8d" JOINER,
		/* Arabic signs that are seen */
		"\xd9\x80\xd8\xa3", "\xd8\x80\xd9\xa1",
		/* a variant of a character; private use */
		"\xf0\xab\x9d\x80\xf3\xa0\x84\x80", "\xee\x80\x80",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		if (visible_fault(good[i]) != 0)
			fail_msg("%zu: U+%04X", i, (unsigned)visible_fault(good[i]));
	}
}

static const struct {
	const char *text;
	uint32_t fault;
} unseen[] = {
	{ "a\x07", 0x07 },
	{ "\t", 0x09 },
	{ "a\nb", 0x0a },
	{ "a\rb", 0x0d },
	{ "\x1b[2J", 0x1b },
	{ "a\x7f", 0x7f },
	{ "x\xc2\x85y", 0x85 },
	{ "\xc2\x9b", 0x9b },
	{ "a\xc2\xad", 0xad },
	{ "\xcd\x8f", 0x34f },
	{ "\xd8\x9c", 0x61c },
	{ "\xe1\xa0\x8e", 0x180e },
	{ "a\xe2\x80\x8b", 0x200b },
	{ "\xe2\x80\x8e", 0x200e },
	{ "\xe2\x80\x8f", 0x200f },
	{ "\xe2\x80\xa8", 0x2028 },
	{ "\xe2\x80\xa9", 0x2029 },
	{ "fdp\xe2\x80\xae" "cod.", 0x202e },
	{ "\xe2\x80\xaa", 0x202a },
	{ "\xe2\x81\xa0", 0x2060 },
	{ "\xe2\x81\xa6", 0x2066 },
	{ "\xe2\x81\xa9", 0x2069 },
	{ "\xe3\x85\xa4", 0x3164 },
	{ "\xef\xbb\xbf" "a", 0xfeff },
	{ "\xef\xbf\xb9", 0xfff9 },
	{ "\xef\xbf\xbe", 0xfffe },
	{ "\xef\xb7\x90", 0xfdd0 },
	/* tags, behind a flag too */
	{ "\xf3\xa0\x80\x81", 0xe0001 },
	{ "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7", 0xe0067 },
	{ "\xf0\x9f\xbf\xbf", 0x1ffff },
	/* Joiners that join nothing. */
	{ "a" JOINER "b", 0x200d },
	{ JOINER "\xf0\x9f\x91\xa7", 0x200d },
	{ "\xf0\x9f\x91\xa8" JOINER, 0x200d },
	{ "\xf0\x9f\x91\xa8" JOINER JOINER "\xf0\x9f\x91\xa7", 0x200d },
	{ "\xf0\x9f\x91\xa8" JOINER "a", 0x200d },
	{ "Đ\xe2\x80\x8c", 0x200c },
	{ "\xf0\x9f\x91\xa8\xe2\x80\x8c\xf0\x9f\x91\xa7", 0x200c },
	{ "\xd9\x85" JOINER JOINER, 0x200d },
	/* Selectors that vary nothing. */
	{ "\xef\xb8\x8f", 0xfe0f },
	{ " \xef\xb8\x8f", 0xfe0f },
	{ "\xe2\x9d\xa4\xef\xb8\x8f\xef\xb8\x8f", 0xfe0f },
	/* No UTF-8: alone, cut off, too long, half a pair, too great. */
	{ "a\xff", VISIBLE_NO_UTF8 },
	{ "\x80", VISIBLE_NO_UTF8 },
	{ "\xc4", VISIBLE_NO_UTF8 },
	{ "\xe1\xbb", VISIBLE_NO_UTF8 },
	{ "\xc0\xaf", VISIBLE_NO_UTF8 },
	{ "\xe0\x80\xaf", VISIBLE_NO_UTF8 },
	{ "\xed\xa0\x80", VISIBLE_NO_UTF8 },
	{ "\xf4\x90\x80\x80", VISIBLE_NO_UTF8 },
	{ "\xef\xbf\xbd", VISIBLE_NO_UTF8 },
};

static void test_what_nobody_sees_is_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(unseen); i++) {
		if (visible_fault(unseen[i].text) != unseen[i].fault)
			fail_msg("%zu: U+%04X", i, (unsigned)visible_fault(unseen[i].text));
	}
}

static void test_a_text_is_read_character_by_character(void **state)
{
	static const char text[] = "ủy\xf0\x9f\x98\x80\xff";
	static const size_t lens[] = { 3, 1, 4, 1 };
	uint32_t fault;
	size_t at = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lens); i++) {
		assert_int_equal(visible_char(text, at, &fault), lens[i]);
		assert_int_equal(fault, i == 3 ? VISIBLE_NO_UTF8 : 0);
		at += lens[i];
	}
	assert_int_equal(text[at], '\0');
}

static void test_blanks_of_any_width_are_nothing(void **state)
{
	static const char *const blank[] = { "", "  \t\r\n", "\xc2\xa0",
					     "\xe3\x80\x80 \xe2\x80\xaf", "\xe2\xa0\x80" };
	static const char *const something[] = { " .", "\xc2\xa0x", "\xff" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(blank); i++)
		assert_true(visible_blank(blank[i]));
	for (size_t i = 0; i < COUNT_OF(something); i++)
		assert_false(visible_blank(something[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_people_write_is_allowed),
		cmocka_unit_test(test_what_nobody_sees_is_not),
		cmocka_unit_test(test_a_text_is_read_character_by_character),
		cmocka_unit_test(test_blanks_of_any_width_are_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
