/* FEED records as stored values (proto/record.proto); called through the table of
 * record_codec.c. */
#ifndef VANTHU_PROTO_FEED_RECORD_H
#define VANTHU_PROTO_FEED_RECORD_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

must_use enum err feed_record_encode(struct arena *a, const struct record *record,
				     struct blob *out);
must_use enum err feed_record_decode(struct arena *a, struct blob bytes, struct record *record);

#endif
