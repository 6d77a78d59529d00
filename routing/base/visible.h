/* Which characters a text may have: a subject, a number, a name, a note, a reason, the name of a
 * file. One rule, for every input: local sockets, links, files.
 *
 * People must see what they read. Left out is what nobody sees and what changes how the rest is
 * read: controls (C0, C1), ends of lines and of paragraphs, marks, overrides and isolates of
 * direction, zero-width characters, soft hyphens, fillers, byte order marks, tags, what Unicode
 * says will never be a character. Allowed is all else, and of the joiners what writing needs them
 * for: U+200D between two emoji (a family, a flag), U+200C and U+200D behind a letter of a script
 * that joins its letters (Arabic, those of India …), and variation selectors behind something to
 * vary. / */
#ifndef VANTHU_ROUTING_BASE_VISIBLE_H
#define VANTHU_ROUTING_BASE_VISIBLE_H

#include "routing/base/types.h"

enum { VISIBLE_NO_UTF8 = 0xfffd };

/* The first character that a text must not have; 0: none. VISIBLE_NO_UTF8 where the bytes are no
 * UTF-8. */
uint32_t visible_fault(text_t text);

/* One character: it begins at text[at]; that is no NUL. Returns its bytes, at least 1; *fault as
 * visible_fault has it. */
size_t visible_char(text_t text, size_t at, uint32_t *fault);

/* Nothing, or nothing but blanks of any width. */
bool visible_blank(text_t text);

#endif
