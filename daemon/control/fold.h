/* Texts as a daemon searches them: small ASCII letters, no marks. Less exact than the rules of
 * spelling by which people's programs search (tools/base/words.h), and never stricter: what those
 * find in a text is found in its fold as well. */
#ifndef VANTHU_DAEMON_CONTROL_FOLD_H
#define VANTHU_DAEMON_CONTROL_FOLD_H

#include <stdbool.h>

#include "routing/base/types.h"
#include "routing/rules/rules.h"

enum {
	FOLD_LATIN_FROM = 0xc0,
	FOLD_LATIN_TO = 0x250,
	FOLD_MORE_FROM = 0x1e00, /* letters with two marks */
	FOLD_MORE_TO = 0x1f00,
	FOLD_LETTERS = FOLD_LATIN_TO - FOLD_LATIN_FROM + FOLD_MORE_TO - FOLD_MORE_FROM,
	FOLD_TEXT_BYTES = 8192,
};

/* The letters without their marks; 0: not known. Filled once, then only read, by any thread. */
struct fold {
	char letters[FOLD_LETTERS];
};

void fold_fill(struct fold *f);
/* False: the text is too long, or has what is not known, and may be anything. */
bool fold_text(const struct fold *f, text_t text, char out[FOLD_TEXT_BYTES]);
/* A number as spelling_number has it, without the marks of letters, which folded words have
 * lost. */
void fold_number(text_t number, char out[FOLD_NUMBER_SIZE]);

#endif
