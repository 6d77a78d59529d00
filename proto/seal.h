/* Sealing and opening envelopes: DSSE signatures with Ed25519, alone or in Merkle batches.
 * OpenSSL's keys end here. A signer belongs to one thread; a verifier may be used by many. */
#ifndef VANTHU_PROTO_SEAL_H
#define VANTHU_PROTO_SEAL_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/plan.h"

/* ---- signing ---- */
struct signer;
/* From an unencrypted PKCS#8 PEM private key (Ed25519). ERR_CERTIFICATE when it is something
 * else. */
must_use enum err signer_from_pem(struct blob pem, struct signer **out);
void signer_destroy(struct signer *s);
struct digest signer_key_id(const struct signer *s);
void signer_public_key(const struct signer *s, uint8_t out[32]);
/* A new key pair; the PEM goes to the arena. */
must_use enum err signer_generate(struct arena *a, struct blob *private_pem);

/* Packs, digests and signs all drafts under one signature: plain when there is one, a Merkle batch
 * otherwise (several batches past BATCH_LEAVES_MAX). Fills draft->envelope (in the arena) and
 * draft->digest. ERR_TOO_LARGE names a draft whose envelope passes ENVELOPE_MAX_BYTES: the caller
 * has checked sizes before. */
must_use enum err seal_drafts(struct signer *s, struct arena *a, struct draft *drafts,
			      uint32_t count);

/* The size that an envelope with this head and body will have, batch path included: for policy
 * before deciding. */
size_t seal_size_bound(const struct head *head, size_t body_bytes);

/* Signatures made since the signer was: for the benchmark's "signatures per document". */
uint64_t signer_count(const struct signer *s);

/* ---- opening ---- */
struct key_info {
	struct committee_id committee;
	enum key_use use;
	uint8_t public_key[32];
	int64_t from_ms, to_ms, revoked_from_ms;
};

struct key_source {
	void *ctx;
	/* The directory's record of a key. ERR_NOT_FOUND. Called from any thread. */
	enum err (*find)(void *ctx, const struct digest *key_id, struct key_info *out);
};

struct verifier;
/* Remembers up to 1,024 batch signatures that were good, so that a batch is checked once. `source`
 * must outlive it. */
struct verifier *verifier_new(struct key_source source);
void verifier_destroy(struct verifier *v);
/* Forgets what was remembered: the directory has changed. */
void verifier_forget(struct verifier *v);
/* Turns signature checks off. Only the canary build of the tests has it
 * (VANTHU_CANARY_NO_VERIFY). */

struct opened {
	enum kind kind;
	struct blob payload;  /* in the arena */
	struct digest digest; /* of the envelope */
	struct head head;
	struct blob body;
	struct key_info signer;
	struct digest key_id;
	/* The key was good at signed_at but has ended since: the signature counts only with a
	 * record of somebody else's, made before this moment, that shows the envelope
	 * (docs/PROTOCOL.md "Keys and trust"). 0: no such record would help, or none is needed. */
	int64_t custody_before_ms;
};

/* Size, outer shape, digest, signature, then the payload: nothing inside is parsed before the
 * signature is good. Checks that the signer is the head's origin and its key good at head.signed_at
 * (revocation, validity, clock tolerance against wall_ms). out->digest is set whenever the outer
 * shape could be read, out->signer and out->head whenever the signature was good. ERR_KEY_NOT_VALID
 * and ERR_KEY_REVOKED come with custody_before_ms when such a record can mend them. ERR_FORMAT
 * ERR_UTF8 ERR_SIGNATURE ERR_UNKNOWN_KEY ERR_KEY_NOT_VALID ERR_KEY_REVOKED ERR_NOT_SIGNER
 * ERR_UNSUPPORTED ERR_CLOCK ERR_NO_MEMORY */
must_use enum err seal_open(struct verifier *v, struct arena *a, struct blob envelope,
			    int64_t wall_ms, struct opened *out);

/* The same for an envelope whose signer has said, by a correction, when it was really signed: that
 * time is judged instead. 0: as it says. */
must_use enum err seal_open_corrected(struct verifier *v, struct arena *a, struct blob envelope,
				      int64_t wall_ms, int64_t corrected_at_ms, struct opened *out);

/* The envelope's digest and payload without any check: for what our own store holds. */
must_use enum err seal_peek(struct arena *a, struct blob envelope, struct opened *out);

/* ---- certificates ---- */
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
/* SHA-256 over the DER SubjectPublicKeyInfo of a raw Ed25519 key (RFC 8410). */
struct digest key_id_of(const uint8_t public_key[32]);

#endif
