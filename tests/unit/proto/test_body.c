/* Bodies: documents, facts and directory heads. Part names become files on a clerk's disk, so they
 * get the most attention. */
#include <stdio.h>
#include <string.h>

#include "proto/body.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "tests/unit/support/fixture.h"

static int set_up(void **state)
{
	*state = arena_new(16 << 20);
	return 0;
}

static int tear_down(void **state)
{
	arena_destroy(*state);
	return 0;
}

static enum err body_back(struct arena *a, const struct document_body *b, struct document_body *out)
{
	struct blob bytes;

	assert_ok(document_body_pack(a, b, &bytes));
	return document_body_unpack(a, bytes, out);
}

static enum err with_name(struct arena *a, const char *name)
{
	struct part part = { .name = name, .media_type = "", .content = { NULL, 0 } };
	struct document_body b = { .parts = &part, .part_count = 1 }, out;

	return body_back(a, &b, &out);
}

static void test_document_comes_back_as_it_was(void **state)
{
	struct part parts[] = { { "Kế hoạch số 31.pdf", "application/pdf", fixture_blob("%PDF") },
				{ "b.xlsx", "", { NULL, 0 } } };
	struct document_body b = { .number = "31-KH/ĐU",
				   .type_code = "KH",
				   .type_name = "Kế hoạch",
				   .term = "2025-2030",
				   .subject = "Về việc",
				   .signer_name = "Nguyễn Văn A",
				   .signer_position = "BÍ THƯ",
				   .signer_competence = "T/M ĐẢNG ỦY",
				   .issued_on = "2025-07-01",
				   .due_on = "2026-02-28",
				   .note = "ghi chú",
				   .business = 4,
				   .reply_to = { { "tinh" },
						 fixture_doc_id(9),
						 fixture_digest("x") },
				   .concerns = { { "huyen-a" }, fixture_doc_id(8), { { 0 } } },
				   .reminds = "xa-a1",
				   .paper_copies = 3,
				   .foreign_id = "000.00.00.G15,2026/11/24,05/NQ/ĐU",
				   .published = true,
				   .edxml = { (const uint8_t *)"<edXML/>", 8 },
				   .parts = parts,
				   .part_count = 2 },
			     out;
	struct summary s;
	char files[256];

	assert_ok(body_back(*state, &b, &out));
	assert_string_equal(out.number, b.number);
	assert_string_equal(out.type_code, "KH");
	assert_string_equal(out.type_name, b.type_name);
	assert_string_equal(out.term, b.term);
	assert_string_equal(out.signer_name, b.signer_name);
	assert_string_equal(out.signer_position, b.signer_position);
	assert_string_equal(out.signer_competence, b.signer_competence);
	assert_string_equal(out.note, b.note);
	assert_int_equal(out.business, 4);
	assert_memory_equal(&out.reply_to, &b.reply_to, sizeof b.reply_to);
	assert_memory_equal(&out.concerns, &b.concerns, sizeof b.concerns);
	assert_string_equal(out.reminds, "xa-a1");
	assert_int_equal(out.paper_copies, 3);
	assert_string_equal(out.foreign_id, b.foreign_id);
	assert_true(out.published);
	assert_int_equal(out.edxml.len_bytes, 8);
	assert_memory_equal(out.edxml.data, "<edXML/>", 8);
	assert_true(document_summary(&out).published);
	assert_string_equal(document_summary(&out).foreign_id, b.foreign_id);
	assert_int_equal(out.part_count, 2);
	assert_string_equal(out.parts[0].name, parts[0].name);
	assert_string_equal(out.parts[0].media_type, "application/pdf");
	assert_int_equal(out.parts[0].content.len_bytes, 4);
	assert_int_equal(out.parts[1].content.len_bytes, 0);
	s = document_summary(&out);
	assert_string_equal(s.number, b.number);
	assert_string_equal(s.subject, b.subject);
	assert_string_equal(s.issued_on, "2025-07-01");
	assert_string_equal(s.due_on, "2026-02-28");
	snprintf(files, sizeof files, "%s\n%s", parts[0].name, parts[1].name);
	assert_string_equal(s.files, files);
	assert_string_equal(s.reply_to->origin.text, "tinh");
	assert_memory_equal(&s.reply_to->id, &b.reply_to.id, sizeof b.reply_to.id);
	assert_int_equal(s.business, BUSINESS_REPLACE);
	assert_string_equal(s.concerns->origin.text, "huyen-a");
}

