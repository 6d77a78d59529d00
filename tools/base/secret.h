/* Secrets that are shown once: tokens, sessions. */
#ifndef VANTHU_TOOLS_BASE_SECRET_H
#define VANTHU_TOOLS_BASE_SECRET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "routing/base/err.h"

enum {
	SECRET_TEXT_SIZE = 44, /* 43 characters and a NUL */
	SECRET_KEY_BYTES = 32,
	SECRET_MAC_SIZE = 65, /* hexadecimal, and a NUL */
};

/* 32 bytes of the kernel's randomness in base64url without padding (RFC 4648 §5). ERR_SYSTEM: there
 * is none. */
must_use enum err secret_new(char out[SECRET_TEXT_SIZE]);
/* HMAC-SHA-256 of a text under a key, in hexadecimal. */
void secret_sign(const uint8_t key[SECRET_KEY_BYTES], const char *text, size_t len,
		 char out[SECRET_MAC_SIZE]);
/* In a time that does not tell where they differ. */
bool secret_equal(const char *a, const char *b, size_t len);

#endif
