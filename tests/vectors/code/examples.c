/* Sealed envelopes of every kind, alone and in a batch; see vectors.h. The document takes the way
 * btp → thads → cb-mot. */
#include <assert.h>
#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/seal.h"
#include "tests/vectors/code/vectors.h"

static const struct recipient to_cb_mot[] = { { .committee = { "cb-mot" } } };
static const struct recipient to_thads[] = { { .committee = { "thads" } } };
static const struct recipient to_btp[] = { { .committee = { "btp" } } };
static const struct recipient to_subtree[] = { { .group = GROUP_SUBTREE } };

static void seal(struct vectors *v, unsigned signer, struct draft *drafts, uint32_t count)
{
	enum err e = seal_drafts(v->signers[signer], v->arena, drafts, count);

	assert(e == ERR_OK);
}

static struct head head_of(unsigned id, const char *origin, enum kind kind,
			   const struct recipient *to)
{
	return (struct head){ .id = example_id(id),
			      .origin = member_id(origin),
			      .kind = kind,
			      .body_version = 1,
			      .urgency = URGENCY_THUONG,
			      .secrecy = SECRECY_THUONG,
			      .signed_at_ms = VECTORS_NOW_MS + id,
			      .directory_version = 2,
			      .hop_limit = HOP_LIMIT,
			      .recipients = to,
			      .recipient_count = 1 };
}

static struct blob body_of(struct vectors *v, const struct part *parts, uint32_t count)
{
	struct document_body b = { .number = "31-KH/ĐU",
				   .type_code = "KH",
				   .type_name = "Kế hoạch",
				   .term = "2025-2030",
				   .subject = "Kế hoạch chuyển đổi số",
				   .signer_name = "Nguyễn Văn A",
				   .signer_position = "BÍ THƯ",
				   .signer_competence = "T/M ĐẢNG ỦY",
				   .issued_on = "2025-11-24",
				   .due_on = "2025-12-30",
				   .note = "",
				   .business = 1,
				   .parts = parts,
				   .part_count = count };
	struct blob out;
	enum err e = document_body_pack(v->arena, &b, &out);

	assert(e == ERR_OK);
	return out;
}

/* An inlined document, an attachment of four chunks, an empty one. */
static void make_document(struct vectors *v, struct draft *d)
{
	struct blob small = text_blob("Nội dung kế hoạch\n"), large = example_content(v, 100000),
		    none = { NULL, 0 };
	struct part parts[] = { { "ke-hoach.txt", "text/plain", none },
				{ "ban-do.bin", "application/octet-stream", none },
				{ "trong.txt", "text/plain", none } };
	struct manifest_item *manifest = arena_array(v->arena, 3, sizeof *manifest);
	struct submission_fields fields = { .recipients = to_cb_mot,
					    .recipient_count = 1,
					    .urgency = URGENCY_KHAN,
					    .secrecy = SECRECY_THUONG,
					    .body = body_of(v, parts, 3),
					    .manifest = manifest,
					    .manifest_count = 3 };

	assert(manifest != NULL);
	manifest[0] = example_item(small, true);
	manifest[1] = example_item(large, false);
	manifest[2] = example_item(none, false);
	*d = (struct draft){ .head = head_of(1, "btp", KIND_DOCUMENT, to_cb_mot) };
	d->head.urgency = URGENCY_KHAN;
	d->head.manifest = manifest;
	d->head.manifest_count = 3;
	d->head.submission = digest_submission(&fields);
	parts[0].content = small;
	d->body = body_of(v, parts, 3);
	seal(v, BTP, d, 1);
}

static struct draft simple_document(struct vectors *v, unsigned id, const struct recipient *to)
{
	struct blob content = text_blob("Nội dung");
	struct part part = { "van-ban.txt", "text/plain", content };
	struct manifest_item *item = arena_alloc(v->arena, sizeof *item);
	struct draft d = { .head = head_of(id, "btp", KIND_DOCUMENT, to) };

	assert(item != NULL);
	*item = example_item(content, true);
	d.head.manifest = item;
	d.head.manifest_count = 1;
	d.body = body_of(v, &part, 1);
	return d;
}

