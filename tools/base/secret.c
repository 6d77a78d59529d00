/* See secret.h. */
#include "tools/base/secret.h"

#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <sys/random.h>

enum err secret_new(char out[SECRET_TEXT_SIZE])
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint8_t bytes[32];
	uint32_t held = 0;
	unsigned bits = 0;

	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		return ERR_SYSTEM;
	for (unsigned i = 0; i < sizeof bytes; i++) {
		held = held << 8 | bytes[i];
		for (bits += 8; bits >= 6; bits -= 6)
			*out++ = letters[held >> (bits - 6) & 63];
	}
	*out++ = letters[held << (6 - bits) & 63];
	*out = '\0';
	explicit_bzero(bytes, sizeof bytes);
	return ERR_OK;
}

_Static_assert(SECRET_KEY_BYTES == crypto_auth_hmacsha256_KEYBYTES, "libsodium");
_Static_assert(SECRET_MAC_SIZE == 2 * crypto_auth_hmacsha256_BYTES + 1, "libsodium");

void secret_sign(const uint8_t key[SECRET_KEY_BYTES], const char *text, size_t len,
		 char out[SECRET_MAC_SIZE])
{
	uint8_t mac[crypto_auth_hmacsha256_BYTES];

	crypto_auth_hmacsha256(mac, (const uint8_t *)text, len, key);
	sodium_bin2hex(out, SECRET_MAC_SIZE, mac, sizeof mac);
}

bool secret_equal(const char *a, const char *b, size_t len)
{
	return sodium_memcmp(a, b, len) == 0;
}