static void test_absent_texts_are_empty_never_null(void **state)
{
	struct document_body b = { .part_count = 0 }, out;

	assert_ok(body_back(*state, &b, &out));
	assert_string_equal(out.number, "");
	assert_string_equal(out.signer_competence, "");
	assert_string_equal(out.due_on, "");
	assert_string_equal(out.reply_to.origin.text, "");
	assert_string_equal(out.concerns.origin.text, "");
	assert_null(document_summary(&out).concerns);
}

static void test_what_goes_with_it_of_edxml_has_a_bound(void **state)
{
	struct arena *a = *state;
	uint8_t *bytes = arena_alloc(a, EDXML_REST_MAX + 1);
	struct document_body b = { .edxml = { bytes, EDXML_REST_MAX } }, out;

	assert_non_null(bytes);
	assert_ok(body_back(a, &b, &out));
	assert_int_equal(out.edxml.len_bytes, EDXML_REST_MAX);
	b.edxml.len_bytes++;
	assert_int_equal(body_back(a, &b, &out), ERR_FORMAT);
	assert_string_equal(out.fault, "edxml");
	/* an older build wrote none */
	b.edxml.len_bytes = 0;
	assert_ok(body_back(a, &b, &out));
	assert_int_equal(out.edxml.len_bytes, 0);
}

static void test_part_names_that_lead_out_of_a_folder_are_refused(void **state)
{
	static const char *const bad[] = { "", ".", "..", "../x", "a/b", "/etc/passwd" };
	static const char *const good[] = { "a",   "...", "Công văn số 12.docx", "a b", "\xc2\xa0x",
					    "..x", "-rf" };

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (with_name(*state, bad[i]) != ERR_FORMAT)
			fail_msg("name %zu is taken", i);
	}
	for (size_t i = 0; i < COUNT_OF(good); i++)
		assert_ok(with_name(*state, good[i]));
}

static enum err texts_of(struct document_body b, text_t *fault)
{
	static struct part parts[] = { { "a.pdf", "application/pdf", { NULL, 0 } },
				       { "b", "", { NULL, 0 } } };
	text_t *all[] = { &b.number,	  &b.type_code,	      &b.type_name,
			  &b.term,	  &b.subject,	      &b.note,
			  &b.signer_name, &b.signer_position, &b.signer_competence };

	for (size_t i = 0; i < COUNT_OF(all); i++)
		*all[i] = *all[i] == NULL ? "" : *all[i];
	if (b.parts == NULL) {
		b.parts = parts;
		b.part_count = COUNT_OF(parts);
	}
	return document_body_texts(&b, fault);
}

static void test_every_text_is_one_that_people_see(void **state)
{
	static const char turned[] = "x\xe2\x80\xae"
				     "fdp",
			  rings[] = "a\x07",
			  emoji[] = "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9.png";
	struct part parts[] = { { "a.pdf", "", { NULL, 0 } }, { "b.pdf", "", { NULL, 0 } } };
	struct document_body named = { .parts = parts, .part_count = 2 };
	static const struct {
		struct document_body body;
		const char *field;
	} bad[] = {
		{ { .number = rings }, "number" },
		{ { .type_code = turned }, "type_code" },
		{ { .type_name = turned }, "type_name" },
		{ { .term = rings }, "term" },
		{ { .subject = rings }, "subject" },
		{ { .subject = turned }, "subject" },
		{ { .note = turned }, "note" },
		{ { .signer_name = turned }, "signer" },
		{ { .signer_position = rings }, "signer" },
		{ { .signer_competence = turned }, "signer" },
	};
	text_t field;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		assert_int_equal(texts_of(bad[i].body, &field), ERR_FIELD);
		assert_string_equal(field, bad[i].field);
	}
	assert_ok(texts_of((struct document_body){ .subject = "Về việc " }, &field));
	assert_null(field);
	parts[1].name = turned;
	assert_int_equal(texts_of(named, &field), ERR_FIELD);
	assert_string_equal(field, "parts");
	parts[1].name = rings;
	assert_int_equal(texts_of(named, &field), ERR_FIELD);
	parts[1].name = "\xc2\xa0";
	assert_int_equal(texts_of(named, &field), ERR_FIELD); /* a name of blanks is none */
	parts[1].name = emoji;
	assert_ok(texts_of(named, &field));
	parts[0].media_type = turned;
	assert_int_equal(texts_of(named, &field), ERR_FIELD);
}

