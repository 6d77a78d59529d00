/* See tools/edxml/base64.h. */
#include "tools/edxml/base64.h"

#include <assert.h>

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* 0 to 63; -1 a blank; -2 padding; -3 none. The letters of URLs are understood, too. */
static int value_of(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	switch (c) {
	case '+':
	case '-':
		return 62;
	case '/':
	case '_':
		return 63;
	case '=':
		return -2;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		return -1;
	default:
		return -3;
	}
}

size_t base64_decode(struct base64 *b, const char *text, size_t len_bytes, uint8_t *out, bool *bad)
{
	size_t n = 0;

	for (size_t i = 0; i < len_bytes; i++) {
		int v = value_of((unsigned char)text[i]);

		if (v == -1)
			continue;
		if (v == -3 || (v >= 0 && b->padding != 0) || (v == -2 && b->padding == 2)) {
			*bad = true;
			return n;
		}
		if (v == -2) {
			b->padding++;
			continue;
		}
		b->bits = b->bits << 6 | (uint32_t)v;
		if (++b->chars < 4)
			continue;
		out[n++] = (uint8_t)(b->bits >> 16);
		out[n++] = (uint8_t)(b->bits >> 8);
		out[n++] = (uint8_t)b->bits;
		b->bits = 0;
		b->chars = 0;
	}
	return n;
}

bool base64_end(struct base64 *b, uint8_t out[2], size_t *len_bytes)
{
	*len_bytes = 0;
	if (b->chars == 0)
		return b->padding == 0;
	if (b->chars == 1 || (b->padding != 0 && b->chars + b->padding != 4))
		return false;
	b->bits <<= 6 * (4 - b->chars);
	out[(*len_bytes)++] = (uint8_t)(b->bits >> 16);
	if (b->chars == 3)
		out[(*len_bytes)++] = (uint8_t)(b->bits >> 8);
	return true;
}

size_t base64_encode(const uint8_t *bytes, size_t len_bytes, bool last, char *out)
{
	size_t n = 0, i = 0;

	for (; i + 3 <= len_bytes; i += 3) {
		uint32_t bits =
			(uint32_t)bytes[i] << 16 | (uint32_t)bytes[i + 1] << 8 | bytes[i + 2];

		out[n++] = letters[bits >> 18];
		out[n++] = letters[bits >> 12 & 63];
		out[n++] = letters[bits >> 6 & 63];
		out[n++] = letters[bits & 63];
	}
	assert(last || i == len_bytes);
	if (i == len_bytes)
		return n;
	out[n++] = letters[bytes[i] >> 2];
	if (i + 1 == len_bytes) {
		out[n++] = letters[(bytes[i] & 3) << 4];
		out[n++] = '=';
	} else {
		out[n++] = letters[(bytes[i] & 3) << 4 | bytes[i + 1] >> 4];
		out[n++] = letters[(bytes[i + 1] & 15) << 2];
	}
	out[n++] = '=';
	return n;
}
