/* Stored values: every family comes back, and no flipped bit, moved value or cut one passes for a
 * record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crc32c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "proto/record.pb-c.h"
#include "proto/record_codec.h"
#include "routing/rules/rules.h"
#include "routing/state/plan.h"
#include "routing/state/plan_cost.h"
#include "routing/target/target.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/record_samples.h"
#include "tests/unit/support/sweep.h"

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

static bool is_all_in_its_key(enum family f)
{
	return f == FAMILY_FILE || f == FAMILY_SWEEP || f == FAMILY_SUBORDINATE ||
	       f == FAMILY_NUMBER || f == FAMILY_CHANGED || f == FAMILY_DROPPED;
}

/* A family without a sample would pass every test here by an empty value. */
static void test_every_family_has_a_sample_that_says_something(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	struct blob empty, value;

	record_samples(f, s);
	assert_ok(record_encode(f->arena, &s[FAMILY_FILE].key, &s[FAMILY_FILE].record, &empty));
	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		assert_ok(record_encode(f->arena, &s[i].key, &s[i].record, &value));
		if ((value.len_bytes == empty.len_bytes) != is_all_in_its_key((enum family)i))
			fail_msg("%s has no sample", family_name((enum family)i));
	}
}

/* What goes into the store is at most what the plan said it would cost, for each family whose
 * values grow with what a neighbour or an office sends. */
static void test_large_value_takes_no_more_than_its_plan_says(void **state)
{
	static uint8_t bytes[INLINE_MAX_BYTES];
	static struct change changes[FEED_ROW_MAX];
	struct fixture *f = *state;
	struct blob large = { bytes, sizeof bytes }, value;
	struct record all[] = {
		{ .family = FAMILY_META, .u.note.bytes = large },
		{ .family = FAMILY_ENVELOPE, .u.envelope.envelope.bytes = large },
		{ .family = FAMILY_RELAY, .u.relay.envelope.bytes = large },
		{ .family = FAMILY_RECEIPT, .u.receipt.envelope.bytes = large },
		{ .family = FAMILY_STREAM, .u.stream.fact.bytes = large },
		{ .family = FAMILY_ASIDE, .u.aside.envelope = large },
		{ .family = FAMILY_COMMITTEE, .u.committee.entry = large },
		{ .family = FAMILY_STAGED, .u.committee.entry = large },
		{ .family = FAMILY_DIRECTORY, .u.directory.head = large },
		{ .family = FAMILY_HISTORY, .u.history.line = large },
		{ .family = FAMILY_FEED,
		  .u.feed = { INT64_MAX, INT64_MAX, changes, FEED_ROW_MAX } },
	};
	struct key key = key_number(1);

	for (unsigned i = 0; i < FEED_ROW_MAX; i++)
		changes[i] = (struct change){ CHANGE_KINDS - 1, CHANGE_WHATS - 1, ROLE_PAPER,
					      { UINT64_MAX }, { "" }, OFFICE_RECALL_DECLINED,
					      UINT32_MAX, { BOOK_SECRET_IN, UINT16_MAX,
					      UINT16_MAX, UINT32_MAX }, UINT64_MAX, true, "" };
	for (unsigned i = 0; i < FEED_ROW_MAX; i++)
		memset(changes[i].committee.text, 'x', COMMITTEE_ID_MAX);

	for (size_t i = 0; i < COUNT_OF(all); i++) {
		struct plan *plan = plan_new((struct lookup){ .ctx = NULL });

		assert_non_null(plan);
		plan_put(plan, key, &all[i]);
		assert_ok(record_encode(f->arena, &key, &all[i], &value));
		assert_true(value.len_bytes > sizeof bytes);
		if (plan_cost_bytes(plan) < value.len_bytes)
			fail_msg("%s costs more than its plan says", family_name(all[i].family));
		plan_destroy(plan);
	}
}

/* RECORD_WRITE=1 writes tests/fuzz/record anew: the family, then the message. */
static void write_sample(int family, struct blob value)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof path, "tests/fuzz/record/family-%02d", family);
	if (getenv("RECORD_WRITE") == NULL || (f = fopen(path, "wb")) == NULL)
		return;
	fputc(family, f);
	fwrite(value.data + RECORD_OVERHEAD_BYTES, 1, value.len_bytes - RECORD_OVERHEAD_BYTES, f);
	assert_int_equal(fclose(f), 0);
}

