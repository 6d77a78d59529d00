/* Plain text tables that an office changes by hand: days off, types of documents, who may issue
 * what. UTF-8; one entry a line; what follows a # at the beginning of a line or behind a blank is a
 * comment; empty lines, ends of lines as other systems write them and a byte order mark at the
 * beginning make no difference. */
#ifndef VANTHU_ROUTING_RULES_LINES_H
#define VANTHU_ROUTING_RULES_LINES_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { LINES_LINE_MAX = 500 }; /* bytes of a line, its comment included */

/* A text that is read line by line. `text` is borrowed; nothing else is held. */
struct lines {
	struct blob text;
	size_t at_bytes;
	uint32_t line; /* of the last one that was read, from 1 */
	char buffer[LINES_LINE_MAX + 1];
};

void lines_begin(struct lines *l, struct blob text);
/* The next entry, without its comment and the blanks around it, in the buffer: until the next call;
 * NULL past the last. ERR_UTF8: no UTF-8. ERR_FIELD: longer than LINES_LINE_MAX, or it has
 * characters that nobody sees; l->line is where. */
must_use enum err lines_next(struct lines *l, char **out);

/* All entries, each given to `take`, which may write into it. The first error of reading or of
 * `take` ends it and is returned; *line is where, 0 without one. */
must_use enum err lines_each(struct blob text, enum err (*take)(void *ctx, char *entry), void *ctx,
			     uint32_t *line);

/* Cuts off what stands before the first blank or tab; *at is what follows. "": nothing was left. */
text_t lines_word(char **at);
/* The same up to a tab or two blanks: fields may be of several words. */
text_t lines_field(char **at);

#endif
