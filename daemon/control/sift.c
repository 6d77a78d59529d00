/* See sift.h. */
#include "daemon/control/sift.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/fold.h"
#include "routing/rules/rules.h"

struct sift {
	struct committee_id self; /* whose own name is in every line, and so says nothing */
	char words[SIFT_TEXT_MAX + 1];
	const char *word[SIFT_WORDS_MAX];
	/* as spelling_number has it; "": it has no digit, and is not looked for as a number */
	char numbers[SIFT_WORDS_MAX][FOLD_NUMBER_SIZE];
	bool found[SIFT_WORDS_MAX];
	unsigned count, left; /* words, and those that are not found yet */
	bool unsure;	      /* a text has what this does not know: it may be anything */
	struct fold fold;
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
	fold_fill(&s->fold);
	return s;
}

void control_sift_drop(struct sift *s)
{
	free(s);
}

static void look(struct sift *s, const char *text)
{
	char folded[FOLD_TEXT_BYTES];

	if (s->left == 0 || s->unsure || text == NULL || text[0] == '\0')
		return;
	if (!fold_text(&s->fold, text, folded)) {
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

/* A number of a document: it may be meant in another of its spellings. */
static void look_at_number(struct sift *s, const char *number)
{
	char folded[FOLD_NUMBER_SIZE] = "";

	look(s, number);
	for (unsigned i = 0; i < s->count && s->left > 0; i++) {
		if (s->found[i] || s->numbers[i][0] == '\0')
			continue;
		if (folded[0] == '\0')
			fold_number(number, folded);
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

unsigned control_sift_count(const struct sift *s)
{
	return s->count;
}

const char *control_sift_word(const struct sift *s, unsigned i, const char **number)
{
	*number = s->numbers[i];
	return s->word[i];
}

uint32_t control_sift_words(struct sift *s, const char *id, const char *name)
{
	uint32_t words = 0;

	memset(s->found, 0, sizeof s->found);
	s->left = s->count;
	s->unsure = false;
	look_at_committee(s, id, name);
	for (unsigned i = 0; i < s->count; i++)
		words |= (uint32_t)(s->found[i] || s->unsure) << i;
	return words;
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
		look_at_committee(s, line->to[i], i < line->n_to_names ? line->to_names[i] : NULL);
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