static void test_every_family_comes_back_and_encodes_to_the_same_bytes(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];

	record_samples(f, s);
	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		struct blob value, again;
		struct record back;

		assert_ok(record_encode(f->arena, &s[i].key, &s[i].record, &value));
		assert_int_equal(value.data[0], RECORD_VERSION);
		write_sample(i, value);
		assert_ok(record_decode(f->arena, (enum family)i, &s[i].key, value, &back));
		assert_int_equal(back.family, i);
		assert_ok(record_encode(f->arena, &s[i].key, &back, &again));
		assert_int_equal(again.len_bytes, value.len_bytes);
		assert_memory_equal(again.data, value.data, value.len_bytes);
	}
}

static struct record back_of(struct fixture *f, const struct record_sample *s)
{
	struct blob value;
	struct record back;

	assert_ok(record_encode(f->arena, &s->key, &s->record, &value));
	assert_ok(record_decode(f->arena, s->record.family, &s->key, value, &back));
	return back;
}

static void expect_summary(const struct summary *s)
{
	assert_string_equal(s->number, "31-KH/ĐU");
	assert_string_equal(s->issued_on, "2025-01-02");
	assert_string_equal(s->due_on, "2025-02-03");
	assert_string_equal(s->files, "31-KH.pdf\nphụ lục.xlsx");
	assert_string_equal(s->reply_to->origin.text, "tinh");
	assert_int_equal(s->reply_to->id.bytes[0], 0x01);
	assert_string_equal(s->signer_competence, "T/M ĐẢNG ỦY");
	assert_string_equal(s->signer_position, "BÍ THƯ");
	assert_int_equal(s->business, BUSINESS_REPLACE);
	assert_string_equal(s->reminds, "xa-a1");
	assert_true(s->published);
	assert_string_equal(s->foreign_id, "VB-2026/0815");
	assert_string_equal(s->concerns->origin.text, "tinh");
	assert_int_equal(s->concerns->id.bytes[0], 0x01);
}

static void expect_correction(const struct rec_paper *p)
{
	struct doc_id answered = fixture_doc_id(7);

	assert_true(p->next.n == 78 && p->previous.n == 76 && p->changed_at_ms == 12 &&
		    p->not_issued);
	assert_string_equal(p->why, "gõ nhầm");
	assert_string_equal(p->reply_origin.text, "tinh");
	assert_memory_equal(&p->reply_id, &answered, sizeof answered);
	assert_string_equal(p->signer_competence, "T/M ĐẢNG ỦY");
	assert_string_equal(p->signer_position, "BÍ THƯ");
	assert_string_equal(p->signer_name, "Trần Thị B");
	assert_string_equal(p->issued_on, "2026-11-20");
	assert_string_equal(p->note, "bản sao");
}

