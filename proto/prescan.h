/* Checks packed protobuf bytes before anything is unpacked, driven by the message's
 * descriptor: wire types, lengths, nesting, UTF-8 over the wire length (protobuf-c cuts strings at
 * NUL and checks nothing), and the number of repeated elements. */
#ifndef VANTHU_PROTO_PRESCAN_H
#define VANTHU_PROTO_PRESCAN_H

#include <protobuf-c/protobuf-c.h>

#include "routing/base/arena.h"
#include "routing/base/err.h"

/* ERR_FORMAT or ERR_UTF8. Unknown fields are passed over. Does not allocate. */
must_use enum err prescan(const ProtobufCMessageDescriptor *type, struct blob bytes);

/* If the last field of the message is `field`, one of bytes: where it begins, and what is in it,
 * both in `bytes`. False as well for what is no message: that is for prescan to say. */
bool prescan_last(struct blob bytes, const ProtobufCFieldDescriptor *field, size_t *begin,
		  struct blob *inside);

#endif
