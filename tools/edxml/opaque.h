/* Elements that are kept as they are: written down again while they are read, whole with their
 * namespaces, so that they can stand anywhere. The same element gives the same text. */
#ifndef VANTHU_TOOLS_EDXML_OPAQUE_H
#define VANTHU_TOOLS_EDXML_OPAQUE_H

#include <stdbool.h>
#include <stddef.h>

struct opaque {
	char *text; /* malloc'd */
	size_t len, room, most;
	bool over; /* more than `most` bytes, or no memory: the text is not whole */
};

void opaque_begin(struct opaque *o, size_t most_bytes); /* forgets what it had */
void opaque_free(struct opaque *o);

struct opaque_tag {
	const char *name, *prefix, *uri; /* prefix and uri NULL: none */
	int attribute_count;
	/* five pointers each, as libxml2's startElementNs has them: name, prefix, uri, begin and
	 * end of the value */
	const unsigned char **attributes;
};
void opaque_open(struct opaque *o, const struct opaque_tag *tag);
void opaque_text(struct opaque *o, const char *text, size_t len);
void opaque_close(struct opaque *o, const char *name, const char *prefix, const char *uri);

/* Text as XML has it; what XML cannot have at all becomes a mark (U+FFFD). `attribute`: line ends
 * and quotes too. */
void opaque_escape(struct opaque *o, const char *text, size_t len, bool attribute);
void opaque_raw(struct opaque *o, const char *text, size_t len);

#endif