static void test_a_reminder_names_a_committee_and_what_it_reminds_of(void **state)
{
	struct document_body b = { .subject = "Đôn đốc", .reminds = "huyen-a" }, out;

	assert_int_equal(body_back(*state, &b, &out), ERR_FORMAT); /* of nothing */
	assert_string_equal(out.fault, "reminds");
	b.reply_to = (struct document_ref){ .origin = { "tinh" }, .id = fixture_doc_id(9) };
	assert_ok(body_back(*state, &b, &out));
	assert_string_equal(document_summary(&out).reminds, "huyen-a");
	memcpy(b.reply_to.origin.text, "a/b", 4);
	assert_int_equal(body_back(*state, &b, &out), ERR_FORMAT);
	assert_string_equal(out.fault, "reply_to");
	b.reply_to.origin = fixture_id("tinh");
	b.reminds = "Huyện A";
	assert_int_not_equal(body_back(*state, &b, &out), ERR_OK);
	assert_string_equal(out.fault, "reminds");
	b.reminds = NULL;
	assert_ok(body_back(*state, &b, &out));
	assert_string_equal(document_summary(&out).reminds, "");
}

/* One more byte than the bound is refused and the field named, the bound itself is taken. */
static void bound(struct arena *a, struct document_body *b, text_t *field, size_t max, text_t name)
{
	char *text = arena_alloc(a, max + 2);
	struct document_body out;
	text_t before = *field;

	memset(text, 'a', max + 1);
	*field = text;
	assert_int_equal(body_back(a, b, &out), ERR_FORMAT);
	assert_string_equal(out.fault, name);
	text[max] = '\0';
	assert_ok(body_back(a, b, &out));
	assert_null(out.fault);
	*field = before;
}

static void test_every_text_has_its_bound(void **state)
{
	struct part part = { .name = "a", .media_type = "" };
	struct document_body b = { .parts = &part, .part_count = 1 };

	bound(*state, &b, &b.number, NUMBER_MAX, "number");
	bound(*state, &b, &b.type_code, TYPE_CODE_MAX, "type_code");
	bound(*state, &b, &b.type_name, COMMITTEE_NAME_MAX, "type_name");
	bound(*state, &b, &b.term, COMMITTEE_NAME_MAX, "term");
	bound(*state, &b, &b.subject, SUBJECT_MAX, "subject");
	bound(*state, &b, &b.note, SUBJECT_MAX, "note");
	bound(*state, &b, &b.signer_name, COMMITTEE_NAME_MAX, "signer");
	bound(*state, &b, &b.signer_position, COMMITTEE_NAME_MAX, "signer");
	bound(*state, &b, &b.signer_competence, COMMITTEE_NAME_MAX, "signer");
	bound(*state, &b, &part.name, NAME_MAX_BYTES, "parts");
	bound(*state, &b, &part.media_type, NAME_MAX_BYTES, "parts");
}

static void test_dates_are_dates(void **state)
{
	static const char *const bad[] = { "2025",	  "2025-13-01", "2025-00-01", "2025-01-00",
					   "2025-01-32",  "2025-02-30", "2025-04-31", "01-01-2025",
					   "2025-02-29",  "1900-02-29", "2025/01/01", "2025-1-1",
					   "2025-01-01 ", "2025-01-0x", "20250101xx" };
	struct document_body b = { .issued_on = "2024-02-29", .due_on = "" }, out;

	assert_ok(body_back(*state, &b, &out));
	b.issued_on = "2000-02-29";
	assert_ok(body_back(*state, &b, &out));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		b = (struct document_body){ .issued_on = bad[i] };
		assert_int_equal(body_back(*state, &b, &out), ERR_FORMAT);
		b = (struct document_body){ .due_on = bad[i] };
		assert_int_equal(body_back(*state, &b, &out), ERR_FORMAT);
	}
}

