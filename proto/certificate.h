/* X.509 containers around keys, for other tools; the directory decides what is valid. */
#ifndef VANTHU_PROTO_CERTIFICATE_H
#define VANTHU_PROTO_CERTIFICATE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

/* A self-signed root, and a committee's certificate signed by it (both X.509 v3, Ed25519; DER in
 * the arena). ERR_CERTIFICATE when OpenSSL refuses. */
must_use enum err certificate_root(struct arena *a, struct blob root_key_pem, text_t name,
				   int64_t from_ms, int64_t to_ms, struct blob *der);
struct certificate_subject {
	text_t id, name;
	const uint8_t *public_key; /* 32 bytes */
	int64_t from_ms, to_ms;
};
must_use enum err certificate_issue(struct arena *a, struct blob root_key_pem, struct blob root_der,
				    const struct certificate_subject *s, struct blob *der);
/* Subject public key, and whether `issuer_der` signed it (or itself when that is the same). */
must_use enum err certificate_check(struct blob der, struct blob issuer_der,
				    uint8_t public_key[32]);
must_use enum err certificate_to_pem(struct arena *a, struct blob der, struct blob *pem);
/* The first certificate of a PEM file that is a root: Ed25519, signed by itself. Others, and text,
 * may stand around it. ERR_CERTIFICATE: there is none. */
must_use enum err certificate_from_pem(struct arena *a, struct blob pem, struct blob *der);
/* The root of this index, from 0, where a file holds several. */
must_use enum err certificate_root_of_pem(struct arena *a, struct blob pem, unsigned index,
					  struct blob *der);

#endif
