/* See uuid.h. */
#include "tools/client/uuid.h"

#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "proto/digest.h"
#include "routing/base/committee_id.h"

enum err uuid_new(int64_t unix_ms, struct doc_id *out)
{
	if (getrandom(out->bytes, sizeof out->bytes, 0) != (ssize_t)sizeof out->bytes)
		return ERR_SYSTEM;
	for (unsigned i = 0; i < 6; i++)
		out->bytes[i] = (uint8_t)((uint64_t)unix_ms >> (8 * (5 - i)));
	out->bytes[6] = (uint8_t)((out->bytes[6] & 0x0f) | 0x70);
	out->bytes[8] = (uint8_t)((out->bytes[8] & 0x3f) | 0x80);
	return ERR_OK;
}

void uuid_of_key(const char *scope, const char *key, struct doc_id *out)
{
	struct digest d = digest_key(scope, key);

	memcpy(out->bytes, d.bytes, sizeof out->bytes);
	out->bytes[6] = (uint8_t)((out->bytes[6] & 0x0f) | 0x80);
	out->bytes[8] = (uint8_t)((out->bytes[8] & 0x3f) | 0x80);
}

void uuid_print(const uint8_t bytes[16], char out[UUID_TEXT_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned n = 0;

	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		out[n++] = digits[bytes[i] >> 4];
		out[n++] = digits[bytes[i] & 0x0f];
	}
	out[n] = '\0';
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* As printed, in any case, also as others print it: in braces, as a URN, without dashes. A dash
 * stands where it belongs. */
enum err uuid_parse(const char *text, struct doc_id *out)
{
	static const char urn[] = "urn:uuid:";
	bool braces = false, dashes;
	unsigned n = 0;

	memset(out, 0, sizeof *out);
	if (strncasecmp(text, urn, sizeof urn - 1) == 0)
		text += sizeof urn - 1;
	else if ((braces = *text == '{'))
		text++;
	dashes = strlen(text) > 8 && text[8] == '-';
	for (; n < 32; n++) {
		int d;

		if (dashes && (n == 8 || n == 12 || n == 16 || n == 20) && *text++ != '-')
			return ERR_USAGE;
		d = digit(*text++);
		if (d < 0)
			return ERR_USAGE;
		out->bytes[n / 2] = (uint8_t)(out->bytes[n / 2] << 4 | d);
	}
	return strcmp(text, braces ? "}" : "") == 0 && doc_id_valid(out) ? ERR_OK : ERR_USAGE;
}
