/* Stored values: every family comes back, and no flipped bit, moved value or cut one passes for a
 * record. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/crc32c.h"
#include "proto/record_codec.h"
#include "routing/rules/rules.h"
#include "routing/state/plan.h"
#include "routing/state/plan_cost.h"
#include "routing/target/target.h"
#include "tests/unit/support/fixture.h"
#include "tests/unit/support/sweep.h"

static const struct blob relays[] = { { (const uint8_t *)"relay", 5 },
				      { (const uint8_t *)"r2", 2 } };
static const struct committee_id ids[] = { { "xa-a1" }, { "xa-a2" } };

struct sample {
	struct key key;
	struct record record;
};

static void document_of(struct record *r)
{
	static const struct recipient recipients[] = { { .committee = { "xa-a1" } },
						       { .group = GROUP_SUBTREE } };
	static struct manifest_item items[2];
	static struct document_ref answered = { { "tinh" }, { { 1, 2, 3 } }, { { 0 } } };

	items[0] = fixture_inline_item();
	items[1] = fixture_file_item(123456789);
	r->u.document = (struct rec_document){ .origin = { "tinh" },
					       .id = fixture_doc_id(5),
					       .urgency = URGENCY_KHAN,
					       .secrecy = SECRECY_THUONG,
					       .signed_at_ms = 1,
					       .taken_at_ms = 2,
					       .directory_version = 3,
					       .hop_limit = 4,
					       .digest = fixture_digest("d"),
					       .from = { "huyen-a" },
					       .from_lane = LANE_URGENT,
					       .from_seq = 5,
					       .mine = true,
					       .recipients = recipients,
					       .recipients_len = 2,
					       .recipient_count = 9,
					       .lists = "Khối xã\nTổ một",
					       .listed = 1,
					       .targets = ids,
					       .target_count = 2,
					       .manifest = items,
					       .manifest_count = 2,
					       .relay_count = 1,
					       .summary = { "31-KH/ĐU", "KH", "trích yếu",
							    "2025-01-02", "2025-02-03", "Kế hoạch",
							    "Trần A", "31-KH.pdf\nphụ lục.xlsx",
							    &answered, "T/M ĐẢNG ỦY", "BÍ THƯ",
							    BUSINESS_REPLACE, &answered,
							    "xa-a1", 2, true, "VB-2026/0815" },
					       .line = { .year = 2026, .number = 7 } };
}

static void fill_reports(struct sample s[FAMILY_COUNT], struct committee_id xa)
{
	static const struct report_row row = {
		.at = { { 24311 }, DIRECTION_IN, 7, 0 },
		.type_code = "",
		.type_name = "",
		.count = { .digital = 3, .processed = 2, .late = 1 },
	};
	static const struct declaration said = {
		"Cán bộ được tập huấn", 40, 52, "2026-11-30", "Trần Văn An", 9,
	};
	static const struct report_unfit unfit = { UNFIT_NOT_COUNTED, DIRECTION_OUT, { { 5 } } };
	static const text_t excluded[] = { "GM" };

	s[FAMILY_REPORT].record.u.report = (struct rec_report){
		.envelope = fixture_blob("report"),
		.signed_at_ms = 11,
		.taken_at_ms = 12,
		.summary = { .from = { 24300 },
			     .to = { 24311 },
			     .as_of_ms = 10,
			     .declared = &said,
			     .declared_count = 1,
			     .excluded = excluded,
			     .excluded_count = 1 },
		.refused = 2,
		.refused_why = ERR_REPORT_OLD,
		.refused_at_ms = 13,
		.refused_signed_at_ms = 15,
		.refused_digest = { { 16 } },
		.again = 17,
		.again_through = xa,
		.again_at_ms = 18,
		.unfit = &unfit,
		.unfit_count = 1,
		.unfit_all = 4,
		.checked_at_ms = 14,
	};
	s[FAMILY_REPORT].key = key_committee(xa);
	s[FAMILY_FIGURES].record.u.figures = (struct rec_figures){
		.signed_at_ms = 11,
		.figures = { .from = { 24311 }, .to = { 24311 }, .rows = &row, .row_count = 1 },
	};
	s[FAMILY_FIGURES].key = key_figures(xa, (struct month){ 24311 });
	s[FAMILY_DECLARED].record.u.declared = (struct rec_declared){ said, 1000 };
	s[FAMILY_DECLARED].key = key_declared(said.name, 3);
}

static void feed_samples(struct sample s[FAMILY_COUNT], struct committee_id xa, struct serial n)
{
	static struct change changes[] = {
		{ .kind = CHANGE_NUMBERED,
		  .what = CHANGE_ADDED,
		  .role = ROLE_OUT,
		  .line = { BOOK_SECRET_OUT, 2026, 0, 14 },
		  .secret = true },
		{ .kind = CHANGE_STATUS, .role = ROLE_OUT, .status = OFFICE_RETURNED, .reason = 2 },
		{ .kind = CHANGE_TARGET, .what = CHANGE_DECLARED, .number = 3, .name = "tap-huan" },
	};

	changes[0].serial = n;
	changes[1].committee = xa;
	s[FAMILY_FEED].record.u.feed = (struct rec_feed){
		.at_ms = 5, .passed_ms = 6, .changes = changes, .count = COUNT_OF(changes)
	};
	s[FAMILY_FEED].key = key_number(40);
	s[FAMILY_HISTORY].record.u.history =
		(struct rec_history){ { (const uint8_t *)"line", 4 }, { { 7, 8 } } };
	s[FAMILY_HISTORY].key = key_number(41);
}

static void gone_sample(struct sample s[FAMILY_COUNT], struct committee_id xa)
{
	s[FAMILY_GONE].record.u.gone = (struct rec_gone){ .from = xa,
							  .at_ms = 9,
							  .role = ROLE_IN,
							  .secrecy = SECRECY_THUONG,
							  .number = "1-KH/ĐU",
							  .issued_on = "2026-11-24" };
	s[FAMILY_GONE].key = key_ident(fixture_doc_id(8), xa);
}

static void office_samples(struct sample s[FAMILY_COUNT], struct committee_id xa, struct serial n)
{
	static const text_t with[] = { "Ban Tổ chức", "Lê Thị B" };

	s[FAMILY_WORK].record.u.work =
	    (struct rec_work){ .stand = { OFFICE_ASSIGNED, OFFICE_RECALL_ASKED, BUSINESS_UPDATE,
					  true },
			       .n = 4,
			       .line = { .book = BOOK_IN, .year = 2026, .number = 12 },
			       .accepted_at_ms = 1,
			       .finished_at_ms = 2,
			       .since_ms = 3,
			       .to = "Nguyễn Văn A",
			       .with = with,
			       .with_count = 2,
			       .due_on = "2026-12-01",
			       .note = "tham mưu",
			       .person = "Trần C",
			       .answer = fixture_doc_id(7),
			       .recall_reason = "gửi nhầm",
			       .request = fixture_doc_id(8),
			       .replaced_by = fixture_doc_id(9) };
	s[FAMILY_WORK].key = key_serial(ROLE_IN, n);
	s[FAMILY_STATUS].record.u.status =
	    (struct rec_status){ .envelope = { 0, fixture_blob("env") },
				 .code = "06",
				 .at_ms = 5,
				 .uid = 1000,
				 .note = "xong",
				 .status = { .n = 4,
					     .arrival = 12,
					     .person = "A",
					     .due_on = "2026-12-01",
					     .answer = fixture_doc_id(7),
					     .request = fixture_doc_id(8) } };
	s[FAMILY_STATUS].key = key_status(ROLE_OUT, n, xa, 4);
	s[FAMILY_LINE].record.u.line = (struct rec_line){ .kind = LINE_ADDITION,
							  .role = ROLE_IN,
							  .serial = n,
							  .status = OFFICE_RETURNED,
							  .at_ms = 9,
							  .uid = 1000,
							  .person = "A",
							  .note = "sai thẩm quyền",
							  .business = BUSINESS_REPLACE,
							  .newer = "2-KH/ĐU" };
	s[FAMILY_LINE].key =
	    key_line((struct line_key){ BOOK_IN, 2026, 1, 12 });
	s[FAMILY_SERIES].record.u.series = (struct rec_series){ .last = NUMBERING_LAST };
	s[FAMILY_SERIES].key = key_name("c2026");
	s[FAMILY_OPEN].record.u.open = (struct rec_open){ 1780000000000, 1780000000001, 3, 7 };
	s[FAMILY_OPEN].key = key_serial(ROLE_IN, (struct serial){ 7 });
	s[FAMILY_TOLD].record.u.told = (struct rec_told){ .asked = 2, .unsent = 7 };
	s[FAMILY_TOLD].key = key_receipt(ROLE_OUT, n, xa);
	s[FAMILY_EARLY].record.u.early =
		(struct rec_early){ .status = { .envelope = { 0, fixture_blob("early") },
						.code = "13",
						.at_ms = 6,
						.note = "gửi nhầm",
						.status = { .n = 2, .person = "A", .due_on = "" } },
				    .digest = { { 9 } },
				    .since_ms = 8 };
	s[FAMILY_EARLY].key = key_ident(fixture_doc_id(7), xa);
	gone_sample(s, xa);
	fill_reports(s, xa);
}

static void link_samples(struct sample s[FAMILY_COUNT], struct committee_id xa, struct serial n)
{
	s[FAMILY_STREAM].record.u.stream = (struct rec_stream){ .role = ROLE_OUT,
								.serial = n,
								.digest = fixture_digest("s"),
								.size_bytes = 500,
								.queued_at_ms = 6,
								.passed_ms = 8,
								.targets = ids,
								.target_count = 2,
								.fact = { 0, fixture_blob("fact") },
								.relays = relays,
								.relay_count = 1,
								.has_files = true };
	s[FAMILY_LINKIN].record.u.linkin =
	    (struct rec_linkin){ { { 1 } }, 3, 2, fixture_digest("c"), { { 8, 3016 }, { 9, 3016 } },
				 2 };
	s[FAMILY_ASIDE].record.u.aside =
	    (struct rec_aside){ .envelope = fixture_blob("env"),
				.relays = relays,
				.relay_count = 2,
				.targets = ids,
				.target_count = 2,
				.digest = fixture_digest("e"),
				.why = ERR_CLOCK,
				.kind = KIND_RECEIPT,
				.signer = xa,
				.signed_at_ms = 1,
				.document = { .origin = { "tinh" }, .id = fixture_doc_id(5) },
				.wants_version = 2,
				.neighbour_version = 3,
				.since_ms = 4,
				.since_run_ms = 5,
				.doubted_run_ms = 6,
				.doubts = 7,
				.corrected_at_ms = 8,
				.has_files = true,
				.given_up = true };
}

static void count_samples(struct sample s[FAMILY_COUNT])
{
	s[FAMILY_COUNTER].record.u.counter = (struct rec_counter){
		.count = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 },
		.type_code = "KH",
		.type_name = "Kế hoạch",
	};
	s[FAMILY_PAPER].record.u.paper = (struct rec_paper){ .direction = DIRECTION_OUT,
							     .id = fixture_doc_id(9),
							     .type_code = "QĐ",
							     .type_name = "Quy định",
							     .number = "7-QĐ/ĐU",
							     .subject = "trích yếu",
							     .date = "2026-11-24",
							     .party = "Đảng ủy Khối",
							     .secrecy = SECRECY_MAT,
							     .added_at_ms = 10,
							     .uid = 1000,
							     .cancelled_at_ms = 11,
							     .reason = "nhập nhầm",
							     .next = { 78 },
							     .previous = { 76 },
							     .changed_at_ms = 12,
							     .why = "gõ nhầm",
							     .not_issued = true,
							     .reply_origin = { "tinh" },
							     .reply_id = fixture_doc_id(7),
							     .signer_competence = "T/M ĐẢNG ỦY",
							     .signer_position = "BÍ THƯ",
							     .signer_name = "Trần Thị B",
							     .issued_on = "2026-11-20",
							     .note = "bản sao" };
}

/* One of every family, with every field set. */
static void samples(struct fixture *f, struct sample s[FAMILY_COUNT])
{
	struct serial n = { 77 };
	struct committee_id xa = fixture_id("xa-a1");

	memset(s, 0, FAMILY_COUNT * sizeof *s);
	for (int i = FAMILY_META; i < FAMILY_COUNT; i++) {
		s[i].record.family = (enum family)i;
		s[i].key = key_serial(ROLE_IN, n);
	}
	s[FAMILY_META].record.u.note = (struct rec_note){ 8, fixture_blob("note") };
	count_samples(s);
	s[FAMILY_IDENT].record.u.ident = (struct rec_ident){ .role = ROLE_RELAY,
							     .serial = n,
							     .digest = fixture_digest("a"),
							     .submission = fixture_digest("b") };
	document_of(&s[FAMILY_DOCUMENT].record);
	s[FAMILY_STATE].record.u.state = (struct rec_state){
		1, 2, 3, 4, 5, true, true, true, "03", 6, "kho 2026", fixture_digest("evidence")
	};
	s[FAMILY_ENVELOPE].record.u.envelope =
	    (struct rec_envelope){ { 0, fixture_blob("env") }, relays, 2 };
	s[FAMILY_RELAY].record.u.relay.envelope.bytes = fixture_blob("rel");
	static const struct publication published[] = { { { "xa-a1" }, LANE_NORMAL, 5 },
							{ { "xa-a2" }, LANE_URGENT, 6 } };
	s[FAMILY_ROUTE].record.u.route = (struct rec_route){ published, 2 };
	s[FAMILY_RECEIPT].record.u.receipt =
	    (struct rec_receipt){ .envelope = { 0, fixture_blob("rec") },
				  .relays = relays,
				  .relay_count = 2,
				  .at_ms = 9,
				  .kind = KIND_REFUSAL,
				  .reason = 2002,
				  .digest = fixture_digest("r") };
	link_samples(s, xa, n);
	office_samples(s, xa, n);
	feed_samples(s, xa, n);
	s[FAMILY_LINKOUT].record.u.linkout =
	    (struct rec_linkout){ { { 1 } }, 2, 3, fixture_digest("c") };
	s[FAMILY_FETCH].record.u.fetch = (struct rec_fetch){ ROLE_IN, n };
	s[FAMILY_COMMITTEE].record.u.committee = f->entries[3];
	s[FAMILY_DIRECTORY].record.u.directory = fixture_directory(f, 4).head;
	s[FAMILY_STAGED].record.u.committee = f->entries[4];
	s[FAMILY_STAGED].record.u.committee.replaces = 6;
	s[FAMILY_KEY].record.u.key = (struct rec_key){ .committee = xa, .also = { "xa-a2" } };
	s[FAMILY_ACT].record.u.act =
		(struct rec_act){ 5, 1000, "import", "directory", "Lê Thị Bình" };
}

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
	struct sample s[FAMILY_COUNT];
	struct blob empty, value;

	samples(f, s);
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
	struct sample s[FAMILY_COUNT];

	samples(f, s);
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

