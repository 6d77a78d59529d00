/* Contents of a document's parts, out of the daemon: in pieces, as they come, checked at their end
 * against the digest that was signed. */
#ifndef VANTHU_TOOLS_CLIENT_CONTENT_H
#define VANTHU_TOOLS_CLIENT_CONTENT_H

#include "routing/base/limits.h"
#include "tools/client/connection.h"

/* A file of a document. */
struct content_part {
	uint32_t number; /* from 0; 0 is the document itself */
	char name[NAME_MAX_BYTES + 1];
	uint64_t size_bytes;
	struct digest sha256;
};

/* The part of a view. ERR_FORMAT: its digest is none. */
must_use enum err content_part_of(const Vanthu__V1__DocumentView *view, uint32_t number,
				  struct content_part *out);

/* Takes the next piece, lent for the call. Another value than ERR_OK ends the reading with it. */
typedef enum err content_take(void *ctx, const uint8_t *bytes, size_t len);

/* Reads the whole of a part of a document (named as in a Ref); blocks until it has come.
 * ERR_DIGEST: it is not what was signed, and `take` has had it all; else the error of `take` or the
 * daemon. *fault is set where it fails. */
must_use enum err content_read(struct client *c, const char *document,
			       const struct content_part *part, content_take *take, void *ctx,
			       struct client_fault *fault);

/* Bytes of a part: from 0 all of them, or any others without what lies before and behind. */
struct content_range {
	const char *document; /* as in a Ref */
	const struct content_part *part;
	uint64_t from, length_bytes; /* a length beyond the end stands for the rest */
	/* so much may be under way, and no piece is larger than half: for who reads many at once,
	 * slowly. 0: as much as makes it fast */
	uint32_t window_bytes;
};
struct content_stream;

/* Reading by pull, for who is asked for bytes itself. `c` is the stream's alone until its close;
 * what the range points at, and *fault, are lent until then; *fault is set where a call fails. Does
 * not block: the daemon is asked with the first content_next. *out is the caller's.
 * ERR_NOT_FOUND: `from` is behind the end; ERR_NO_MEMORY. */
must_use enum err content_open(struct client *c, const struct content_range *range,
			       struct client_fault *fault, struct content_stream **out);
/* The next piece (CONTROL_DATA_BYTES at most), lent until the next call; blocks until it has come.
 * After the last one content_ended is true, and all further pieces are empty. The whole of a part
 * is compared with its digest: ERR_DIGEST comes with the last piece, which is in *piece; of another
 * range the daemon has compared each piece before it sent it: ERR_DAMAGED. Else the error of the
 * daemon, or of the connection. */
must_use enum err content_next(struct content_stream *s, struct blob *piece);
bool content_ended(const struct content_stream *s);
/* Frees; before the end it closes the connection, which the next request opens anew. NULL is
 * fine. */
void content_close(struct content_stream *s);

#endif
