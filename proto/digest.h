/* SHA-256 in the few shapes that vanthu signs and chains. OpenSSL's digests are known here and in
 * merkle.c and seal.c only. */
#ifndef VANTHU_PROTO_DIGEST_H
#define VANTHU_PROTO_DIGEST_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct digest digest_of(struct blob bytes);
/* Of the one with the other behind it. */
struct digest digest_of_both(struct blob first, struct blob second);

/* A digest over bytes that come in pieces. */
struct digest_stream;
struct digest_stream *digest_begin(void); /* NULL without memory; owned by the caller */
void digest_add(struct digest_stream *s, struct blob piece);
struct digest digest_end(struct digest_stream *s); /* frees s */
void digest_abandon(struct digest_stream *s);      /* NULL is fine */

/* SHA-256 over the DSSE pre-authentication encoding "DSSEv1 <len type> <type> <len payload>
 * <payload>" (github.com/secure-systems-lab/dsse, protocol.md): the digest of an envelope. */
struct digest digest_pae(text_t payload_type, struct blob payload);

/* chain(n) from chain(n−1), in place; see routing/state/stream.h. Fits core_config.chain_step. */
void digest_chain_step(struct digest *chain, uint64_t n, const struct digest *digest);

/* What an id is made of that repeats with a key: SHA-256 over "vanthu id v1\n", then scope and key,
 * each preceded by its length as 8 bytes big-endian. */
struct digest digest_key(text_t scope, text_t key);

/* What makes two submissions of one id the same: SHA-256 over "vanthu submission v1\n", then each
 * of recipients, urgency, secrecy, body as submitted and manifest (size and SHA-256 of each part),
 * every field preceded by its length as 8 bytes big-endian; and where the number is to be given,
 * the template as submitted; and where distribution lists are named, its length 0 where there is no
 * template, how many lists, and their names: not whom they mean. */
struct submission_fields {
	const struct recipient *recipients;
	uint32_t recipient_count;
	enum urgency urgency;
	enum secrecy secrecy;
	struct blob body;
	const struct manifest_item *manifest;
	uint32_t manifest_count;
	text_t number_template; /* "" or NULL: none */
	const text_t *lists;    /* names of distribution lists, as submitted */
	uint32_t list_count;
};

struct digest digest_submission(const struct submission_fields *f);

/* Constant-time comparison. */
bool digest_equal(const struct digest *a, const struct digest *b);

/* 64 lower-case hexadecimal digits and a NUL; and back. */
enum { DIGEST_HEX_SIZE = 65 };
void digest_to_hex(const struct digest *d, char out[DIGEST_HEX_SIZE]);
must_use enum err digest_from_hex(text_t hex, struct digest *out);

#endif
