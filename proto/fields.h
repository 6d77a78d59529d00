/* Single fields of unpacked messages, checked. All fail with ERR_FORMAT. */
#ifndef VANTHU_PROTO_FIELDS_H
#define VANTHU_PROTO_FIELDS_H

#include <protobuf-c/protobuf-c.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct blob field_blob(ProtobufCBinaryData bytes);
ProtobufCBinaryData field_bytes(const void *data, size_t len_bytes); /* borrows; for packing only */

/* Exactly that many bytes. */
must_use enum err field_fixed(ProtobufCBinaryData bytes, void *out, size_t len_bytes);
/* That many bytes, or none: *out is zeroed then. */
must_use enum err field_optional(ProtobufCBinaryData bytes, void *out, size_t len_bytes);
/* A committee's id; "" too when `empty_too`. */
must_use enum err field_id(const char *text, bool empty_too, struct committee_id *out);
/* A text of at most max bytes. */
must_use enum err field_text(const char *text, size_t max_bytes, text_t *out);
/* YYYY-MM-DD, a day of the (Gregorian) calendar in any year, or "". */
must_use enum err field_date(const char *text, text_t *out);
/* Protobuf enums are open: anything may come. */
must_use enum err field_enum(long long value, long long low, long long high);

#endif
