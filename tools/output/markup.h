/* Text in a page or a picture that is marked up: every text stays a text, whatever it looks like.
 */
#ifndef VANTHU_TOOLS_OUTPUT_MARKUP_H
#define VANTHU_TOOLS_OUTPUT_MARKUP_H

#include <stdio.h>

/* Escaped, without what drives or hides (routing/base/visible.h); a line end becomes <br>. NULL is
 * "". Without memory: no text, rather than one that is not safe. */
void markup_put(FILE *to, const char *text);
/* The same in one line, for an attribute or a picture; at most `len` bytes of it. */
void markup_put_line(FILE *to, const char *text, size_t len);
/* Nothing at all where the text is NULL or "". */
void markup_put_in(FILE *to, const char *open, const char *text, const char *close);

#endif