static void test_every_field_of_the_larger_records_comes_back(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	struct record r;

	record_samples(f, s);
	r = back_of(f, &s[FAMILY_DOCUMENT]);
	assert_string_equal(r.u.document.origin.text, "tinh");
	assert_memory_equal(&r.u.document.id, &s[FAMILY_DOCUMENT].record.u.document.id, 16);
	assert_true(r.u.document.urgency == URGENCY_KHAN && r.u.document.signed_at_ms == 1 &&
		    r.u.document.taken_at_ms == 2);
	assert_true(r.u.document.directory_version == 3 && r.u.document.hop_limit == 4 &&
		    r.u.document.from_seq == 5);
	assert_true(r.u.document.from_lane == LANE_URGENT && r.u.document.mine &&
		    r.u.document.recipient_count == 9 && r.u.document.relay_count == 1);
	assert_string_equal(r.u.document.from.text, "huyen-a");
	assert_true(r.u.document.recipients_len == 2 &&
		    r.u.document.recipients[1].group == GROUP_SUBTREE);
	assert_true(r.u.document.manifest_count == 2 &&
		    r.u.document.manifest[1].size_bytes == 123456789 &&
		    r.u.document.manifest[0].inlined);
	assert_string_equal(r.u.document.targets[1].text, "xa-a2");
	assert_int_equal(r.u.document.listed, 1);
	assert_string_equal(r.u.document.lists, "Khối xã\nTổ một");
	expect_summary(&r.u.document.summary);
	r = back_of(f, &s[FAMILY_STATE]);
	assert_true(r.u.state.delivered == 1 && r.u.state.refused == 2 &&
		    r.u.state.complete_at_ms == 3 && r.u.state.closed_at_ms == 4);
	assert_true(r.u.state.held_at_ms == 5 && r.u.state.expired && r.u.state.content_dropped &&
		    r.u.state.content_wanted);
	assert_string_equal(r.u.state.code, "03");
	assert_string_equal(r.u.state.archive, "kho 2026");
	r = back_of(f, &s[FAMILY_COUNTER]);
	assert_true(target_equal(&r.u.counter.count, &s[FAMILY_COUNTER].record.u.counter.count));
	r = back_of(f, &s[FAMILY_PAPER]);
	assert_true(r.u.paper.direction == DIRECTION_OUT && r.u.paper.secrecy == SECRECY_MAT &&
		    r.u.paper.added_at_ms == 10);
	assert_true(r.u.paper.uid == 1000 && r.u.paper.cancelled_at_ms == 11);
	assert_memory_equal(&r.u.paper.id, &s[FAMILY_PAPER].record.u.paper.id, 16);
	assert_string_equal(r.u.paper.type_name, "Quy định");
	assert_string_equal(r.u.paper.date, "2026-11-24");
	assert_string_equal(r.u.paper.reason, "nhập nhầm");
	expect_correction(&r.u.paper);
	r = back_of(f, &s[FAMILY_STREAM]);
	assert_true(r.u.stream.role == ROLE_OUT && r.u.stream.serial.n == 77 &&
		    r.u.stream.size_bytes == 500 && r.u.stream.queued_at_ms == 6);
	assert_true(r.u.stream.passed_ms == 8);
	assert_true(r.u.stream.target_count == 2 && r.u.stream.relay_count == 1 &&
		    r.u.stream.has_files);
	assert_memory_equal(r.u.stream.fact.bytes.data, "fact", 4);
	r = back_of(f, &s[FAMILY_RECEIPT]);
	assert_true(r.u.receipt.kind == KIND_REFUSAL && r.u.receipt.reason == 2002 &&
		    r.u.receipt.at_ms == 9 && r.u.receipt.relay_count == 2);
	r = back_of(f, &s[FAMILY_DIRECTORY]);
	assert_true(r.u.directory.version == 4 && r.u.directory.entry_count == FIXTURE_COMMITTEES);
	assert_memory_equal(&r.u.directory.digest, &s[FAMILY_DIRECTORY].record.u.directory.digest,
			    32);
	r = back_of(f, &s[FAMILY_COMMITTEE]);
	assert_string_equal(r.u.committee.superior.text, "huyen-a");
	assert_int_equal(r.u.committee.key_count, 1);
}

static void test_every_field_of_the_office_comes_back(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	struct record r;

	record_samples(f, s);
	r = back_of(f, &s[FAMILY_WORK]);
	assert_true(r.u.work.stand.work == OFFICE_ASSIGNED && r.u.work.line.number == 12 &&
		    r.u.work.line.year == 2026 && r.u.work.with_count == 2 && r.u.work.n == 4);
	assert_string_equal(r.u.work.with[1], "Lê Thị B");
	assert_string_equal(r.u.work.recall_reason, "gửi nhầm");
	assert_true(r.u.work.stand.asks == BUSINESS_UPDATE && r.u.work.stand.replaced);
	assert_memory_equal(r.u.work.request.bytes, fixture_doc_id(8).bytes, 16);
	assert_memory_equal(r.u.work.replaced_by.bytes, fixture_doc_id(9).bytes, 16);
	r = back_of(f, &s[FAMILY_STATUS]);
	assert_string_equal(r.u.status.code, "06");
	assert_memory_equal(r.u.status.status.answer.bytes, fixture_doc_id(7).bytes, 16);
	assert_memory_equal(r.u.status.status.request.bytes, fixture_doc_id(8).bytes, 16);
	r = back_of(f, &s[FAMILY_LINE]);
	assert_true(r.u.line.kind == LINE_ADDITION && r.u.line.status == OFFICE_RETURNED &&
		    r.u.line.business == BUSINESS_REPLACE);
	assert_string_equal(r.u.line.newer, "2-KH/ĐU");
}