/* The same text once more, in the place of the first one. */
static void make_newer(struct vectors *v, struct examples *e)
{
	struct blob content = text_blob("Nội dung");
	struct part part = { "van-ban.txt", "text/plain", content };
	struct document_body b = { .number = "32-KH/ĐU",
				   .type_code = "KH",
				   .type_name = "Kế hoạch",
				   .subject = "Kế hoạch chuyển đổi số",
				   .issued_on = "2025-11-25",
				   .business = BUSINESS_REPLACE,
				   .concerns = { e->document.head.origin, e->document.head.id,
						 { { 0 } } },
				   .parts = &part,
				   .part_count = 1 };
	enum err r;

	e->newer = simple_document(v, 30, to_cb_mot);
	r = document_body_pack(v->arena, &b, &e->newer.body);
	assert(r == ERR_OK);
	seal(v, BTP, &e->newer, 1);
}

/* The first one is late: who has not done it is reminded of it. */
static void make_reminder(struct vectors *v, struct examples *e)
{
	struct blob content = text_blob("Kính gửi: Chi bộ Một\n");
	struct part part = { "van-ban.txt", "text/plain", content };
	struct document_body b = { .number = "33-CV/ĐU",
				   .type_code = "CV",
				   .type_name = "Công văn",
				   .subject = "Đôn đốc thực hiện Kế hoạch số 31-KH/ĐU",
				   .issued_on = "2026-01-05",
				   .business = BUSINESS_NEW,
				   .reply_to = { e->document.head.origin, e->document.head.id,
						 { { 0 } } },
				   .reminds = "cb-mot",
				   .parts = &part,
				   .part_count = 1 };
	struct manifest_item *item = arena_array(v->arena, 1, sizeof *item);
	enum err r;

	assert(item != NULL);
	e->reminder = simple_document(v, 33, to_cb_mot);
	*item = example_item(content, true);
	e->reminder.head.manifest = item;
	r = document_body_pack(v->arena, &b, &e->reminder.body);
	assert(r == ERR_OK);
	seal(v, BTP, &e->reminder, 1);
}

static struct draft fact_of(unsigned id, const char *signer, enum kind kind,
			    const struct document_ref *about)
{
	struct draft d = { .head = head_of(id, signer, kind, to_btp) };

	d.fact = (struct fact){
		.kind = kind, .document = *about, .at_ms = VECTORS_NOW_MS + id, .note = ""
	};
	return d;
}

static void make_facts(struct vectors *v, struct examples *e)
{
	static const struct committee_id targets[] = { { "cb-mot" } };
	struct document_ref about = { e->document.head.origin, e->document.head.id,
				      e->document.digest };
	struct document_ref unread = { .origin = { "" } },
			    unsigned_one = { .digest = e->document.digest };

	e->receipt = fact_of(10, "cb-mot", KIND_RECEIPT, &about);
	e->receipt.fact.from = member_id("thads");
	seal(v, CB_MOT, &e->receipt, 1);
	e->refusal = fact_of(11, "thads", KIND_REFUSAL, &about);
	e->refusal.fact.from = member_id("btp");
	e->refusal.fact.reason = ERR_DIGEST;
	e->refusal.fact.targets = targets;
	e->refusal.fact.target_count = 1;
	seal(v, THADS, &e->refusal, 1);
	e->unreadable = fact_of(12, "cb-mot", KIND_REFUSAL, &unread);
	e->unreadable.head.recipients = to_thads;
	e->unreadable.fact.from = member_id("thads");
	e->unreadable.fact.reason = ERR_FORMAT;
	seal(v, CB_MOT, &e->unreadable, 1);
	e->spoilt = fact_of(16, "cb-mot", KIND_REFUSAL, &unsigned_one);
	e->spoilt.head.recipients = to_thads;
	e->spoilt.fact.from = member_id("thads");
	e->spoilt.fact.reason = ERR_SIGNATURE;
	seal(v, CB_MOT, &e->spoilt, 1);
	e->forbidden = fact_of(18, "thads", KIND_REFUSAL, &about);
	e->forbidden.fact.from = member_id("btp");
	e->forbidden.fact.reason = ERR_COMPETENCE;
	e->forbidden.fact.rule = "399-QĐ/TW Art. 7, 9";
	seal(v, THADS, &e->forbidden, 1);
	e->status = fact_of(13, "cb-mot", KIND_STATUS, &about);
	memcpy(e->status.fact.code, "03", 3);
	e->status.fact.note = "Đã vào sổ";
	seal(v, CB_MOT, &e->status, 1);
	e->assigned = fact_of(17, "cb-mot", KIND_STATUS, &about);
	memcpy(e->assigned.fact.code, "04", 3);
	e->assigned.fact.note = "Tham mưu trả lời";
	e->assigned.fact.status = (struct office_note){ .n = 2,
							.arrival = 12,
							.person = "Nguyễn Văn An",
							.due_on = "2026-12-15",
							.answer = e->document.head.id };
	seal(v, CB_MOT, &e->assigned, 1);
	e->relayed = fact_of(14, "thads", KIND_RELAY, &about);
	e->relayed.fact.from = member_id("btp");
	e->relayed.fact.relay_event = 1;
	e->relayed.fact.hop = 1;
	seal(v, THADS, &e->relayed, 1);
	e->held = fact_of(15, "thads", KIND_RELAY, &about);
	e->held.fact.from = member_id("btp");
	e->held.fact.relay_event = 2;
	e->held.fact.hop = 1;
	seal(v, THADS, &e->held, 1);
}

