/* Who holds a private signing key: an interface {sign, key id, public key}, so that the key may be
 * a file's (signer_pem.h) or a token's that never gives it away and takes 10–100 ms a signature.
 * A signer is used by one thread at a time, which need not be always the same. */
#ifndef VANTHU_PROTO_SIGNER_H
#define VANTHU_PROTO_SIGNER_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { SIGNATURE_BYTES = 64, SIGN_KEY_BYTES = 32 };

struct signer;

struct signer_ops {
	/* One Ed25519 signature over the message. May block. ERR_CERTIFICATE: the key cannot be
	 * used, or no more. */
	enum err (*sign)(struct signer *s, struct blob message, uint8_t out[SIGNATURE_BYTES]);
	void (*destroy)(struct signer *s); /* frees s */
};

/* A back end puts this first into its own struct and calls signer_init; all others go by the
 * functions below. */
struct signer {
	const struct signer_ops *ops;
	uint8_t public_key[SIGN_KEY_BYTES];
	struct digest key_id;
	uint64_t count;
	bool slow;
};

/* For back ends. slow: a signature takes so long that who has more to do has it made by another
 * thread. */
void signer_init(struct signer *s, const struct signer_ops *ops,
		 const uint8_t public_key[SIGN_KEY_BYTES], bool slow);

/* As signer_ops.sign. */
must_use enum err signer_sign(struct signer *s, struct blob message, uint8_t out[SIGNATURE_BYTES]);
struct digest signer_key_id(const struct signer *s);
void signer_public_key(const struct signer *s, uint8_t out[SIGN_KEY_BYTES]);
bool signer_is_slow(const struct signer *s);
/* Signatures made since the signer was: for the benchmark's "signatures per document". Not while
 * another thread signs. */
uint64_t signer_count(const struct signer *s);
void signer_destroy(struct signer *s); /* NULL is fine */

/* SHA-256 over the DER SubjectPublicKeyInfo of a raw Ed25519 key (RFC 8410). */
struct digest key_id_of(const uint8_t public_key[SIGN_KEY_BYTES]);

#endif
