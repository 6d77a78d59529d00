/* SHA-256 of a content that comes chunk by chunk, and of each chunk as a leaf (merkle.h): both are
 * made while the chunk is in the processor's cache. */
#ifndef VANTHU_PROTO_CHUNK_DIGEST_H
#define VANTHU_PROTO_CHUNK_DIGEST_H

#include "routing/base/types.h"

struct chunk_digest;
/* NULL without memory; owned by the caller. */
struct chunk_digest *chunk_digest_begin(void);
/* The next chunk, of CHUNK_BYTES; only the last may be shorter, and none follows it. Returns its
 * leaf hash. */
struct digest chunk_digest_add(struct chunk_digest *c, struct blob chunk);
/* The same of a chunk whose leaf hash is known. */
void chunk_digest_add_whole(struct chunk_digest *c, struct blob chunk);
struct digest chunk_digest_end(struct chunk_digest *c); /* frees c */
void chunk_digest_abandon(struct chunk_digest *c);	/* NULL is fine */

#endif