static void check_reports(struct fixture *f, struct record_sample *s)
{
	struct record back = back_of(f, &s[FAMILY_REPORT]);
	const struct rec_report *r = &back.u.report;

	assert_int_equal(r->envelope.len_bytes, 6);
	assert_true(r->signed_at_ms == 11 && r->taken_at_ms == 12 && r->summary.as_of_ms == 10);
	assert_true(r->summary.from.n == 24300 && r->summary.to.n == 24311);
	assert_int_equal(r->summary.declared_count, 1);
	assert_true(r->summary.declared[0].done == 40 && r->summary.declared[0].all == 52);
	assert_string_equal(r->summary.declared[0].person, "Trần Văn An");
	assert_string_equal(r->summary.excluded[0], "GM");
	assert_true(r->refused == 2 && r->refused_why == ERR_REPORT_OLD && r->refused_at_ms == 13);
	assert_true(r->refused_signed_at_ms == 15 && r->refused_digest.bytes[0] == 16);
	assert_true(r->again == 17 && r->again_at_ms == 18);
	assert_string_equal(r->again_through.text, s[FAMILY_REPORT].key.bytes);
	assert_true(r->unfit_count == 1 && r->unfit_all == 4 && r->checked_at_ms == 14);
	assert_true(r->unfit[0].why == UNFIT_NOT_COUNTED && r->unfit[0].id.bytes[0] == 5);
	back = back_of(f, &s[FAMILY_FIGURES]);
	assert_int_equal(back.u.figures.figures.row_count, 1);
	assert_true(back.u.figures.figures.rows[0].at.since == 7 &&
		    back.u.figures.figures.rows[0].count.late == 1);
	back = back_of(f, &s[FAMILY_DECLARED]);
	assert_string_equal(back.u.declared.said.as_of, "2026-11-30");
	assert_int_equal(back.u.declared.uid, 1000);
}

static void check_feed(struct fixture *f, struct record_sample *s)
{
	struct record back = back_of(f, &s[FAMILY_FEED]);
	const struct rec_feed *r = &back.u.feed;
	const struct change *c = r->changes;

	assert_true(r->at_ms == 5 && r->passed_ms == 6 && r->count == 3);
	assert_true(c[0].kind == CHANGE_NUMBERED && c[0].what == CHANGE_ADDED &&
		    c[0].role == ROLE_OUT && c[0].serial.n != 0 && c[0].secret);
	assert_true(c[0].line.book == BOOK_SECRET_OUT && c[0].line.year == 2026 &&
		    c[0].line.number == 14);
	assert_true(c[1].status == OFFICE_RETURNED && c[1].reason == 2 && !c[1].secret);
	assert_string_equal(c[1].committee.text, "xa-a1");
	assert_int_equal(c[2].number, 3);
	assert_string_equal(c[2].name, "tap-huan");
}

static void test_the_last_number_of_a_series_comes_back_and_is_never_0(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	struct record back;
	struct blob value;

	record_samples(f, s);
	back = back_of(f, &s[FAMILY_SERIES]);
	assert_int_equal(back.u.series.last, NUMBERING_LAST);
	back = back_of(f, &s[FAMILY_TOLD]);
	assert_true(back.u.told.asked == 2 && back.u.told.unsent == 7);
	back = back_of(f, &s[FAMILY_EARLY]);
	assert_true(back.u.early.status.status.n == 2 && back.u.early.since_ms == 8 &&
		    back.u.early.digest.bytes[0] == 9);
	assert_string_equal(back.u.early.status.note, "gửi nhầm");
	assert_string_equal(back.u.early.status.code, "13");
	back = back_of(f, &s[FAMILY_GONE]);
	assert_true(back.u.gone.role == ROLE_IN && back.u.gone.at_ms == 9);
	assert_string_equal(back.u.gone.number, "1-KH/ĐU");
	assert_string_equal(back.u.gone.issued_on, "2026-11-24");
	back = back_of(f, &s[FAMILY_ACCEPTED]);
	assert_true(back.u.accepted.at_ms == 10 && back.u.accepted.uid == 1000);
	assert_string_equal(back.u.accepted.reason, "đĩa hỏng");
	s[FAMILY_SERIES].record.u.series.last = 0;
	assert_ok(record_encode(f->arena, &s[FAMILY_SERIES].key, &s[FAMILY_SERIES].record, &value));
	assert_int_equal(
	    record_decode(f->arena, FAMILY_SERIES, &s[FAMILY_SERIES].key, value, &back),
	    ERR_DAMAGED);
	check_reports(f, s);
	check_feed(f, s);
}

