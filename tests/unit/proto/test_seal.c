/* Sealing and opening. The one promise: what opens was signed, byte for byte, by a key that was
 * good, for the kind that it says. */
#include "proto/seal.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
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
#include "proto/signer.h"
#include "proto/signer_pem.h"
#include "proto/verifier.h"
#include "tests/unit/support/fixture.h"

static const char *const to_all[] = { "*", NULL };

static int set_up(void **state)
{
	*state = fixture_new();
	return 0;
}

static int tear_down(void **state)
{
	fixture_free(*state);
	return 0;
}

static enum err open_at(struct fixture *f, struct blob envelope, int64_t wall_ms,
			struct opened *out)
{
	return seal_open(f->verifier, f->arena, envelope, wall_ms, out);
}

static struct draft sealed(struct fixture *f)
{
	struct draft d = fixture_document(f, "tinh", 1, to_all);

	fixture_seal(f, "tinh", &d);
	return d;
}

static struct key_info *key_of(struct fixture *f)
{
	return &f->keys[fixture_index(f, "tinh")];
}

static void batch_of(struct fixture *f, uint32_t count, uint64_t signatures)
{
	struct draft *drafts = calloc(count, sizeof *drafts),
		     one = fixture_document(f, "tinh", 1, to_all);
	uint64_t before = signer_count(fixture_signer(f, "tinh"));
	struct arena *a = arena_new(1 << 20);

	assert_true(drafts != NULL && a != NULL);
	for (uint32_t i = 0; i < count; i++) {
		drafts[i] = one;
		drafts[i].head.id = fixture_doc_id(i);
	}
	assert_ok(seal_drafts(fixture_signer(f, "tinh"), f->arena, drafts, count));
	assert_int_equal(signer_count(fixture_signer(f, "tinh")) - before, signatures);
	for (uint32_t i = 0; i < count; i++) {
		struct verifier *alone = count > 10 ? NULL : verifier_new(fixture_keys(f));
		struct opened o;

		arena_reset(a);
		assert_ok(seal_open(alone != NULL ? alone : f->verifier, a, drafts[i].envelope,
				    FIXTURE_NOW_MS, &o));
		assert_memory_equal(&o.digest, &drafts[i].digest, 32);
		assert_memory_equal(&o.head.id, &drafts[i].head.id, 16);
		assert_string_equal(o.signer.committee.text, "tinh");
		verifier_destroy(alone);
	}
	arena_destroy(a);
	free(drafts);
}

static void test_one_alone_and_small_batches_verify_each_by_itself(void **state)
{
	batch_of(*state, 1, 1);
	batch_of(*state, 2, 1);
	batch_of(*state, 3, 1);
	batch_of(*state, 5, 1);
}

static void test_largest_batch_has_one_signature_and_one_more_has_two(void **state)
{
	batch_of(*state, BATCH_LEAVES_MAX, 1);
	batch_of(*state, BATCH_LEAVES_MAX + 1, 2);
}

static void test_nothing_to_seal_signs_nothing(void **state)
{
	struct fixture *f = *state;

	assert_ok(seal_drafts(f->signers[0], f->arena, NULL, 0));
	assert_int_equal(signer_count(f->signers[0]), 0);
}

static void test_document_comes_out_as_it_went_in(void **state)
{
	struct fixture *f = *state;
	struct draft d = sealed(f);
	struct opened o, peeked;
	struct document_body body;

	assert_ok(open_at(f, d.envelope, FIXTURE_NOW_MS, &o));
	assert_int_equal(o.kind, KIND_DOCUMENT);
	assert_true(o.custody_before_ms == 0);
	assert_true(o.head.recipients[0].group == GROUP_SUBORDINATES);
	assert_ok(document_body_unpack(f->arena, o.body, &body));
	assert_string_equal(body.number, "31-KH/ĐU");
	assert_ok(seal_peek(f->arena, d.envelope, &peeked));
	assert_memory_equal(&peeked.digest, &o.digest, 32);
	assert_string_equal(peeked.head.origin.text, "tinh");
}

static void test_a_number_that_the_seal_puts_in_is_signed(void **state)
{
	struct fixture *f = *state;
	struct draft with = fixture_document(f, "tinh", 1, to_all), without = with;
	struct document_body body;

	assert_ok(document_body_unpack(f->arena, with.body, &body));
	without.number = body.number;
	body.number = "";
	assert_ok(document_body_pack(f->arena, &body, &without.body));
	fixture_seal(f, "tinh", &with);
	fixture_seal(f, "tinh", &without);
	assert_memory_equal(&with.digest, &without.digest, sizeof with.digest);
	assert_int_equal(with.envelope.len_bytes, without.envelope.len_bytes);
	assert_memory_equal(with.envelope.data, without.envelope.data, with.envelope.len_bytes);
}

