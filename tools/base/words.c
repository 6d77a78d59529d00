/* See words.h. The letters of Vietnamese and its neighbours are folded by a table, which text_fold
 * makes: thousands of lines are searched while somebody waits. */
#include "tools/base/words.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"
#include "tools/base/text.h"

enum {
	LATIN_FROM = 0xc0,
	LATIN_TO = 0x250,
	MORE_FROM = 0x1e00, /* letters with two marks */
	MORE_TO = 0x1f00,
	LETTERS = LATIN_TO - LATIN_FROM + MORE_TO - MORE_FROM,
	FOLDED_BYTES = 4,
	NUMBERS_MAX = 2,
	PLAIN_MAX = 32, /* a daemon takes so many */
};

struct words {
	char **folded, **numbers; /* each word, and as spelling_number has it */
	size_t count;
	char *text; /* what is searched, folded, a line each */
	size_t len, room;
	char found_numbers[NUMBERS_MAX][FOLD_NUMBER_SIZE];
	unsigned number_count;
	bool failed; /* no memory */
	char letters[LETTERS][FOLDED_BYTES + 1];
};

/* ---- letters ---- */

static unsigned print_letter(unsigned c, char out[4])
{
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		out[2] = '\0';
		return 2;
	}
	out[0] = (char)(0xe0 | c >> 12);
	out[1] = (char)(0x80 | (c >> 6 & 0x3f));
	out[2] = (char)(0x80 | (c & 0x3f));
	out[3] = '\0';
	return 3;
}

static unsigned letter_at(unsigned row)
{
	unsigned latin = LATIN_TO - LATIN_FROM;

	return row < latin ? LATIN_FROM + row : MORE_FROM + row - latin;
}

static void fill_letters(struct words *w)
{
	for (unsigned i = 0; i < LETTERS; i++) {
		char letter[4], *folded;

		print_letter(letter_at(i), letter);
		folded = text_fold(letter);
		if (folded != NULL && strlen(folded) <= FOLDED_BYTES)
			memcpy(w->letters[i], folded, strlen(folded) + 1);
		free(folded);
	}
}

/* Its length in bytes, and its fold; 0: the table does not have it. */
static unsigned read_letter(const struct words *w, const char *at, const char **folded)
{
	const uint8_t *b = (const uint8_t *)at;
	unsigned c = 0, len = 0;

	if ((b[0] & 0xe0) == 0xc0 && (b[1] & 0xc0) == 0x80) {
		c = (b[0] & 0x1fu) << 6 | (b[1] & 0x3fu);
		len = 2;
	} else if ((b[0] & 0xf0) == 0xe0 && (b[1] & 0xc0) == 0x80 && (b[2] & 0xc0) == 0x80) {
		c = (b[0] & 0xfu) << 12 | (b[1] & 0x3fu) << 6 | (b[2] & 0x3fu);
		len = 3;
	}
	if (c >= LATIN_FROM && c < LATIN_TO)
		*folded = w->letters[c - LATIN_FROM];
	else if (c >= MORE_FROM && c < MORE_TO)
		*folded = w->letters[LATIN_TO - LATIN_FROM + c - MORE_FROM];
	else
		return 0;
	return (*folded)[0] == '\0' ? 0 : len;
}

/* ---- texts ---- */

static bool reserve(struct words *w, size_t more)
{
	size_t room = w->room == 0 ? 1024 : w->room;
	char *grown;

	if (w->len + more + 2 <= w->room)
		return true;
	while (room < w->len + more + 2)
		room *= 2;
	grown = realloc(w->text, room);
	if (grown == NULL) {
		w->failed = true;
		return false;
	}
	w->text = grown;
	w->room = room;
	return true;
}

static void put(struct words *w, const char *bytes, size_t len)
{
	if (!reserve(w, len))
		return;
	memcpy(w->text + w->len, bytes, len);
	w->len += len;
	w->text[w->len] = '\0';
}

/* False: it has letters that the table does not have. */
static bool put_folded(struct words *w, const char *text)
{
	size_t len = strlen(text);

	if (!reserve(w, 2 * len))
		return true;
	while (*text != '\0') {
		const char *folded = "";
		unsigned n = 1;

		if ((unsigned char)*text < 0x80) {
			w->text[w->len++] =
				(char)(*text >= 'A' && *text <= 'Z' ? *text - 'A' + 'a' : *text);
		} else {
			n = read_letter(w, text, &folded);
			if (n == 0)
				return false;
			for (; *folded != '\0'; folded++)
				w->text[w->len++] = *folded;
		}
		text += n;
	}
	w->text[w->len] = '\0';
	return true;
}

