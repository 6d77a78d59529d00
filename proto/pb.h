/* Protobuf messages to bytes and back, in an arena: nothing of ours calls protobuf-c's packing and
 * unpacking otherwise. */
#ifndef VANTHU_PROTO_PB_H
#define VANTHU_PROTO_PB_H

#include <protobuf-c/protobuf-c.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"

/* Prescan, then unpack into the arena. NULL with *e set: ERR_FORMAT, ERR_UTF8, ERR_NO_MEMORY. */
void *pb_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct blob bytes,
		enum err *e);

/* As unpack, of a message with one large field of bytes: where it stands last, as packing puts the
 * highest number, it is not copied and *large points into `bytes`; elsewhere it is a copy in the
 * arena. The member of the message is not to be used. */
void *pb_unpack_around(struct arena *a, const ProtobufCMessageDescriptor *type, struct blob bytes,
		       const ProtobufCFieldDescriptor *field, struct blob *large, enum err *e);

/* Is `bytes`, which m was unpacked from, the one form that packing m gives, with no field that is
 * not known at any depth? For what no signature covers: who changes a bit of it must be noticed all
 * the same. A oneof of its may have nothing but messages. ERR_FORMAT. Does not allocate. */
must_use enum err pb_packed_exactly(const ProtobufCMessage *m, struct blob bytes);

/* Packs into the arena. {NULL, 0} with ERR_NO_MEMORY. An empty message is {non-NULL, 0}. */
must_use enum err pb_pack(struct arena *a, const ProtobufCMessage *m, struct blob *out);

#endif
