/* local.json: requests and replies on the local sockets with their length in front, and a live
 * event; see vectors.h. */
#include <assert.h>
#include <string.h>

#include "proto/body.h"
#include "proto/control.pb-c.h"
#include "proto/fields.h"
#include "proto/pb.h"
#include "tests/vectors/code/vectors.h"

/* protobuf-c has one type for reading and writing; packing only reads. */
static char *text(const char *t)
{
	return (char *)(uintptr_t)t;
}

static void write_framed(struct vectors *v, struct out *o, const char *name, const char *message,
			 const ProtobufCMessage *m)
{
	struct blob packed;
	uint8_t *bytes;
	enum err e = pb_pack(v->arena, m, &packed);

	assert(e == ERR_OK);
	bytes = arena_alloc(v->arena, packed.len_bytes + 4);
	assert(bytes != NULL);
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (uint8_t)(packed.len_bytes >> (8 * (3 - i)));
	memcpy(bytes + 4, packed.data, packed.len_bytes);
	out_vector(o, name, "local");
	out_bytes(o, (struct blob){ bytes, packed.len_bytes + 4 });
	out_text(o, "message", message);
	out_object(o, "expect");
}

static void write_done(struct out *o)
{
	out_end(o);
	out_end(o);
}

/* The submission of two parts, the second streamed. */
static void write_submit(struct vectors *v, struct out *o)
{
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Submit s = VANTHU__V1__SUBMIT__INIT;
	Vanthu__V1__SubmitRecipient to = VANTHU__V1__SUBMIT_RECIPIENT__INIT, *recipients = &to;
	Vanthu__V1__SubmitPart small = VANTHU__V1__SUBMIT_PART__INIT,
			       large = VANTHU__V1__SUBMIT_PART__INIT, *parts[] = { &small, &large };
	struct part names[] = { { "ke-hoach.txt", "text/plain", { NULL, 0 } },
				{ "ban-do.bin", "application/octet-stream", { NULL, 0 } } };
	struct document_body body = { .number = "32-KH/ĐU",
				      .type_code = "KH",
				      .type_name = "Kế hoạch",
				      .subject = "Kế hoạch",
				      .parts = names,
				      .part_count = 2,
				      .business = 1 };
	struct doc_id id = example_id(40);
	struct blob packed;
	enum err e = document_body_pack(v->arena, &body, &packed);

	assert(e == ERR_OK);
	to.superior = 1;
	small.content = field_bytes("abc", 3);
	small.size_bytes = 3;
	large.size_bytes = 100000;
	large.streamed = 1;
	s.id = field_bytes(id.bytes, sizeof id.bytes);
	s.recipients = &recipients;
	s.n_recipients = 1;
	s.urgency = VANTHU__V1__URGENCY__URGENCY_KHAN;
	s.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	s.body = field_bytes(packed.data, packed.len_bytes);
	s.parts = parts;
	s.n_parts = 2;
	r.id = 1;
	r.what_case = VANTHU__V1__REQUEST__WHAT_SUBMIT;
	r.submit = &s;
	write_framed(v, o, "request-submit", "Request", &r.base);
	out_number(o, "id", 1);
	out_hex(o, "submit.id", (struct blob){ id.bytes, sizeof id.bytes });
	out_number(o, "submit.recipients.0.superior", 1);
	out_number(o, "submit.parts.1.size_bytes", 100000);
	write_done(o);
}

static void write_requests(struct vectors *v, struct out *o)
{
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Data data = VANTHU__V1__DATA__INIT;
	Vanthu__V1__List list = VANTHU__V1__LIST__INIT;
	Vanthu__V1__Content content = VANTHU__V1__CONTENT__INIT;
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;

	r.id = 1;
	data.part = 1;
	data.bytes = field_bytes("last piece", 10);
	data.last = 1;
	r.what_case = VANTHU__V1__REQUEST__WHAT_DATA;
	r.data = &data;
	write_framed(v, o, "request-data", "Request", &r.base);
	out_number(o, "data.part", 1);
	out_number(o, "data.last", 1);
	write_done(o);
	r.id = 2;
	list.box = VANTHU__V1__BOX__BOX_INBOX;
	list.limit = 20;
	r.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	r.list = &list;
	write_framed(v, o, "request-list", "Request", &r.base);
	out_number(o, "list.box", 1);
	write_done(o);
	r.id = 3;
	ref.text = text("31-KH/ĐU");
	content.ref = &ref;
	content.part = 1;
	content.offset = 65536;
	content.credit_bytes = 1048576;
	r.what_case = VANTHU__V1__REQUEST__WHAT_CONTENT;
	r.content = &content;
	write_framed(v, o, "request-content", "Request", &r.base);
	out_text(o, "content.ref.text", "31-KH/ĐU");
	out_number(o, "content.offset", 65536);
	write_done(o);
	credit.bytes = 2097152;
	r.what_case = VANTHU__V1__REQUEST__WHAT_CREDIT;
	r.credit = &credit;
	write_framed(v, o, "request-credit", "Request", &r.base);
	out_number(o, "credit.bytes", 2097152);
	write_done(o);
	r.id = 4;
	r.what_case = VANTHU__V1__REQUEST__WHAT_STATUS;
	r.status = &nothing;
	write_framed(v, o, "request-status", "Request", &r.base);
	out_number(o, "id", 4);
	write_done(o);
}

