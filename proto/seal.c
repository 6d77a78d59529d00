/* Sealing: all envelopes of a turn under one Ed25519 signature; see seal.h. Opening is in
 * verifier.c. */
#include "proto/seal.h"

#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/head.h"
#include "proto/merkle.h"
#include "proto/pae.h"
#include "proto/pb.h"
#include "proto/signer.h"

/* One draft's payload and digest. */
static enum err prepare(struct arena *a, struct draft *d, struct blob *payload)
{
	struct blob body = d->body;
	enum err e = ERR_OK;

	if (d->head.kind != KIND_DOCUMENT && d->head.kind != KIND_DIRECTORY)
		e = fact_pack(a, &d->fact, &body);
	else if (d->number != NULL)
		e = document_body_number(a, d->body, d->number, &body);
	if (e == ERR_OK)
		e = payload_pack(a, &d->head, body, payload);
	if (e == ERR_OK)
		d->digest = digest_pae(payload_type_of(d->head.kind), *payload);
	return e;
}

struct batch_proof {
	const uint8_t *signature;
	const struct digest *path; /* NULL: signed alone */
	size_t path_len;
	uint64_t index, count;
};

static enum err wrap(const struct signer *s, struct arena *a, struct draft *d, struct blob payload,
		     const struct batch_proof *proof)
{
	Vanthu__V1__Envelope envelope = VANTHU__V1__ENVELOPE__INIT;
	Vanthu__V1__Signature signature = VANTHU__V1__SIGNATURE__INIT, *list = &signature;
	Vanthu__V1__BatchPath path = VANTHU__V1__BATCH_PATH__INIT;
	struct digest key_id = signer_key_id(s);
	enum err e;

	envelope.payload = field_bytes(payload.data, payload.len_bytes);
	envelope.payload_type = (char *)(uintptr_t)payload_type_of(d->head.kind);
	signature.key_id = field_bytes(key_id.bytes, sizeof key_id.bytes);
	signature.signature = field_bytes(proof->signature, SIGNATURE_BYTES);
	if (proof->path != NULL) {
		path.leaf_index = proof->index;
		path.leaf_count = proof->count;
		path.path = field_bytes(proof->path, proof->path_len * sizeof *proof->path);
		signature.batch = &path;
	}
	envelope.n_signatures = 1;
	envelope.signatures = &list;
	e = pb_pack(a, &envelope.base, &d->envelope);
	return e == ERR_OK && d->envelope.len_bytes > ENVELOPE_MAX_BYTES ? ERR_TOO_LARGE : e;
}

static enum err seal_alone(struct signer *s, struct arena *a, struct draft *d, struct blob payload)
{
	uint8_t signature[SIGNATURE_BYTES];
	struct batch_proof proof = { .signature = signature };
	struct blob message;
	enum err e = pae_encode(a, payload_type_of(d->head.kind), payload, &message);

	if (e == ERR_OK)
		e = signer_sign(s, message, signature);
	return e == ERR_OK ? wrap(s, a, d, payload, &proof) : e;
}

static enum err seal_batch(struct signer *s, struct arena *a, struct draft *drafts,
			   const struct blob *payloads, uint32_t count)
{
	struct digest *leaves = arena_array(a, count, sizeof *leaves), *paths, root;
	uint8_t *path_len = arena_array(a, count, sizeof *path_len), signature[SIGNATURE_BYTES];
	struct blob message;
	enum err e;

	paths = arena_array(a, (size_t)count * BATCH_PATH_MAX, sizeof *paths);
	if (leaves == NULL || path_len == NULL || paths == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < count; i++)
		leaves[i] = merkle_leaf(
		    (struct blob){ drafts[i].digest.bytes, sizeof drafts[i].digest.bytes });
	merkle_paths(leaves, count, paths, path_len, &root);
	e = pae_batch(a, &root, count, &message);
	if (e == ERR_OK)
		e = signer_sign(s, message, signature);
	for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
		struct batch_proof proof = { .signature = signature,
					     .path = &paths[(size_t)i * BATCH_PATH_MAX],
					     .path_len = path_len[i],
					     .index = i,
					     .count = count };

		e = wrap(s, a, &drafts[i], payloads[i], &proof);
	}
	return e;
}

enum err seal_drafts(struct signer *s, struct arena *a, struct draft *drafts, uint32_t count)
{
	struct blob *payloads = arena_array(a, count, sizeof *payloads);
	enum err e = payloads == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < count; i++)
		e = prepare(a, &drafts[i], &payloads[i]);
	for (uint32_t at = 0; e == ERR_OK && at < count; at += BATCH_LEAVES_MAX) {
		uint32_t n = count - at < BATCH_LEAVES_MAX ? count - at : BATCH_LEAVES_MAX;

		if (n == 1)
			e = seal_alone(s, a, &drafts[at], payloads[at]);
		else
			e = seal_batch(s, a, &drafts[at], &payloads[at], n);
	}
	return e;
}

size_t seal_size_bound(const struct head *head, size_t body_bytes)
{
	enum {
		/* the head's single fields, the payload's and the envelope's tags and lengths, the
		 * media type */
		FIXED = 256,
		PER_RECIPIENT = SEAL_RECIPIENT_MAX_BYTES - COMMITTEE_ID_MAX,
		PER_ITEM = 96,
		SIGNATURE = 34 + 66 + BATCH_PATH_MAX * 32 + 48,
	};
	size_t size = FIXED + SIGNATURE + body_bytes + (size_t)head->manifest_count * PER_ITEM;

	for (uint32_t i = 0; i < head->recipient_count; i++)
		size += PER_RECIPIENT + strlen(head->recipients[i].committee.text);
	return size;
}