static struct record back_of(struct fixture *f, const struct sample *s)
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
	struct sample s[FAMILY_COUNT];
	struct record r;

	samples(f, s);
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
	struct sample s[FAMILY_COUNT];
	struct record r;

	samples(f, s);
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

static void check_reports(struct fixture *f, struct sample *s)
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

static void check_feed(struct fixture *f, struct sample *s)
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
	struct sample s[FAMILY_COUNT];
	struct record back;
	struct blob value;

	samples(f, s);
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
	struct sample s[FAMILY_COUNT];

	samples(f, s);
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
	struct sample s[FAMILY_COUNT];
	struct key other = key_serial(ROLE_IN, (struct serial){ 78 }), shorter;
	struct blob value;
	struct record back;

	samples(f, s);
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

static enum err there_and_back(void *ctx, struct arena *a)
{
	const struct sample *s = ctx;
	struct record back;
	struct blob value;
	enum err e = record_encode(a, &s->key, &s->record, &value);

	return e == ERR_OK ? record_decode(a, s->record.family, &s->key, value, &back) : e;
}

static void test_decoding_past_the_budget_is_no_damage(void **state)
{
	struct sample s[FAMILY_COUNT];

	samples(*state, s);
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
		TEST(test_decoding_past_the_budget_is_no_damage),
	};

	return cmocka_run_group_tests_name("record_codec", tests, NULL, NULL);
}