static void test_business_and_number_of_parts_are_bounded(void **state)
{
	static struct part parts[ATTACHMENTS_MAX + 2];
	struct document_body b = { .business = 5 }, out;

	assert_int_equal(body_back(*state, &b, &out), ERR_FORMAT);
	for (size_t i = 0; i < COUNT_OF(parts); i++)
		parts[i] = (struct part){ .name = "a", .media_type = "" };
	b = (struct document_body){ .parts = parts, .part_count = ATTACHMENTS_MAX };
	assert_ok(body_back(*state, &b, &out));
	b.part_count = ATTACHMENTS_MAX + 2;
	assert_int_equal(body_back(*state, &b, &out), ERR_FORMAT);
}

static void test_filling_puts_contents_in_and_keeps_unknown_fields(void **state)
{
	static const char unknown[] = "\xfa\x01\x05later"; /* field 31 */
	struct part parts[2] = { { .name = "a", .media_type = "" },
				 { .name = "b", .media_type = "" } };
	struct document_body b = { .parts = parts, .part_count = 2 }, out;
	struct blob contents[2] = { { NULL, 0 }, fixture_blob("inline") }, packed, filled;
	uint8_t *more;

	assert_ok(document_body_pack(*state, &b, &packed));
	more = arena_alloc(*state, packed.len_bytes + 8);
	memcpy(more, packed.data, packed.len_bytes);
	memcpy(more + packed.len_bytes, unknown, 8);
	packed = (struct blob){ more, packed.len_bytes + 8 };
	assert_ok(document_body_fill(*state, packed, contents, 2, &filled));
	assert_ok(document_body_unpack(*state, filled, &out));
	assert_int_equal(out.parts[0].content.len_bytes, 0);
	assert_int_equal(out.parts[1].content.len_bytes, 6);
	assert_non_null(memmem(filled.data, filled.len_bytes, unknown, 8));
	assert_int_equal(document_body_fill(*state, packed, contents, 1, &filled), ERR_FORMAT);
	assert_int_equal(document_body_fill(*state, fixture_blob("\x0a"), contents, 0, &filled),
			 ERR_FORMAT);
}

static enum err fact_back(struct arena *a, const struct fact *f, struct fact *out)
{
	struct blob bytes;

	assert_ok(fact_pack(a, f, &bytes));
	return fact_unpack(a, f->kind, bytes, out);
}

static struct fact fact_of(enum kind kind)
{
	return (struct fact){ .kind = kind,
			      .document = { { "tinh" }, fixture_doc_id(3), fixture_digest("d") },
			      .at_ms = FIXTURE_NOW_MS,
			      .from = { "huyen-a" },
			      .note = "",
			      .code = "03",
			      .relay_event = 1,
			      .hop = 1 };
}

static void test_a_number_put_in_is_as_if_packed_with_it(void **state)
{
	struct part part = { .name = "a.pdf", .media_type = "application/pdf" };
	struct document_body b = { .number = "",
				   .type_code = "KH",
				   .subject = "trích yếu",
				   .parts = &part,
				   .part_count = 1 };
	struct blob without, with, numbered;
	char longest[NUMBER_MAX + 2];

	memset(longest, '1', sizeof longest);
	longest[NUMBER_MAX + 1] = '\0';
	assert_ok(document_body_pack(*state, &b, &without));
	assert_int_equal(document_body_number(*state, without, longest, &numbered), ERR_FORMAT);
	assert_int_equal(document_body_number(*state, without, "", &numbered), ERR_FORMAT);
	longest[NUMBER_MAX] = '\0';
	for (unsigned i = 0; i < 2; i++) {
		b.number = i == 0 ? "05-NQ/ĐUK" : longest;
		assert_ok(document_body_pack(*state, &b, &with));
		assert_ok(document_body_number(*state, without, b.number, &numbered));
		assert_int_equal(numbered.len_bytes, with.len_bytes);
		assert_memory_equal(numbered.data, with.data, with.len_bytes);
		assert_true(numbered.len_bytes - without.len_bytes <= DOCUMENT_BODY_NUMBER_BYTES);
	}
	assert_int_equal(document_body_number(*state, with, "1-KH/ĐU", &numbered), ERR_FORMAT);
}

