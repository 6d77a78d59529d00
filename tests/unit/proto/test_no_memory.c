/* Each piece of memory that a decoder or a seal asks for is refused once, the first, then the
 * second, …: it says ERR_NO_MEMORY and nothing else, leaves nothing behind (the sanitizer looks),
 * and with all its memory says what it said before. And an OpenSSL whose digest fails ends the
 * process. Linked with all these calls wrapped. */
#include <openssl/evp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/no_memory.h"
#include "tests/unit/support/sweep.h"

/* ---- a digest that cannot be ---- */

/* gcc's, in a build that counts statements: a process that aborts ends without its handlers. */
extern void __gcov_dump(void) __attribute__((weak));

EVP_MD *__real_EVP_MD_fetch(OSSL_LIB_CTX *ctx, const char *name, const char *properties);
int __real_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *type, const OSSL_PARAM *params);
int __real_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t len_bytes);
int __real_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *len_bytes);
EVP_MD *__wrap_EVP_MD_fetch(OSSL_LIB_CTX *ctx, const char *name, const char *properties);
int __wrap_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *type, const OSSL_PARAM *params);
int __wrap_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t len_bytes);
int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *len_bytes);

enum step { STEP_NONE, STEP_FETCH, STEP_CONTEXT, STEP_INIT, STEP_UPDATE, STEP_FINAL };

static enum step broken; /* which of OpenSSL's steps fails, from now on */

EVP_MD *__wrap_EVP_MD_fetch(OSSL_LIB_CTX *ctx, const char *name, const char *properties)
{
	return broken == STEP_FETCH ? NULL : __real_EVP_MD_fetch(ctx, name, properties);
}

int __wrap_EVP_DigestInit_ex2(EVP_MD_CTX *ctx, const EVP_MD *type, const OSSL_PARAM *params)
{
	return broken == STEP_INIT ? 0 : __real_EVP_DigestInit_ex2(ctx, type, params);
}

int __wrap_EVP_DigestUpdate(EVP_MD_CTX *ctx, const void *data, size_t len_bytes)
{
	return broken == STEP_UPDATE ? 0 : __real_EVP_DigestUpdate(ctx, data, len_bytes);
}

int __wrap_EVP_DigestFinal_ex(EVP_MD_CTX *ctx, unsigned char *out, unsigned *len_bytes)
{
	return broken == STEP_FINAL ? 0 : __real_EVP_DigestFinal_ex(ctx, out, len_bytes);
}

enum { ABORTED = 86, WENT_ON = 87 }; /* how the child ended */

static void on_abort(int signal)
{
	(void)signal;
	no_memory_fails = false;
	if (__gcov_dump != NULL)
		__gcov_dump();
	_exit(ABORTED);
}

static void *hash(void *ctx)
{
	struct digest d = digest_of(fixture_blob("abc"));

	(void)ctx;
	(void)d;
	return NULL;
}

/* In a process of its own, on a thread that has no context yet. */
static void hash_without(enum step step)
{
	char said[256] = "";
	int out[2], status;
	pid_t child;

	assert_int_equal(pipe(out), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		pthread_t thread;

		dup2(out[1], STDERR_FILENO);
		signal(SIGABRT, on_abort);
		broken = step;
		no_memory_fails = step == STEP_CONTEXT;
		if (pthread_create(&thread, NULL, hash, NULL) == 0)
			pthread_join(thread, NULL);
		_exit(WENT_ON);
	}
	close(out[1]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(read(out[0], said, sizeof said - 1) > 0);
	close(out[0]);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), ABORTED);
	assert_non_null(strstr(said, "event=no-digest error=VT-"));
}

/* Bytes that are no digest would be signed and stored. The first of all tests: SHA-256 is fetched
 * once a process. */
static void test_without_a_digest_the_process_ends_and_says_so(void **state)
{
	(void)state;
	for (enum step step = STEP_FETCH; step <= STEP_FINAL; step++)
		hash_without(step);
}

/* ---- what is swept ---- */

struct all {
	struct fixture *f;
	struct draft document, fact;
	struct draft batch[2]; /* sealed together */
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
	for (unsigned i = 0; i < COUNT_OF(x->batch); i++)
		x->batch[i] = fixture_document(x->f, "tinh", 3 + i, to);
	assert_ok(seal_drafts(fixture_signer(x->f, "tinh"), x->f->arena, x->batch,
			      COUNT_OF(x->batch)));
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
	const struct part parts[] = { { .name = "vb.pdf", .media_type = "application/pdf" },
				      { .name = "phụ lục.xlsx", .media_type = "" } };
	const struct document_body body = {
		.subject = "Kế hoạch",
		.reply_to = { { "tinh" }, fixture_doc_id(9), { { 0 } } },
		.concerns = { { "tinh" }, fixture_doc_id(8), { { 1 } } },
		.parts = parts,
		.part_count = COUNT_OF(parts),
	};
	const struct blob contents[COUNT_OF(parts)] = { fixture_blob("one"), fixture_blob("2") };
	struct blob packed, numbered, filled;
	struct document_body b;
	enum err e = document_body_pack(a, &body, &packed);

	(void)ctx;
	if (e == ERR_OK)
		e = document_body_number(a, packed, "31-KH/ĐU", &numbered);
	if (e == ERR_OK)
		e = document_body_fill(a, numbered, contents, COUNT_OF(contents), &filled);
	return e == ERR_OK ? document_body_unpack(a, filled, &b) : e;
}

static enum err payload_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct blob payload, body;
	struct head head;
	enum err e = payload_pack(a, &x->document.head, x->document.body, &payload);

	return e == ERR_OK ? payload_unpack(a, payload, &head, &body) : e;
}

