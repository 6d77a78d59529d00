/* The evidence of a document, asked of a daemon. */
#ifndef VANTHU_TOOLS_CLIENT_EVIDENCE_READ_H
#define VANTHU_TOOLS_CLIENT_EVIDENCE_READ_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct arena;
struct client;
struct client_fault;

/* The evidence of a document as the daemon has it, packed, in the arena (of some 256 MiB). `id` as
 * in a Ref. ERR_TOO_LARGE: more than EVIDENCE_MAX_BYTES; else *fault says what. Blocks. */
must_use enum err evidence_read(struct client *c, const char *id, struct arena *a, struct blob *out,
				struct client_fault *fault);

#endif
