/* Words that a line of a listing must have, so that lines which cannot be meant are neither packed
 * nor sent, packed out and searched: who asks searches what comes once more, by all rules of
 * spelling (tools/base/words.h). Nothing that those find is kept back here; some that they do not
 * find is sent. */
#ifndef VANTHU_DAEMON_CONTROL_SIFT_H
#define VANTHU_DAEMON_CONTROL_SIFT_H

#include <stdbool.h>
#include <stdint.h>

#include "proto/control.pb-c.h"
#include "routing/base/types.h"

enum { SIFT_TEXT_MAX = 512, SIFT_WORDS_MAX = 32 };

struct sift;

/* Blanks between words of small ASCII letters, digits and signs. */
bool control_sift_valid(const char *text);
/* Of a valid text, by the office of `self`: its own id and name stand in every line, so they are
 * not searched. NULL without memory. */
struct sift *control_sift_new(const char *text, struct committee_id self);
void control_sift_drop(struct sift *s); /* NULL is fine */
/* False: a word is in none of the line's texts. */
bool control_sift_passes(struct sift *s, const Vanthu__V1__DocumentLine *line);

/* For the catalogue (catalogue_ask.h), which knows beforehand what most lines lack. Each text that
 * control_sift_passes looks at must be in a folio of the catalogue (folio_make.c), or it keeps back
 * what a search would find. */
unsigned control_sift_count(const struct sift *s);
/* *number: as a number of a document that it may be (fold.h), "" none. */
const char *control_sift_word(const struct sift *s, unsigned i, const char **number);
/* Which of the words are in a committee's id or name, a bit each. */
uint32_t control_sift_words(struct sift *s, const char *id, const char *name);

#endif
