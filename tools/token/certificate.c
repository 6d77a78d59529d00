/* See certificate.h. */
#include "tools/token/certificate.h"

#include <string.h>

#include "proto/digest.h"
#include "routing/base/arena.h"

static const char head[] = "-----BEGIN CERTIFICATE-----", foot[] = "-----END CERTIFICATE-----";

/* What a character of base64 stands for; -1: it is none. */
static int value_of(char c)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c == '\0' ? NULL : strchr(letters, c);

	return at == NULL ? -1 : (int)(at - letters);
}

/* base64 with line ends in it; false: something else is. */
static bool decode(const char *from, const char *until, uint8_t *out, size_t *len)
{
	unsigned held = 0, bits = 0, padding = 0;

	for (*len = 0; from < until; from++) {
		int value = value_of(*from);

		if (strchr(" \t\r\n", *from) != NULL && *from != '\0')
			continue;
		padding += *from == '=' ? 1 : 0;
		if (*from == '=' && padding <= 2)
			continue;
		if (value < 0 || padding > 0)
			return false;
		held = (held << 6 | (unsigned)value) & 0xffff;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			out[(*len)++] = (uint8_t)(held >> bits);
		}
	}
	return true;
}

/* One SEQUENCE from the first byte to the last (X.690 §8.1): what is cut off or longer is no
 * certificate. */
static bool is_sequence(const uint8_t *der, size_t len)
{
	size_t length = 0, octets = len >= 2 && der[1] >= 0x80 ? der[1] & 0x7f : 0;

	if (len < 2 || der[0] != 0x30 || octets > 4 || len < 2 + octets)
		return false;
	for (size_t i = 0; i < octets; i++)
		length = length << 8 | der[2 + i];
	if (octets == 0)
		length = der[1];
	return length == len - 2 - octets;
}

enum err token_certificate_digest(struct arena *a, struct blob pem, struct digest *out)
{
	const char *text = arena_text(a, (const char *)pem.data, pem.len_bytes);
	uint8_t *der = arena_alloc(a, pem.len_bytes + 1);
	const char *from, *until;
	size_t len = 0;

	if (text == NULL || der == NULL)
		return ERR_NO_MEMORY;
	from = strstr(text, head);
	if (from == NULL)
		return ERR_CERTIFICATE;
	from += sizeof head - 1;
	until = strstr(from, foot);
	if (until == NULL || !decode(from, until, der, &len) || !is_sequence(der, len))
		return ERR_CERTIFICATE;
	*out = digest_of((struct blob){ der, len });
	return ERR_OK;
}
