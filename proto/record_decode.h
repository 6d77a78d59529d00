/* Messages of stored values, without version and checksum: one decoder a family. The table of
 * record_codec.c says which is whose. */
#ifndef VANTHU_PROTO_RECORD_DECODE_H
#define VANTHU_PROTO_RECORD_DECODE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

/* A message into the record's member of that family, copied into the arena. Any error but
 * ERR_NO_MEMORY means damage. */
must_use enum err record_decode_meta(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_ident(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_document(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_state(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_envelope(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_relay(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_route(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_receipt(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_stream(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_linkin(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_linkout(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_fetch(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_committee(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_directory(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_key(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_act(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_history(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_counter(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_paper(struct arena *a, struct blob bytes, struct record *out);
must_use enum err record_decode_aside(struct arena *a, struct blob bytes, struct record *out);
/* All is in the key. */
must_use enum err record_decode_nothing(struct arena *a, struct blob bytes, struct record *out);

#endif
