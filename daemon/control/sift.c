/* See sift.h. */
#include "daemon/control/sift.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"

enum {
	LATIN_FROM = 0xc0,
	LATIN_TO = 0x250,
	MARKS_FROM = 0x300, /* they stand behind their letter, and are left out */
	MARKS_TO = 0x370,
	MORE_FROM = 0x1e00, /* letters with two marks */
	MORE_TO = 0x1f00,
	SIGNS_FROM = 0x2010, /* dashes, quotation marks: in no word of ASCII */
	SIGNS_TO = 0x2070,
	LETTERS = LATIN_TO - LATIN_FROM + MORE_TO - MORE_FROM,
	TEXT_BYTES = 8192,
	SIGN = 1,
};

struct sift {
	struct committee_id self; /* whose own name is in every line, and so says nothing */
	char words[SIFT_TEXT_MAX + 1];
	const char *word[SIFT_WORDS_MAX];
	/* as spelling_number has it; "": it has no digit, and is not looked for as a number */
	char numbers[SIFT_WORDS_MAX][FOLD_NUMBER_SIZE];
	bool found[SIFT_WORDS_MAX];
	unsigned count, left;  /* words, and those that are not found yet */
	bool unsure;	       /* a text has what this does not know: it may be anything */
	char letters[LETTERS]; /* without marks; 0: not known */
};

bool control_sift_valid(const char *text)
{
	unsigned words = 1;

	if (strlen(text) > SIFT_TEXT_MAX)
		return false;
	for (; *text != '\0'; text++) {
		if (*text < ' ' || *text > '~' || (*text >= 'A' && *text <= 'Z'))
			return false;
		words += *text == ' ';
	}
	return words <= SIFT_WORDS_MAX;
}

static void fill_letters(struct sift *s)
{
	for (unsigned i = 0; i < LETTERS; i++) {
		unsigned latin = LATIN_TO - LATIN_FROM,
			 c = i < latin ? LATIN_FROM + i : MORE_FROM + i - latin;
		char letter[4] = { (char)(0xc0 | c >> 6), (char)(0x80 | (c & 0x3f)) },
		     bare[FOLD_NAME_SIZE];

		if (c >= 0x800) {
			letter[0] = (char)(0xe0 | c >> 12);
			letter[1] = (char)(0x80 | (c >> 6 & 0x3f));
			letter[2] = (char)(0x80 | (c & 0x3f));
		}
		if (spelling_bare(letter, bare) && bare[0] > 0 && bare[1] == '\0')
			s->letters[i] = bare[0];
	}
}

struct sift *control_sift_new(const char *text, struct committee_id self)
{
	struct sift *s = calloc(1, sizeof *s);
	char *rest, *word;

	if (s == NULL)
		return NULL;
	s->self = self;
	memcpy(s->words, text, strlen(text) + 1);
	rest = s->words;
	while ((word = strsep(&rest, " ")) != NULL) {
		if (word[0] == '\0')
			continue;
		if (strpbrk(word, "0123456789") != NULL)
			spelling_number(word, s->numbers[s->count]);
		s->word[s->count++] = word;
	}
	fill_letters(s);
	return s;
}

void control_sift_drop(struct sift *s)
{
	free(s);
}

/* What it stands for in a search, 0: nobody knows. *mark: for nothing. */
static char letter_of(const struct sift *s, unsigned c, bool *mark)
{
	*mark = c >= MARKS_FROM && c < MARKS_TO;
	if (c >= LATIN_FROM && c < LATIN_TO)
		return s->letters[c - LATIN_FROM];
	if (c >= MORE_FROM && c < MORE_TO)
		return s->letters[LATIN_TO - LATIN_FROM + c - MORE_FROM];
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

/* False: it is too long, or has what is not known. */
static bool fold(const struct sift *s, const char *text, char out[TEXT_BYTES])
{
	size_t used = 0, len;

	for (; *text != '\0'; text += len) {
		char c = *text;
		bool mark = false;

		len = 1;
		if ((unsigned char)c >= 0x80)
			c = letter_of(s, read_char((const uint8_t *)text, &len), &mark);
		else if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (mark)
			continue;
		if (c == '\0' || used == TEXT_BYTES - 1)
			return false;
		out[used++] = c;
	}
	out[used] = '\0';
	return true;
}

static void look(struct sift *s, const char *text)
{
	char folded[TEXT_BYTES];

	if (s->left == 0 || s->unsure || text == NULL || text[0] == '\0')
		return;
	if (!fold(s, text, folded)) {
		s->unsure = true;
		return;
	}
	for (unsigned i = 0; i < s->count; i++) {
		if (s->found[i] || strstr(folded, s->word[i]) == NULL)
			continue;
		s->found[i] = true;
		s->left--;
	}
}

/* As spelling_number has it, without the marks of letters, which the words have lost. */
static void bare_number(const char *number, char out[FOLD_NUMBER_SIZE])
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

/* A number of a document: it may be meant in another of its spellings. */
static void look_at_number(struct sift *s, const char *number)
{
	char folded[FOLD_NUMBER_SIZE] = "";

	look(s, number);
	for (unsigned i = 0; i < s->count && s->left > 0; i++) {
		if (s->found[i] || s->numbers[i][0] == '\0')
			continue;
		if (folded[0] == '\0')
			bare_number(number, folded);
		if (strcmp(folded, s->numbers[i]) != 0)
			continue;
		s->found[i] = true;
		s->left--;
	}
}

static void look_at_all(struct sift *s, char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		look(s, texts[i]);
}

static void look_at_committee(struct sift *s, const char *id, const char *name)
{
	if (strcmp(id, s->self.text) == 0)
		return;
	look(s, name);
	look(s, id);
}

/* The texts that tools/input/search.c searches. */
bool control_sift_passes(struct sift *s, const Vanthu__V1__DocumentLine *line)
{
	memset(s->found, 0, sizeof s->found);
	s->left = s->count;
	s->unsure = false;
	look(s, line->subject);
	look_at_number(s, line->number);
	look_at_committee(s, line->from, line->from_name);
	look(s, line->type_code);
	look(s, line->type_name);
	look(s, line->signer);
	look(s, line->files);
	for (size_t i = 0; i < line->n_to; i++)
		look_at_committee(s, line->to[i],
				  i < line->n_to_names ? line->to_names[i] : NULL);
	look_at_all(s, line->lists, line->n_lists);
	if (line->work != NULL) {
		look(s, line->work->to);
		look(s, line->work->person);
		look_at_all(s, line->work->with, line->work->n_with);
	}
	if (line->answers != NULL)
		look_at_number(s, line->answers->number);
	return s->left == 0 || s->unsure;
}