static void test_facts_of_every_kind_come_back_as_they_were(void **state)
{
	static const enum kind kinds[] = { KIND_RECEIPT, KIND_REFUSAL, KIND_STATUS, KIND_RELAY };
	struct committee_id targets[2] = { { "xa-a1" }, { "xa-a2" } };

	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		struct fact f = fact_of(kinds[i]), out;

		f.targets = targets;
		f.target_count = kinds[i] == KIND_REFUSAL ? 2 : 0;
		f.reason = 2002;
		f.relay_event = 2;
		f.hop = HOP_LIMIT;
		f.note = kinds[i] == KIND_STATUS ? "đã xử lý" : "";
		if (kinds[i] == KIND_STATUS)
			f.status.request = fixture_doc_id(5);
		assert_ok(fact_back(*state, &f, &out));
		assert_int_equal(out.kind, kinds[i]);
		assert_memory_equal(&out.document, &f.document, sizeof f.document);
		assert_true(out.at_ms == f.at_ms);
		assert_string_equal(out.note, f.note);
		if (kinds[i] != KIND_STATUS)
			assert_string_equal(out.from.text, "huyen-a");
		if (kinds[i] == KIND_STATUS)
			assert_string_equal(out.code, "03");
		assert_memory_equal(&out.status.request, &f.status.request,
				    sizeof f.status.request);
		if (kinds[i] == KIND_REFUSAL) {
			assert_int_equal(out.reason, 2002);
			assert_int_equal(out.target_count, 2);
			assert_string_equal(out.targets[1].text, "xa-a2");
		}
		if (kinds[i] == KIND_RELAY)
			assert_true(out.relay_event == 2 && out.hop == HOP_LIMIT);
	}
}

static void test_doubts_and_corrections_come_back_as_they_were(void **state)
{
	struct fact f = fact_of(KIND_DOUBT), out;
	uint8_t token[DOUBT_TOKEN_MAX + 1] = { 0, 1, 2 };

	f.doubted = fixture_digest("e");
	f.doubted_kind = KIND_RECEIPT;
	f.doubted_at_ms = FIXTURE_NOW_MS + 1;
	f.token = (struct blob){ token, DOUBT_TOKEN_MAX };
	f.envelope = fixture_blob("an envelope");
	assert_ok(fact_back(*state, &f, &out));
	assert_memory_equal(&out.document, &f.document, sizeof f.document);
	assert_memory_equal(&out.doubted, &f.doubted, sizeof f.doubted);
	assert_true(out.doubted_kind == KIND_RECEIPT && out.doubted_at_ms == f.doubted_at_ms &&
		    out.at_ms == f.at_ms);
	assert_true(out.token.len_bytes == DOUBT_TOKEN_MAX &&
		    memcmp(out.token.data, token, DOUBT_TOKEN_MAX) == 0);
	assert_memory_equal(out.envelope.data, "an envelope", out.envelope.len_bytes);
	f.kind = KIND_CORRECTION;
	assert_ok(fact_back(*state, &f, &out));
	assert_true(out.doubted_kind == KIND_RECEIPT && out.at_ms == f.at_ms &&
		    out.token.len_bytes == DOUBT_TOKEN_MAX);
	assert_memory_equal(&out.doubted, &f.doubted, sizeof f.doubted);
	f.token.len_bytes++;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.token.len_bytes = 0;
	f.doubted_kind = KIND_ASKED; /* a question can be signed ahead of its time as well */
	assert_ok(fact_back(*state, &f, &out));
	f.doubted_kind = KIND_GONE;
	assert_ok(fact_back(*state, &f, &out));
	f.doubted_kind = KIND_GONE + 1;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.doubted_kind = KIND_CORRECTION; /* no facts about facts about facts */
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
}