/* Whatever a flipped bit leaves readable must be the very same signed payload. */
static void flip_every_bit(struct fixture *f, struct blob good, bool forget)
{
	uint8_t *bytes = malloc(good.len_bytes);
	struct arena *a = arena_new(1 << 20);
	unsigned harmless = 0;
	struct opened o;

	assert_true(bytes != NULL && a != NULL);
	memcpy(bytes, good.data, good.len_bytes);
	assert_ok(open_at(f, good, FIXTURE_NOW_MS, &o));
	for (size_t bit = 0; bit < good.len_bytes * 8; bit++) {
		struct opened other;

		arena_reset(a);
		if (forget)
			verifier_forget(f->verifier);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (seal_open(f->verifier, a, (struct blob){ bytes, good.len_bytes },
			      FIXTURE_NOW_MS, &other) == ERR_OK) {
			harmless++;
			assert_int_equal(other.payload.len_bytes, o.payload.len_bytes);
			assert_memory_equal(other.payload.data, o.payload.data,
					    o.payload.len_bytes);
			assert_memory_equal(&other.digest, &o.digest, 32);
			assert_int_equal(other.kind, o.kind);
		}
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_true(harmless * 20 < good.len_bytes * 8);
	arena_destroy(a);
	free(bytes);
}

static void test_any_flipped_bit_is_refused_or_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct draft alone = sealed(f), batch[5];

	flip_every_bit(f, alone.envelope, false);
	for (unsigned i = 0; i < COUNT_OF(batch); i++)
		batch[i] = fixture_document(f, "tinh", i, to_all);
	assert_ok(seal_drafts(fixture_signer(f, "tinh"), f->arena, batch, COUNT_OF(batch)));
	flip_every_bit(f, batch[2].envelope, true);
	/* with the batch remembered: what is remembered must not vouch for more */
	flip_every_bit(f, batch[4].envelope, false);
}

static void test_every_truncation_is_refused(void **state)
{
	struct fixture *f = *state;
	struct draft d = sealed(f);
	struct opened o;

	for (size_t len = 0; len < d.envelope.len_bytes; len++)
		assert_int_not_equal(
		    open_at(f, (struct blob){ d.envelope.data, len }, FIXTURE_NOW_MS, &o), ERR_OK);
}

static void
test_envelope_over_the_bound_is_refused_unread_and_a_draft_over_it_is_named(void **state)
{
	struct fixture *f = *state;
	static uint8_t large[ENVELOPE_MAX_BYTES + 1];
	struct draft d = fixture_document(f, "tinh", 1, to_all);
	struct opened o;

	assert_int_equal(open_at(f, (struct blob){ large, sizeof large }, FIXTURE_NOW_MS, &o),
			 ERR_FORMAT);
	assert_int_equal(open_at(f, (struct blob){ NULL, 0 }, FIXTURE_NOW_MS, &o), ERR_FORMAT);
	d.body = (struct blob){ large, ENVELOPE_MAX_BYTES };
	assert_int_equal(seal_drafts(fixture_signer(f, "tinh"), f->arena, &d, 1), ERR_TOO_LARGE);
}

static void test_size_bound_is_never_below_the_size(void **state)
{
	struct fixture *f = *state;
	struct draft batch[2] = { fixture_document(f, "tinh", 1, to_all),
				  fixture_document(f, "tinh", 2, to_all) };
	struct recipient recipients[RECIPIENTS_MAX];
	struct manifest_item items[ATTACHMENTS_MAX];

	for (size_t i = 0; i < COUNT_OF(recipients); i++)
		recipients[i] =
		    (struct recipient){ .committee = { "01234567890123456789012345678901" } };
	for (size_t i = 0; i < COUNT_OF(items); i++)
		items[i] = fixture_file_item(ATTACHMENT_MAX_BYTES);
	batch[1].head.recipients = recipients;
	batch[1].head.manifest = items;
	for (uint32_t n = 0; n <= 1000; n += 250) {
		batch[1].head.recipient_count = n;
		batch[1].head.manifest_count = n / 10;
		batch[1].head.directory_version = UINT64_MAX;
		assert_ok(seal_drafts(fixture_signer(f, "tinh"), f->arena, batch, 2));
		/* the longest path is 12 steps, this one has 1 */
		assert_true(batch[1].envelope.len_bytes + 11 * 32 <=
			    seal_size_bound(&batch[1].head, batch[1].body.len_bytes));
	}
}