/* A question for what follows change 41, and an answer with one. */
static void write_changes(struct vectors *v, struct out *o)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Reply reply = VANTHU__V1__REPLY__INIT;
	Vanthu__V1__ChangesQuery query = VANTHU__V1__CHANGES_QUERY__INIT;
	Vanthu__V1__Changes changes = VANTHU__V1__CHANGES__INIT;
	Vanthu__V1__Change change = VANTHU__V1__CHANGE__INIT, *list[] = { &change };
	struct doc_id feed = example_id(44), id = example_id(40);
	char *kinds[] = { text("receipt"), text("refused") };

	request.id = reply.id = 5;
	query.since = 41;
	query.wait_ms = 30000;
	query.kinds = kinds;
	query.n_kinds = 2;
	query.feed = field_bytes(feed.bytes, sizeof feed.bytes);
	request.what_case = VANTHU__V1__REQUEST__WHAT_CHANGES;
	request.changes = &query;
	write_framed(v, o, "request-changes", "Request", &request.base);
	out_number(o, "changes.since", 41);
	out_number(o, "changes.wait_ms", 30000);
	write_done(o);
	change.number = 43;
	change.kind = text("receipt");
	change.at_ms = VECTORS_NOW_MS;
	change.id = field_bytes(id.bytes, sizeof id.bytes);
	change.origin = text("btp");
	change.committee = text("thads");
	change.sent = 1;
	changes.changes = list;
	changes.n_changes = 1;
	changes.next = changes.last = 43;
	changes.first = 7;
	changes.feed = query.feed;
	reply.what_case = VANTHU__V1__REPLY__WHAT_CHANGES;
	reply.changes = &changes;
	write_framed(v, o, "reply-changes", "Reply", &reply.base);
	out_number(o, "changes.changes.0.number", 43);
	out_text(o, "changes.changes.0.kind", "receipt");
	out_number(o, "changes.next", 43);
	write_done(o);
}

static void write_accepted(struct vectors *v, struct out *o)
{
	Vanthu__V1__Reply r = VANTHU__V1__REPLY__INIT;
	Vanthu__V1__Accepted accepted = VANTHU__V1__ACCEPTED__INIT;
	Vanthu__V1__ControlCredit credit = VANTHU__V1__CONTROL_CREDIT__INIT;
	char *recipients[] = { text("btp") };
	uint32_t warning = ERR_FOREIGN_SYMBOL;
	struct doc_id id = example_id(40);

	r.id = 1;
	credit.bytes = 1048576;
	r.what_case = VANTHU__V1__REPLY__WHAT_CREDIT;
	r.credit = &credit;
	write_framed(v, o, "reply-credit", "Reply", &r.base);
	out_number(o, "credit.bytes", 1048576);
	write_done(o);
	accepted.id = field_bytes(id.bytes, sizeof id.bytes);
	accepted.recipients = recipients;
	accepted.n_recipients = 1;
	accepted.warnings = &warning;
	accepted.n_warnings = 1;
	r.what_case = VANTHU__V1__REPLY__WHAT_ACCEPTED;
	r.accepted = &accepted;
	write_framed(v, o, "reply-accepted", "Reply", &r.base);
	out_text(o, "accepted.recipients.0", "btp");
	out_number(o, "accepted.warnings.0", 1008);
	write_done(o);
}

