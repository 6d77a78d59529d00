/* See routing/rules/spelling.h. Vietnamese letters are taken apart into a letter, its mark and a
 * tone that goes to the end of the syllable. */
#include "routing/rules/spelling.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint_least16_t char16; /* of u"…" */

enum mark { MARK_NONE, MARK_BREVE, MARK_CIRCUMFLEX, MARK_HORN, MARK_STROKE };
enum tone { TONE_NONE, TONE_FIRST = MARK_STROKE + 1, TONES = 5 };

/* Without a tone, then grave, hook above, tilde, acute, dot below; in small letters, then in
 * capitals. */
enum { FORMS = TONES + 1 };
static const struct {
	char letter;
	enum mark mark;
	char16 forms[2 * FORMS + 1];
} vowels[] = {
	{ 'a', MARK_NONE, u"aàảãáạAÀẢÃÁẠ" },	   { 'a', MARK_BREVE, u"ăằẳẵắặĂẰẲẴẮẶ" },
	{ 'a', MARK_CIRCUMFLEX, u"âầẩẫấậÂẦẨẪẤẬ" }, { 'e', MARK_NONE, u"eèẻẽéẹEÈẺẼÉẸ" },
	{ 'e', MARK_CIRCUMFLEX, u"êềểễếệÊỀỂỄẾỆ" }, { 'i', MARK_NONE, u"iìỉĩíịIÌỈĨÍỊ" },
	{ 'o', MARK_NONE, u"oòỏõóọOÒỎÕÓỌ" },	   { 'o', MARK_CIRCUMFLEX, u"ôồổỗốộÔỒỔỖỐỘ" },
	{ 'o', MARK_HORN, u"ơờởỡớợƠỜỞỠỚỢ" },	   { 'u', MARK_NONE, u"uùủũúụUÙỦŨÚỤ" },
	{ 'u', MARK_HORN, u"ưừửữứựƯỪỬỮỨỰ" },	   { 'y', MARK_NONE, u"yỳỷỹýỵYỲỶỸÝỴ" },
};

/* The same tones and marks as characters of their own. */
static const char16 tone_marks[TONES + 1] = u"\u0300\u0309\u0303\u0301\u0323";
static const struct {
	char16 c;
	enum mark mark;
} own_marks[] = { { 0x306, MARK_BREVE }, { 0x302, MARK_CIRCUMFLEX }, { 0x31b, MARK_HORN } };

struct folded {
	char *out; /* never more bytes than the text had */
	size_t used;
	char tone; /* of the syllable that has begun */
	bool number;
};

static void put(struct folded *f, char c)
{
	f->out[f->used++] = c;
}

static void end_syllable(struct folded *f)
{
	if (f->tone != TONE_NONE)
		put(f, f->tone);
	f->tone = TONE_NONE;
}

static void set_tone(struct folded *f, unsigned index)
{
	end_syllable(f); /* a second one in a syllable: no Vietnamese, but a difference */
	f->tone = (char)(TONE_FIRST + (int)index);
}

static bool take_mark(struct folded *f, char16 c)
{
	for (unsigned i = 0; i < TONES; i++) {
		if (tone_marks[i] == c) {
			set_tone(f, i);
			return true;
		}
	}
	for (size_t i = 0; i < sizeof own_marks / sizeof own_marks[0]; i++) {
		if (own_marks[i].c == c) {
			put(f, (char)own_marks[i].mark);
			return true;
		}
	}
	return false;
}

static bool take_vowel(struct folded *f, char16 c)
{
	for (size_t i = 0; i < sizeof vowels / sizeof vowels[0]; i++) {
		for (unsigned k = 0; k < 2 * FORMS; k++) {
			if (vowels[i].forms[k] != c)
				continue;
			put(f, vowels[i].letter);
			if (vowels[i].mark != MARK_NONE)
				put(f, (char)vowels[i].mark);
			if (k % FORMS != 0)
				set_tone(f, k % FORMS - 1);
			return true;
		}
	}
	return false;
}

static void take_ascii(struct folded *f, char c)
{
	bool blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';

	if (c >= 'A' && c <= 'Z')
		c = (char)(c - 'A' + 'a');
	if (c < 'a' || c > 'z')
		end_syllable(f);
	if (!blank)
		put(f, c);
	else if (!f->number && f->used > 0 && f->out[f->used - 1] != ' ')
		put(f, ' ');
}

/* A character of two or three bytes, as all of Vietnamese are; 0: something else, or no UTF-8. */
static char16 read_char(const unsigned char *at, size_t *len)
{
	*len = 1;
	if ((at[0] & 0xe0) == 0xc0 && (at[1] & 0xc0) == 0x80) {
		*len = 2;
		return (char16)((at[0] & 0x1f) << 6 | (at[1] & 0x3f));
	}
	if ((at[0] & 0xf0) == 0xe0 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80) {
		*len = 3;
		return (char16)((at[0] & 0x0f) << 12 | (at[1] & 0x3f) << 6 | (at[2] & 0x3f));
	}
	return 0;
}

