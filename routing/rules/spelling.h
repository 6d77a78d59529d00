/* When two spellings are one name or one number (docs/DOMAIN.md §3): capitals, blanks, the position
 * of a tone in its syllable (uỷ, ủy), letters whole or with marks of their own, and zeros before a
 * number make no difference. Other differences do: this finds duplicates, and is not for
 * searching. */
#ifndef VANTHU_ROUTING_RULES_SPELLING_H
#define VANTHU_ROUTING_RULES_SPELLING_H

#include <stdbool.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"

enum { FOLD_NUMBER_SIZE = NUMBER_MAX + 1, FOLD_NAME_SIZE = COMMITTEE_NAME_MAX + 1 };

/* A number as printed, in the form in which equal ones are equal bytes; not for people. One that is
 * too long becomes "". */
void spelling_number(text_t number, char out[FOLD_NUMBER_SIZE]);
/* A name likewise. False: it is too long. */
bool spelling_name(text_t name, char out[FOLD_NAME_SIZE]);
/* The same without tone marks and the marks of letters: "le thi binh" is Lê Thị Bình, and several
 * others. */
bool spelling_bare(text_t name, char out[FOLD_NAME_SIZE]);
bool spelling_same_number(text_t a, text_t b);
/* Names of committees and persons, up to COMMITTEE_NAME_MAX bytes; longer ones are compared as they
 * are. */
bool spelling_same_name(text_t a, text_t b);

#endif
