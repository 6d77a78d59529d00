/* Passwords: argon2id (RFC 9106) by libsodium. */
#ifndef VANTHU_TOOLS_ACCOUNT_PASSWORD_H
#define VANTHU_TOOLS_ACCOUNT_PASSWORD_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/err.h"

enum {
	PASSWORD_MIN = 12,  /* characters (NIST SP 800-63B-4 §3.1.1 asks 15 without a second factor
			     * and 8 with one) */
	PASSWORD_MAX = 256, /* bytes */
	PASSWORD_STORED_SIZE = 128, /* crypto_pwhash_STRBYTES */
	/* What one check costs. OWASP's least for argon2id is 19 MiB, two passes: a check is then
	 * some 20 ms, and the gateway makes one at a time. */
	PASSWORD_MEMORY_BYTES = 19 * 1024 * 1024,
	PASSWORD_PASSES = 2,
	PASSWORD_NEW_SIZE = 20 /* as password_new prints one, with a NUL */
};

/* A password that may be chosen: long enough, UTF-8, not the name, not one character over and over
 * and not a row of neighbours. ERR_PASSWORD_WEAK. */
must_use enum err password_check(const char *password, const char *account_name);
/* What is stored of it. Takes PASSWORD_MEMORY_BYTES for the call. ERR_NO_MEMORY. */
must_use enum err password_store(const char *password, char out[PASSWORD_STORED_SIZE]);
/* Is it that one? `stored` may be "" (no account, or none yet): the same work, and never true, so
 * that no clock tells which accounts there are. ERR_SIGN_IN: no; ERR_NO_MEMORY. */
must_use enum err password_verify(const char *password, const char *stored);
/* Was it stored with other costs than today's? Then it is stored anew at the next sign-in. */
bool password_is_old(const char *stored);
/* A first password to be handed on: 16 letters and digits in four groups, 77 bits. */
void password_new(char out[PASSWORD_NEW_SIZE]);

#endif
