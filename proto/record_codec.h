/* Stored values: one version byte, CRC-32C over version, family, key and message, then a packed
 * message of record.proto. */
#ifndef VANTHU_PROTO_RECORD_CODEC_H
#define VANTHU_PROTO_RECORD_CODEC_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

enum { RECORD_VERSION = 1, RECORD_OVERHEAD_BYTES = 5 };

/* Into the arena. The record's references to drafts must have been resolved (plan_resolve). */
must_use enum err record_encode(struct arena *a, const struct key *key, const struct record *r,
				struct blob *out);

/* Copies into the arena. ERR_DAMAGED: checksum or shape; ERR_STORE_VERSION: from the future. */
must_use enum err record_decode(struct arena *a, enum family family, const struct key *key,
				struct blob value, struct record *out);

/* Only the checksum: ERR_OK, ERR_DAMAGED. */
must_use enum err record_check(enum family family, const struct key *key, struct blob value);

#endif
