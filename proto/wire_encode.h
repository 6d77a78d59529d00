/* Messages into frames of links; see wire_decode.h for their shape. */
#ifndef VANTHU_PROTO_WIRE_ENCODE_H
#define VANTHU_PROTO_WIRE_ENCODE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/message.h"

/* The frame for a message, in the arena. ERR_TOO_LARGE past FRAME_MAX_BYTES. */
must_use enum err wire_encode(struct arena *a, const struct message *m, struct blob *out);

/* The frame of a CHUNK around data that is large and lies where it was read: what stands before it
 * is written into the bytes before it, of which WIRE_CHUNK_ROOM must be there. The same bytes as
 * wire_encode's. Does not allocate. ERR_TOO_LARGE past FRAME_MAX_BYTES. */
enum { WIRE_CHUNK_ROOM = 64 };
must_use enum err wire_chunk_in_place(const struct msg_chunk *c, uint8_t *data, struct blob *out);

/* Bytes that an item adds to a PUBLISH, at most. */
size_t wire_item_bound(const struct publish_item *item);

#endif
