/* See uuid.h. */
#include "tools/uuid.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

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

void uuid_print(const uint8_t bytes[16], char out[UUID_TEXT_SIZE])
{
	int n = 0;

	for (unsigned i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[n++] = '-';
		n += snprintf(out + n, 3, "%02x", bytes[i]);
	}
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

enum err uuid_parse(const char *text, struct doc_id *out)
{
	unsigned n = 0;

	memset(out, 0, sizeof *out);
	for (; *text != '\0'; text++) {
		int d = digit(*text);

		if (*text == '-')
			continue;
		if (d < 0 || n == 32)
			return ERR_USAGE;
		out->bytes[n / 2] = (uint8_t)(out->bytes[n / 2] << 4 | d);
		n++;
	}
	return n == 32 && (out->bytes[6] & 0xf0) == 0x70 ? ERR_OK : ERR_USAGE;
}
