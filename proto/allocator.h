/* An arena as protobuf-c's allocator, so that unpacking hostile bytes is bounded. */
#ifndef VANTHU_PROTO_ALLOCATOR_H
#define VANTHU_PROTO_ALLOCATOR_H

#include <protobuf-c/protobuf-c.h>

#include "routing/base/arena.h"

/* Valid while the arena is; free is a no-op. */
ProtobufCAllocator allocator_of(struct arena *a);

#endif
