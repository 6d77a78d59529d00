/* See fold.h. */
#include "daemon/control/fold.h"

#include <stddef.h>
#include <stdint.h>

enum {
	MARKS_FROM = 0x300, /* they stand behind their letter, and are left out */
	MARKS_TO = 0x370,
	SIGNS_FROM = 0x2010, /* dashes, quotation marks: in no word of ASCII */
	SIGNS_TO = 0x2070,
	SIGN = 1,
};

void fold_fill(struct fold *f)
{
	for (unsigned i = 0; i < FOLD_LETTERS; i++) {
		unsigned latin = FOLD_LATIN_TO - FOLD_LATIN_FROM,
			 c = i < latin ? FOLD_LATIN_FROM + i : FOLD_MORE_FROM + i - latin;
		char letter[4] = { (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)) },
		     bare[FOLD_NAME_SIZE];

		if (c >= 0x800) {
			letter[0] = (char)(0xe0 | c >> 12);
			letter[1] = (char)(0x80 | (c >> 6 & 0x3f));
			letter[2] = (char)(0x80 | (c & 0x3f));
		}
		f->letters[i] = '\0';
		if (spelling_bare(letter, bare) && bare[0] > 0 && bare[1] == '\0')
			f->letters[i] = bare[0];
	}
}

/* What it stands for in a search, 0: nobody knows. *mark: for nothing. */
static char letter_of(const struct fold *f, unsigned c, bool *mark)
{
	*mark = c >= MARKS_FROM && c < MARKS_TO;
	if (c >= FOLD_LATIN_FROM && c < FOLD_LATIN_TO)
		return f->letters[c - FOLD_LATIN_FROM];
	if (c >= FOLD_MORE_FROM && c < FOLD_MORE_TO)
		return f->letters[FOLD_LATIN_TO - FOLD_LATIN_FROM + c - FOLD_MORE_FROM];
	return c >= SIGNS_FROM && c < SIGNS_TO ? SIGN : '\0';
}

/* A character of two or three bytes, 0: another. */
static unsigned read_char(const uint8_t *at, size_t *len)
{
	*len = 2;
	if ((at[0] & 0xe0) == 0xc0 && (at[1] & 0xc0) == 0x80)
		return (at[0] & 0x1fu) << 6 | (at[1] & 0x3fu);
	*len = 3;
	if ((at[0] & 0xf0) == 0xe0 && (at[1] & 0xc0) == 0x80 && (at[2] & 0xc0) == 0x80)
		return (at[0] & 0xfu) << 12 | (at[1] & 0x3fu) << 6 | (at[2] & 0x3fu);
	return 0;
}

bool fold_text(const struct fold *f, text_t text, char out[FOLD_TEXT_BYTES])
{
	size_t used = 0, len;

	for (; *text != '\0'; text += len) {
		char c = *text;
		bool mark = false;

		len = 1;
		if ((unsigned char)c >= 0x80)
			c = letter_of(f, read_char((const uint8_t *)text, &len), &mark);
		else if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (mark)
			continue;
		if (c == '\0' || used == FOLD_TEXT_BYTES - 1)
			return false;
		out[used++] = c;
	}
	out[used] = '\0';
	return true;
}

void fold_number(text_t number, char out[FOLD_NUMBER_SIZE])
{
	char folded[FOLD_NUMBER_SIZE];
	size_t used = 0;

	spelling_number(number, folded);
	for (const char *at = folded; *at != '\0'; at++) {
		if ((unsigned char)*at >= ' ')
			out[used++] = *at;
	}
	out[used] = '\0';
}
