/* Fields of unpacked messages; see fields.h. */
#include "proto/fields.h"

#include <string.h>

#include "routing/base/committee_id.h"

struct blob field_blob(ProtobufCBinaryData bytes)
{
	return (struct blob){ bytes.data, bytes.len };
}

ProtobufCBinaryData field_bytes(const void *data, size_t len_bytes)
{
	ProtobufCBinaryData b = { .len = len_bytes };

	/* protobuf-c has one type for reading and writing; packing only reads. */
	memcpy(&b.data, &data, sizeof b.data);
	return b;
}

enum err field_fixed(ProtobufCBinaryData bytes, void *out, size_t len_bytes)
{
	if (bytes.len != len_bytes)
		return ERR_FORMAT;
	memcpy(out, bytes.data, len_bytes);
	return ERR_OK;
}

enum err field_optional(ProtobufCBinaryData bytes, void *out, size_t len_bytes)
{
	memset(out, 0, len_bytes);
	return bytes.len == 0 ? ERR_OK : field_fixed(bytes, out, len_bytes);
}

enum err field_id(const char *text, bool empty_too, struct committee_id *out)
{
	memset(out, 0, sizeof *out);
	if (text[0] == '\0')
		return empty_too ? ERR_OK : ERR_FORMAT;
	return id_parse(text, strlen(text), out) == ERR_OK ? ERR_OK : ERR_FORMAT;
}

enum err field_text(const char *text, size_t max_bytes, text_t *out)
{
	*out = text;
	return strlen(text) <= max_bytes ? ERR_OK : ERR_FORMAT;
}

enum err field_date(const char *text, text_t *out)
{
	static const char shape[] = "0000-00-00";
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int year, month, day, leap;

	*out = text;
	if (text[0] == '\0')
		return ERR_OK;
	if (strlen(text) != sizeof shape - 1)
		return ERR_FORMAT;
	for (size_t i = 0; i < sizeof shape - 1; i++) {
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
			return ERR_FORMAT;
	}
	year =
	    (text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + text[3] - '0';
	month = (text[5] - '0') * 10 + text[6] - '0';
	day = (text[8] - '0') * 10 + text[9] - '0';
	leap = month == 2 && ((year % 4 == 0 && year % 100 != 0) || year % 400 == 0) ? 1 : 0;
	return month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] + leap ? ERR_OK
										      : ERR_FORMAT;
}

enum err field_enum(long long value, long long low, long long high)
{
	return value >= low && value <= high ? ERR_OK : ERR_FORMAT;
}