void words_begin(struct words *w)
{
	if (w == NULL)
		return;
	w->len = 0;
	w->number_count = 0;
	if (w->text != NULL)
		w->text[0] = '\0';
}

void words_add(struct words *w, const char *text)
{
	size_t before;
	char *folded;

	if (words_empty(w) || text == NULL || text[0] == '\0')
		return;
	before = w->len;
	if (!put_folded(w, text)) {
		w->len = before;
		folded = text_fold(text);
		if (folded != NULL)
			put(w, folded, strlen(folded));
		free(folded);
	}
	put(w, "\n", 1);
}

void words_add_number(struct words *w, const char *number)
{
	words_add(w, number);
	if (!words_empty(w) && number != NULL && w->number_count < NUMBERS_MAX)
		spelling_number(number, w->found_numbers[w->number_count++]);
}

/* ---- matching ---- */

static bool is_number(const struct words *w, const char *word)
{
	for (unsigned i = 0; word[0] != '\0' && i < w->number_count; i++) {
		if (strcmp(w->found_numbers[i], word) == 0)
			return true;
	}
	return false;
}

bool words_match(struct words *w)
{
	if (words_empty(w))
		return true;
	for (size_t i = 0; i < w->count; i++) {
		if ((w->text == NULL || strstr(w->text, w->folded[i]) == NULL) &&
		    !is_number(w, w->numbers[i]))
			return false;
	}
	return !w->failed;
}

bool words_empty(const struct words *w)
{
	return w == NULL || w->count == 0;
}

static bool is_plain(const char *word)
{
	for (; *word != '\0'; word++) {
		if (*word <= ' ' || *word > '~')
			return false;
	}
	return true;
}

void words_plain(const struct words *w, char *out, size_t size_bytes)
{
	size_t used = 0, words = 0;

	out[0] = '\0';
	for (size_t i = 0; !words_empty(w) && i < w->count && words < PLAIN_MAX; i++) {
		size_t len = strlen(w->folded[i]);

		if (!is_plain(w->folded[i]) || used + len + 2 > size_bytes)
			continue;
		used += (size_t)snprintf(out + used, size_bytes - used, "%s%s",
					 used == 0 ? "" : " ", w->folded[i]);
		words++;
	}
}

/* ---- what was typed ---- */

static bool add_word(struct words *w, const char *word)
{
	char number[FOLD_NUMBER_SIZE];
	char **folded = realloc(w->folded, (w->count + 1) * sizeof *folded), **numbers;

	if (folded == NULL)
		return false;
	w->folded = folded;
	numbers = realloc(w->numbers, (w->count + 1) * sizeof *numbers);
	if (numbers == NULL)
		return false;
	w->numbers = numbers;
	spelling_number(word, number);
	folded[w->count] = text_fold(word);
	numbers[w->count] = strdup(number);
	w->count++;
	return folded[w->count - 1] != NULL && numbers[w->count - 1] != NULL;
}

static bool add_words(struct words *w, const char *text)
{
	char *copy = text_entry(text), *rest = copy, *word;
	bool ok = copy != NULL;

	while (ok && (word = strsep(&rest, " \t\r\n")) != NULL)
		ok = word[0] == '\0' || add_word(w, word);
	free(copy);
	return ok;
}

struct words *words_new(char *const *texts, size_t count)
{
	struct words *w = calloc(1, sizeof *w);
	bool ok = w != NULL;

	for (size_t i = 0; ok && i < count; i++)
		ok = add_words(w, texts[i]);
	if (!ok) {
		words_drop(w);
		return NULL;
	}
	if (w->count > 0)
		fill_letters(w);
	return w;
}

void words_drop(struct words *w)
{
	if (w == NULL)
		return;
	for (size_t i = 0; i < w->count; i++) {
		free(w->folded[i]);
		free(w->numbers[i]);
	}
	free(w->folded);
	free(w->numbers);
	free(w->text);
	free(w);
}
