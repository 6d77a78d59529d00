/* Protobuf messages to bytes and back; see pb.h. */
#include "proto/pb.h"

#include <string.h>

#include "proto/prescan.h"

/* ---- unpacking: an arena as protobuf-c's allocator, so that hostile bytes are bounded ---- */

struct budget {
	struct arena *arena;
	bool spent;
};

static void *alloc(void *ctx, size_t size_bytes)
{
	struct budget *b = ctx;
	void *p = arena_raw(b->arena, size_bytes);

	b->spent = b->spent || p == NULL;
	return p; /* protobuf-c fills what it asks for */
}

static void nothing(void *ctx, void *pointer)
{
	(void)ctx;
	(void)pointer;
}

void *pb_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct blob bytes,
		enum err *e)
{
	struct budget budget = { .arena = a };
	ProtobufCAllocator allocator = { .alloc = alloc,
					 .free = nothing,
					 .allocator_data = &budget };
	static const uint8_t empty;
	void *m;

	*e = prescan(type, bytes);
	if (*e != ERR_OK)
		return NULL;
	m = protobuf_c_message_unpack(type, &allocator, bytes.len_bytes,
				      bytes.data != NULL ? bytes.data : &empty);
	/* protobuf-c refuses a few shapes more than the scan (padded tags, cut packed numbers): bad
	 * bytes must not look like a full memory. */
	if (m == NULL)
		*e = budget.spent ? ERR_NO_MEMORY : ERR_FORMAT;
	return m;
}

void *pb_unpack_around(struct arena *a, const ProtobufCMessageDescriptor *type, struct blob bytes,
		       const ProtobufCFieldDescriptor *field, struct blob *large, enum err *e)
{
	const ProtobufCBinaryData *copied;
	size_t begin = 0;
	uint8_t *m;

	if (prescan_last(bytes, field, &begin, large))
		return pb_unpack(a, type, (struct blob){ bytes.data, begin }, e);
	m = pb_unpack(a, type, bytes, e);
	copied = m == NULL ? NULL : (const void *)(m + field->offset);
	*large =
	    copied == NULL ? (struct blob){ NULL, 0 } : (struct blob){ copied->data, copied->len };
	return m;
}

/* ---- one form only ---- */

static bool knows_all(const ProtobufCMessage *m);

static const ProtobufCMessage *child(const void *at)
{
	const ProtobufCMessage *const *m = at;

	return *m;
}

static bool child_knows_all(const ProtobufCMessage *m, const ProtobufCFieldDescriptor *field)
{
	const uint8_t *base = (const uint8_t *)m, *value = base + field->offset,
		      *quantifier = base + field->quantifier_offset;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		const size_t *count = (const void *)quantifier;
		const ProtobufCMessage *const *const *list = (const void *)value;

		for (size_t i = 0; i < *count; i++) {
			if (!knows_all((*list)[i]))
				return false;
		}
		return true;
	}
	/* Of a oneof too, for ours have nothing but messages: whichever is set, it is the same
	 * pointer, and says itself what it is. */
	return child(value) == NULL || knows_all(child(value));
}

/* Nested as deep as our messages are, which none of ours is without end. */
static bool knows_all(const ProtobufCMessage *m)
{
	if (m->n_unknown_fields > 0)
		return false;
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &m->descriptor->fields[i];

		if (field->type == PROTOBUF_C_TYPE_MESSAGE && !child_knows_all(m, field))
			return false;
	}
	return true;
}

struct comparison {
	ProtobufCBuffer base; /* first */
	struct blob left;
	bool same;
};

static void compare(ProtobufCBuffer *base, size_t len_bytes, const uint8_t *bytes)
{
	struct comparison *c = (struct comparison *)base;

	c->same = c->same && len_bytes <= c->left.len_bytes &&
		  (len_bytes == 0 || memcmp(c->left.data, bytes, len_bytes) == 0);
	if (!c->same)
		return;
	c->left.data += len_bytes;
	c->left.len_bytes -= len_bytes;
}

enum err pb_packed_exactly(const ProtobufCMessage *m, struct blob bytes)
{
	struct comparison c = { .base = { .append = compare }, .left = bytes, .same = true };

	if (!knows_all(m))
		return ERR_FORMAT;
	protobuf_c_message_pack_to_buffer(m, &c.base);
	return c.same && c.left.len_bytes == 0 ? ERR_OK : ERR_FORMAT;
}

/* ---- packing ---- */

enum err pb_pack(struct arena *a, const ProtobufCMessage *m, struct blob *out)
{
	size_t size = protobuf_c_message_get_packed_size(m);
	uint8_t *data = arena_raw(a, size);

	if (data == NULL)
		return ERR_NO_MEMORY;
	*out = (struct blob){ data, protobuf_c_message_pack(m, data) };
	return ERR_OK;
}
