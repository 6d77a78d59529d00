/* See totp.h. */
#include "tools/account/totp.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { CODES = 1000000, NEIGHBOURS = 1 };

static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

void totp_new(uint8_t secret[TOTP_SECRET_BYTES])
{
	randombytes_buf(secret, TOTP_SECRET_BYTES);
}

/* 20 bytes are 32 characters of 5 bits, without a rest. */
void totp_print(const uint8_t secret[TOTP_SECRET_BYTES], char out[TOTP_TEXT_SIZE])
{
	for (unsigned i = 0; i < TOTP_TEXT_SIZE - 1; i++) {
		unsigned bit = 5 * i, at = bit / 8;
		unsigned two = (unsigned)secret[at] << 8 |
			       (at + 1 < TOTP_SECRET_BYTES ? secret[at + 1] : 0u);

		out[i] = letters[two >> (11 - bit % 8) & 31];
	}
	out[TOTP_TEXT_SIZE - 1] = '\0';
}

bool totp_parse(const char *text, uint8_t secret[TOTP_SECRET_BYTES])
{
	memset(secret, 0, TOTP_SECRET_BYTES);
	if (strlen(text) != TOTP_TEXT_SIZE - 1)
		return false;
	for (unsigned i = 0; i < TOTP_TEXT_SIZE - 1; i++) {
		const char *found = strchr(letters, text[i]);
		unsigned bit = 5 * i, at = bit / 8, five;

		if (found == NULL)
			return false;
		five = (unsigned)(found - letters) << (11 - bit % 8);
		secret[at] |= (uint8_t)(five >> 8);
		if (at + 1 < TOTP_SECRET_BYTES)
			secret[at + 1] |= (uint8_t)five;
	}
	return true;
}

/* RFC 4226 §5.3: four bytes from where the last half-byte says. */
uint32_t totp_code(const uint8_t secret[TOTP_SECRET_BYTES], uint64_t step)
{
	uint8_t counter[8], mac[EVP_MAX_MD_SIZE];
	unsigned len = 0, at;

	for (unsigned i = 0; i < sizeof counter; i++)
		counter[i] = (uint8_t)(step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), secret, TOTP_SECRET_BYTES, counter, sizeof counter, mac, &len) ==
		    NULL ||
	    len != 20)
		return CODES; /* none of six digits */
	at = mac[19] & 15;
	return (((uint32_t)(mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
		 (uint32_t)mac[at + 2] << 8 | mac[at + 3])) %
	       CODES;
}

uint64_t totp_step(const uint8_t secret[TOTP_SECRET_BYTES], const char *code, int64_t now_s,
		   uint64_t used)
{
	uint64_t now = now_s < 0 ? 0 : (uint64_t)now_s / TOTP_STEP_S, found = 0;
	char want[16];

	if (strlen(code) != TOTP_DIGITS)
		return 0;
	for (uint64_t step = now < NEIGHBOURS ? 0 : now - NEIGHBOURS; step <= now + NEIGHBOURS;
	     step++) {
		snprintf(want, sizeof want, "%06u", (unsigned)totp_code(secret, step));
		if (sodium_memcmp(want, code, TOTP_DIGITS) == 0 && step > used)
			found = step;
	}
	return found;
}

/* What stands in a path or a query (RFC 3986 §2.1). */
static void print_encoded(FILE *to, const char *text)
{
	for (; *text != '\0'; text++) {
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~",
			   *text) != NULL)
			fputc(*text, to);
		else
			fprintf(to, "%%%02X", (unsigned char)*text);
	}
}

bool totp_uri(const uint8_t secret[TOTP_SECRET_BYTES], const char *issuer, const char *account,
	      char *out, size_t size_bytes)
{
	char text[TOTP_TEXT_SIZE];
	FILE *to = fmemopen(out, size_bytes, "w");
	long len;

	if (to == NULL)
		return false;
	totp_print(secret, text);
	fputs("otpauth://totp/", to);
	print_encoded(to, issuer);
	fputc(':', to);
	print_encoded(to, account);
	fprintf(to, "?secret=%s&issuer=", text);
	print_encoded(to, issuer);
	len = ftell(to);
	return fclose(to) == 0 && len > 0 && (size_t)len < size_bytes;
}
