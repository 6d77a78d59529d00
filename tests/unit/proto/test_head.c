/* Payloads and heads: what comes back is what went in, and each field has a bound that is tried
 * from both sides. */
#include "proto/head.h"

#include <string.h>

#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "tests/unit/support/fixture.h"

enum { MANY = 1100 };

/* A good head as protobuf-c has it, to be spoilt by one field. */
struct raw {
	struct arena *arena;
	Vanthu__V1__Head head;
	Vanthu__V1__Recipient recipients[MANY], *recipient_list[MANY];
	Vanthu__V1__ManifestItem items[MANY], *item_list[MANY];
	uint8_t bytes[33];
	uint32_t critical;
};

static int set_up(void **state)
{
	struct arena *a = arena_new(64 << 20);
	struct raw *r = arena_alloc(a, sizeof *r);

	assert_non_null(r);
	r->arena = a;
	r->bytes[0] = 1; /* an id of zeros is none */
	vanthu__v1__head__init(&r->head);
	for (unsigned i = 0; i < MANY; i++) {
		vanthu__v1__recipient__init(&r->recipients[i]);
		r->recipients[i].committee = (char *)(uintptr_t)"xa";
		r->recipient_list[i] = &r->recipients[i];
		vanthu__v1__manifest_item__init(&r->items[i]);
		r->items[i].sha256 = r->items[i].chunk_root = field_bytes(r->bytes, 32);
		r->item_list[i] = &r->items[i];
	}
	r->head.id = field_bytes(r->bytes, 16);
	r->head.origin = (char *)(uintptr_t)"tinh";
	r->head.recipients = r->recipient_list;
	r->head.n_recipients = 1;
	r->head.manifest = r->item_list;
	r->head.n_manifest = 1;
	r->head.kind = VANTHU__V1__KIND__KIND_DOCUMENT;
	r->head.body_version = 1;
	r->head.urgency = VANTHU__V1__URGENCY__URGENCY_KHAN;
	r->head.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	r->head.hop_limit = 16;
	r->head.critical = &r->critical;
	*state = r;
	return 0;
}

static int tear_down(void **state)
{
	arena_destroy(((struct raw *)*state)->arena);
	return 0;
}

static enum err read_back(struct raw *r, struct head *out)
{
	Vanthu__V1__Payload p = VANTHU__V1__PAYLOAD__INIT;
	struct blob payload, body;

	p.head = &r->head;
	assert_ok(pb_pack(r->arena, &p.base, &payload));
	return payload_unpack(r->arena, payload, out, &body);
}

static void expect(struct raw *r, enum err e)
{
	struct head head;

	assert_int_equal(read_back(r, &head), e);
}

static void test_head_and_body_come_back_as_they_were(void **state)
{
	struct raw *raw = *state;
	struct arena *a = raw->arena;
	struct recipient recipients[] = { { .committee = { "xa-a1" } },
					  { .group = GROUP_SUBORDINATES },
					  { .group = GROUP_SUBTREE } };
	struct manifest_item items[] = { fixture_inline_item(),
					 fixture_file_item(ATTACHMENT_MAX_BYTES) };
	struct head h = { .id = fixture_doc_id(7),
			  .origin = { "tinh" },
			  .kind = KIND_DOCUMENT,
			  .body_version = 3,
			  .urgency = URGENCY_HOA_TOC,
			  .secrecy = SECRECY_TUYET_MAT,
			  .signed_at_ms = FIXTURE_NOW_MS,
			  .directory_version = UINT64_MAX,
			  .hop_limit = 1,
			  .recipients = recipients,
			  .recipient_count = 3,
			  .manifest = items,
			  .manifest_count = 2,
			  .submission = fixture_digest("s") },
		    back;
	struct blob payload, body;

	assert_ok(payload_pack(a, &h, fixture_blob("a body"), &payload));
	assert_ok(payload_unpack(a, payload, &back, &body));
	assert_int_equal(body.len_bytes, 6);
	assert_memory_equal(body.data, "a body", 6);
	assert_memory_equal(&back.id, &h.id, sizeof h.id);
	assert_string_equal(back.origin.text, "tinh");
	assert_true(back.kind == h.kind && back.body_version == 3 && back.urgency == h.urgency &&
		    back.secrecy == h.secrecy);
	assert_true(back.signed_at_ms == h.signed_at_ms && back.directory_version == UINT64_MAX &&
		    back.hop_limit == 1);
	assert_int_equal(back.recipient_count, 3);
	assert_string_equal(back.recipients[0].committee.text, "xa-a1");
	assert_true(back.recipients[1].group == GROUP_SUBORDINATES &&
		    back.recipients[2].group == GROUP_SUBTREE);
	assert_int_equal(back.manifest_count, 2);
	assert_true(back.manifest[0].inlined && back.manifest[0].size_bytes == 7);
	assert_true(!back.manifest[1].inlined &&
		    back.manifest[1].size_bytes == ATTACHMENT_MAX_BYTES);
	assert_memory_equal(&back.manifest[1].sha256, &items[1].sha256, 32);
	assert_memory_equal(&back.manifest[1].chunk_root, &items[1].chunk_root, 32);
	assert_memory_equal(&back.submission, &h.submission, 32);
}

