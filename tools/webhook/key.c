/* See key.h. */
#include "tools/webhook/key.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

enum { SEED_BYTES = 32, PUBLIC_BYTES = 32, BASE64_MAX = 96 };

static const char secret_prefix[] = "whsec_", private_prefix[] = "whsk_", public_prefix[] = "whpk_";

/* Only what encodes to the same text again: one form, no blanks, no bits left over. */
static bool decode(const char *text, uint8_t *out, size_t max, uint8_t *len)
{
	uint8_t raw[BASE64_MAX], again[BASE64_MAX + 8];
	size_t chars = strlen(text), pad = 0;
	int n;

	if (chars == 0 || chars % 4 != 0 || chars > BASE64_MAX)
		return false;
	while (pad < 2 && text[chars - 1 - pad] == '=')
		pad++;
	n = EVP_DecodeBlock(raw, (const unsigned char *)text, (int)chars);
	if (n < (int)pad || (size_t)n - pad > max)
		return false;
	*len = (uint8_t)((size_t)n - pad);
	EVP_EncodeBlock(again, raw, *len);
	memcpy(out, raw, *len);
	OPENSSL_cleanse(raw, sizeof raw);
	n = memcmp(again, text, chars);
	OPENSSL_cleanse(again, sizeof again);
	return n == 0;
}

static void encode(const char *prefix, const uint8_t *bytes, size_t len, char *out)
{
	size_t at = strlen(prefix);

	memcpy(out, prefix, at);
	EVP_EncodeBlock((unsigned char *)out + at, bytes, (int)len);
}

/* The public key of the seed that stands first, behind it. */
static bool complete(struct webhook_key *k)
{
	size_t len = PUBLIC_BYTES;
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->bytes, SEED_BYTES);
	bool ok = key != NULL &&
		  EVP_PKEY_get_raw_public_key(key, k->bytes + SEED_BYTES, &len) == 1 &&
		  len == PUBLIC_BYTES;

	EVP_PKEY_free(key);
	k->len = SEED_BYTES + PUBLIC_BYTES;
	return ok;
}

enum err webhook_key_new(bool ed25519, struct webhook_key *out)
{
	memset(out, 0, sizeof *out);
	out->ed25519 = ed25519;
	out->len = WEBHOOK_SECRET_BYTES;
	if (RAND_bytes(out->bytes, ed25519 ? SEED_BYTES : WEBHOOK_SECRET_BYTES) != 1)
		return ERR_SYSTEM;
	return !ed25519 || complete(out) ? ERR_OK : ERR_SYSTEM;
}

enum err webhook_key_parse(const char *text, struct webhook_key *out)
{
	uint8_t given[PUBLIC_BYTES];

	memset(out, 0, sizeof *out);
	if (strncmp(text, secret_prefix, strlen(secret_prefix)) == 0)
		return decode(text + strlen(secret_prefix), out->bytes, WEBHOOK_KEY_MAX_BYTES,
			      &out->len) &&
				       out->len >= WEBHOOK_SECRET_MIN_BYTES
			       ? ERR_OK
			       : ERR_USAGE;
	if (strncmp(text, private_prefix, strlen(private_prefix)) != 0)
		return ERR_USAGE;
	out->ed25519 = true;
	if (!decode(text + strlen(private_prefix), out->bytes, WEBHOOK_KEY_MAX_BYTES, &out->len))
		return ERR_USAGE;
	if (out->len == SEED_BYTES)
		return complete(out) ? ERR_OK : ERR_USAGE;
	/* A pair whose halves do not belong together would give the seed away. */
	memcpy(given, out->bytes + SEED_BYTES, sizeof given);
	return out->len == SEED_BYTES + PUBLIC_BYTES && complete(out) &&
			       memcmp(given, out->bytes + SEED_BYTES, sizeof given) == 0
		       ? ERR_OK
		       : ERR_USAGE;
}

void webhook_key_print(const struct webhook_key *k, char out[WEBHOOK_KEY_TEXT_SIZE])
{
	encode(k->ed25519 ? private_prefix : secret_prefix, k->bytes, k->len, out);
}

void webhook_key_public(const struct webhook_key *k, char out[WEBHOOK_KEY_TEXT_SIZE])
{
	out[0] = '\0';
	if (k->ed25519)
		encode(public_prefix, k->bytes + SEED_BYTES, PUBLIC_BYTES, out);
}

void webhook_key_erase(struct webhook_key *k)
{
	OPENSSL_cleanse(k, sizeof *k);
}

static bool sign_secret(const struct webhook_key *k, struct blob message, char *out)
{
	uint8_t mac[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), k->bytes, k->len, message.data, message.len_bytes, mac, &len) ==
	    NULL)
		return false;
	encode("v1,", mac, len, out);
	return true;
}

static bool sign_pair(const struct webhook_key *k, struct blob message, char *out)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, k->bytes, SEED_BYTES);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t signature[64];
	size_t len = sizeof signature;
	bool ok = key != NULL && context != NULL &&
		  EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestSign(context, signature, &len, message.data, message.len_bytes) == 1;

	if (ok)
		encode("v1a,", signature, len, out);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return ok;
}

enum err webhook_key_sign(const struct webhook_key *k, const char *id, int64_t seconds,
			  struct blob body, char out[WEBHOOK_SIGNATURE_SIZE])
{
	size_t size = strlen(id) + 32 + body.len_bytes;
	uint8_t *message = malloc(size);
	struct blob signed_bytes = { message, 0 };
	int head;
	bool ok;

	if (message == NULL)
		return ERR_NO_MEMORY;
	head = snprintf((char *)message, size, "%s.%lld.", id, (long long)seconds);
	if (body.len_bytes > 0)
		memcpy(message + head, body.data, body.len_bytes);
	signed_bytes.len_bytes = (size_t)head + body.len_bytes;
	ok = k->ed25519 ? sign_pair(k, signed_bytes, out) : sign_secret(k, signed_bytes, out);
	free(message);
	return ok ? ERR_OK : ERR_SYSTEM;
}