static enum err facts_in(void *ctx, struct arena *a)
{
	static const enum kind kinds[] = { KIND_RECEIPT, KIND_REFUSAL,	KIND_STATUS,
					   KIND_RELAY,	 KIND_DOUBT,	KIND_CORRECTION,
					   KIND_ASKED,	 KIND_RETURNED, KIND_GONE,
					   KIND_REPORT };
	static const struct committee_id targets[] = { { "xa-a1" }, { "xa-a2" } };
	static const struct report report = { .as_of_ms = 1 };
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < COUNT_OF(kinds); i++) {
		struct fact f = { .kind = kinds[i],
				  .document = { { "tinh" }, fixture_doc_id(1), { { 1 } } },
				  .at_ms = FIXTURE_NOW_MS,
				  .from = { "huyen-a" },
				  .targets = targets,
				  .target_count = COUNT_OF(targets),
				  .code = "03",
				  .relay_event = 1,
				  .hop = 1,
				  .doubted_kind = KIND_RECEIPT,
				  .envelope = fixture_blob("an envelope"),
				  .gone_role = ROLE_IN,
				  .gone_secrecy = SECRECY_THUONG,
				  .report = &report },
			    back;
		struct blob packed;

		e = fact_pack(a, &f, &packed);
		if (e == ERR_OK)
			e = fact_unpack(a, kinds[i], packed, &back);
	}
	(void)ctx;
	return e;
}

static enum err peeked_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	struct digest key_id, digest;
	struct document_ref answered;
	enum err e = seal_peek_answered(a, x->document.envelope, &answered);

	return e == ERR_OK ? seal_peek_key(a, x->fact.envelope, &key_id, &digest) : e;
}

static enum err opened_in(void *ctx, struct arena *a)
{
	struct all *x = ctx;
	struct opened o;

	return seal_open(x->v, a, x->document.envelope, FIXTURE_NOW_MS, &o);
}

static enum err batch_in(void *ctx, struct arena *a)
{
	struct all *x = ctx;
	struct opened o;

	return seal_open(x->v, a, x->batch[1].envelope, FIXTURE_NOW_MS, &o);
}

static enum err entry_in(void *ctx, struct arena *a)
{
	static const text_t organ_ids[] = { "000.00.00.H01", "G22.1" };
	static const struct organ_days organs[] = { { "G22.1", "2020-07-22", "" } };
	static const struct level_since levels[] = { { .since = 1, .level = "xã" } };
	const struct all *x = ctx;
	struct rec_committee c = x->f->entries[0], back;
	const struct tenure places[] = { { .since = 1, .superior = c.superior } };
	struct blob packed;
	enum err e;

	c.organ_ids = organ_ids;
	c.organ_id_count = COUNT_OF(organ_ids);
	c.organs = organs;
	c.organ_count = COUNT_OF(organs);
	c.places = places;
	c.place_count = COUNT_OF(places);
	c.levels = levels;
	c.level_count = COUNT_OF(levels);
	c.level = "xã";
	e = directory_entry_pack(a, &c, &packed);
	return e == ERR_OK ? directory_entry_unpack(a, packed, &back) : e;
}

static enum err part_in(void *ctx, struct arena *a)
{
	const struct all *x = ctx;
	const struct message m = { .type = MESSAGE_DIRECTORY_PART,
				   .u.directory_part = { .head = x->directory,
							 .entries = &x->f->entries[0].entry,
							 .entry_count = 1,
							 .last = true } };
	struct message back;
	struct blob frame;
	enum err e = wire_encode(a, &m, &frame);

	return e == ERR_OK ? wire_decode(a, frame, &back) : e;
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

static enum err (*const in_arenas[])(void *ctx, struct arena *a) = {
	document_in, payload_in, facts_in, peeked_in,	 opened_in,
	batch_in,    entry_in,	 part_in,  directory_in, pem_in,
};

static void test_arena_of_any_size_is_enough_or_said_to_be_too_small(void **state)
{
	for (size_t i = 0; i < COUNT_OF(in_arenas); i++)
		sweep_memory(in_arenas[i], *state);
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

/* What was verified before is not looked at again. */
static enum err batch_anew_in(void *ctx, struct arena *a)
{
	struct all *x = ctx;

	verifier_forget(x->v);
	return batch_in(ctx, a);
}

static void test_each_allocation_may_fail(void **state)
{
	for (size_t i = 0; i < COUNT_OF(in_arenas); i++)
		no_memory_sweep_arena(in_arenas[i], *state);
	no_memory_sweep_arena(batch_anew_in, *state);
	no_memory_sweep(contents_by_calls, *state, ERR_NO_MEMORY);
	no_memory_sweep(verifier_by_calls, *state, ERR_NO_MEMORY);
}

/* The registry's command, which has its arena before. */
static enum err certificates_made(void *ctx)
{
	const struct all *x = ctx;
	const struct certificate_subject subject = { "xa", "Đảng ủy xã", x->f->keys[0].public_key,
						     0, 1000 };
	struct blob root, der;
	enum err e = certificate_root(x->f->arena, x->f->root_pem, "Văn phòng", 0, 1000, &root);

	if (e == ERR_OK)
		e = certificate_issue(x->f->arena, x->f->root_pem, root, &subject, &der);
	return e == ERR_NO_MEMORY ? ERR_CERTIFICATE : e;
}

static void test_a_certificate_is_whole_or_none(void **state)
{
	no_memory_sweep(certificates_made, *state, ERR_CERTIFICATE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_without_a_digest_the_process_ends_and_says_so),
		TEST(test_arena_of_any_size_is_enough_or_said_to_be_too_small),
		TEST(test_each_allocation_may_fail),
		TEST(test_a_certificate_is_whole_or_none),
	};

	return cmocka_run_group_tests_name("no_memory", tests, NULL, NULL);
}