/* Đ, and what looks like it: the Icelandic and the African letter come from wrong keyboards and old
 * fonts. */
static bool is_stroked_d(char16 c)
{
	return c == 0x110 || c == 0x111 || c == 0xd0 || c == 0xf0 || c == 0x189 || c == 0x256;
}

static bool is_blank(char16 c)
{
	return c == 0xa0 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f || c == 0x205f ||
	       c == 0x3000;
}

static void take_other(struct folded *f, const char *at, size_t len, char16 c)
{
	if (is_stroked_d(c)) {
		put(f, 'd');
		put(f, MARK_STROKE);
	} else if (is_blank(c)) {
		take_ascii(f, ' ');
	} else if ((c >= 0x2010 && c <= 0x2015) ||
		   c == 0x2212) { /* word processors make long dashes of short ones */
		take_ascii(f, '-');
	} else if (c >= 0xff01 && c <= 0xff5e) { /* ASCII as wide as a Chinese character */
		take_ascii(f, (char)(c - 0xff00 + 0x20));
	} else if (!take_vowel(f, c) && !take_mark(f, c)) {
		end_syllable(f);
		memcpy(f->out + f->used, at, len);
		f->used += len;
	}
}

/* `out` has room for as many bytes as the text. */
static void fold(text_t text, bool number, char *out)
{
	struct folded f = { .out = out, .number = number };

	while (*text != '\0') {
		size_t len;
		char16 c = read_char((const unsigned char *)text, &len);

		if ((unsigned char)*text >= 0x80)
			take_other(&f, text, len, c);
		else /* of the vowels, those without mark and tone are letters like others */
			take_ascii(&f, *text);
		text += len;
	}
	end_syllable(&f);
	while (f.used > 0 && out[f.used - 1] == ' ')
		f.used--;
	out[f.used] = '\0';
}

void spelling_number(text_t number, char out[FOLD_NUMBER_SIZE])
{
	size_t zeros = 0;

	out[0] = '\0';
	if (strlen(number) >= FOLD_NUMBER_SIZE)
		return;
	fold(number, true, out);
	while (out[zeros] == '0' && out[zeros + 1] >= '0' && out[zeros + 1] <= '9')
		zeros++;
	memmove(out, out + zeros, strlen(out + zeros) + 1);
}

/* The same letter in small, 0: it is none of the 26. */
static char plain_letter(char c)
{
	c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	return c >= 'a' && c <= 'z' ? c : '\0';
}

/* Most pairs are told apart or found alike without folding either. As long as both go on with the
 * 26 letters, so do their folds, letter by letter: marks and tones come behind. (What is too long
 * for a fold is not alike.) */
static bool is_plain(text_t a, text_t b, bool *same)
{
	size_t at = 0;
	char x, y;

	*same = strcmp(a, b) == 0;
	if (*same)
		return true;
	do {
		x = plain_letter(a[at]);
		y = plain_letter(b[at]);
		at++;
	} while (x != '\0' && x == y);
	*same = a[at - 1] == '\0' && b[at - 1] == '\0' && at <= NUMBER_MAX;
	return *same || (x != '\0' && y != '\0');
}

/* Most pairs of symbols differ in their first letter. */
static bool begin_unlike(text_t a, text_t b)
{
	char x = plain_letter(a[0]), y = plain_letter(b[0]);

	return x != y && x != '\0' && y != '\0';
}

bool spelling_same_number(text_t a, text_t b)
{
	char x[FOLD_NUMBER_SIZE], y[FOLD_NUMBER_SIZE];
	bool same;

	if (begin_unlike(a, b))
		return false;
	if (is_plain(a, b, &same))
		return same;
	spelling_number(a, x);
	spelling_number(b, y);
	return x[0] != '\0' ? strcmp(x, y) == 0 : strcmp(a, b) == 0;
}

bool spelling_name(text_t name, char out[FOLD_NAME_SIZE])
{
	if (strlen(name) >= FOLD_NAME_SIZE)
		return false;
	fold(name, false, out);
	return true;
}

bool spelling_bare(text_t name, char out[FOLD_NAME_SIZE])
{
	size_t used = 0;

	if (!spelling_name(name, out))
		return false;
	for (const char *at = out; *at != '\0'; at++) {
		if (*at < MARK_BREVE || *at >= TONE_FIRST + TONES)
			out[used++] = *at;
	}
	out[used] = '\0';
	return true;
}

bool spelling_same_name(text_t a, text_t b)
{
	char x[FOLD_NAME_SIZE], y[FOLD_NAME_SIZE];
	bool same;

	if (is_plain(a, b, &same))
		return same;
	return spelling_name(a, x) && spelling_name(b, y) ? strcmp(x, y) == 0 : strcmp(a, b) == 0;
}
