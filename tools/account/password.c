/* See password.h. */
#include "tools/account/password.h"

#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>

#include "proto/utf8.h"

_Static_assert(PASSWORD_STORED_SIZE >= crypto_pwhash_STRBYTES, "libsodium");

static size_t characters(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}

/* "aaaaaaaaaaaa", "abcdefghijkl", "210987654321": each byte is as far from the one before. */
static bool is_row(const char *text)
{
	int step = text[1] - text[0];

	if (step < -1 || step > 1)
		return false;
	for (size_t i = 1; text[i] != '\0'; i++) {
		int by = text[i] - text[i - 1];
		bool wraps = (step == 1 && text[i - 1] == '9' && text[i] == '0') ||
			     (step == -1 && text[i - 1] == '0' && text[i] == '9');

		if (by != step && !wraps)
			return false;
	}
	return true;
}

enum err password_check(const char *password, const char *account_name)
{
	size_t len = strlen(password);
	const struct blob text = { (const uint8_t *)password, len };
	bool good = len <= PASSWORD_MAX && utf8_valid(text) &&
		    characters(password) >= PASSWORD_MIN && !is_row(password) &&
		    strcasecmp(password, account_name) != 0;

	return good ? ERR_OK : ERR_PASSWORD_WEAK;
}

enum err password_store(const char *password, char out[PASSWORD_STORED_SIZE])
{
	memset(out, 0, PASSWORD_STORED_SIZE);
	if (sodium_init() < 0 ||
	    crypto_pwhash_str_alg(out, password, strlen(password), PASSWORD_PASSES,
				  PASSWORD_MEMORY_BYTES, crypto_pwhash_ALG_ARGON2ID13) != 0)
		return ERR_NO_MEMORY;
	return ERR_OK;
}

/* Of nobody: the work is that of a check. libsodium says -1 of a wrong password and of no memory
 * alike, and errno ENOMEM of the latter alone. */
enum err password_verify(const char *password, const char *stored)
{
	char other[PASSWORD_STORED_SIZE];
	enum err e;

	if (strlen(password) > PASSWORD_MAX)
		return ERR_SIGN_IN;
	if (stored[0] == '\0') {
		e = password_store(password, other);
		return e == ERR_OK ? ERR_SIGN_IN : e;
	}
	if (sodium_init() < 0)
		return ERR_NO_MEMORY;
	errno = 0;
	if (crypto_pwhash_str_verify(stored, password, strlen(password)) == 0)
		return ERR_OK;
	return errno == ENOMEM ? ERR_NO_MEMORY : ERR_SIGN_IN;
}

bool password_is_old(const char *stored)
{
	return stored[0] != '\0' && sodium_init() >= 0 &&
	       crypto_pwhash_str_needs_rehash(stored, PASSWORD_PASSES, PASSWORD_MEMORY_BYTES) != 0;
}

/* Without letters that are taken for others when somebody reads them out: i, l, o, 0, 1. */
void password_new(char out[PASSWORD_NEW_SIZE])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";
	size_t at = 0;

	for (unsigned i = 0; i < 16; i++) {
		if (i > 0 && i % 4 == 0)
			out[at++] = '-';
		out[at++] = letters[randombytes_uniform(sizeof letters - 1)];
	}
	out[at] = '\0';
}
