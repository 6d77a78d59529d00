/* See record_samples.h. */
#include "tests/unit/support/record_samples.h"

#include <string.h>

#include "routing/rules/rules.h"

static const struct blob relays[] = { { (const uint8_t *)"relay", 5 },
				      { (const uint8_t *)"r2", 2 } };
static const struct committee_id ids[] = { { "xa-a1" }, { "xa-a2" } };

static void document_of(struct record *r)
{
	static const struct recipient recipients[] = { { .committee = { "xa-a1" } },
						       { .group = GROUP_SUBTREE } };
	static struct manifest_item items[2];
	static struct document_ref answered = { { "tinh" }, { { 1, 2, 3 } }, { { 0 } } };

	items[0] = fixture_inline_item();
	items[1] = fixture_file_item(123456789);
	r->u.document =
		(struct rec_document){ .origin = { "tinh" },
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
				       .summary = { "31-KH/ĐU", "KH", "trích yếu", "2025-01-02",
						    "2025-02-03", "Kế hoạch", "Trần A",
						    "31-KH.pdf\nphụ lục.xlsx", &answered,
						    "T/M ĐẢNG ỦY", "BÍ THƯ", BUSINESS_REPLACE,
						    &answered, "xa-a1", 2, true, "VB-2026/0815" },
				       .line = { .year = 2026, .number = 7 } };
}

static void fill_reports(struct record_sample s[FAMILY_COUNT], struct committee_id xa)
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

static void feed_samples(struct record_sample s[FAMILY_COUNT], struct committee_id xa,
			 struct serial n)
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

static void gone_sample(struct record_sample s[FAMILY_COUNT], struct committee_id xa)
{
	s[FAMILY_GONE].record.u.gone = (struct rec_gone){ .from = xa,
							  .at_ms = 9,
							  .role = ROLE_IN,
							  .secrecy = SECRECY_THUONG,
							  .number = "1-KH/ĐU",
							  .issued_on = "2026-11-24" };
	s[FAMILY_GONE].key = key_ident(fixture_doc_id(8), xa);
	s[FAMILY_ACCEPTED].record.u.accepted =
		(struct rec_accepted){ .at_ms = 10, .uid = 1000, .reason = "đĩa hỏng" };
	(void)key_accepted(FAMILY_GONE, &s[FAMILY_GONE].key, &s[FAMILY_ACCEPTED].key);
}

static void office_samples(struct record_sample s[FAMILY_COUNT], struct committee_id xa,
			   struct serial n)
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
	s[FAMILY_LINE].key = key_line((struct line_key){ BOOK_IN, 2026, 1, 12 });
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

static void link_samples(struct record_sample s[FAMILY_COUNT], struct committee_id xa,
			 struct serial n)
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
	s[FAMILY_LINKIN].record.u.linkin = (struct rec_linkin){
		{ { 1 } }, 3, 2, fixture_digest("c"), { { 8, 3016 }, { 9, 3016 } }, 2
	};
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

static void count_samples(struct record_sample s[FAMILY_COUNT])
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

void record_samples(struct fixture *f, struct record_sample s[FAMILY_COUNT])
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
	s[FAMILY_STATE].record.u.state =
		(struct rec_state){ 1,	  2,	3,    4, 5,	     true,
				    true, true, "03", 6, "kho 2026", fixture_digest("evidence") };
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
