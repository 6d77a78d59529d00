/* Messages of stored values, without version and checksum: one encoder a family. The table of
 * record_codec.c says which is whose. */
#ifndef VANTHU_PROTO_RECORD_ENCODE_H
#define VANTHU_PROTO_RECORD_ENCODE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

/* What the record says beside its key, packed into the arena; `r` is of the family in the name.
 * References to drafts must have been resolved (plan_resolve). ERR_NO_MEMORY. */
must_use enum err record_encode_meta(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_ident(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_document(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_state(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_envelope(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_relay(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_route(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_receipt(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_stream(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_linkin(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_linkout(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_fetch(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_committee(struct arena *a, const struct record *r,
					  struct blob *out);
must_use enum err record_encode_directory(struct arena *a, const struct record *r,
					  struct blob *out);
must_use enum err record_encode_key(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_act(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_history(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_counter(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_paper(struct arena *a, const struct record *r, struct blob *out);
must_use enum err record_encode_aside(struct arena *a, const struct record *r, struct blob *out);
/* All is in the key. */
must_use enum err record_encode_nothing(struct arena *a, const struct record *r, struct blob *out);

#endif