static void write_replies(struct vectors *v, struct out *o, const struct examples *e)
{
	Vanthu__V1__Reply r = VANTHU__V1__REPLY__INIT;
	Vanthu__V1__ControlError error = VANTHU__V1__CONTROL_ERROR__INIT;
	Vanthu__V1__DocumentLine line = VANTHU__V1__DOCUMENT_LINE__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	char *to[] = { text("cb-mot") }, *choices[] = { text("019ab6b2f40070008000000000000a0a"),
							text("019ab6b2f4007000800000000000000a") };

	r.id = 2;
	r.more = 1;
	line.id = field_bytes(e->document.head.id.bytes, 16);
	line.from = text("btp");
	line.to = to;
	line.n_to = 1;
	line.number = text("31-KH/ĐU");
	line.state = text("delivered");
	line.arrived_at_ms = VECTORS_NOW_MS;
	r.what_case = VANTHU__V1__REPLY__WHAT_LINE;
	r.line = &line;
	write_framed(v, o, "reply-line", "Reply", &r.base);
	out_number(o, "more", 1);
	out_text(o, "line.number", "31-KH/ĐU");
	write_done(o);
	r.more = 0;
	r.what_case = VANTHU__V1__REPLY__WHAT_DONE;
	r.done = &nothing;
	write_framed(v, o, "reply-done", "Reply", &r.base);
	out_number(o, "more", 0);
	write_done(o);
	r.id = 3;
	error.code = ERR_AMBIGUOUS;
	error.about = text("00000a");
	error.choices = choices;
	error.n_choices = 2;
	r.what_case = VANTHU__V1__REPLY__WHAT_ERROR;
	r.error = &error;
	write_framed(v, o, "reply-error", "Reply", &r.base);
	out_number(o, "error.code", 1007);
	out_text(o, "error.about", "00000a");
	write_done(o);
}

static void write_paper(struct vectors *v, struct out *o)
{
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperAdd add = VANTHU__V1__PAPER_ADD__INIT;
	struct doc_id id = example_id(41);

	r.id = 5;
	add.id = field_bytes(id.bytes, sizeof id.bytes);
	add.direction = VANTHU__V1__DIRECTION__DIRECTION_IN;
	add.type_code = text("CV");
	add.type_name = text("Công văn");
	add.number = text("12-CV/ĐUK");
	add.subject = text("Về việc góp ý");
	add.date = text("2026-11-24");
	add.party = text("Đảng ủy Khối");
	add.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	r.what_case = VANTHU__V1__REQUEST__WHAT_PAPER_ADD;
	r.paper_add = &add;
	write_framed(v, o, "request-paper-add", "Request", &r.base);
	out_hex(o, "paper_add.id", (struct blob){ id.bytes, sizeof id.bytes });
	out_number(o, "paper_add.direction", 1);
	out_text(o, "paper_add.number", "12-CV/ĐUK");
	write_done(o);
}

static void write_target(struct vectors *v, struct out *o)
{
	Vanthu__V1__Request r = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__TargetQuery query = VANTHU__V1__TARGET_QUERY__INIT;
	Vanthu__V1__Reply reply = VANTHU__V1__REPLY__INIT;
	Vanthu__V1__Target target = VANTHU__V1__TARGET__INIT;
	Vanthu__V1__TargetRow row = VANTHU__V1__TARGET_ROW__INIT, *rows[] = { &row };

	r.id = 6;
	query.from_month = query.to_month = 2026 * 12 + 10; /* November */
	r.what_case = VANTHU__V1__REQUEST__WHAT_TARGET;
	r.target = &query;
	write_framed(v, o, "request-target", "Request", &r.base);
	out_number(o, "target.from_month", 24322);
	write_done(o);
	reply.id = 6;
	target.from_month = target.to_month = 24322;
	target.counted = 10;
	target.digital = 9;
	target.paper = 1;
	target.share = target.line = 9000;
	target.reached = 1;
	row.direction = VANTHU__V1__DIRECTION__DIRECTION_OUT;
	row.month = 24322;
	row.digital = 9;
	row.paper = 1;
	target.rows = rows;
	target.n_rows = 1;
	reply.what_case = VANTHU__V1__REPLY__WHAT_TARGET;
	reply.target = &target;
	write_framed(v, o, "reply-target", "Reply", &reply.base);
	out_number(o, "target.share", 9000);
	out_number(o, "target.rows.0.digital", 9);
	write_done(o);
}

static void write_event(struct vectors *v, struct out *o, const struct examples *e)
{
	Vanthu__V1__LiveEvent m = VANTHU__V1__LIVE_EVENT__INIT;
	struct blob bytes;
	enum err error;

	m.what = text("receipt");
	m.at_ms = VECTORS_NOW_MS;
	m.id = field_bytes(e->document.head.id.bytes, 16);
	m.origin = text("btp");
	m.committee = text("cb-mot");
	m.number = text("31-KH/ĐU");
	error = pb_pack(v->arena, &m.base, &bytes);
	assert(error == ERR_OK);
	out_vector(o, "live-event", "message");
	out_bytes(o, bytes);
	out_text(o, "topic", "receipt");
	out_text(o, "message", "LiveEvent");
	out_object(o, "expect");
	out_text(o, "what", "receipt");
	out_text(o, "committee", "cb-mot");
	write_done(o);
}

void write_local(struct vectors *v, const struct examples *e)
{
	struct out *o = out_open(v->folder, "local");

	write_submit(v, o);
	write_requests(v, o);
	write_changes(v, o);
	write_accepted(v, o);
	write_replies(v, o, e);
	write_paper(v, o);
	write_target(v, o);
	write_event(v, o, e);
	out_close(o);
}