static void test_what_is_asked_of_a_document_and_what_is_returned_come_back(void **state)
{
	struct fact f = fact_of(KIND_ASKED), out;

	f.asked_own = 3;
	f.asked_yours = 4;
	f.asked_answered = f.asked_content = true;
	assert_ok(fact_back(*state, &f, &out));
	assert_memory_equal(&out.document, &f.document, sizeof f.document);
	assert_true(out.asked_own == 3 && out.asked_yours == 4 && out.asked_answered &&
		    out.asked_content && out.at_ms == f.at_ms);
	f = fact_of(KIND_RETURNED);
	f.envelope = fixture_blob("a status");
	assert_ok(fact_back(*state, &f, &out));
	assert_memory_equal(&out.document, &f.document, sizeof f.document);
	assert_memory_equal(out.envelope.data, "a status", out.envelope.len_bytes);
	f.envelope.len_bytes = 0; /* nothing is returned */
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f = fact_of(KIND_GONE);
	f.gone_role = ROLE_RELAY;
	f.gone_secrecy = SECRECY_THUONG;
	f.gone_number = "1-KH/ĐU";
	f.gone_issued_on = "2026-11-24";
	assert_ok(fact_back(*state, &f, &out));
	assert_memory_equal(&out.document, &f.document, sizeof f.document);
	assert_true(out.gone_role == ROLE_RELAY && out.gone_secrecy == SECRECY_THUONG);
	assert_string_equal(out.gone_number, "1-KH/ĐU");
	assert_string_equal(out.gone_issued_on, "2026-11-24");
	f.gone_role = ROLE_PAPER; /* which no neighbour knows */
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
}

static void test_only_a_refusal_may_name_its_document_by_digest_alone(void **state)
{
	struct fact f = fact_of(KIND_REFUSAL), out;

	f.document.origin = (struct committee_id){ "" };
	assert_ok(fact_back(*state, &f, &out));
	assert_memory_equal(&out.document.digest, &f.document.digest, 32);
	f.kind = KIND_RECEIPT;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.kind = KIND_RELAY;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.kind = KIND_STATUS;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.kind = KIND_REFUSAL;
	memset(&f.document.digest, 0, sizeof f.document.digest);
	/* not even the outer shape of it decodes: 32 zero bytes stand for it */
	assert_ok(fact_back(*state, &f, &out));
	assert_true(out.document.origin.text[0] == 0);
}

static void test_relay_events_hops_and_status_codes_are_bounded(void **state)
{
	struct fact f = fact_of(KIND_RELAY), out;

	f.relay_event = 0;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.relay_event = 3;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.relay_event = 1;
	f.hop = 0;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.hop = HOP_LIMIT + 1;
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f = fact_of(KIND_STATUS);
	f.code[1] = '\0';
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
	f.code[1] = 'x';
	assert_int_equal(fact_back(*state, &f, &out), ERR_FORMAT);
}

static void test_fact_without_a_document_or_of_no_kind_is_refused(void **state)
{
	struct fact f = fact_of(KIND_DOCUMENT), out;
	struct blob bytes;

	assert_int_equal(fact_unpack(*state, KIND_RECEIPT, (struct blob){ NULL, 0 }, &out),
			 ERR_FORMAT);
	assert_int_equal(fact_unpack(*state, KIND_RELAY, fixture_blob("\x20\x01\x28\x01"), &out),
			 ERR_FORMAT);
	assert_int_equal(fact_unpack(*state, KIND_DIRECTORY, (struct blob){ NULL, 0 }, &out),
			 ERR_UNSUPPORTED);
	assert_int_equal(fact_pack(*state, &f, &bytes), ERR_UNSUPPORTED);
}

