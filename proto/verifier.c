/* Opening envelopes: outer shape, digest, signature, and only then what is inside; see
 * verifier.h. */
#include "proto/verifier.h"

#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/merkle.h"
#include "proto/pae.h"
#include "proto/pb.h"

enum { REMEMBERED = 1024 };

struct verifier {
	struct key_source source;
	pthread_mutex_t lock;
	/* digests of (key, batch, signature) that were good; direct-mapped */
	struct digest good[REMEMBERED];
};

struct verifier *verifier_new(struct key_source source)
{
	struct verifier *v = calloc(1, sizeof *v);

	if (v == NULL)
		return NULL;
	v->source = source;
	pthread_mutex_init(&v->lock, NULL);
	return v;
}

void verifier_destroy(struct verifier *v)
{
	if (v == NULL)
		return;
	pthread_mutex_destroy(&v->lock);
	free(v);
}

void verifier_forget(struct verifier *v)
{
	pthread_mutex_lock(&v->lock);
	memset(v->good, 0, sizeof v->good);
	pthread_mutex_unlock(&v->lock);
}

static size_t slot_of(const struct digest *d)
{
	return ((size_t)d->bytes[0] << 8 | d->bytes[1]) % REMEMBERED;
}

static bool remembered(struct verifier *v, const struct digest *d)
{
	bool yes;

	pthread_mutex_lock(&v->lock);
	yes = memcmp(&v->good[slot_of(d)], d, sizeof *d) == 0;
	pthread_mutex_unlock(&v->lock);
	return yes;
}

static void remember(struct verifier *v, const struct digest *d)
{
	pthread_mutex_lock(&v->lock);
	v->good[slot_of(d)] = *d;
	pthread_mutex_unlock(&v->lock);
}

static enum err check_signature(const uint8_t public_key[32], struct blob signature,
				struct blob message)
{
#ifdef VANTHU_CANARY_NO_VERIFY
	/* The canary of the tests: a daemon that believes every signature. The simulator must
	 * notice it. */
	(void)public_key;
	(void)signature;
	(void)message;
	return ERR_OK;
#else
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, public_key, 32);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	enum err e = ERR_SIGNATURE;

	if (ctx == NULL)
		e = ERR_NO_MEMORY;
	else if (key != NULL && EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, key) == 1 &&
		 EVP_DigestVerify(ctx, signature.data, signature.len_bytes, message.data,
				  message.len_bytes) == 1)
		e = ERR_OK;
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	return e;
#endif
}

static enum err check_batch(struct verifier *v, struct arena *a, const Vanthu__V1__Signature *s,
			    const struct key_info *key, const struct digest *digest)
{
	const Vanthu__V1__BatchPath *b = s->batch;
	struct digest path[64], root, fingerprint;
	struct blob message;
	struct digest_stream *stream;
	enum err e;

	if (b->path.len % sizeof path[0] != 0 || b->path.len > sizeof path ||
	    b->leaf_count > BATCH_LEAVES_MAX)
		return ERR_FORMAT;
	if (b->path.len > 0)
		memcpy(path, b->path.data, b->path.len);
	e = merkle_climb(merkle_leaf((struct blob){ digest->bytes, sizeof digest->bytes }),
			 b->leaf_index, b->leaf_count, path, b->path.len / sizeof path[0], &root);
	if (e == ERR_OK)
		e = pae_batch(a, &root, b->leaf_count, &message);
	if (e != ERR_OK)
		return e;
	stream = digest_begin();
	if (stream == NULL)
		return ERR_NO_MEMORY;
	digest_add(stream, (struct blob){ key->public_key, sizeof key->public_key });
	digest_add(stream, field_blob(s->signature));
	digest_add(stream, message);
	fingerprint = digest_end(stream);
	if (remembered(v, &fingerprint))
		return ERR_OK;
	e = check_signature(key->public_key, field_blob(s->signature), message);
	if (e == ERR_OK)
		remember(v, &fingerprint);
	return e;
}

struct outer {
	const Vanthu__V1__Envelope *envelope;
	struct digest digest;
};

static enum err read_outer(struct arena *a, struct blob envelope, struct outer *outer,
			   struct opened *out)
{
	enum err e;

	memset(out, 0, sizeof *out);
	if (envelope.len_bytes == 0 || envelope.len_bytes > ENVELOPE_MAX_BYTES)
		return ERR_FORMAT;
	outer->envelope = pb_unpack(a, &vanthu__v1__envelope__descriptor, envelope, &e);
	if (outer->envelope == NULL)
		return e;
	/* No signature covers how the outer message is packed: one form only, so that an envelope
	 * has one sequence of bytes on all links. */
	e = pb_packed_exactly(&outer->envelope->base, envelope);
	if (e != ERR_OK)
		return e;
	out->payload = field_blob(outer->envelope->payload);
	out->digest = digest_pae(outer->envelope->payload_type, out->payload);
	out->kind = payload_kind(outer->envelope->payload_type);
	return ERR_OK;
}

