/* Evidence: believed as it was made, and in no other form. The bits of a real lab's file are
 * flipped in tests/system/evidence.bats; here are the cases that a lab does not make by itself. */
#include "tools/client/evidence.h"

#include <string.h>

#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/seal.h"
#include "proto/signer_pem.h"
#include "tests/unit/support/fixture.h"

enum { ENTRIES = FIXTURE_COMMITTEES, CHECK_ARENA_BYTES = 8 << 20 };

struct case_file {
	struct fixture *f;
	Vanthu__V1__Evidence m;
	ProtobufCBinaryData heads[2], entries[ENTRIES], receipts[4], relays[4];
	struct draft document, other;
	struct evidence_verdict verdict;
};

static ProtobufCBinaryData bytes_of(struct blob b)
{
	return field_bytes(b.data, b.len_bytes);
}

static struct blob fact(struct fixture *f, const char *signer, enum kind kind,
			const struct draft *about)
{
	struct fact fact = { .kind = kind,
			     .at_ms = FIXTURE_NOW_MS,
			     .document = { about->head.origin, about->head.id, about->digest } };

	if (kind == KIND_RELAY) {
		fact.relay_event = 1;
		fact.hop = 1;
	}
	fact.from = fixture_id("tinh");
	return fixture_fact(f, signer, "tinh", 100, &fact).envelope;
}

static int set_up(void **state)
{
	static const char *const to[] = { "xa-a1", NULL };
	struct case_file *c = test_calloc(1, sizeof *c);
	struct directory d;

	c->f = fixture_new();
	d = fixture_directory(c->f, 1);
	/* Both under one signature: the batch's path is in the file. */
	struct draft both[] = { fixture_document(c->f, "tinh", 1, to),
				fixture_document(c->f, "tinh", 2, to) };
	assert_ok(seal_drafts(fixture_signer(c->f, "tinh"), c->f->arena, both, 2));
	c->document = both[0];
	c->other = both[1];
	vanthu__v1__evidence__init(&c->m);
	c->m.envelope = bytes_of(c->document.envelope);
	c->heads[0] = bytes_of(d.head.head);
	for (unsigned i = 0; i < ENTRIES; i++)
		c->entries[i] = bytes_of(c->f->entries[i].entry);
	c->receipts[0] = bytes_of(fact(c->f, "xa-a1", KIND_RECEIPT, &c->document));
	c->relays[0] = bytes_of(fact(c->f, "huyen-a", KIND_RELAY, &c->document));
	c->m.heads = c->heads;
	c->m.n_heads = 1;
	c->m.entries = c->entries;
	c->m.n_entries = ENTRIES;
	c->m.receipts = c->receipts;
	c->m.n_receipts = 1;
	c->m.relays = c->relays;
	c->m.n_relays = 1;
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	struct case_file *c = *state;

	fixture_free(c->f);
	test_free(c);
	return 0;
}

static enum err check_bytes(struct case_file *c, struct blob file, struct blob root_der)
{
	struct arena *a = arena_new(CHECK_ARENA_BYTES);
	struct evidence_question q = { .file = file,
				       .root_der = root_der,
				       .wall_ms = FIXTURE_NOW_MS };

	assert_non_null(a);
	evidence_verify(a, &q, &c->verdict);
	arena_destroy(a);
	return c->verdict.result;
}

static enum err check(struct case_file *c)
{
	struct blob file;

	assert_ok(evidence_pack(c->f->arena, &c->m, &file));
	return check_bytes(c, file, c->f->root_der);
}

static void test_what_was_made_is_believed(void **state)
{
	struct case_file *c = *state;

	assert_ok(check(c));
	assert_true(c->verdict.signature_good);
	assert_string_equal(c->verdict.signed_by.text, "tinh");
	assert_memory_equal(&c->verdict.id, &c->document.head.id, sizeof c->verdict.id);
	assert_int_equal(c->verdict.where, EVIDENCE_NOWHERE);
}

static void test_each_byte_changed_by_each_bit_in_turn_is_refused(void **state)
{
	struct case_file *c = *state;
	struct blob file;
	uint8_t *copy;

	assert_ok(evidence_pack(c->f->arena, &c->m, &file));
	copy = test_malloc(file.len_bytes);
	memcpy(copy, file.data, file.len_bytes);
	for (size_t i = 0; i < file.len_bytes; i++) {
		copy[i] ^= (uint8_t)(1u << (i % 8));
		assert_int_not_equal(
		    check_bytes(c, (struct blob){ copy, file.len_bytes }, c->f->root_der), ERR_OK);
		assert_int_not_equal(c->verdict.where, EVIDENCE_NOWHERE);
		copy[i] ^= (uint8_t)(1u << (i % 8));
	}
	test_free(copy);
}

