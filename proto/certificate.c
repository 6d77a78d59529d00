/* X.509 containers around keys, for other tools; the directory decides what is valid. See
 * certificate.h. */
#include "proto/certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "proto/digest.h"

static EVP_PKEY *read_key(struct blob pem)
{
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len_bytes);
	static char no_password[] = "";
	EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, NULL, no_password);

	BIO_free(bio);
	return key;
}

static X509 *read_der(struct blob der)
{
	const unsigned char *p = der.data;
	X509 *x = der.len_bytes == 0 || der.len_bytes > 65536
		      ? NULL
		      : d2i_X509(NULL, &p, (long)der.len_bytes);

	/* Trailing bytes would be a second meaning for the same container. */
	if (x != NULL && p != der.data + der.len_bytes) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

static bool set_name(X509_NAME *n, text_t id, text_t name)
{
	return X509_NAME_add_entry_by_NID(n, NID_commonName, MBSTRING_UTF8,
					  (const unsigned char *)id, -1, -1, 0) == 1 &&
	       X509_NAME_add_entry_by_NID(n, NID_description, MBSTRING_UTF8,
					  (const unsigned char *)name, -1, -1, 0) == 1;
}

static bool add_extension(X509 *x, X509 *issuer, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool ok;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e != NULL && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

/* A serial number that is the same for the same certificate and no other: RFC 5280 §4.1.2.2 wants
 * it positive, at most 20 bytes. */
static bool set_serial(X509 *x, const uint8_t *key, text_t id, int64_t from_ms)
{
	struct digest_stream *s = digest_begin();
	struct digest d;
	BIGNUM *n;
	bool ok;

	if (s == NULL)
		return false;
	digest_add(s, (struct blob){ key, 32 });
	digest_add(s, (struct blob){ (const uint8_t *)id, strlen(id) });
	digest_add(s, (struct blob){ (const uint8_t *)&from_ms, sizeof from_ms });
	d = digest_end(s);
	d.bytes[0] = (uint8_t)((d.bytes[0] & 0x7f) | 0x40);
	n = BN_bin2bn(d.bytes, 16, NULL);
	ok = n != NULL && BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return ok;
}

struct request {
	text_t id, name;
	EVP_PKEY *subject_key;
	int64_t from_ms, to_ms;
	bool authority;
};

static X509 *build(const struct request *r, X509 *issuer, EVP_PKEY *issuer_key)
{
	X509 *x = X509_new();
	X509 *by = issuer != NULL ? issuer : x;
	uint8_t raw[32];
	size_t len = sizeof raw;
	bool ok =
	    x != NULL && EVP_PKEY_get_raw_public_key(r->subject_key, raw, &len) == 1 &&
	    X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x, raw, r->id, r->from_ms) &&
	    ASN1_TIME_set(X509_getm_notBefore(x), (time_t)(r->from_ms / 1000)) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), (time_t)(r->to_ms / 1000)) != NULL &&
	    X509_set_pubkey(x, r->subject_key) == 1 &&
	    set_name(X509_get_subject_name(x), r->id, r->name) &&
	    X509_set_issuer_name(x, X509_get_subject_name(by)) == 1 &&
	    add_extension(x, by, NID_basic_constraints,
			  r->authority ? "critical,CA:TRUE,pathlen:0" : "critical,CA:FALSE") &&
	    add_extension(x, by, NID_key_usage,
			  r->authority ? "critical,keyCertSign,cRLSign,digitalSignature"
				       : "critical,digitalSignature") &&
	    add_extension(x, by, NID_subject_key_identifier, "hash") &&
	    add_extension(x, by, NID_authority_key_identifier, "keyid:always") &&
	    X509_sign(x, issuer_key, NULL) > 0;

	if (!ok) {
		X509_free(x);
		x = NULL;
	}
	return x;
}

static enum err to_arena(struct arena *a, X509 *x, struct blob *der)
{
	unsigned char *bytes = NULL;
	int len = i2d_X509(x, &bytes);

	if (len <= 0)
		return ERR_NO_MEMORY; /* nothing else keeps it from being written down */
	*der = arena_blob(a, (struct blob){ bytes, (size_t)len });
	OPENSSL_free(bytes);
	return der->data == NULL ? ERR_NO_MEMORY : ERR_OK;
}