static void test_key_that_nobody_knows_or_of_another_use_does_not_count(void **state)
{
	struct fixture *f = *state;
	struct draft d = sealed(f), foreign = fixture_document(f, "tinh", 1, to_all);
	struct opened o;

	assert_ok(seal_drafts(f->registry, f->arena, &foreign, 1));
	assert_int_equal(open_at(f, foreign.envelope, FIXTURE_NOW_MS, &o), ERR_UNKNOWN_KEY);
	key_of(f)->use = KEY_USE_LINK;
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS, &o), ERR_UNKNOWN_KEY);
}

static void test_good_signature_by_another_committee_is_not_the_origins(void **state)
{
	struct fixture *f = *state;
	struct draft d = fixture_document(f, "tinh", 1, to_all);
	struct opened o;

	fixture_seal(f, "huyen-a", &d);
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS, &o), ERR_NOT_SIGNER);
	assert_string_equal(o.signer.committee.text, "huyen-a");
}

static void test_revoked_key_is_refused_and_custody_mends_what_it_signed_before(void **state)
{
	struct fixture *f = *state;
	struct draft d = sealed(f);
	struct opened o;

	key_of(f)->revoked_from_ms = FIXTURE_NOW_MS;
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS + 10, &o), ERR_KEY_REVOKED);
	assert_true(o.custody_before_ms == 0); /* signed when it was void already: nothing helps */
	key_of(f)->revoked_from_ms = FIXTURE_NOW_MS + 5;
	assert_ok(open_at(f, d.envelope, FIXTURE_NOW_MS + 4, &o));
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS + 5, &o), ERR_KEY_REVOKED);
	assert_true(o.custody_before_ms == FIXTURE_NOW_MS + 5);
}

static void test_revocation_counts_for_a_remembered_batch_too(void **state)
{
	struct fixture *f = *state;
	struct draft batch[2] = { fixture_document(f, "tinh", 1, to_all),
				  fixture_document(f, "tinh", 2, to_all) };
	struct opened o;

	assert_ok(seal_drafts(fixture_signer(f, "tinh"), f->arena, batch, 2));
	assert_ok(open_at(f, batch[0].envelope, FIXTURE_NOW_MS, &o));
	key_of(f)->revoked_from_ms = FIXTURE_NOW_MS - 1;
	assert_int_equal(open_at(f, batch[1].envelope, FIXTURE_NOW_MS, &o), ERR_KEY_REVOKED);
}

static void test_key_counts_from_its_first_to_its_last_moment(void **state)
{
	struct fixture *f = *state;
	struct draft d = sealed(f);
	struct opened o;

	key_of(f)->from_ms = FIXTURE_NOW_MS + 1;
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS + 5, &o), ERR_KEY_NOT_VALID);
	assert_true(o.custody_before_ms == 0);
	key_of(f)->from_ms = FIXTURE_NOW_MS;
	assert_ok(open_at(f, d.envelope, FIXTURE_NOW_MS, &o));
	key_of(f)->to_ms = FIXTURE_NOW_MS - 1;
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS, &o), ERR_KEY_NOT_VALID);
	assert_true(o.custody_before_ms == 0);
	key_of(f)->to_ms = FIXTURE_NOW_MS;
	assert_ok(open_at(f, d.envelope, FIXTURE_NOW_MS + CLOCK_TOLERANCE_MS, &o));
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS + CLOCK_TOLERANCE_MS + 1, &o),
			 ERR_KEY_NOT_VALID);
	assert_true(o.custody_before_ms == FIXTURE_NOW_MS);
}

static void test_signed_in_the_future_is_a_matter_of_clocks(void **state)
{
	struct fixture *f = *state;
	struct draft d = sealed(f);
	struct opened o;

	assert_ok(open_at(f, d.envelope, FIXTURE_NOW_MS - CLOCK_TOLERANCE_MS, &o));
	assert_int_equal(open_at(f, d.envelope, FIXTURE_NOW_MS - CLOCK_TOLERANCE_MS - 1, &o),
			 ERR_CLOCK);
	assert_string_equal(o.head.origin.text, "tinh");
}

/* ---- envelopes put together by hand ---- */

