/* Frames of links: 'V' 'T' version type, then a packed message of peer.proto. Size and version are
 * checked before anything is unpacked. */
#ifndef VANTHU_PROTO_WIRE_H
#define VANTHU_PROTO_WIRE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/state/message.h"

enum { FRAME_HEADER_BYTES = 4 };

/* The type of a frame by its first four bytes. ERR_PROTOCOL: no frame or over FRAME_MAX_BYTES;
 * ERR_UNSUPPORTED: another version. */
must_use enum err frame_type(struct blob frame, enum message_type *type);

/* Decodes into the arena (copies: but for the data of a CHUNK nothing points into the frame).
 * ERR_PROTOCOL on anything that does not decode, passes a bound of routing/base/limits.h, or is not
 * valid for its type. Envelopes inside a PUBLISH are not opened. */
must_use enum err wire_decode(struct arena *a, struct blob frame, struct message *out);

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