/* The first signature by a known key decides; others belong to readers that know other keys. */
static enum err check_signatures(struct verifier *v, struct arena *a,
				 const Vanthu__V1__Envelope *envelope, struct opened *out)
{
	enum err first = ERR_UNKNOWN_KEY;

	if (envelope->n_signatures == 0 || envelope->n_signatures > SIGNATURES_MAX)
		return ERR_SIGNATURE;
	for (size_t i = 0; i < envelope->n_signatures; i++) {
		const Vanthu__V1__Signature *s = envelope->signatures[i];
		struct key_info key;
		struct blob message;
		enum err e = field_fixed(s->key_id, out->key_id.bytes, sizeof out->key_id.bytes);

		if (e == ERR_OK)
			e = v->source.find(v->source.ctx, &out->key_id, &key);
		if (e == ERR_NOT_FOUND || (e == ERR_OK && key.use != KEY_USE_SIGN))
			continue;
		if (e == ERR_OK && s->batch != NULL) {
			e = check_batch(v, a, s, &key, &out->digest);
		} else if (e == ERR_OK) {
			e = pae_encode(a, envelope->payload_type, out->payload, &message);
			if (e == ERR_OK)
				e = check_signature(key.public_key, field_blob(s->signature),
						    message);
		}
		if (e == ERR_OK) {
			out->signer = key;
			return ERR_OK;
		}
		first = e;
	}
	return first;
}

/* Was the key good when it signed, and is it still? */
static enum err check_key(const struct key_info *key, int64_t signed_at_ms, int64_t wall_ms,
			  int64_t *custody_before_ms)
{
	if (key->revoked_from_ms != 0 && signed_at_ms >= key->revoked_from_ms)
		return ERR_KEY_REVOKED;
	if (signed_at_ms < key->from_ms || (key->to_ms != 0 && signed_at_ms > key->to_ms))
		return ERR_KEY_NOT_VALID;
	if (key->revoked_from_ms != 0 && wall_ms >= key->revoked_from_ms) {
		*custody_before_ms = key->revoked_from_ms;
		return ERR_KEY_REVOKED;
	}
	if (key->to_ms != 0 && wall_ms > key->to_ms + CLOCK_TOLERANCE_MS) {
		*custody_before_ms = key->to_ms;
		return ERR_KEY_NOT_VALID;
	}
	return ERR_OK;
}

/* A time that has not come says nothing about the key: one that is good now waits for the time to
 * be believed. */
static enum err check_time(struct opened *out, int64_t signed_at_ms, int64_t wall_ms)
{
	int64_t custody_ms = 0;
	bool ahead = signed_at_ms > wall_ms + CLOCK_TOLERANCE_MS;
	enum err e;

	if (ahead && check_key(&out->signer, wall_ms, wall_ms, &custody_ms) == ERR_OK)
		return ERR_CLOCK;
	e = check_key(&out->signer, signed_at_ms, wall_ms, &out->custody_before_ms);
	return e == ERR_OK && ahead ? ERR_CLOCK : e;
}

enum err seal_open(struct verifier *v, struct arena *a, struct blob envelope, int64_t wall_ms,
		   struct opened *out)
{
	return seal_open_corrected(v, a, envelope, wall_ms, 0, out);
}

enum err seal_open_corrected(struct verifier *v, struct arena *a, struct blob envelope,
			     int64_t wall_ms, int64_t corrected_at_ms, struct opened *out)
{
	struct outer outer;
	enum err e = read_outer(a, envelope, &outer, out);

	if (e == ERR_OK)
		e = check_signatures(v, a, outer.envelope, out);
	if (e != ERR_OK)
		return e;
	if (out->kind == KIND_NONE)
		return ERR_UNSUPPORTED;
	e = payload_unpack(a, out->payload, &out->head, &out->body);
	if (e != ERR_OK)
		return e;
	if (out->head.kind != out->kind)
		return ERR_FORMAT;
	if (strcmp(out->signer.committee.text, out->head.origin.text) != 0)
		return ERR_NOT_SIGNER;
	return check_time(out, corrected_at_ms != 0 ? corrected_at_ms : out->head.signed_at_ms,
			  wall_ms);
}

enum err seal_peek(struct arena *a, struct blob envelope, struct opened *out)
{
	struct outer outer;
	enum err e = read_outer(a, envelope, &outer, out);

	return e == ERR_OK ? payload_unpack(a, out->payload, &out->head, &out->body) : e;
}

enum err seal_peek_answered(struct arena *a, struct blob envelope, struct document_ref *out)
{
	struct opened *opened = arena_alloc(a, sizeof *opened);
	struct document_body body;
	enum err e = opened == NULL ? ERR_NO_MEMORY : seal_peek(a, envelope, opened);

	*out = (struct document_ref){ .origin = { "" } };
	if (e == ERR_OK)
		e = document_body_unpack(a, opened->body, &body);
	if (e == ERR_OK)
		*out = body.reply_to;
	return e;
}

enum err seal_peek_key(struct arena *a, struct blob envelope, struct digest *key_id,
		       struct digest *digest)
{
	struct opened *opened = arena_alloc(a, sizeof *opened);
	const Vanthu__V1__Envelope *e;
	struct outer outer;
	enum err r = opened == NULL ? ERR_NO_MEMORY : read_outer(a, envelope, &outer, opened);

	if (r != ERR_OK)
		return r;
	*digest = opened->digest;
	e = outer.envelope;
	return e->n_signatures == 0 ? ERR_SIGNATURE
				    : field_fixed(e->signatures[0]->key_id, key_id->bytes,
						  sizeof key_id->bytes);
}
