/* Requests to an axis over HTTP: one at a time, no redirect, no proxy, no cookie, TLS verified, all
 * in bounded time and memory. One thread uses a wire. */
#ifndef VANTHU_TOOLS_AXIS_WIRE_H
#define VANTHU_TOOLS_AXIS_WIRE_H

#include <jansson.h>

#include "routing/base/types.h"
#include "tools/axis/adapter.h"
#include "tools/axis/verdict.h"

enum {
	AXIS_CONNECT_TIMEOUT_MS = 15000,
	AXIS_ASK_TIMEOUT_MS = 60000,
	AXIS_STALLED_S = 60, /* a file under way of which nothing moved so long */
	AXIS_JSON_MAX_BYTES = 4 << 20
};
#define AXIS_CONTENT_MAX_BYTES (INT64_C(2) << 30) /* of one file */

struct axis_wire;

struct axis_wire_parts {
	const struct axis_adapter *adapter;
	const char *secret;
	int stop; /* a descriptor: when it can be read, what is under way is broken off */
};

struct axis_answer {
	enum axis_verdict verdict;
	unsigned status;	/* of HTTP; 0: none came */
	int code;		/* see verdict.h */
	int64_t retry_after_ms; /* -1: not said */
	json_t *json;		/* NULL: none; axis_answer_free */
	char reason[AXIS_REASON_SIZE]; /* what it says, or why nothing came; "" nothing */
};

/* What goes beside a file. */
struct axis_label {
	const char *type; /* "edoc" or "status" */
	const char *from, *to, *key;
	const char *sha256;
};

/* The texts of the parts stay the caller's, as long as the wire. ERR_NO_MEMORY, ERR_SYSTEM. */
must_use enum err axis_wire_new(const struct axis_wire_parts *parts, struct axis_wire **out);
void axis_wire_free(struct axis_wire *w); /* NULL is fine */

/* GET; `path` begins with a /. */
void axis_wire_get(struct axis_wire *w, const char *path, struct axis_answer *out);
/* POST of a JSON value, which is taken. */
void axis_wire_post(struct axis_wire *w, const char *path, json_t *body, struct axis_answer *out);
/* POST of a file with its label, as multipart/form-data. */
void axis_wire_send(struct axis_wire *w, const struct axis_label *label, const char *file,
		    struct axis_answer *out);
/* GET into a file, which is written over; *digest and *bytes are those of what came, where the
 * verdict is AXIS_DONE. */
void axis_wire_fetch(struct axis_wire *w, const char *path, const char *file,
		     struct axis_answer *out, struct digest *digest, uint64_t *bytes);
void axis_answer_free(struct axis_answer *a);
/* A word of a path, percent-encoded (RFC 3986 §2.1). False: too long. */
bool axis_wire_word(const char *text, char *out, size_t size_bytes);

#endif