static Vanthu__V1__Envelope *take_apart(struct fixture *f, struct blob envelope)
{
	enum err e;
	Vanthu__V1__Envelope *m =
	    pb_unpack(f->arena, &vanthu__v1__envelope__descriptor, envelope, &e);

	assert_non_null(m);
	return m;
}

static struct blob put_together(struct fixture *f, const Vanthu__V1__Envelope *m)
{
	struct blob out;

	assert_ok(pb_pack(f->arena, &m->base, &out));
	return out;
}

static void test_second_signature_counts_when_the_first_key_is_unknown(void **state)
{
	struct fixture *f = *state;
	struct draft good = sealed(f), foreign = fixture_document(f, "tinh", 1, to_all),
		     *order[2] = { &foreign, &good };
	Vanthu__V1__Signature *list[SIGNATURES_MAX + 1];
	Vanthu__V1__Envelope *m = take_apart(f, good.envelope);
	struct opened o;

	assert_ok(seal_drafts(f->registry, f->arena, &foreign, 1));
	for (unsigned i = 0; i < 2; i++)
		list[i] = take_apart(f, order[i]->envelope)->signatures[0];
	m->signatures = list;
	m->n_signatures = 2;
	assert_ok(open_at(f, put_together(f, m), FIXTURE_NOW_MS, &o));
	assert_memory_equal(&o.key_id, list[1]->key_id.data, 32);
	m->n_signatures = 0;
	assert_int_equal(open_at(f, put_together(f, m), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	for (unsigned i = 0; i <= SIGNATURES_MAX; i++)
		list[i] = list[1];
	m->n_signatures = SIGNATURES_MAX;
	assert_ok(open_at(f, put_together(f, m), FIXTURE_NOW_MS, &o));
	m->n_signatures = SIGNATURES_MAX + 1;
	assert_int_equal(open_at(f, put_together(f, m), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
}

static void test_signature_fits_only_its_own_payload_and_shape(void **state)
{
	struct fixture *f = *state;
	struct draft a = sealed(f), batch[2] = { fixture_document(f, "tinh", 3, to_all),
						 fixture_document(f, "tinh", 4, to_all) };
	Vanthu__V1__Envelope *alone = take_apart(f, a.envelope), *first, *second;
	Vanthu__V1__BatchPath of_one = VANTHU__V1__BATCH_PATH__INIT;
	struct opened o;

	assert_ok(seal_drafts(fixture_signer(f, "tinh"), f->arena, batch, 2));
	first = take_apart(f, batch[0].envelope);
	second = take_apart(f, batch[1].envelope);
	second->signatures[0]->batch = first->signatures[0]->batch; /* the other one's path */
	assert_int_equal(open_at(f, put_together(f, second), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	first->signatures[0]->batch->leaf_index = 1;
	assert_int_equal(open_at(f, put_together(f, first), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	first->signatures[0]->batch->leaf_index = 0;
	first->signatures[0]->batch->leaf_count = BATCH_LEAVES_MAX + 1;
	assert_int_equal(open_at(f, put_together(f, first), FIXTURE_NOW_MS, &o), ERR_FORMAT);
	first->signatures[0]->batch = NULL; /* a batch's signature is none over the payload */
	assert_int_equal(open_at(f, put_together(f, first), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	of_one.leaf_count = 1;
	alone->signatures[0]->batch = &of_one; /* nor the other way about */
	assert_int_equal(open_at(f, put_together(f, alone), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	alone->signatures[0]->batch = NULL;
	alone->signatures[0]->signature.len = 63;
	assert_int_equal(open_at(f, put_together(f, alone), FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	alone->signatures[0]->signature.len = 64;
	alone->signatures[0]->key_id.len = 31;
	assert_int_equal(open_at(f, put_together(f, alone), FIXTURE_NOW_MS, &o), ERR_FORMAT);
}

/* What a holder of the key could sign, but this program never would. */
static struct blob sign_by_hand(struct fixture *f, text_t type, struct blob payload,
				struct blob pem)
{
	Vanthu__V1__Envelope m = VANTHU__V1__ENVELOPE__INIT;
	Vanthu__V1__Signature s = VANTHU__V1__SIGNATURE__INIT, *list = &s;
	BIO *bio = BIO_new_mem_buf(pem.data, (int)pem.len_bytes);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t raw[32], signature[64];
	size_t len = sizeof raw;
	struct digest id;
	struct blob pae, out;

	assert_int_equal(EVP_PKEY_get_raw_public_key(key, raw, &len), 1);
	id = key_id_of(raw);
	assert_ok(pae_encode(f->arena, type, payload, &pae));
	len = sizeof signature;
	assert_int_equal(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestSign(ctx, signature, &len, pae.data, pae.len_bytes), 1);
	m.payload = field_bytes(payload.data, payload.len_bytes);
	m.payload_type = (char *)(uintptr_t)type;
	s.key_id = field_bytes(id.bytes, 32);
	s.signature = field_bytes(signature, 64);
	m.signatures = &list;
	m.n_signatures = 1;
	assert_ok(pb_pack(f->arena, &m.base, &out));
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return out;
}

static void test_one_kind_cannot_pass_for_another(void **state)
{
	struct fixture *f = *state;
	struct draft d = fixture_document(f, "tinh", 1, to_all);
	struct blob pem, payload;
	struct opened o;

	/* The committee gets a key that the test can sign with. */
	assert_ok(signer_pem_generate(f->arena, &pem));
	signer_destroy(f->signers[fixture_index(f, "tinh")]);
	assert_ok(signer_pem_open(pem, &f->signers[fixture_index(f, "tinh")]));
	signer_public_key(fixture_signer(f, "tinh"), key_of(f)->public_key);
	assert_ok(payload_pack(f->arena, &d.head, d.body, &payload));
	assert_ok(open_at(f, sign_by_hand(f, payload_type_of(KIND_DOCUMENT), payload, pem),
			  FIXTURE_NOW_MS, &o));
	assert_int_equal(open_at(f, sign_by_hand(f, payload_type_of(KIND_RECEIPT), payload, pem),
				 FIXTURE_NOW_MS, &o),
			 ERR_FORMAT);
	assert_int_equal(
	    open_at(f, sign_by_hand(f, "application/vnd.vanthu.document.v2", payload, pem),
		    FIXTURE_NOW_MS, &o),
	    ERR_UNSUPPORTED);
	assert_int_equal(open_at(f, sign_by_hand(f, "", payload, pem), FIXTURE_NOW_MS, &o),
			 ERR_UNSUPPORTED);
	assert_int_equal(
	    open_at(f, sign_by_hand(f, payload_type_of(KIND_DOCUMENT), fixture_blob("junk"), pem),
		    FIXTURE_NOW_MS, &o),
	    ERR_FORMAT);
}

static void test_verifier_that_forgets_checks_again(void **state)
{
	struct fixture *f = *state;
	struct draft batch[2] = { fixture_document(f, "tinh", 1, to_all),
				  fixture_document(f, "tinh", 2, to_all) };
	struct opened o;

	assert_ok(seal_drafts(fixture_signer(f, "tinh"), f->arena, batch, 2));
	assert_ok(open_at(f, batch[0].envelope, FIXTURE_NOW_MS, &o));
	/* The directory now says that this key id is another key: what was remembered does not
	 * speak for it. */
	memcpy(key_of(f)->public_key, f->keys[0].public_key, 32);
	assert_int_equal(open_at(f, batch[1].envelope, FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
	verifier_forget(f->verifier);
	assert_int_equal(open_at(f, batch[0].envelope, FIXTURE_NOW_MS, &o), ERR_SIGNATURE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_one_alone_and_small_batches_verify_each_by_itself),
		TEST(test_largest_batch_has_one_signature_and_one_more_has_two),
		TEST(test_nothing_to_seal_signs_nothing),
		TEST(test_document_comes_out_as_it_went_in),
		TEST(test_a_number_that_the_seal_puts_in_is_signed),
		TEST(test_any_flipped_bit_is_refused_or_changes_nothing),
		TEST(test_every_truncation_is_refused),
		TEST(test_envelope_over_the_bound_is_refused_unread_and_a_draft_over_it_is_named),
		TEST(test_size_bound_is_never_below_the_size),
		TEST(test_key_that_nobody_knows_or_of_another_use_does_not_count),
		TEST(test_good_signature_by_another_committee_is_not_the_origins),
		TEST(test_revoked_key_is_refused_and_custody_mends_what_it_signed_before),
		TEST(test_revocation_counts_for_a_remembered_batch_too),
		TEST(test_key_counts_from_its_first_to_its_last_moment),
		TEST(test_signed_in_the_future_is_a_matter_of_clocks),
		TEST(test_second_signature_counts_when_the_first_key_is_unknown),
		TEST(test_signature_fits_only_its_own_payload_and_shape),
		TEST(test_one_kind_cannot_pass_for_another),
		TEST(test_verifier_that_forgets_checks_again),
	};

	return cmocka_run_group_tests_name("seal", tests, NULL, NULL);
}
