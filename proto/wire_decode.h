/* Frames of links into messages: 'V' 'T' version type, then a packed message of peer.proto. Size
 * and version are checked before anything is unpacked. */
#ifndef VANTHU_PROTO_WIRE_DECODE_H
#define VANTHU_PROTO_WIRE_DECODE_H

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

#endif
