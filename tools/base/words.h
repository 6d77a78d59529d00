/* Searching as people do: some words, in any order and anywhere in the texts, without regard to
 * capitals, diacritics and where a tone mark stands ("ke hoach so" finds "Kế hoạch chuyển đổi
 * số"). */
#ifndef VANTHU_TOOLS_BASE_WORDS_H
#define VANTHU_TOOLS_BASE_WORDS_H

#include <stdbool.h>
#include <stddef.h>

struct words;

/* Of texts as they were typed, whose blanks part words as well. NULL without memory, or when one is
 * no UTF-8. */
struct words *words_new(char *const *texts, size_t count);
void words_drop(struct words *w);	 /* NULL is fine */
bool words_empty(const struct words *w); /* it matches everything; NULL does too */

/* Those words that are ASCII, folded, blanks between: what a daemon may sift by (List.text); as
 * many as fit. */
void words_plain(const struct words *w, char *out, size_t size_bytes);

/* What is searched, text by text. */
void words_begin(struct words *w);
void words_add(struct words *w, const char *text); /* NULL and "" add nothing */
/* Does each word occur in one of the texts since words_begin? A word that is a number of a document
 * also in another of its spellings (routing/rules/spelling.h), of the texts of words_add_number. */
void words_add_number(struct words *w, const char *number);
bool words_match(struct words *w);

#endif
