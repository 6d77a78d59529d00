/* Both digests of a content, by OpenSSL; see chunk_digest.h. */
#include "proto/chunk_digest.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/digest.h"
#include "proto/merkle.h"
#include "routing/base/limits.h"

struct chunk_digest {
	struct digest_stream *whole;
	uint64_t len_bytes;
};

struct chunk_digest *chunk_digest_begin(void)
{
	struct chunk_digest *c = calloc(1, sizeof *c);

	if (c != NULL && (c->whole = digest_begin()) == NULL) {
		free(c);
		c = NULL;
	}
	return c;
}

void chunk_digest_add_whole(struct chunk_digest *c, struct blob chunk)
{
	assert(c->len_bytes % CHUNK_BYTES == 0 && chunk.len_bytes <= CHUNK_BYTES);
	c->len_bytes += chunk.len_bytes;
	digest_add(c->whole, chunk);
}

struct digest chunk_digest_add(struct chunk_digest *c, struct blob chunk)
{
	chunk_digest_add_whole(c, chunk);
	return merkle_leaf(chunk);
}

struct digest chunk_digest_end(struct chunk_digest *c)
{
	struct digest d = digest_end(c->whole);

	free(c);
	return d;
}

void chunk_digest_abandon(struct chunk_digest *c)
{
	if (c == NULL)
		return;
	digest_abandon(c->whole);
	free(c);
}
