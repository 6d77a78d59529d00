/* Reading packed protobuf without unpacking it; see prescan.h. Nesting is bounded by a constant: no
 * message of ours is recursive. */
#include "proto/prescan.h"

#include <string.h>

#include "proto/allocator.h"

enum { DEPTH_MAX = 8, ELEMENTS_MAX = 65536 };

struct cursor {
	const uint8_t *at, *end;
};

static bool read_varint(struct cursor *c, uint64_t *out)
{
	uint64_t n = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte;

		if (c->at == c->end)
			return false;
		byte = *c->at++;
		n |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0) {
			*out = n;
			return true;
		}
	}
	return false;
}

static bool skip(struct cursor *c, uint64_t len_bytes)
{
	if ((uint64_t)(c->end - c->at) < len_bytes)
		return false;
	c->at += len_bytes;
	return true;
}

bool utf8_valid(struct blob bytes)
{
	size_t i = 0;

	while (i < bytes.len_bytes) {
		uint8_t b = bytes.data[i];
		unsigned more = b < 0x80	     ? 0
				: (b & 0xe0) == 0xc0 ? 1
				: (b & 0xf0) == 0xe0 ? 2
				: (b & 0xf8) == 0xf0 ? 3
						     : 9;
		uint32_t code = more == 0 ? b : (uint32_t)(b & (0x3f >> more));

		if (b == 0 || more == 9 || bytes.len_bytes - i <= more)
			return false;
		for (unsigned k = 1; k <= more; k++) {
			if ((bytes.data[i + k] & 0xc0) != 0x80)
				return false;
			code = code << 6 | (bytes.data[i + k] & 0x3f);
		}
		if ((more == 1 && code < 0x80) || (more == 2 && code < 0x800) ||
		    (more == 3 && code < 0x10000) || code > 0x10ffff ||
		    (code >= 0xd800 && code < 0xe000))
			return false;
		i += more + 1;
	}
	return true;
}

static enum err scan(const ProtobufCMessageDescriptor *type, struct blob bytes, unsigned depth);

static enum err scan_bytes(struct cursor *c, const ProtobufCFieldDescriptor *field, unsigned depth)
{
	uint64_t len;
	struct blob value;

	if (!read_varint(c, &len) || (uint64_t)(c->end - c->at) < len)
		return ERR_FORMAT;
	value = (struct blob){ c->at, (size_t)len };
	c->at += len;
	if (field == NULL)
		return ERR_OK;
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return utf8_valid(value) ? ERR_OK : ERR_UTF8;
	case PROTOBUF_C_TYPE_MESSAGE:
		return scan(field->descriptor, value, depth + 1);
	case PROTOBUF_C_TYPE_BYTES:
		return ERR_OK;
	default:
		/* Packed numbers: one byte each at least. */
		return field->label == PROTOBUF_C_LABEL_REPEATED && value.len_bytes <= ELEMENTS_MAX
			   ? ERR_OK
			   : ERR_FORMAT;
	}
}

static bool wire_type_fits(const ProtobufCFieldDescriptor *field, unsigned wire)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_BYTES:
	case PROTOBUF_C_TYPE_MESSAGE:
		return wire == 2;
	default:
		return wire == 0 || (wire == 2 && field->label == PROTOBUF_C_LABEL_REPEATED);
	}
}

static enum err scan(const ProtobufCMessageDescriptor *type, struct blob bytes, unsigned depth)
{
	struct cursor c = { bytes.data, bytes.data + bytes.len_bytes };
	unsigned elements = 0;

