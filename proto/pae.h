/* The DSSE pre-authentication encoding as bytes, for what signs and verifies them (digest.h has its
 * digest). */
#ifndef VANTHU_PROTO_PAE_H
#define VANTHU_PROTO_PAE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

/* "DSSEv1 <len type> <type> <len payload> <payload>" in the arena. ERR_NO_MEMORY. */
must_use enum err pae_encode(struct arena *a, text_t payload_type, struct blob payload,
			     struct blob *out);

/* What a batch signature is over: PAE("application/vnd.vanthu.batch.v1", root ‖ leaf_count as 8
 * bytes big-endian). */
must_use enum err pae_batch(struct arena *a, const struct digest *root, uint64_t leaf_count,
			    struct blob *out);

#endif
