/* Opening envelopes: outer shape, digest, signature, and only then what is inside. A verifier may
 * be used by many threads. */
#ifndef VANTHU_PROTO_VERIFIER_H
#define VANTHU_PROTO_VERIFIER_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/record.h"

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
/* Of such an envelope of a document: which one it answers; id zero: none. Fits
 * core_config.answered_by. */
must_use enum err seal_peek_answered(struct arena *a, struct blob envelope,
				     struct document_ref *out);
/* By which key it is signed, and its digest. Fits core_config.signed_with. */
must_use enum err seal_peek_key(struct arena *a, struct blob envelope, struct digest *key_id,
				struct digest *digest);

#endif
