/* Messages of stored values, without version and checksum (record_codec.h). */
#ifndef VANTHU_PROTO_RECORD_DECODE_H
#define VANTHU_PROTO_RECORD_DECODE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/record.h"

/* The message of out->family into the record, copied into the arena. Any error but ERR_NO_MEMORY
 * means damage. */
must_use enum err record_decode_message(struct arena *a, struct blob message, struct record *out);

#endif
