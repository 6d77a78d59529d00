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

#endif
