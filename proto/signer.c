/* What every signer has; see signer.h. */
#include "proto/signer.h"

#include <string.h>

#include "proto/digest.h"

struct digest key_id_of(const uint8_t public_key[SIGN_KEY_BYTES])
{
	/* SubjectPublicKeyInfo of Ed25519 (RFC 8410 §10.1): a fixed beginning and the raw key. */
	static const uint8_t prefix[12] = { 0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
					    0x2b, 0x65, 0x70, 0x03, 0x21, 0x00 };
	uint8_t spki[sizeof prefix + SIGN_KEY_BYTES];

	memcpy(spki, prefix, sizeof prefix);
	memcpy(spki + sizeof prefix, public_key, SIGN_KEY_BYTES);
	return digest_of((struct blob){ spki, sizeof spki });
}

void signer_init(struct signer *s, const struct signer_ops *ops,
		 const uint8_t public_key[SIGN_KEY_BYTES], bool slow)
{
	s->ops = ops;
	memcpy(s->public_key, public_key, sizeof s->public_key);
	s->key_id = key_id_of(public_key);
	s->count = 0;
	s->slow = slow;
}

enum err signer_sign(struct signer *s, struct blob message, uint8_t out[SIGNATURE_BYTES])
{
	enum err e = s->ops->sign(s, message, out);

	s->count += e == ERR_OK;
	return e;
}

struct digest signer_key_id(const struct signer *s)
{
	return s->key_id;
}

void signer_public_key(const struct signer *s, uint8_t out[SIGN_KEY_BYTES])
{
	memcpy(out, s->public_key, sizeof s->public_key);
}

bool signer_is_slow(const struct signer *s)
{
	return s->slow;
}

uint64_t signer_count(const struct signer *s)
{
	return s->count;
}

void signer_destroy(struct signer *s)
{
	if (s != NULL)
		s->ops->destroy(s);
}
