/* An arena as protobuf-c's allocator; see allocator.h. */
#include "proto/allocator.h"

static void *alloc(void *ctx, size_t size_bytes)
{
	return arena_raw(ctx, size_bytes); /* protobuf-c fills what it asks for */
}

static void nothing(void *ctx, void *pointer)
{
	(void)ctx;
	(void)pointer;
}

ProtobufCAllocator allocator_of(struct arena *a)
{
	return (ProtobufCAllocator){ .alloc = alloc, .free = nothing, .allocator_data = a };
}