static void test_flipped_bit_anywhere_is_damage(void **state)
{
	struct fixture *f = *state;
	struct arena *a = arena_new(4 << 20);
	struct record_sample s[FAMILY_COUNT];

	record_samples(f, s);
	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		struct blob value;
		struct record back;
		uint8_t *bytes;

		assert_ok(record_encode(f->arena, &s[i].key, &s[i].record, &value));
		bytes = arena_alloc(f->arena, value.len_bytes);
		memcpy(bytes, value.data, value.len_bytes);
		for (size_t bit = 0; bit < value.len_bytes * 8; bit++) {
			enum err e;

			arena_reset(a);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
			e = record_decode(a, (enum family)i, &s[i].key,
					  (struct blob){ bytes, value.len_bytes }, &back);
			assert_int_equal(e, ERR_DAMAGED);
			bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		for (size_t len = 0; len < value.len_bytes; len++)
			assert_int_equal(record_decode(a, (enum family)i, &s[i].key,
						       (struct blob){ bytes, len }, &back),
					 ERR_DAMAGED);
	}
	arena_destroy(a);
}

static void test_value_under_another_key_or_family_is_damage(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	struct key other = key_serial(ROLE_IN, (struct serial){ 78 }), shorter;
	struct blob value;
	struct record back;

	record_samples(f, s);
	assert_ok(record_encode(f->arena, &s[FAMILY_STATE].key, &s[FAMILY_STATE].record, &value));
	assert_int_equal(record_decode(f->arena, FAMILY_STATE, &other, value, &back), ERR_DAMAGED);
	shorter = s[FAMILY_STATE].key;
	shorter.len_bytes--;
	assert_int_equal(record_decode(f->arena, FAMILY_STATE, &shorter, value, &back),
			 ERR_DAMAGED);
	assert_int_equal(record_decode(f->arena, FAMILY_RELAY, &s[FAMILY_STATE].key, value, &back),
			 ERR_DAMAGED);
}

/* A value with a right checksum over whatever message. */
static struct blob with_checksum(struct arena *a, enum family family, const struct key *key,
				 uint8_t version, struct blob message)
{
	const uint8_t head[2] = { version, (uint8_t)family };
	uint8_t *bytes = arena_alloc(a, message.len_bytes + 5);
	uint32_t crc = crc32c(0, (struct blob){ head, 2 });

	crc = crc32c(crc, (struct blob){ key->bytes, key->len_bytes });
	crc = crc32c(crc, message);
	bytes[0] = version;
	for (unsigned i = 0; i < 4; i++)
		bytes[1 + i] = (uint8_t)(crc >> (8 * (3 - i)));
	if (message.len_bytes > 0)
		memcpy(bytes + 5, message.data, message.len_bytes);
	return (struct blob){ bytes, message.len_bytes + 5 };
}

static void test_state_of_a_build_that_knew_no_archives_opens(void **state)
{
	struct fixture *f = *state;
	struct key key = key_serial(ROLE_IN, (struct serial){ 1 });
	struct blob bytes = fixture_blob("\x08\x01\x18\x03\x20\x04\x30\x01"),
		    old = with_checksum(f->arena, FAMILY_STATE, &key, 1, bytes), now;
	struct record r;

	assert_ok(record_decode(f->arena, FAMILY_STATE, &key, old, &r));
	assert_true(r.u.state.closed_at_ms == 4 && r.u.state.archived_at_ms == 0);
	assert_ok(record_encode(f->arena, &key, &r, &now));
	assert_true(now.len_bytes == old.len_bytes &&
		    memcmp(now.data, old.data, old.len_bytes) == 0);
}

static void test_newer_version_with_a_right_checksum_is_from_the_future(void **state)
{
	struct fixture *f = *state;
	struct key key = key_number(1);
	struct record back;

	assert_ok(record_decode(
	    f->arena, FAMILY_META, &key,
	    with_checksum(f->arena, FAMILY_META, &key, 1, fixture_blob("\x08\x05")), &back));
	assert_int_equal(back.u.note.number, 5);
	assert_int_equal(
	    record_decode(f->arena, FAMILY_META, &key,
			  with_checksum(f->arena, FAMILY_META, &key, 2, fixture_blob("\x08\x05")),
			  &back),
	    ERR_STORE_VERSION);
	assert_int_equal(
	    record_decode(f->arena, FAMILY_META, &key,
			  with_checksum(f->arena, FAMILY_META, &key, 2, fixture_blob("?")), &back),
	    ERR_STORE_VERSION); /* not even looked into */
}