	if (depth > DEPTH_MAX)
		return ERR_FORMAT;
	while (c.at < c.end) {
		const ProtobufCFieldDescriptor *field;
		uint64_t tag, ignored;
		enum err e = ERR_OK;

		if (!read_varint(&c, &tag) || tag >> 3 == 0 || tag >> 3 > 0x1fffffff ||
		    ++elements > ELEMENTS_MAX)
			return ERR_FORMAT;
		field = protobuf_c_message_descriptor_get_field(type, (unsigned)(tag >> 3));
		if (field != NULL && !wire_type_fits(field, (unsigned)(tag & 7)))
			return ERR_FORMAT;
		switch (tag & 7) {
		case 0:
			e = read_varint(&c, &ignored) ? ERR_OK : ERR_FORMAT;
			break;
		case 1:
			e = skip(&c, 8) ? ERR_OK : ERR_FORMAT;
			break;
		case 2:
			e = scan_bytes(&c, field, depth);
			break;
		case 5:
			e = skip(&c, 4) ? ERR_OK : ERR_FORMAT;
			break;
		default:
			return ERR_FORMAT; /* groups */
		}
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err prescan(const ProtobufCMessageDescriptor *type, struct blob bytes)
{
	return scan(type, bytes, 0);
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
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0 &&
	    *(const uint32_t *)(const void *)quantifier != field->id)
		return true;
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

enum err packed_exactly(const ProtobufCMessage *m, struct blob bytes)
{
	struct comparison c = { .base = { .append = compare }, .left = bytes, .same = true };

	if (!knows_all(m))
		return ERR_FORMAT;
	protobuf_c_message_pack_to_buffer(m, &c.base);
	return c.same && c.left.len_bytes == 0 ? ERR_OK : ERR_FORMAT;
}

struct budget {
	struct arena *arena;
	bool spent;
};

static void *alloc_noting(void *ctx, size_t size_bytes)
{
	struct budget *b = ctx;
	void *p = arena_raw(b->arena, size_bytes);

	b->spent = b->spent || p == NULL;
	return p;
}

void *unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct blob bytes,
	     enum err *e)
{
	ProtobufCAllocator allocator = allocator_of(a);
	struct budget budget = { .arena = a };
	static const uint8_t empty;
	void *m;

	*e = prescan(type, bytes);
	if (*e != ERR_OK)
		return NULL;
	allocator.alloc = alloc_noting;
	allocator.allocator_data = &budget;
	m = protobuf_c_message_unpack(type, &allocator, bytes.len_bytes,
				      bytes.data != NULL ? bytes.data : &empty);
	/* protobuf-c refuses a few shapes more than the scan (padded tags, cut packed numbers): bad
	 * bytes must not look like a full memory. */
	if (m == NULL)
		*e = budget.spent ? ERR_NO_MEMORY : ERR_FORMAT;
	return m;
}

/* If the last field of the message is this one: where it begins, and what is in it. */
static bool stands_last(struct blob bytes, const ProtobufCFieldDescriptor *field, size_t *begin,
			struct blob *inside)
{
	struct cursor c = { bytes.data, bytes.data + bytes.len_bytes };
	bool last = false;

	while (c.at < c.end) {
		const uint8_t *at = c.at;
		uint64_t tag, n;

		if (!read_varint(&c, &tag) || ((tag & 7) != 0 && (tag & 7) != 2) ||
		    !read_varint(&c, &n) || ((tag & 7) == 2 && !skip(&c, n)))
			return false; /* what is wrong with it is for unpack to say */
		last = tag == ((uint64_t)field->id << 3 | 2);
		if (!last)
			continue;
		*begin = (size_t)(at - bytes.data);
		*inside = (struct blob){ c.at - n, (size_t)n };
	}
	return last;
}

void *unpack_around(struct arena *a, const ProtobufCMessageDescriptor *type, struct blob bytes,
		    const ProtobufCFieldDescriptor *field, struct blob *large, enum err *e)
{
	const ProtobufCBinaryData *copied;
	size_t begin = 0;
	uint8_t *m;

	if (stands_last(bytes, field, &begin, large))
		return unpack(a, type, (struct blob){ bytes.data, begin }, e);
	m = unpack(a, type, bytes, e);
	copied = m == NULL ? NULL : (const void *)(m + field->offset);
	*large =
	    copied == NULL ? (struct blob){ NULL, 0 } : (struct blob){ copied->data, copied->len };
	return m;
}

enum err pack(struct arena *a, const ProtobufCMessage *m, struct blob *out)
{
	size_t size = protobuf_c_message_get_packed_size(m);
	uint8_t *data = arena_raw(a, size);

	if (data == NULL)
		return ERR_NO_MEMORY;
	*out = (struct blob){ data, protobuf_c_message_pack(m, data) };
	return ERR_OK;
}