enum err certificate_root(struct arena *a, struct blob root_key_pem, text_t name, int64_t from_ms,
			  int64_t to_ms, struct blob *der)
{
	EVP_PKEY *key = read_key(root_key_pem);
	struct request r = { .id = "registry",
			     .name = name,
			     .subject_key = key,
			     .from_ms = from_ms,
			     .to_ms = to_ms,
			     .authority = true };
	X509 *x = key == NULL ? NULL : build(&r, NULL, key);
	enum err e = x == NULL ? ERR_CERTIFICATE : to_arena(a, x, der);

	X509_free(x);
	EVP_PKEY_free(key);
	return e;
}

enum err certificate_issue(struct arena *a, struct blob root_key_pem, struct blob root_der,
			   const struct certificate_subject *s, struct blob *der)
{
	EVP_PKEY *key = read_key(root_key_pem);
	EVP_PKEY *subject = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, s->public_key, 32);
	X509 *root = read_der(root_der), *x = NULL;
	struct request r = { .id = s->id,
			     .name = s->name,
			     .subject_key = subject,
			     .from_ms = s->from_ms,
			     .to_ms = s->to_ms };
	enum err e = ERR_CERTIFICATE;

	if (key != NULL && subject != NULL && root != NULL)
		x = build(&r, root, key);
	if (x != NULL)
		e = to_arena(a, x, der);
	X509_free(x);
	X509_free(root);
	EVP_PKEY_free(subject);
	EVP_PKEY_free(key);
	return e;
}

enum err certificate_check(struct blob der, struct blob issuer_der, uint8_t public_key[32])
{
	X509 *x = read_der(der), *issuer = read_der(issuer_der);
	EVP_PKEY *issuer_key = issuer == NULL ? NULL : X509_get0_pubkey(issuer);
	EVP_PKEY *key = x == NULL ? NULL : X509_get0_pubkey(x);
	size_t len = 32;
	enum err e = ERR_CERTIFICATE;

	if (key != NULL && issuer_key != NULL && EVP_PKEY_get_id(key) == EVP_PKEY_ED25519 &&
	    EVP_PKEY_get_raw_public_key(key, public_key, &len) == 1 &&
	    X509_verify(x, issuer_key) == 1)
		e = ERR_OK;
	X509_free(x);
	X509_free(issuer);
	return e;
}

enum err certificate_to_pem(struct arena *a, struct blob der, struct blob *pem)
{
	X509 *x = read_der(der);
	BIO *bio = BIO_new(BIO_s_mem());
	enum err e = ERR_CERTIFICATE;
	char *data;
	long len;

	if (x != NULL && bio != NULL && PEM_write_bio_X509(bio, x) == 1) {
		len = BIO_get_mem_data(bio, &data);
		*pem = arena_blob(a, (struct blob){ (const uint8_t *)data, (size_t)len });
		e = pem->data == NULL ? ERR_NO_MEMORY : ERR_OK;
	}
	BIO_free(bio);
	X509_free(x);
	return e;
}

/* A root signs itself. */
static bool is_root(struct blob der)
{
	uint8_t public_key[32];

	return certificate_check(der, der, public_key) == ERR_OK;
}

enum err certificate_root_of_pem(struct arena *a, struct blob pem, unsigned index, struct blob *der)
{
	BIO *bio = pem.len_bytes == 0 || pem.len_bytes > 1 << 20
		       ? NULL
		       : BIO_new_mem_buf(pem.data, (int)pem.len_bytes);
	enum err e = ERR_CERTIFICATE;
	X509 *x;

	while (e == ERR_CERTIFICATE && bio != NULL &&
	       (x = PEM_read_bio_X509(bio, NULL, NULL, NULL)) != NULL) {
		e = to_arena(a, x, der);
		if (e == ERR_OK && (!is_root(*der) || index-- > 0))
			e = ERR_CERTIFICATE;
		X509_free(x);
	}
	BIO_free(bio);
	return e;
}

enum err certificate_from_pem(struct arena *a, struct blob pem, struct blob *der)
{
	return certificate_root_of_pem(a, pem, 0, der);
}