/* btp signed the document, and cb-mot its receipt, by clocks that were ahead: each is asked, and
 * btp answers. */
static void make_doubts(struct vectors *v, struct examples *e)
{
	struct document_ref about = { e->document.head.origin, e->document.head.id,
				      e->document.digest },
			    fact = about;

	e->doubt = fact_of(17, "cb-mot", KIND_DOUBT, &about);
	e->doubt.fact.doubted = e->document.digest;
	e->doubt.fact.doubted_kind = KIND_DOCUMENT;
	e->doubt.fact.doubted_at_ms = e->document.head.signed_at_ms;
	e->doubt.fact.token = text_blob("cb-mot's own");
	seal(v, CB_MOT, &e->doubt, 1);
	fact.digest = e->receipt.digest;
	e->doubt_of_fact = fact_of(18, "btp", KIND_DOUBT, &fact);
	e->doubt_of_fact.head.recipients = to_cb_mot;
	e->doubt_of_fact.fact.doubted = e->receipt.digest;
	e->doubt_of_fact.fact.doubted_kind = KIND_RECEIPT;
	e->doubt_of_fact.fact.doubted_at_ms = e->receipt.head.signed_at_ms;
	e->doubt_of_fact.fact.token = text_blob("btp's own");
	e->doubt_of_fact.fact.envelope = e->receipt.envelope;
	seal(v, BTP, &e->doubt_of_fact, 1);
	e->correction = fact_of(19, "btp", KIND_CORRECTION, &about);
	e->correction.head.recipients = to_cb_mot;
	e->correction.fact.doubted = e->doubt.fact.doubted;
	e->correction.fact.doubted_kind = e->doubt.fact.doubted_kind;
	e->correction.fact.token = e->doubt.fact.token;
	seal(v, BTP, &e->correction, 1);
}