static void test_payload_without_a_head_or_of_nonsense_is_refused(void **state)
{
	struct raw *r = *state;
	struct head head;
	struct blob body;

	assert_int_equal(payload_unpack(r->arena, (struct blob){ NULL, 0 }, &head, &body),
			 ERR_FORMAT);
	assert_int_equal(payload_unpack(r->arena, fixture_blob("\x12\x01x"), &head, &body),
			 ERR_FORMAT);
	assert_int_equal(payload_unpack(r->arena, fixture_blob("nonsense"), &head, &body),
			 ERR_FORMAT);
}

static void test_id_origin_and_submission_have_their_exact_shapes(void **state)
{
	struct raw *r = *state;

	expect(r, ERR_OK);
	r->head.id = field_bytes(r->bytes, 15);
	expect(r, ERR_FORMAT);
	r->head.id = field_bytes(r->bytes, 17);
	expect(r, ERR_FORMAT);
	r->head.id = field_bytes(r->bytes + 16, 16); /* zeros */
	expect(r, ERR_FORMAT);
	r->head.id = field_bytes(r->bytes, 16);
	r->head.submission_digest = field_bytes(r->bytes, 31);
	expect(r, ERR_FORMAT);
	r->head.submission_digest = field_bytes(r->bytes, 32);
	expect(r, ERR_OK);
	r->head.origin = (char *)(uintptr_t)"";
	expect(r, ERR_FORMAT);
	r->head.origin = (char *)(uintptr_t)"../x";
	expect(r, ERR_FORMAT);
	r->head.origin = (char *)(uintptr_t)"all";
	expect(r, ERR_FORMAT);
	r->head.origin = (char *)(uintptr_t)"\xff";
	expect(r, ERR_UTF8);
}

static void test_only_directory_heads_come_from_the_registry(void **state)
{
	struct raw *r = *state;

	r->head.origin = (char *)(uintptr_t)"registry";
	expect(r, ERR_FORMAT);
	r->head.kind = VANTHU__V1__KIND__KIND_DIRECTORY;
	expect(r, ERR_OK);
	r->head.origin = (char *)(uintptr_t)"tinh";
	expect(r, ERR_FORMAT);
}

static void test_enums_and_numbers_outside_their_range_are_refused(void **state)
{
	struct raw *r = *state;
	static const int kinds[] = { -1, 0, KIND_GONE + 1, INT32_MAX },
			 levels[] = { -1, 0, 5, INT32_MIN };
	static const uint32_t hops[] = { 0, HOP_LIMIT + 1, UINT32_MAX };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		r->head.kind = (Vanthu__V1__Kind)kinds[i];
		expect(r, ERR_FORMAT);
	}
	r->head.kind = VANTHU__V1__KIND__KIND_DOCUMENT;
	for (size_t i = 0; i < COUNT_OF(levels); i++) {
		r->head.urgency = (Vanthu__V1__Urgency)levels[i];
		expect(r, ERR_FORMAT);
		r->head.urgency = VANTHU__V1__URGENCY__URGENCY_KHAN;
		r->head.secrecy = (Vanthu__V1__Secrecy)levels[i];
		expect(r, ERR_FORMAT);
		r->head.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	}
	for (size_t i = 0; i < COUNT_OF(hops); i++) {
		r->head.hop_limit = hops[i];
		expect(r, ERR_FORMAT);
	}
	r->head.hop_limit = 1;
	expect(r, ERR_OK);
	r->head.signed_at_ms = -1;
	expect(r, ERR_FORMAT);
	r->head.signed_at_ms = INT64_MAX;
	expect(r, ERR_FORMAT);
}

