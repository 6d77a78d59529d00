/* Reading edXML as it is in the world: by local names in any namespace and order, in pieces, with
 * bounded memory whatever the file has. Contents of files are handed on as they are decoded.
 *
 * Nothing outside the bytes is looked at: document types and entities are refused, and nothing is
 * fetched. A program that reads in several threads calls edxml_read_begin once before it starts
 * them. */
#ifndef VANTHU_TOOLS_EDXML_READ_H
#define VANTHU_TOOLS_EDXML_READ_H

#include "tools/edxml/message.h"
#include "tools/edxml/slip.h"

enum {
	EDXML_DEPTH_MAX = 64,
	EDXML_ELEMENTS_MAX = 200000,
};

/* Takes the next decoded bytes of a part, lent for the call; parts come one after the other, by
 * their index in the message. Another value than ERR_OK ends the reading with it. */
struct edxml_sink {
	void *ctx;
	enum err (*write)(void *ctx, uint32_t part, const uint8_t *bytes, size_t len_bytes);
	uint64_t content_max_bytes; /* of all parts together; 0: ATTACHMENT_MAX_BYTES */
};

/* What was found out about a file. */
struct edxml_outcome {
	struct edxml_slips slips;
	struct edxml_fault fault;
};

struct edxml_reader;
/* Both stay the caller's until edxml_read_free. A sink without `write` counts bytes only.
 * ERR_NO_MEMORY. */
must_use enum err edxml_read_begin(const struct edxml_sink *sink, struct edxml_outcome *outcome,
				   struct edxml_reader **out);
/* The next piece, of any length. Faults are in the outcome: ERR_EDXML_XML, ERR_EDXML_OTHER,
 * ERR_EDXML_DTD, ERR_EDXML_BOUND, ERR_EDXML_ENCODING, ERR_EDXML_CONTENT,
 * ERR_TOO_MANY_ATTACHMENTS, ERR_NO_MEMORY, or the sink's. */
must_use enum err edxml_read_feed(struct edxml_reader *r, struct blob piece);
/* The end of the file: *out is the caller's. Also ERR_EDXML_PART: the manifest lists a file that is
 * not there. Slips of the whole message are noted (judge.h). */
must_use enum err edxml_read_end(struct edxml_reader *r, struct edxml_message **out);
void edxml_read_free(struct edxml_reader *r); /* NULL is fine */

/* All of it at once, out of memory. */
must_use enum err edxml_read(struct blob file, const struct edxml_sink *sink,
			     struct edxml_outcome *outcome, struct edxml_message **out);

#endif