static void test_right_checksum_over_a_wrong_shape_is_damage(void **state)
{
	struct fixture *f = *state;
	struct key key = key_number(1);

	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		struct record back;

		assert_int_equal(record_decode(f->arena, (enum family)i, &key,
					       with_checksum(f->arena, (enum family)i, &key, 1,
							     fixture_blob("\xff")),
					       &back),
				 ERR_DAMAGED);
	}
	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		static const enum family fine[] = {
			FAMILY_META,  FAMILY_STATE,   FAMILY_ENVELOPE, FAMILY_RELAY,
			FAMILY_ROUTE, FAMILY_FILE,    FAMILY_SWEEP,    FAMILY_SUBORDINATE,
			FAMILY_ACT,   FAMILY_COUNTER, FAMILY_NUMBER,   FAMILY_CHANGED,
			FAMILY_WORK,  FAMILY_OPEN,    FAMILY_REPORT,   FAMILY_FIGURES,
			FAMILY_DROPPED
		};
		enum err expected = ERR_DAMAGED;
		struct record back;

		for (size_t k = 0; k < COUNT_OF(fine); k++)
			expected = (int)fine[k] == i ? ERR_OK : expected;
		if (record_decode(
			f->arena, (enum family)i, &key,
			with_checksum(f->arena, (enum family)i, &key, 1, (struct blob){ NULL, 0 }),
			&back) != expected)
			fail_msg("an empty %s is not judged as %d", family_name((enum family)i),
				 (int)expected);
	}
}

/* The sample's message, to be spoilt by one field. */
static void *message_of(struct fixture *f, const struct record_sample *s,
			const ProtobufCMessageDescriptor *type)
{
	struct blob value;
	enum err e;
	void *m;

	assert_ok(record_encode(f->arena, &s->key, &s->record, &value));
	m = pb_unpack(f->arena, type,
		      (struct blob){ value.data + RECORD_OVERHEAD_BYTES,
				     value.len_bytes - RECORD_OVERHEAD_BYTES },
		      &e);
	assert_non_null(m);
	return m;
}

static void expect(struct fixture *f, const struct record_sample *s, const ProtobufCMessage *m,
		   enum err expected)
{
	enum family family = s->record.family;
	struct blob message;
	struct record back;

	assert_ok(pb_pack(f->arena, m, &message));
	assert_int_equal(record_decode(f->arena, family, &s->key,
				       with_checksum(f->arena, family, &s->key, 1, message), &back),
			 expected);
}

/* Spoils a field, which was good before, and mends it again. */
#define SPOILT(field, value)                                                                       \
	do {                                                                                       \
		const __typeof__(field) good = (field);                                            \
		expect(f, sample, &m->base, ERR_OK);                                               \
		(field) = (value);                                                                 \
		expect(f, sample, &m->base, ERR_DAMAGED);                                          \
		memcpy(&(field), &good, sizeof good);                                              \
	} while (0)

static char *text(const char *t)
{
	return (char *)(uintptr_t)t;
}

static void test_document_record_with_one_field_that_is_none_is_damage(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	const struct record_sample *sample = &s[FAMILY_DOCUMENT];
	Vanthu__V1__DocumentRecord *m;

	record_samples(f, s);
	m = message_of(f, sample, &vanthu__v1__document_record__descriptor);
	SPOILT(m->origin, text("a/b"));
	SPOILT(m->id, field_bytes(m->id.data, 15));
	SPOILT(m->urgency, 99);
	SPOILT(m->from_lane, 99);
	SPOILT(m->recipients[0]->group, 99);
	SPOILT(m->recipients[0]->committee, text("a/b"));
	SPOILT(m->manifest[0]->sha256, field_bytes(m->id.data, 16));
	SPOILT(m->manifest[1]->chunk_root, field_bytes(m->id.data, 16));
	SPOILT(m->targets[1], text(""));
	SPOILT(m->business, 99);
	SPOILT(m->reply_id, field_bytes(m->id.data, 15));
	SPOILT(m->line_year, UINT16_MAX + 1);
	SPOILT(m->line_number, 0);
}

