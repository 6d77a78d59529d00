/* A body of multipart/form-data (RFC 7578, RFC 2046 §5.1.1) as it comes, in pieces of any size, in
 * bounded memory: no piece of a part's content is held longer than a boundary is long. */
#ifndef VANTHU_TOOLS_GATEWAY_MULTIPART_H
#define VANTHU_TOOLS_GATEWAY_MULTIPART_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/err.h"

enum { MULTIPART_NAME_SIZE = 128, MULTIPART_FILE_SIZE = 1024, MULTIPART_PARTS_MAX = 128 };

/* What a part says of itself. */
struct multipart_part {
	char name[MULTIPART_NAME_SIZE];
	char file[MULTIPART_FILE_SIZE]; /* UTF-8, as it came; "": it names none */
	bool has_file;
};

/* Whom it calls, in order: begin, content (any number of times), end, for each part. An error ends
 * the reading with it. */
struct multipart_events {
	enum err (*begin)(void *ctx, const struct multipart_part *part);
	enum err (*content)(void *ctx, const char *bytes, size_t len);
	enum err (*end)(void *ctx);
	void *ctx;
};

struct multipart;

/* `content_type` is the field of the head. ERR_HTTP_TYPE: it is not multipart/form-data;
 * ERR_HTTP_MULTIPART: it has no boundary, or one that may not be; ERR_NO_MEMORY. *out is the
 * caller's; `events` is lent until its end. */
must_use enum err multipart_new(const char *content_type, const struct multipart_events *events,
				struct multipart **out);
void multipart_free(struct multipart *m); /* NULL is fine */
/* The next bytes. ERR_HTTP_MULTIPART: not of this form; or the error of an event. Once one has
 * failed all later calls return the same. */
must_use enum err multipart_take(struct multipart *m, const char *bytes, size_t len);
/* After the last: ERR_HTTP_MULTIPART: it is cut off. */
must_use enum err multipart_finish(struct multipart *m);

#endif
