/* Sealing: all envelopes of a turn under one DSSE signature, alone or as a Merkle batch. */
#ifndef VANTHU_PROTO_SEAL_H
#define VANTHU_PROTO_SEAL_H

#include "proto/signer.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

/* Packs, digests and signs all drafts under one signature: plain when there is one, a Merkle batch
 * otherwise (several batches past BATCH_LEAVES_MAX). Fills draft->envelope (in the arena) and
 * draft->digest. Blocks as long as the signer does; touches nothing but its arguments, so that it
 * may run on another thread. ERR_TOO_LARGE names a draft whose envelope passes ENVELOPE_MAX_BYTES:
 * the caller has checked sizes before. */
must_use enum err seal_drafts(struct signer *s, struct arena *a, struct draft *drafts,
			      uint32_t count);

/* What one recipient adds to an envelope, at most. */
enum { SEAL_RECIPIENT_MAX_BYTES = COMMITTEE_ID_MAX + 8 };

/* The size that an envelope with this head and body will have, batch path included: for policy
 * before deciding. */
size_t seal_size_bound(const struct head *head, size_t body_bytes);

#endif
