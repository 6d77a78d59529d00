/* Keys of subscriptions, and what they sign: the Standard Webhooks specification, 1.0.0. A secret
 * that both sides know (HMAC-SHA256, signature "v1"), or an Ed25519 pair of which the receiver has
 * the public half (signature "v1a"). */
#ifndef VANTHU_TOOLS_WEBHOOK_KEY_H
#define VANTHU_TOOLS_WEBHOOK_KEY_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum {
	WEBHOOK_SECRET_BYTES = 32, /* of a new one; the specification allows 24 to 64 */
	WEBHOOK_SECRET_MIN_BYTES = 24,
	WEBHOOK_KEY_MAX_BYTES = 64,
	WEBHOOK_KEY_TEXT_SIZE = 104, /* prefix, base64 and a NUL */
	WEBHOOK_SIGNATURE_SIZE = 104
};

struct webhook_key {
	bool ed25519;
	uint8_t len;
	uint8_t bytes[WEBHOOK_KEY_MAX_BYTES]; /* of Ed25519: the seed, then the public key */
};

/* A new one. ERR_SYSTEM: no randomness. */
must_use enum err webhook_key_new(bool ed25519, struct webhook_key *out);
/* "whsec_…", or "whsk_…" with the seed alone or both. ERR_USAGE: neither. */
must_use enum err webhook_key_parse(const char *text, struct webhook_key *out);
/* The same as text, and the public key "whpk_…"; "" for a secret. */
void webhook_key_print(const struct webhook_key *k, char out[WEBHOOK_KEY_TEXT_SIZE]);
void webhook_key_public(const struct webhook_key *k, char out[WEBHOOK_KEY_TEXT_SIZE]);
/* No trace of it stays in this memory. */
void webhook_key_erase(struct webhook_key *k);

/* The value of the header webhook-signature: over "ID.SECONDS.BODY". `id` has no '.'. ERR_SYSTEM:
 * the library refused; ERR_NO_MEMORY. */
must_use enum err webhook_key_sign(const struct webhook_key *k, const char *id, int64_t seconds,
				   struct blob body, char out[WEBHOOK_SIGNATURE_SIZE]);

#endif
