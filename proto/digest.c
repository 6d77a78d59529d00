/* SHA-256 and CRC-32C; see digest.h. The algorithm is fetched once, a context is kept per thread:
 * fetching costs more than hashing a small envelope. */
#include "proto/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct digest_stream {
	EVP_MD_CTX *ctx;
};

static EVP_MD *sha256;
static pthread_key_t ctx_key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void free_ctx(void *ctx)
{
	EVP_MD_CTX_free(ctx);
}

static void fetch(void)
{
	sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
	if (sha256 == NULL || pthread_key_create(&ctx_key, free_ctx) != 0)
		abort(); /* an OpenSSL without SHA-256 can do nothing here */
}

/* This thread's context, begun. Without memory for a context the process cannot go on: every caller
 * would have to fail. */
static EVP_MD_CTX *begin(void)
{
	EVP_MD_CTX *ctx;

	pthread_once(&once, fetch);
	ctx = pthread_getspecific(ctx_key);
	if (ctx == NULL) {
		ctx = EVP_MD_CTX_new();
		if (ctx == NULL || pthread_setspecific(ctx_key, ctx) != 0)
			abort();
	}
	if (EVP_DigestInit_ex2(ctx, sha256, NULL) != 1)
		abort();
	return ctx;
}

static void add(EVP_MD_CTX *ctx, const void *data, size_t len_bytes)
{
	if (len_bytes > 0)
		EVP_DigestUpdate(ctx, data, len_bytes);
}

static struct digest end(EVP_MD_CTX *ctx)
{
	struct digest d;

	EVP_DigestFinal_ex(ctx, d.bytes, NULL);
	return d;
}

static void add_u64(EVP_MD_CTX *ctx, uint64_t n)
{
	uint8_t b[8];

	for (unsigned i = 0; i < 8; i++)
		b[i] = (uint8_t)(n >> (8 * (7 - i)));
	add(ctx, b, sizeof b);
}

struct digest digest_of(struct blob bytes)
{
	return digest_of_both(bytes, (struct blob){ NULL, 0 });
}

struct digest digest_of_both(struct blob first, struct blob second)
{
	EVP_MD_CTX *ctx = begin();

	add(ctx, first.data, first.len_bytes);
	add(ctx, second.data, second.len_bytes);
	return end(ctx);
}

struct digest_stream *digest_begin(void)
{
	struct digest_stream *s = calloc(1, sizeof *s);

	pthread_once(&once, fetch);
	if (s == NULL)
		return NULL;
	s->ctx = EVP_MD_CTX_new();
	if (s->ctx == NULL || EVP_DigestInit_ex2(s->ctx, sha256, NULL) != 1) {
		digest_abandon(s);
		return NULL;
	}
	return s;
}

void digest_add(struct digest_stream *s, struct blob piece)
{
	add(s->ctx, piece.data, piece.len_bytes);
}

struct digest digest_end(struct digest_stream *s)
{
	struct digest d = end(s->ctx);

	digest_abandon(s);
	return d;
}

void digest_abandon(struct digest_stream *s)
{
	if (s == NULL)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}

struct digest digest_pae(text_t payload_type, struct blob payload)
{
	char head[256];
	EVP_MD_CTX *ctx = begin();
	int n = snprintf(head, sizeof head, "DSSEv1 %zu %s %zu ", strlen(payload_type),
			 payload_type, payload.len_bytes);

	if (n < 0 || (size_t)n >= sizeof head)
		n = 0; /* a type this long is none of ours: its digest fits nothing */
	add(ctx, head, (size_t)n);
	add(ctx, payload.data, payload.len_bytes);
	return end(ctx);
}

void digest_chain_step(struct digest *chain, uint64_t n, const struct digest *digest)
{
	EVP_MD_CTX *ctx = begin();

	add(ctx, chain->bytes, sizeof chain->bytes);
	add_u64(ctx, n);
	add(ctx, digest->bytes, sizeof digest->bytes);
	*chain = end(ctx);
}

static void add_text(EVP_MD_CTX *ctx, text_t t)
{
	add_u64(ctx, strlen(t));
	add(ctx, t, strlen(t));
}

struct digest digest_key(text_t scope, text_t key)
{
	static const char domain[] = "vanthu id v1\n";
	EVP_MD_CTX *ctx = begin();

	add(ctx, domain, sizeof domain - 1);
	add_text(ctx, scope);
	add_text(ctx, key);
	return end(ctx);
}

struct digest digest_submission(const struct submission_fields *f)
{
	static const char domain[] = "vanthu submission v1\n";
	EVP_MD_CTX *ctx = begin();

	add(ctx, domain, sizeof domain - 1);
	add_u64(ctx, f->recipient_count);
	for (uint32_t i = 0; i < f->recipient_count; i++) {
		add_u64(ctx, (uint64_t)f->recipients[i].group);
		add_u64(ctx, strlen(f->recipients[i].committee.text));
		add(ctx, f->recipients[i].committee.text, strlen(f->recipients[i].committee.text));
	}
	add_u64(ctx, (uint64_t)f->urgency);
	add_u64(ctx, (uint64_t)f->secrecy);
	add_u64(ctx, f->body.len_bytes);
	add(ctx, f->body.data, f->body.len_bytes);
	add_u64(ctx, f->manifest_count);
	for (uint32_t i = 0; i < f->manifest_count; i++) {
		add_u64(ctx, f->manifest[i].size_bytes);
		add(ctx, f->manifest[i].sha256.bytes, sizeof f->manifest[i].sha256.bytes);
	}
	if (f->number_template != NULL && f->number_template[0] != '\0')
		add_text(ctx, f->number_template);
	else if (f->list_count > 0)
		add_u64(ctx, 0);
	if (f->list_count > 0)
		add_u64(ctx, f->list_count);
	for (uint32_t i = 0; i < f->list_count; i++)
		add_text(ctx, f->lists[i]);
	return end(ctx);
}

bool digest_equal(const struct digest *a, const struct digest *b)
{
	return CRYPTO_memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

void digest_to_hex(const struct digest *d, char out[DIGEST_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof d->bytes; i++) {
		out[2 * i] = digits[d->bytes[i] >> 4];
		out[2 * i + 1] = digits[d->bytes[i] & 15];
	}
	out[DIGEST_HEX_SIZE - 1] = '\0';
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

enum err digest_from_hex(text_t hex, struct digest *out)
{
	if (strlen(hex) != DIGEST_HEX_SIZE - 1)
		return ERR_FORMAT;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		int high = hex_value(hex[2 * i]), low = hex_value(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return ERR_FORMAT;
		out->bytes[i] = (uint8_t)(high << 4 | low);
	}
	return ERR_OK;
}
