/* Each piece of memory that a decoder or a seal asks for is refused once, the first, then the
 * second, …: it says ERR_NO_MEMORY and nothing else, leaves nothing behind (the sanitizer looks),
 * and with all its memory says what it said before. Linked with the allocators and OpenSSL's
 * contexts wrapped; arenas are small, so that each of their bytes counts. */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/certificate.h"
#include "proto/chunk_digest.h"
#include "proto/digest.h"
#include "proto/directory.h"
#include "proto/directory_file.h"
#include "proto/directory_scan.h"
#include "proto/head.h"
#include "proto/seal.h"
#include "proto/verifier.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/sweep.h"

/* ---- allocators of which one call fails ---- */

void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__real_realloc(void *p, size_t n);
EVP_MD_CTX *__real_EVP_MD_CTX_new(void);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);
void *__wrap_realloc(void *p, size_t n);
EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void);

static unsigned left; /* calls until one fails; 0: none does */
static bool failed;

static bool fails(void)
{
	bool now = left == 1;

	left -= left > 0;
	failed = failed || now;
	return now;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
	return fails() ? NULL : __real_calloc(count, n);
}

void *__wrap_realloc(void *p, size_t n)
{
	return fails() ? NULL : __real_realloc(p, n);
}

EVP_MD_CTX *__wrap_EVP_MD_CTX_new(void)
{
	return fails() ? NULL : __real_EVP_MD_CTX_new();
}

/* `op` gives ERR_OK with all its memory. */
static void sweep_calls(enum err (*op)(void *ctx), void *ctx)
{
	unsigned n = 1;

	assert_ok(op(ctx));
	for (failed = true; failed; n++) {
		enum err e;

		failed = false;
		left = n;
		e = op(ctx);
		left = 0;
		assert_int_equal(e, failed ? ERR_NO_MEMORY : ERR_OK);
	}
	assert_true(n > 2); /* it asks for some */
}

/* ---- what is swept ---- */

struct all {
	struct fixture *f;
	struct draft document, fact;
	struct blob directory;
	struct verifier *v;
};

static int set_up(void **state)
{
	static const char *const to[] = { "xa-a1", "huyen-b", NULL };
	struct all *x = test_calloc(1, sizeof *x);
	struct fact fact = { .kind = KIND_RECEIPT, .at_ms = FIXTURE_NOW_MS };
	struct directory d;

	x->f = fixture_new();
	x->document = fixture_document(x->f, "tinh", 1, to);
	fixture_seal(x->f, "tinh", &x->document);
	fact.document = (struct document_ref){ fixture_id("tinh"), fixture_doc_id(1),
					       x->document.digest };
	x->fact = fixture_fact(x->f, "xa-a1", "tinh", 2, &fact);
	d = fixture_directory(x->f, 1);
	assert_ok(directory_file_pack(x->f->arena, &d, &x->directory));
	x->v = verifier_new(fixture_keys(x->f));
	*state = x;
	return 0;
}

static int tear_down(void **state)
{
	struct all *x = *state;

	verifier_destroy(x->v);
	fixture_free(x->f);
	test_free(x);
	return 0;
}

static enum err document_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct document_body b;
	struct blob packed, filled;
	struct opened o;
	enum err e = seal_peek(a, x->document.envelope, &o);

	if (e == ERR_OK)
		e = document_body_unpack(a, o.body, &b);
	if (e == ERR_OK)
		e = document_body_pack(a, &b, &packed);
	if (e == ERR_OK)
		e = document_body_fill(a, packed, NULL, 0, &filled);
	return e == ERR_FORMAT ? ERR_OK : e; /* its parts are more than none */
}

static enum err payload_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct blob payload, body;
	struct head head;
	enum err e = payload_pack(a, &x->document.head, x->document.body, &payload);

	return e == ERR_OK ? payload_unpack(a, payload, &head, &body) : e;
}

/* A fact of each kind that a struct of zeros nearly is. */
static enum err facts_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct digest key_id, digest;
	struct document_ref answered;
	struct fact f;
	struct blob packed;
	struct opened o;
	enum err e = seal_peek(a, x->fact.envelope, &o);

	if (e == ERR_OK)
		e = fact_unpack(a, KIND_RECEIPT, o.body, &f);
	if (e == ERR_OK)
		e = fact_pack(a, &f, &packed);
	if (e == ERR_OK)
		e = seal_peek_answered(a, x->document.envelope, &answered);
	return e == ERR_OK ? seal_peek_key(a, x->fact.envelope, &key_id, &digest) : e;
}

static enum err opened_in(void *ctx, struct arena *a)
{
	struct all *x = ctx;
	struct opened o;

	return seal_open(x->v, a, x->document.envelope, FIXTURE_NOW_MS, &o);
}

static enum err entry_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct rec_committee c;
	struct blob packed;
	enum err e = directory_entry_unpack(a, x->f->entries[0].entry, &c);

	return e == ERR_OK ? directory_entry_pack(a, &c, &packed) : e;
}

static enum err directory_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct directory d;
	struct blob packed;
	enum err e = directory_file_open(a, x->directory, x->f->root_der, NULL, &d);

	return e == ERR_OK ? directory_file_pack(a, &d, &packed) : e;
}

static enum err pem_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct blob pem, der;
	enum err e = certificate_to_pem(a, x->f->root_der, &pem);

	return e == ERR_OK ? certificate_from_pem(a, pem, &der) : e;
}

static void test_arena_of_any_size_is_enough_or_said_to_be_too_small(void **state)
{
	static enum err (*const ops[])(void *ctx, struct arena *a) = {
		document_in, payload_in, facts_in, opened_in, entry_in, directory_in, pem_in,
	};

	for (size_t i = 0; i < COUNT_OF(ops); i++)
		sweep_memory(ops[i], *state);
}

static enum err in_arena(enum err (*op)(void *ctx, struct arena *a), void *ctx)
{
	struct arena *a = arena_new(1 << 20);
	enum err e = a == NULL ? ERR_NO_MEMORY : op(ctx, a);

	arena_destroy(a);
	return e;
}

static enum err open_by_calls(void *ctx)
{
	struct all *x = ctx;

	verifier_forget(x->v);
	return in_arena(opened_in, ctx);
}

static enum err directory_by_calls(void *ctx)
{
	return in_arena(directory_in, ctx);
}

static enum err contents_by_calls(void *ctx)
{
	struct chunk_digest *c = chunk_digest_begin();
	struct digest_stream *s = c == NULL ? NULL : digest_begin();

	(void)ctx;
	chunk_digest_abandon(c);
	digest_abandon(s);
	return s == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static enum err verifier_by_calls(void *ctx)
{
	const struct all *x = ctx;
	struct verifier *v = verifier_new(fixture_keys(x->f));

	verifier_destroy(v);
	return v == NULL ? ERR_NO_MEMORY : ERR_OK;
}

static void test_each_allocation_may_fail(void **state)
{
	static enum err (*const ops[])(void *ctx) = {
		open_by_calls, directory_by_calls, contents_by_calls, verifier_by_calls,
	};

	for (size_t i = 0; i < COUNT_OF(ops); i++)
		sweep_calls(ops[i], *state);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_arena_of_any_size_is_enough_or_said_to_be_too_small),
		TEST(test_each_allocation_may_fail),
	};

	return cmocka_run_group_tests_name("no_memory", tests, NULL, NULL);
}
