/* Any bytes as an envelope, as its payload, and as a document's body. Whatever stands inside is
 * read here without a signature, which in a daemon comes first (seal_open); with one, nothing that
 * was changed is believed. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "proto/body.h"
#include "proto/head.h"
#include "proto/verifier.h"

enum { SIGNED_EVERY = 16 }; /* a signature costs as much as all the rest */

/* A directory that has one key, under whatever id. */
static enum err find(void *ctx, const struct digest *key_id, struct key_info *out)
{
	(void)ctx;
	(void)key_id;
	*out = (struct key_info){ .committee = { "btp" }, .to_ms = INT64_MAX,
				  .revoked_from_ms = INT64_MAX, .use = KEY_USE_SIGN };
	out->public_key[0] = 1; /* a point of small order that OpenSSL takes as a key */
	return ERR_OK;
}

static enum err find_none(void *ctx, const struct digest *key_id, struct key_info *out)
{
	(void)ctx;
	(void)key_id;
	(void)out;
	return ERR_NOT_FOUND;
}

static enum err as_body(struct arena *a, struct blob in, void *ctx)
{
	struct document_body b, back;
	struct blob packed, again;
	text_t fault;
	enum err e = document_body_unpack(a, in, &b);

	(void)ctx;
	if (e != ERR_OK)
		return e;
	must(b.part_count <= PARTS_MAX);
	if (document_body_texts(&b, &fault) != ERR_OK)
		must(fault != NULL);
	(void)document_summary(&b);
	e = document_body_pack(a, &b, &packed);
	if (e == ERR_OK)
		e = document_body_unpack(a, packed, &back);
	if (e == ERR_OK)
		e = document_body_pack(a, &back, &again);
	must(e != ERR_OK || (again.len_bytes == packed.len_bytes &&
			     memcmp(again.data, packed.data, packed.len_bytes) == 0));
	return e;
}

static enum err as_payload(struct arena *a, struct blob in, void *ctx)
{
	struct head head;
	struct blob body;
	enum err e = payload_unpack(a, in, &head, &body);

	return e == ERR_OK ? as_body(a, body, ctx) : e;
}

static enum err as_envelope(struct arena *a, struct blob in, void *ctx)
{
	struct digest key_id, digest;
	struct document_ref answered;
	struct opened o;
	enum err e = seal_peek(a, in, &o);

	if (e == ERR_OK)
		e = seal_peek_answered(a, in, &answered);
	if (e == ERR_OK)
		e = seal_peek_key(a, in, &key_id, &digest);
	return e == ERR_OK ? as_body(a, o.body, ctx) : e;
}

static enum err as_signed(struct arena *a, struct blob in, void *ctx)
{
	struct opened o;

	return seal_open(ctx, a, in, INT64_MAX / 2, &o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct blob in = { data, size };
	bool with_key = size > 0 && (data[size - 1] ^ data[size / 3]) % SIGNED_EVERY == 0;
	struct verifier *v = verifier_new(
		(struct key_source){ .find = with_key ? find : find_none });

	must(v != NULL);
	(void)fuzz_twice(as_envelope, in, NULL);
	(void)fuzz_twice(as_payload, in, NULL);
	(void)fuzz_twice(as_body, in, NULL);
	must(fuzz_twice(as_signed, in, v) != ERR_OK);
	verifier_destroy(v);
	return 0;
}