static void test_pieces_are_gathered_each_record_once(void **state)
{
	struct case_file *c = *state;
	Vanthu__V1__Evidence whole = VANTHU__V1__EVIDENCE__INIT, piece = c->m;
	struct blob file, expected;

	assert_ok(evidence_pack(c->f->arena, &c->m, &expected));
	piece.n_receipts = piece.n_heads = piece.n_entries = 0;
	assert_ok(evidence_gather(c->f->arena, &whole, &piece));
	for (size_t i = 0; i < c->m.n_receipts; i++) {
		piece = (Vanthu__V1__Evidence)VANTHU__V1__EVIDENCE__INIT;
		piece.receipts = &c->m.receipts[i];
		piece.n_receipts = 1;
		piece.relays = c->m.relays; /* again with each */
		piece.n_relays = c->m.n_relays;
		assert_ok(evidence_gather(c->f->arena, &whole, &piece));
	}
	piece = c->m;
	piece.envelope.len = piece.n_receipts = piece.n_relays = 0;
	assert_ok(evidence_gather(c->f->arena, &whole, &piece));
	evidence_gathered(&whole);
	assert_ok(evidence_pack(c->f->arena, &whole, &file));
	assert_int_equal(file.len_bytes, expected.len_bytes);
	assert_memory_equal(file.data, expected.data, file.len_bytes);
}

static void test_order_and_doubles_are_refused(void **state)
{
	struct case_file *c = *state;
	ProtobufCBinaryData first;
	struct blob file;

	c->receipts[1] = bytes_of(fact(c->f, "xa-a2", KIND_RECEIPT, &c->document));
	c->m.n_receipts = 2;
	assert_ok(check(c)); /* packing sorts */
	first = c->receipts[0];
	c->receipts[0] = c->receipts[1];
	c->receipts[1] = first;
	assert_ok(pb_pack(c->f->arena, &c->m.base, &file));
	assert_int_equal(check_bytes(c, file, c->f->root_der), ERR_FORMAT);
	c->receipts[1] = c->receipts[0];
	assert_int_equal(check(c), ERR_FORMAT);
	assert_int_equal(c->verdict.where, EVIDENCE_RECEIPTS_ORDER);
}

static void test_records_must_be_of_their_kind_and_about_this_document(void **state)
{
	struct case_file *c = *state;
	ProtobufCBinaryData receipt = c->receipts[0];

	c->receipts[0] = c->relays[0];
	assert_int_equal(check(c), ERR_FORMAT);
	assert_int_equal(c->verdict.where, EVIDENCE_RECEIPT);
	assert_int_equal(c->verdict.number, 1);
	c->receipts[0] = receipt;
	c->relays[0] = receipt;
	assert_int_equal(check(c), ERR_FORMAT);
	assert_int_equal(c->verdict.where, EVIDENCE_RELAY);
	assert_int_equal(c->verdict.number, 1);
	c->relays[0] = bytes_of(fact(c->f, "huyen-a", KIND_RELAY, &c->other));
	assert_int_equal(check(c), ERR_DIGEST);
	c->m.n_relays = 0;
	assert_ok(check(c));
	c->receipts[0] = bytes_of(c->other.envelope);
	assert_int_not_equal(check(c), ERR_OK);
}

static void test_document_must_be_one_and_the_directory_one_and_whole(void **state)
{
	struct case_file *c = *state;

	c->m.n_receipts = c->m.n_relays = 0;
	c->m.envelope = bytes_of(fact(c->f, "tinh", KIND_RECEIPT, &c->document));
	assert_int_equal(check(c), ERR_FORMAT);
	c->m.envelope = bytes_of(c->document.envelope);
	assert_ok(check(c));
	c->m.n_heads = 0;
	assert_int_equal(check(c), ERR_FORMAT);
	c->heads[1] = c->heads[0];
	c->m.n_heads = 2;
	assert_int_equal(check(c), ERR_FORMAT);
	assert_int_equal(c->verdict.where, EVIDENCE_DIRECTORY);
	c->m.n_heads = 1;
	c->m.n_entries--;
	assert_int_equal(check(c), ERR_DIGEST);
}

static void test_another_root_and_a_signature_too_many_are_refused(void **state)
{
	struct case_file *c = *state;
	Vanthu__V1__Envelope *m;
	Vanthu__V1__Signature *list[2];
	struct blob pem, der, file, envelope;
	enum err e;

	assert_ok(evidence_pack(c->f->arena, &c->m, &file));
	assert_ok(signer_pem_generate(c->f->arena, &pem));
	assert_ok(certificate_root(c->f->arena, pem, "other", 0, FIXTURE_NOW_MS * 2, &der));
	assert_int_equal(check_bytes(c, file, der), ERR_SIGNATURE);
	/* A signature by a key of somewhere else is passed over on a link; in evidence nobody could
	 * say whether it was changed. */
	m = pb_unpack(c->f->arena, &vanthu__v1__envelope__descriptor, c->document.envelope, &e);
	assert_non_null(m);
	list[0] = m->signatures[0];
	list[1] = m->signatures[0];
	m->signatures = list;
	m->n_signatures = 2;
	assert_ok(pb_pack(c->f->arena, &m->base, &envelope));
	c->m.envelope = bytes_of(envelope);
	assert_int_equal(check(c), ERR_SIGNATURE);
	assert_int_equal(c->verdict.where, EVIDENCE_DOCUMENT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_what_was_made_is_believed),
		TEST(test_each_byte_changed_by_each_bit_in_turn_is_refused),
		TEST(test_pieces_are_gathered_each_record_once),
		TEST(test_order_and_doubles_are_refused),
		TEST(test_records_must_be_of_their_kind_and_about_this_document),
		TEST(test_document_must_be_one_and_the_directory_one_and_whole),
		TEST(test_another_root_and_a_signature_too_many_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
