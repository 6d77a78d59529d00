/* The signer whose private key lies in a PEM file: OpenSSL signs, in some 50 µs. */
#ifndef VANTHU_PROTO_SIGNER_PEM_H
#define VANTHU_PROTO_SIGNER_PEM_H

#include "proto/signer.h"
#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

/* From an unencrypted PKCS#8 PEM private key (Ed25519); *out is the caller's. ERR_CERTIFICATE when
 * it is something else. */
must_use enum err signer_pem_open(struct blob pem, struct signer **out);
/* A new key pair; the PEM goes to the arena. */
must_use enum err signer_pem_generate(struct arena *a, struct blob *private_pem);

#endif