static void test_other_records_with_one_field_that_is_none_are_damage(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	const struct record_sample *sample = &s[FAMILY_STATE];

	record_samples(f, s);
	{
		Vanthu__V1__StateRecord *m =
			message_of(f, sample, &vanthu__v1__state_record__descriptor);

		SPOILT(m->code, text("003"));
	}
	sample = &s[FAMILY_STREAM];
	{
		Vanthu__V1__StreamRecord *m =
			message_of(f, sample, &vanthu__v1__stream_record__descriptor);

		SPOILT(m->to, text("a/b"));
		SPOILT(m->role, 99);
	}
	sample = &s[FAMILY_LINKIN];
	{
		Vanthu__V1__LinkInRecord *m =
			message_of(f, sample, &vanthu__v1__link_in_record__descriptor);
		Vanthu__V1__RejectedRecord one = VANTHU__V1__REJECTED_RECORD__INIT,
					   *list[REJECTED_MAX + 1];

		for (size_t i = 0; i < COUNT_OF(list); i++)
			list[i] = &one;
		m->rejected = list;
		m->n_rejected = REJECTED_MAX;
		SPOILT(m->n_rejected, REJECTED_MAX + 1);
	}
	sample = &s[FAMILY_PAPER];
	{
		Vanthu__V1__PaperRecord *m =
			message_of(f, sample, &vanthu__v1__paper_record__descriptor);

		SPOILT(m->direction, 99);
		SPOILT(m->line_year, UINT16_MAX + 1);
	}
}

static void test_work_that_no_office_does_is_damage(void **state)
{
	struct fixture *f = *state;
	struct record_sample s[FAMILY_COUNT];
	const struct record_sample *sample = &s[FAMILY_WORK];
	Vanthu__V1__WorkRecord *m;
	char *with[WITH_MAX + 1];

	record_samples(f, s);
	m = message_of(f, sample, &vanthu__v1__work_record__descriptor);
	SPOILT(m->work, OFFICE_FINISHED + 1);
	SPOILT(m->recall, OFFICE_RECALL_DECLINED + 1);
	SPOILT(m->asks, BUSINESS_REPLACE + 1);
	SPOILT(m->book, BOOK_COUNT);
	SPOILT(m->year, UINT16_MAX + 1);
	SPOILT(m->number, 0);
	for (size_t i = 0; i < COUNT_OF(with); i++)
		with[i] = text("Lê Thị B");
	m->with = with;
	m->n_with = WITH_MAX;
	SPOILT(m->n_with, WITH_MAX + 1);
}

static enum err there_and_back(void *ctx, struct arena *a)
{
	const struct record_sample *s = ctx;
	struct record back;
	struct blob value;
	enum err e = record_encode(a, &s->key, &s->record, &value);

	return e == ERR_OK ? record_decode(a, s->record.family, &s->key, value, &back) : e;
}

static void test_decoding_past_the_budget_is_no_damage(void **state)
{
	struct record_sample s[FAMILY_COUNT];

	record_samples(*state, s);
	for (int i = FAMILY_META; i < FAMILY_COUNT; i++)
		sweep_memory(there_and_back, &s[i]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_family_has_a_sample_that_says_something),
		TEST(test_large_value_takes_no_more_than_its_plan_says),
		TEST(test_every_family_comes_back_and_encodes_to_the_same_bytes),
		TEST(test_every_field_of_the_larger_records_comes_back),
		TEST(test_every_field_of_the_office_comes_back),
		TEST(test_the_last_number_of_a_series_comes_back_and_is_never_0),
		TEST(test_flipped_bit_anywhere_is_damage),
		TEST(test_value_under_another_key_or_family_is_damage),
		TEST(test_state_of_a_build_that_knew_no_archives_opens),
		TEST(test_newer_version_with_a_right_checksum_is_from_the_future),
		TEST(test_right_checksum_over_a_wrong_shape_is_damage),
		TEST(test_document_record_with_one_field_that_is_none_is_damage),
		TEST(test_other_records_with_one_field_that_is_none_are_damage),
		TEST(test_work_that_no_office_does_is_damage),
		TEST(test_decoding_past_the_budget_is_no_damage),
	};

	return cmocka_run_group_tests_name("record_codec", tests, NULL, NULL);
}
