/* Reading packed protobuf without unpacking it; see prescan.h. Nesting is bounded by a constant: no
 * message of ours is recursive. */
#include "proto/prescan.h"

#include "proto/utf8.h"

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

bool prescan_last(struct blob bytes, const ProtobufCFieldDescriptor *field, size_t *begin,
		  struct blob *inside)
{
	struct cursor c = { bytes.data, bytes.data + bytes.len_bytes };
	bool last = false;

	while (c.at < c.end) {
		const uint8_t *at = c.at;
		uint64_t tag, n;

		if (!read_varint(&c, &tag) || ((tag & 7) != 0 && (tag & 7) != 2) ||
		    !read_varint(&c, &n) || ((tag & 7) == 2 && !skip(&c, n)))
			return false; /* what is wrong with it is for pb_unpack to say */
		last = tag == ((uint64_t)field->id << 3 | 2);
		if (!last)
			continue;
		*begin = (size_t)(at - bytes.data);
		*inside = (struct blob){ c.at - n, (size_t)n };
	}
	return last;
}