/* Figures of two months: of a type, of no type, and under two places. */
static void make_reports(struct vectors *v, struct examples *e)
{
	static const struct report_row rows[] = {
		{ .at = { { 2025 * 12 + 9 }, DIRECTION_IN, 1, 0 },
		  .type_code = "KH",
		  .type_name = "Kế hoạch",
		  .count = { .digital = 9,
			     .paper = 2,
			     .processed = 6,
			     .late = 1,
			     .returned = 1 } },
		{ .at = { { 2025 * 12 + 10 }, DIRECTION_IN, 2, 0 },
		  .type_code = "",
		  .type_name = "",
		  .count = { .paper = 300, .secret = 4 } },
		{ .at = { { 2025 * 12 + 10 }, DIRECTION_OUT, 2, 0 },
		  .type_code = "KH",
		  .type_name = "Kế hoạch",
		  .count = { .digital = 5,
			     .pending = 3,
			     .refused = 1,
			     .also_paper = 2,
			     .slow = 1 } },
	};
	static const struct declaration declared = { "Cán bộ được tập huấn", 12, 15, "2025-11-20",
						     "Nguyễn Văn An", VECTORS_NOW_MS - 5000 };
	static const text_t excluded[] = { "GM" };
	static struct doc_id ids[2];
	static struct report_exchange x;
	static struct report report, asks = { .asks = true };
	static const struct document_ref none = { { "" }, { { 0 } }, { { 0 } } };

	ids[0] = example_id(1);
	ids[1] = example_id(2);
	x = (struct report_exchange){ member_id("btp"), DIRECTION_IN, ids, 2 };
	report = (struct report){ .from = { 2025 * 12 + 9 },
				  .to = { 2025 * 12 + 10 },
				  .as_of_ms = VECTORS_NOW_MS - 1000,
				  .rows = rows,
				  .row_count = 3,
				  .exchanged_since_ms = VECTORS_NOW_MS - 86400000,
				  .exchanged_before_ms = VECTORS_NOW_MS - 1500,
				  .exchanges = &x,
				  .exchange_count = 1,
				  .declared = &declared,
				  .declared_count = 1,
				  .excluded = excluded,
				  .excluded_count = 1 };
	e->report = fact_of(40, "cb-mot", KIND_REPORT, &none);
	e->report.fact.report = &report;
	seal(v, CB_MOT, &e->report, 1);
	e->asking = fact_of(41, "thads", KIND_REPORT, &none);
	e->asking.head.recipients = to_cb_mot;
	e->asking.fact.report = &asks;
	seal(v, THADS, &e->asking, 1);
}

/* About the older document: what is agreed to is that the newer one stands in its place. */
static void make_answer(struct vectors *v, struct examples *e)
{
	struct document_ref about = { e->document.head.origin, e->document.head.id,
				      e->document.digest };

	e->agreed = fact_of(31, "cb-mot", KIND_STATUS, &about);
	memcpy(e->agreed.fact.code, "15", 3);
	e->agreed.fact.status = (struct office_note){ .n = 3,
						      .arrival = 12,
						      .person = "",
						      .due_on = "",
						      .request = e->newer.head.id };
	seal(v, CB_MOT, &e->agreed, 1);
}

/* cb-mot's store was put back: it asks the issuer, gets back what it signed itself, and hears from
 * its superior what that one has no more. And thads found a content of its own damaged. */
static void make_lost(struct vectors *v, struct examples *e)
{
	struct document_ref about = { e->document.head.origin, e->document.head.id,
				      e->document.digest };

	e->asked = fact_of(50, "cb-mot", KIND_ASKED, &about);
	e->asked.fact.asked_own = 2;
	e->asked.fact.asked_yours = 1;
	e->asked.fact.asked_answered = true;
	seal(v, CB_MOT, &e->asked, 1);
	e->wanted = fact_of(51, "thads", KIND_ASKED, &about);
	e->wanted.fact.asked_own = e->wanted.fact.asked_yours = UINT32_MAX;
	e->wanted.fact.asked_answered = e->wanted.fact.asked_content = true;
	seal(v, THADS, &e->wanted, 1);
	e->returned = fact_of(52, "btp", KIND_RETURNED, &about);
	e->returned.head.recipients = to_cb_mot;
	e->returned.fact.envelope = e->receipt.envelope;
	seal(v, BTP, &e->returned, 1);
	e->gone = fact_of(53, "thads", KIND_GONE, &about);
	e->gone.head.recipients = to_cb_mot;
	e->gone.fact.gone_role = ROLE_IN;
	e->gone.fact.gone_secrecy = SECRECY_THUONG;
	e->gone.fact.gone_number = "31-KH/ĐU";
	e->gone.fact.gone_issued_on = "2025-11-24";
	seal(v, THADS, &e->gone, 1);
}

void examples_make(struct vectors *v, struct examples *e)
{
	memset(e, 0, sizeof *e);
	make_document(v, &e->document);
	e->group = simple_document(v, 2, to_subtree);
	seal(v, BTP, &e->group, 1);
	make_facts(v, e);
	make_doubts(v, e);
	/* Five under one signature: an odd number, so that the paths have different lengths. */
	for (unsigned i = 0; i < 5; i++)
		e->batch[i] = simple_document(v, 20 + i, i % 2 == 0 ? to_thads : to_subtree);
	seal(v, BTP, e->batch, 5);
	make_newer(v, e);
	make_answer(v, e);
	make_reports(v, e);
	make_reminder(v, e);
	make_lost(v, e);
}
