/* Messages of stored values, without version and checksum (record_codec.h). */
#ifndef VANTHU_PROTO_RECORD_ENCODE_H
#define VANTHU_PROTO_RECORD_ENCODE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

/* The message of r->family, in the arena; empty for a family whose records are all key. References
 * to drafts must have been resolved. ERR_NO_MEMORY. */
must_use enum err record_encode_message(struct arena *a, const struct record *r, struct blob *out);

#endif
