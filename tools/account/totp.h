/* The second factor: a code of six digits that changes every 30 seconds (RFC 6238, with HMAC-SHA-1
 * as all programs on telephones have it). */
#ifndef VANTHU_TOOLS_ACCOUNT_TOTP_H
#define VANTHU_TOOLS_ACCOUNT_TOTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TOTP_SECRET_BYTES = 20, /* RFC 4226 §4, R6 recommends 160 bits */
	TOTP_TEXT_SIZE = 33,	/* of it in base32 (RFC 4648 §6), with a NUL */
	TOTP_STEP_S = 30,
	TOTP_DIGITS = 6
};

void totp_new(uint8_t secret[TOTP_SECRET_BYTES]);
void totp_print(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_SIZE]);
/* False: not 32 characters of base32. */
bool totp_parse(const char *text, uint8_t secret[TOTP_SECRET_BYTES]);
/* The code of a step: seconds since 1970 through TOTP_STEP_S. */
uint32_t totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step);
/* The step whose code this is, of now and its two neighbours (RFC 6238 §5.2), beyond `used`: a code
 * that was taken is not taken again. 0: none is. */
uint64_t totp_step(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now_s,
		   uint64_t used);
/* "otpauth://totp/…", what a telephone reads from a picture. False: out is too small. */
bool totp_uri(const uint8_t secret[TOTP_SECRET_BYTES], const char *issuer, const char *account,
	      char *out, size_t size_bytes);

#endif
