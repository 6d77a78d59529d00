/* Ed25519 by OpenSSL; see signer_pem.h. */
#include "proto/signer_pem.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>

struct signer_pem {
	struct signer signer; /* first */
	EVP_PKEY *key;
	EVP_MD_CTX *ctx;
};

static enum err sign(struct signer *base, struct blob message, uint8_t out[SIGNATURE_BYTES])
{
	struct signer_pem *s = (struct signer_pem *)base;
	size_t len = SIGNATURE_BYTES;

	EVP_MD_CTX_reset(s->ctx);
	if (EVP_DigestSignInit(s->ctx, NULL, NULL, NULL, s->key) != 1 ||
	    EVP_DigestSign(s->ctx, out, &len, message.data, message.len_bytes) != 1 ||
	    len != SIGNATURE_BYTES)
		return ERR_CERTIFICATE;
	return ERR_OK;
}

static void destroy(struct signer *base)
{
	struct signer_pem *s = (struct signer_pem *)base;

	EVP_MD_CTX_free(s->ctx);
	EVP_PKEY_free(s->key); /* cleanses the private key */
	free(s);
}

static const struct signer_ops ops = { .sign = sign, .destroy = destroy };

static EVP_PKEY *read_private(struct blob pem)
{
	BIO *bio = pem.len_bytes > 0 && pem.len_bytes < 65536
		       ? BIO_new_mem_buf(pem.data, (int)pem.len_bytes)
		       : NULL;
	static char no_password[] = "";
	EVP_PKEY *key;

	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PrivateKey(bio, NULL, NULL, no_password);
	BIO_free(bio);
	if (key != NULL && EVP_PKEY_get_id(key) != EVP_PKEY_ED25519) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

enum err signer_pem_open(struct blob pem, struct signer **out)
{
	struct signer_pem *s = calloc(1, sizeof *s);
	uint8_t public_key[SIGN_KEY_BYTES];
	size_t len = sizeof public_key;
	enum err e = ERR_OK;

	*out = NULL;
	if (s == NULL)
		return ERR_NO_MEMORY;
	s->key = read_private(pem);
	s->ctx = EVP_MD_CTX_new();
	if (s->ctx == NULL)
		e = ERR_NO_MEMORY;
	else if (s->key == NULL || EVP_PKEY_get_raw_public_key(s->key, public_key, &len) != 1)
		e = ERR_CERTIFICATE;
	if (e != ERR_OK) {
		destroy(&s->signer);
		return e;
	}
	signer_init(&s->signer, &ops, public_key, false);
	*out = &s->signer;
	return ERR_OK;
}

enum err signer_pem_generate(struct arena *a, struct blob *private_pem)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	BIO *bio = BIO_new(BIO_s_secmem());
	enum err e = ERR_CERTIFICATE;
	char *data;
	long len;

	if (key == NULL || bio == NULL ||
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) != 1)
		goto out;
	len = BIO_get_mem_data(bio, &data);
	*private_pem = arena_blob(a, (struct blob){ (const uint8_t *)data, (size_t)len });
	e = private_pem->data == NULL ? ERR_NO_MEMORY : ERR_OK;
out:
	BIO_free(bio);
	EVP_PKEY_free(key);
	return e;
}
