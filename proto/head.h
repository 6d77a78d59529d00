/* Payloads: a head, and a body as bytes.  Decoding goes into a bounded arena; every string is
 * checked for UTF-8 over its wire length, every count and length against routing/base/limits.h,
 * every enum against what it may be. */
#ifndef VANTHU_PROTO_HEAD_H
#define VANTHU_PROTO_HEAD_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

/* Media type of an envelope of this kind: "application/vnd.vanthu.document.v1" …; and back
 * (KIND_NONE when unknown). */
text_t payload_type_of(enum kind kind);
enum kind payload_kind(text_t payload_type);

/* Packs a payload (head and body) into the arena. ERR_TOO_LARGE, ERR_NO_MEMORY. */
must_use enum err payload_pack(struct arena *a, const struct head *head, struct blob body,
			       struct blob *out);
/* Both ERR_FORMAT, ERR_UTF8 or ERR_UNSUPPORTED (critical fields, see envelope.proto) on bad input;
 * `body` points into the payload's copy in the arena. */
must_use enum err payload_unpack(struct arena *a, struct blob payload, struct head *head,
				 struct blob *body);

#endif
