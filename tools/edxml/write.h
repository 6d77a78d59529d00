/* Writing edXML in one fixed form: the order of elements that the axis' own programs write
 * (docs/DOMAIN.md §17), prefixes as theirs, what is empty left out. Reading it gives the same
 * message again. */
#ifndef VANTHU_TOOLS_EDXML_WRITE_H
#define VANTHU_TOOLS_EDXML_WRITE_H

#include "tools/edxml/message.h"

/* Takes the next bytes, lent for the call; another value than ERR_OK ends the writing with it. */
typedef enum err edxml_take(void *ctx, const uint8_t *bytes, size_t len_bytes);

/* Hands the content of a part to `take`, in pieces; returns what that returned, or why it cannot.
 */
struct edxml_source {
	void *ctx;
	enum err (*content)(void *ctx, uint32_t part, edxml_take *take, void *take_ctx);
};

/* The whole file, in pieces. Contents are asked for one after the other, of parts that have one. */
must_use enum err edxml_write(const struct edxml_message *m, const struct edxml_source *source,
			      edxml_take *take, void *ctx);

#endif