static void test_recipients_are_bounded_and_name_one_thing_each(void **state)
{
	struct raw *r = *state;

	r->head.n_recipients = RECIPIENTS_MAX;
	expect(r, ERR_OK);
	r->head.n_recipients = RECIPIENTS_MAX + 1;
	expect(r, ERR_TOO_MANY_RECIPIENTS);
	r->head.n_recipients = 2;
	r->recipients[1].committee = (char *)(uintptr_t)"";
	expect(r, ERR_FORMAT); /* nobody */
	r->recipients[1].group = VANTHU__V1__GROUP__GROUP_SUBTREE;
	expect(r, ERR_OK);
	r->recipients[1].committee = (char *)(uintptr_t)"xa";
	expect(r, ERR_FORMAT); /* two at once */
	r->recipients[1].committee = (char *)(uintptr_t)"";
	r->recipients[1].group = (Vanthu__V1__Group)3;
	expect(r, ERR_FORMAT);
	r->recipients[1].group = (Vanthu__V1__Group)GROUP_SUPERIOR; /* for submissions only */
	expect(r, ERR_FORMAT);
}

static void test_manifest_is_bounded_in_number_size_and_inline_bytes(void **state)
{
	struct raw *r = *state;

	/* and the document itself may come on top: more is too many */
	r->head.n_manifest = ATTACHMENTS_MAX;
	expect(r, ERR_OK);
	r->head.n_manifest = ATTACHMENTS_MAX + 2;
	expect(r, ERR_TOO_MANY_ATTACHMENTS);
	r->head.n_manifest = 2;
	r->items[1].size_bytes = ATTACHMENT_MAX_BYTES;
	expect(r, ERR_OK);
	r->items[1].size_bytes++;
	expect(r, ERR_TOO_LARGE);
	r->items[1].size_bytes = UINT64_MAX;
	r->items[1].inlined = true;
	expect(r, ERR_TOO_LARGE);
	r->items[0].inlined = true;
	r->items[0].size_bytes = INLINE_MAX_BYTES - 1;
	r->items[1].size_bytes = 1;
	expect(r, ERR_OK);
	r->items[1].size_bytes = 2;
	expect(r, ERR_FORMAT);
	r->items[1].size_bytes = 1;
	r->items[1].sha256 = field_bytes(r->bytes, 31);
	expect(r, ERR_FORMAT);
	r->items[1].sha256 = field_bytes(r->bytes, 32);
	r->items[1].chunk_root = field_bytes(r->bytes, 33);
	expect(r, ERR_FORMAT);
}

static void test_critical_field_from_the_future_is_unsupported(void **state)
{
	struct raw *r = *state;

	r->head.n_critical = 1;
	r->critical = 16;
	expect(r, ERR_UNSUPPORTED);
}

static void test_media_types_and_kinds_belong_together(void **state)
{
	(void)state;
	for (int k = KIND_DOCUMENT; k <= KIND_REPORT; k++) {
		assert_int_equal(payload_kind(payload_type_of((enum kind)k)), k);
		for (int l = KIND_DOCUMENT; l < k; l++)
			assert_string_not_equal(payload_type_of((enum kind)k),
						payload_type_of((enum kind)l));
	}
	assert_string_equal(payload_type_of(KIND_DOCUMENT), "application/vnd.vanthu.document.v1");
	assert_string_equal(payload_type_of(KIND_NONE), "");
	assert_int_equal(payload_kind(""), KIND_NONE);
	assert_int_equal(payload_kind("application/vnd.vanthu.document.v2"), KIND_NONE);
	/* what is signed for a batch is no envelope */
	assert_int_equal(payload_kind("application/vnd.vanthu.batch.v1"), KIND_NONE);
}

static void test_payload_that_does_not_fit_the_arena_fails(void **state)
{
	struct raw *r = *state;
	struct arena *small = arena_new(300);
	struct head h = { .id = fixture_doc_id(1), .origin = { "tinh" }, .kind = KIND_RECEIPT },
		    back;
	struct blob payload, body;
	static const uint8_t large[400];

	assert_int_equal(payload_pack(small, &h, (struct blob){ large, sizeof large }, &payload),
			 ERR_NO_MEMORY);
	assert_ok(payload_pack(r->arena, &h, (struct blob){ large, sizeof large }, &payload));
	assert_int_equal(payload_unpack(small, payload, &back, &body), ERR_NO_MEMORY);
	arena_destroy(small);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_head_and_body_come_back_as_they_were),
		TEST(test_payload_without_a_head_or_of_nonsense_is_refused),
		TEST(test_id_origin_and_submission_have_their_exact_shapes),
		TEST(test_only_directory_heads_come_from_the_registry),
		TEST(test_enums_and_numbers_outside_their_range_are_refused),
		TEST(test_recipients_are_bounded_and_name_one_thing_each),
		TEST(test_manifest_is_bounded_in_number_size_and_inline_bytes),
		TEST(test_critical_field_from_the_future_is_unsupported),
		TEST(test_media_types_and_kinds_belong_together),
		TEST(test_payload_that_does_not_fit_the_arena_fails),
	};

	return cmocka_run_group_tests_name("head", tests, NULL, NULL);
}