static void test_refusal_targets_are_bounded_and_are_ids(void **state)
{
	Vanthu__V1__RefusalBody m = VANTHU__V1__REFUSAL_BODY__INIT;
	Vanthu__V1__DocumentRef ref = VANTHU__V1__DOCUMENT_REF__INIT;
	static char *targets[RECIPIENTS_MAX + 1];
	struct digest d = fixture_digest("d");
	struct blob bytes;
	struct fact out;

	for (size_t i = 0; i < COUNT_OF(targets); i++)
		targets[i] = (char *)(uintptr_t)"xa";
	ref.digest = field_bytes(d.bytes, 32);
	m.document = &ref;
	m.targets = targets;
	m.n_targets = RECIPIENTS_MAX;
	assert_ok(pb_pack(*state, &m.base, &bytes));
	assert_ok(fact_unpack(*state, KIND_REFUSAL, bytes, &out));
	assert_int_equal(out.target_count, RECIPIENTS_MAX);
	m.n_targets++;
	assert_ok(pb_pack(*state, &m.base, &bytes));
	assert_int_equal(fact_unpack(*state, KIND_REFUSAL, bytes, &out), ERR_FORMAT);
	m.n_targets = 1;
	targets[0] = (char *)(uintptr_t)"a/b";
	assert_ok(pb_pack(*state, &m.base, &bytes));
	assert_int_equal(fact_unpack(*state, KIND_REFUSAL, bytes, &out), ERR_FORMAT);
}

static void test_directory_body_comes_back_and_version_zero_is_none(void **state)
{
	struct directory_body b = { .version = 2,
				    .has_previous = true,
				    .previous = fixture_digest("p"),
				    .valid_until_ms = 5,
				    .entries_root = fixture_digest("r"),
				    .entry_count = 7,
				    .competence = fixture_blob("base  CT  Chỉ thị  may-not  x\n"),
				    .lists = fixture_blob("Khối xã  xa-a1\n") },
			      out;
	static const uint8_t long_text[LISTS_TEXT_MAX + 1];
	struct blob bytes;

	assert_ok(directory_body_pack(*state, &b, &bytes));
	assert_ok(directory_body_unpack(*state, bytes, &out));
	assert_true(out.version == 2 && out.has_previous && out.valid_until_ms == 5 &&
		    out.entry_count == 7);
	assert_memory_equal(&out.previous, &b.previous, 32);
	assert_memory_equal(&out.entries_root, &b.entries_root, 32);
	b.has_previous = false;
	assert_ok(directory_body_pack(*state, &b, &bytes));
	assert_ok(directory_body_unpack(*state, bytes, &out));
	assert_false(out.has_previous);
	assert_true(out.lists.len_bytes == b.lists.len_bytes &&
		    out.competence.len_bytes == b.competence.len_bytes);
	assert_memory_equal(out.lists.data, b.lists.data, b.lists.len_bytes);
	b.lists = (struct blob){ long_text, sizeof long_text };
	assert_ok(directory_body_pack(*state, &b, &bytes));
	assert_int_equal(directory_body_unpack(*state, bytes, &out), ERR_FORMAT);
	b.version = 0;
	b.lists.len_bytes = 0;
	assert_ok(directory_body_pack(*state, &b, &bytes));
	assert_int_equal(directory_body_unpack(*state, bytes, &out), ERR_FORMAT);
	/* no root */
	assert_int_equal(directory_body_unpack(*state, fixture_blob("\x08\x01"), &out), ERR_FORMAT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_document_comes_back_as_it_was),
		TEST(test_absent_texts_are_empty_never_null),
		TEST(test_what_goes_with_it_of_edxml_has_a_bound),
		TEST(test_part_names_that_lead_out_of_a_folder_are_refused),
		TEST(test_a_reminder_names_a_committee_and_what_it_reminds_of),
		TEST(test_every_text_is_one_that_people_see),
		TEST(test_every_text_has_its_bound),
		TEST(test_dates_are_dates),
		TEST(test_business_and_number_of_parts_are_bounded),
		TEST(test_filling_puts_contents_in_and_keeps_unknown_fields),
		TEST(test_a_number_put_in_is_as_if_packed_with_it),
		TEST(test_facts_of_every_kind_come_back_as_they_were),
		TEST(test_doubts_and_corrections_come_back_as_they_were),
		TEST(test_what_is_asked_of_a_document_and_what_is_returned_come_back),
		TEST(test_only_a_refusal_may_name_its_document_by_digest_alone),
		TEST(test_relay_events_hops_and_status_codes_are_bounded),
		TEST(test_fact_without_a_document_or_of_no_kind_is_refused),
		TEST(test_refusal_targets_are_bounded_and_are_ids),
		TEST(test_directory_body_comes_back_and_version_zero_is_none),
	};

	return cmocka_run_group_tests_name("body", tests, NULL, NULL);
}
