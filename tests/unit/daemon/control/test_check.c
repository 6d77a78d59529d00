/* Requests that contradict themselves, field by field: what is refused, with which code and name,
 * and that its neighbours are not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/control/check.h"
#include "tests/unit/support/fixture.h"

/* Messages own no texts here. */
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* One request with all its parts at hand, right as it is. */
struct sample {
	Vanthu__V1__Request request;
	Vanthu__V1__Submit submit;
	Vanthu__V1__SubmitRecipient recipient, *recipients[1];
	Vanthu__V1__SubmitPart part, *parts[1];
	Vanthu__V1__List list;
	Vanthu__V1__Ref ref, other;
	Vanthu__V1__Content content;
	Vanthu__V1__PaperAdd paper_add;
	Vanthu__V1__PaperCancel paper_cancel;
	Vanthu__V1__PaperChange paper_change;
	Vanthu__V1__RegisterVoid register_void;
	Vanthu__V1__PaperQuery papers;
	Vanthu__V1__Office office;
	char *with[WITH_MAX + 1];
	Vanthu__V1__TargetQuery target;
	Vanthu__V1__RegisterQuery book;
	Vanthu__V1__Declare declare;
	Vanthu__V1__DueQuery due;
	Vanthu__V1__WhyQuery why;
	Vanthu__V1__ChangesQuery changes;
	char *kinds[1];
	Vanthu__V1__Import import;
	Vanthu__V1__BackupWanted backup;
	Vanthu__V1__ArchiveQuery archive;
	Vanthu__V1__ArchiveTake archive_take;
	Vanthu__V1__Neighbour link;
	Vanthu__V1__Nothing nothing;
	uint8_t id[17];
	ProtobufCMessageUnknownField unknown;
	char text[2100];
};

#define WHAT(name) VANTHU__V1__REQUEST__WHAT_##name

static void fill(struct sample *s)
{
	memset(s, 0, sizeof *s);
	vanthu__v1__request__init(&s->request);
	vanthu__v1__submit__init(&s->submit);
	vanthu__v1__submit_recipient__init(&s->recipient);
	vanthu__v1__submit_part__init(&s->part);
	vanthu__v1__list__init(&s->list);
	vanthu__v1__ref__init(&s->ref);
	vanthu__v1__ref__init(&s->other);
	vanthu__v1__content__init(&s->content);
	vanthu__v1__paper_add__init(&s->paper_add);
	vanthu__v1__paper_cancel__init(&s->paper_cancel);
	vanthu__v1__paper_change__init(&s->paper_change);
	vanthu__v1__register_void__init(&s->register_void);
	vanthu__v1__paper_query__init(&s->papers);
	vanthu__v1__office__init(&s->office);
	vanthu__v1__target_query__init(&s->target);
	vanthu__v1__register_query__init(&s->book);
	vanthu__v1__due_query__init(&s->due);
	vanthu__v1__declare__init(&s->declare);
	s->declare.name = TEXT("officers");
	s->declare.as_of = TEXT("2026-11-28");
	vanthu__v1__why_query__init(&s->why);
	vanthu__v1__changes_query__init(&s->changes);
	s->kinds[0] = TEXT("arrived");
	s->changes.kinds = s->kinds;
	s->changes.n_kinds = 1;
	s->book.book = VANTHU__V1__BOOK__BOOK_IN;
	vanthu__v1__import__init(&s->import);
	vanthu__v1__backup_wanted__init(&s->backup);
	vanthu__v1__archive_query__init(&s->archive);
	vanthu__v1__archive_take__init(&s->archive_take);
	vanthu__v1__neighbour__init(&s->link);
	vanthu__v1__nothing__init(&s->nothing);
	s->recipients[0] = &s->recipient;
	s->recipient.committee = TEXT("thads");
	s->parts[0] = &s->part;
	s->part.size_bytes = 3;
	s->part.content = (ProtobufCBinaryData){ 3, (uint8_t *)(uintptr_t)"abc" };
	s->id[15] = 1;
	s->submit.id = s->paper_add.id = s->register_void.id = (ProtobufCBinaryData){ 16, s->id };
	s->submit.n_recipients = s->submit.n_parts = 1;
	s->submit.recipients = s->recipients;
	s->submit.parts = s->parts;
	s->list.box = VANTHU__V1__BOX__BOX_ALL;
	s->ref.text = TEXT("14-CV");
	s->paper_change.ref = &s->ref;
	s->content.ref = s->paper_cancel.ref = s->papers.ref = s->office.ref = &s->ref;
	s->office.with = s->with;
	for (size_t i = 0; i <= WITH_MAX; i++)
		s->with[i] = TEXT("Ban A");
	s->content.credit_bytes = 1;
	s->paper_add.direction = VANTHU__V1__DIRECTION__DIRECTION_IN;
	s->paper_add.secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	s->paper_add.number = TEXT("12-CV/X");
	s->paper_add.subject = s->paper_add.type_name = TEXT("a");
	s->paper_add.date = TEXT("2026-11-28");
	s->paper_cancel.reason = TEXT("a");
	s->register_void.direction = VANTHU__V1__DIRECTION__DIRECTION_OUT;
	s->register_void.number = TEXT("12-CV/X");
	s->register_void.type_name = s->register_void.reason = TEXT("a");
	s->register_void.date = TEXT("2026-11-28");
	s->import.size_bytes = 1;
	s->link.committee = TEXT("thads");
	memset(s->text, 'x', sizeof s->text - 1);
}

/* The union has pointers only. */
static void choose(struct sample *s, Vanthu__V1__Request__WhatCase what, void *message)
{
	s->request.what_case = what;
	s->request.submit = message;
}

#define CHANGE(name, statement) static void name(struct sample *s) { statement; }

#define RINGS (TEXT("a\x07"))
#define SUBMIT choose(s, WHAT(SUBMIT), &s->submit)
#define LIST choose(s, WHAT(LIST), &s->list)
#define PAPER choose(s, WHAT(PAPER_ADD), &s->paper_add)
#define CANCEL choose(s, WHAT(PAPER_CANCEL), &s->paper_cancel)
#define CORRECT choose(s, WHAT(PAPER_CHANGE), &s->paper_change)
#define VOID choose(s, WHAT(REGISTER_VOID), &s->register_void)
#define PAPERS choose(s, WHAT(PAPERS), &s->papers)
#define TARGET choose(s, WHAT(TARGET), &s->target)
#define REGISTER choose(s, WHAT(REGISTER), &s->book)
#define DECLARE choose(s, WHAT(DECLARE), &s->declare)
#define DUE choose(s, WHAT(DUE), &s->due)
#define WHY choose(s, WHAT(WHY), &s->why)
#define CHANGES choose(s, WHAT(CHANGES), &s->changes)
#define QUEUE_LIST choose(s, WHAT(QUEUE_LIST), &s->link)
#define NAMELESS s->recipient.committee = TEXT("")
#define NO_DIRECTION VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED
CHANGE(list_alone, SUBMIT; NAMELESS; s->recipient.list = TEXT("Khối xã"))
CHANGE(list_and_name, SUBMIT; s->recipient.list = TEXT("Khối xã"))
CHANGE(list_rings, SUBMIT; NAMELESS; s->recipient.list = RINGS)

CHANGE(submit, SUBMIT)
CHANGE(submit_short_id, SUBMIT; s->submit.id.len = 15)
CHANGE(submit_long_id, SUBMIT; s->submit.id.len = 17)
CHANGE(submit_no_id, SUBMIT; s->submit.id.len = 0)
CHANGE(submit_nil, SUBMIT; s->id[15] = 0)
CHANGE(subtree_and_name, SUBMIT; s->recipient.group = VANTHU__V1__GROUP__GROUP_SUBTREE)
CHANGE(superior_and_name, SUBMIT; s->recipient.superior = 1)
#define GROUPED s->recipient.group = VANTHU__V1__GROUP__GROUP_SUBORDINATES
CHANGE(superior_and_group, SUBMIT; s->recipient.superior = 1; NAMELESS; GROUPED)
CHANGE(no_such_group, SUBMIT; NAMELESS; s->recipient.group = (Vanthu__V1__Group)3)
CHANGE(group_below_zero, SUBMIT; NAMELESS; s->recipient.group = (Vanthu__V1__Group)-1)
CHANGE(group_alone, SUBMIT; NAMELESS; s->recipient.group = VANTHU__V1__GROUP__GROUP_SUBTREE)
CHANGE(superior_alone, SUBMIT; NAMELESS; s->recipient.superior = 1)
CHANGE(no_such_urgency, SUBMIT; s->submit.urgency = (Vanthu__V1__Urgency)5)
CHANGE(no_such_secrecy, SUBMIT; s->submit.secrecy = (Vanthu__V1__Secrecy)-1)
CHANGE(streamed_with_content, SUBMIT; s->part.streamed = 1)
CHANGE(part_too_short, SUBMIT; s->part.size_bytes = 4)
CHANGE(part_too_long, SUBMIT; s->part.size_bytes = 2)
CHANGE(streamed, SUBMIT; s->part.streamed = 1; s->part.content.len = 0)
CHANGE(list, LIST)
CHANGE(list_no_box, LIST; s->list.box = VANTHU__V1__BOX__BOX_UNSPECIFIED)
CHANGE(list_no_such_box, LIST; s->list.box = (Vanthu__V1__Box)4)
CHANGE(list_text, LIST; s->list.text = TEXT("K\u1ebf"))
CHANGE(list_from, LIST; s->list.from = TEXT("A B"))
CHANGE(list_to, LIST; s->list.to = TEXT("a/b"))
CHANGE(list_type, LIST; s->list.type_code = s->text)
CHANGE(list_number, LIST; s->list.number = TEXT("  "))
CHANGE(list_since, LIST; s->list.since_ms = -1)
CHANGE(list_until, LIST; s->list.until_ms = INT64_MIN)
CHANGE(list_backwards, LIST; s->list.since_ms = 10; s->list.until_ms = 9)
CHANGE(list_forwards, LIST; s->list.since_ms = 9; s->list.until_ms = 10)
CHANGE(list_state, LIST; s->list.state = TEXT("Delivered"))
CHANGE(list_delivered, LIST; s->list.state = TEXT("delivered"))
CHANGE(show_nothing, choose(s, WHAT(SHOW), &s->ref); s->ref.text = TEXT(""))
CHANGE(show, choose(s, WHAT(SHOW), &s->ref))
CHANGE(verify_nothing, choose(s, WHAT(VERIFY), &s->ref); s->ref.text = TEXT(""))
CHANGE(evidence_nothing, choose(s, WHAT(EVIDENCE), &s->ref); s->ref.text = TEXT(""))
CHANGE(trace_nothing, choose(s, WHAT(TRACE), &s->ref); s->ref.text = TEXT(""))
CHANGE(content_no_ref, choose(s, WHAT(CONTENT), &s->content); s->content.ref = NULL)
CHANGE(content, choose(s, WHAT(CONTENT), &s->content))
CHANGE(paper_short_id, PAPER; s->paper_add.id.len = 3)
CHANGE(paper_no_direction, PAPER; s->paper_add.direction = NO_DIRECTION)
CHANGE(paper_direction, PAPER; s->paper_add.direction = (Vanthu__V1__Direction)3)
CHANGE(paper_secrecy, PAPER; s->paper_add.secrecy = (Vanthu__V1__Secrecy)9)
CHANGE(paper, PAPER)
CHANGE(cancel_nothing, CANCEL; s->paper_cancel.ref = NULL)
CHANGE(cancel_long, CANCEL; s->paper_cancel.reason = s->text)
CHANGE(cancel, CANCEL)
CHANGE(papers_direction, PAPERS; s->papers.direction = (Vanthu__V1__Direction)7)
CHANGE(papers_from, PAPERS; s->papers.from_month = 65536)
CHANGE(papers_backwards, PAPERS; s->papers.from_month = 8; s->papers.to_month = 7)
CHANGE(papers_open, PAPERS; s->papers.from_month = 8)
CHANGE(papers_empty_ref, PAPERS; s->ref.text = TEXT(""))
CHANGE(target_backwards, TARGET; s->target.from_month = 8; s->target.to_month = 7)
CHANGE(target_far, TARGET; s->target.to_month = 65536)
CHANGE(target_all, TARGET; s->target.to_month = 65535)
CHANGE(import_nothing, choose(s, WHAT(IMPORT), &s->import); s->import.size_bytes = 0)
CHANGE(ping_nobody, choose(s, WHAT(PING), &s->link); s->link.committee = TEXT(""))
CHANGE(queue_of_none, QUEUE_LIST; s->link.committee = TEXT("Thads"))
CHANGE(queue_of_all, QUEUE_LIST; s->link.committee = TEXT(""))
CHANGE(nothing_asked, s->request.what_case = VANTHU__V1__REQUEST__WHAT__NOT_SET)

static void ask_backup(struct sample *s, const char *folder, uint32_t keep)
{
	choose(s, WHAT(BACKUP), &s->backup);
	s->backup.folder = (char *)(uintptr_t)folder;
	s->backup.keep = keep;
}

CHANGE(backup_here, ask_backup(s, "backups", 0))
CHANGE(backup_line, ask_backup(s, "/a\nb", 0))
CHANGE(backup_kept, ask_backup(s, "/a", 1000001))
CHANGE(backup_good, ask_backup(s, "/a", 14))

static void ask_archive(struct sample *s, const char *before)
{
	choose(s, WHAT(ARCHIVE), &s->archive);
	s->archive.before = (char *)(uintptr_t)before;
}

static void ask_take(struct sample *s, size_t id_bytes, const char *archive, size_t evidence_bytes)
{
	static uint8_t bytes[32];

	choose(s, WHAT(ARCHIVE_TAKE), &s->archive_take);
	s->archive_take.id = (ProtobufCBinaryData){ id_bytes, bytes };
	s->archive_take.archive = (char *)(uintptr_t)archive;
	s->archive_take.evidence = (ProtobufCBinaryData){ evidence_bytes, bytes };
}

CHANGE(archive_any, ask_archive(s, ""))
CHANGE(archive_day, ask_archive(s, "2027-01-01"))
CHANGE(archive_no_day, ask_archive(s, "2027-02-30"))
CHANGE(take_good, ask_take(s, 16, "Kho 2026", 32))
CHANGE(take_id, ask_take(s, 15, "Kho 2026", 32))
CHANGE(take_nameless, ask_take(s, 16, "", 32))
CHANGE(take_line, ask_take(s, 16, "Kho\n2026", 32))
CHANGE(take_evidence, ask_take(s, 16, "Kho 2026", 31))

static void add_unknown(struct sample *s, ProtobufCMessage *m)
{
	s->unknown = (ProtobufCMessageUnknownField){
		.tag = 99, .wire_type = PROTOBUF_C_WIRE_TYPE_VARINT, .len = 1, .data = s->id
	};
	m->n_unknown_fields = 1;
	m->unknown_fields = &s->unknown;
}
#define FOREIGN                                                                                    \
	choose(s, WHAT(SHOW), &s->ref);                                                            \
	s->ref.foreign_id = TEXT("VB-2026/0815")
CHANGE(show_foreign, FOREIGN; s->ref.text = TEXT(""); s->ref.from = TEXT("xa-a1"))
CHANGE(show_both, FOREIGN)
CHANGE(show_from_nobody, choose(s, WHAT(SHOW), &s->ref); s->ref.from = TEXT("Xã A1"))

CHANGE(part_digest, SUBMIT; s->part.sha256.len = 16; s->part.sha256.data = s->id)
CHANGE(unknown_in_request, SUBMIT; add_unknown(s, &s->request.base))
CHANGE(unknown_in_submit, SUBMIT; add_unknown(s, &s->submit.base))
CHANGE(unknown_in_recipient, SUBMIT; add_unknown(s, &s->recipient.base))
CHANGE(unknown_in_nothing, choose(s, WHAT(STATUS), &s->nothing); add_unknown(s, &s->nothing.base))
CHANGE(status, choose(s, WHAT(STATUS), &s->nothing))
CHANGE(list_desk, LIST; s->list.desk = true; s->list.box = VANTHU__V1__BOX__BOX_OUTBOX)
CHANGE(list_handled, LIST; s->list.handled = true)
CHANGE(correct, CORRECT)
CHANGE(correct_nothing, CORRECT; s->paper_change.ref = NULL)
CHANGE(correct_code, CORRECT; s->paper_change.type_code = TEXT("KH"))
CHANGE(correct_date, CORRECT; s->paper_change.date = TEXT("x"))
CHANGE(correct_long, CORRECT; s->paper_change.reason = s->text)
CHANGE(void_number, VOID)
CHANGE(void_direction, VOID; s->register_void.direction = NO_DIRECTION)
CHANGE(void_two, VOID; s->register_void.number_template = TEXT("auto"))
CHANGE(void_none, VOID; s->register_void.number = TEXT(""))
CHANGE(void_why, VOID; s->register_void.reason = TEXT(""))
CHANGE(void_type, VOID; s->register_void.type_name = TEXT(""))
CHANGE(void_date, VOID; s->register_void.date = TEXT(""))
CHANGE(register_in, REGISTER)
CHANGE(register_none, REGISTER; s->book.book = VANTHU__V1__BOOK__BOOK_UNSPECIFIED)
CHANGE(register_other, REGISTER; s->book.book = (Vanthu__V1__Book)4)
CHANGE(register_backwards, REGISTER; s->book.from_month = 8; s->book.to_month = 7)
CHANGE(register_secret, REGISTER; s->book.secret = true)
CHANGE(declare, DECLARE)
CHANGE(declare_nothing, DECLARE; s->declare.name = TEXT(""))
CHANGE(declare_long, DECLARE; s->declare.name = s->text)
CHANGE(declare_person, DECLARE; s->declare.person = RINGS)
CHANGE(declare_no_day, DECLARE; s->declare.as_of = TEXT(""))
CHANGE(declare_bad_day, DECLARE; s->declare.as_of = TEXT("2026-11-31"))
CHANGE(paper_no_secrecy, PAPER; s->paper_add.secrecy = VANTHU__V1__SECRECY__SECRECY_UNSPECIFIED)
CHANGE(paper_nil, PAPER; s->id[15] = 0)
CHANGE(paper_number, PAPER; s->paper_add.number = RINGS)
CHANGE(paper_no_number, PAPER; s->paper_add.number = TEXT(" "))
CHANGE(paper_subject, PAPER; s->paper_add.subject = s->text)
CHANGE(paper_no_subject, PAPER; s->paper_add.subject = TEXT(""))
#define MAT VANTHU__V1__SECRECY__SECRECY_MAT
CHANGE(paper_secret, PAPER; s->paper_add.subject = TEXT(""); s->paper_add.secrecy = MAT)
CHANGE(paper_party, PAPER; s->paper_add.party = RINGS)
CHANGE(paper_type_code, PAPER; s->paper_add.type_code = RINGS)
CHANGE(paper_type_name, PAPER; s->paper_add.type_name = RINGS)
CHANGE(paper_date, PAPER; s->paper_add.date = TEXT("2026-02-29"))
CHANGE(cancel_rings, CANCEL; s->paper_cancel.reason = RINGS)
CHANGE(cancel_no_reason, CANCEL; s->paper_cancel.reason = TEXT(""))

static void act(struct sample *s, Vanthu__V1__OfficeAct what)
{
	choose(s, WHAT(OFFICE), &s->office);
	s->office.act = what;
}

#define ACT(name) act(s, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_##name)
#define ASSIGNED ACT(ASSIGN); s->office.to = TEXT("A")
CHANGE(due_all, DUE; s->due.all = 1)
CHANGE(due_days, DUE; s->due.soon_days = 100000)
CHANGE(due_person, DUE; s->due.person = RINGS)
CHANGE(due_unit, DUE; s->due.unit = RINGS)
CHANGE(due_sent, DUE; s->due.sent = 1)
CHANGE(due_sent_ref, DUE; s->due.sent = 1; s->due.ref = &s->ref)
CHANGE(due_ref, DUE; s->due.ref = &s->ref)
CHANGE(due_sent_person, DUE; s->due.sent = 1; s->due.person = TEXT("A"))
CHANGE(changes, CHANGES; s->changes.since = INT64_MAX)
CHANGE(changes_far, CHANGES; s->changes.since = (uint64_t)INT64_MAX + 1)
CHANGE(changes_wait, CHANGES; s->changes.wait_ms = CHANGES_WAIT_MAX_MS + 1)
CHANGE(changes_kind, CHANGES; s->kinds[0] = TEXT("came"))
CHANGE(changes_feed, CHANGES; s->changes.feed.len = 3)
CHANGE(changes_two, CHANGES; s->changes.oldest = s->changes.newest = 1)
CHANGE(changes_both, CHANGES; s->changes.since = 1; s->changes.newest = 1)
CHANGE(register_behind, REGISTER; s->book.after_number = 1)
CHANGE(why_all, WHY; s->why.to_month = 65535)
CHANGE(why_months, WHY; s->why.from_month = 2; s->why.to_month = 1)
CHANGE(why_direction, WHY; s->why.direction = 3)
CHANGE(why_reason, WHY; s->why.reason = 99)
CHANGE(why_committee, WHY; s->why.committee = TEXT("No id"))
CHANGE(office_accept, ACT(ACCEPT))
CHANGE(office_nothing, ACT(ACCEPT); s->office.ref = NULL)
CHANGE(office_no_act, ACT(UNSPECIFIED))
CHANGE(office_arrived, ACT(ACCEPT); s->office.act = (Vanthu__V1__OfficeAct)1)
CHANGE(office_asks_back, ACT(ACCEPT); s->office.act = (Vanthu__V1__OfficeAct)13)
CHANGE(office_no_such_act, ACT(ACCEPT); s->office.act = (Vanthu__V1__OfficeAct)7)
CHANGE(office_below_zero, ACT(ACCEPT); s->office.act = (Vanthu__V1__OfficeAct)-1)
CHANGE(return_no_reason, ACT(RETURN))
CHANGE(return_blank, ACT(RETURN); s->office.note = TEXT("  "))
CHANGE(return_long, ACT(RETURN); s->office.note = s->text)
CHANGE(return_reason, ACT(RETURN); s->office.note = TEXT("sai"))
CHANGE(decline_no_reason, ACT(RECALL_DECLINE))
CHANGE(agree, ACT(RECALL_AGREE))
CHANGE(assign_nobody, ACT(ASSIGN))
CHANGE(assign, ACT(ASSIGN); s->office.to = TEXT("A"); s->office.n_with = WITH_MAX)
CHANGE(assign_rings, ACT(ASSIGN); s->office.to = RINGS)
CHANGE(assign_many, ACT(ASSIGN); s->office.to = TEXT("A"); s->office.n_with = WITH_MAX + 1)
CHANGE(assign_with_none, ASSIGNED; s->office.n_with = 2; s->with[1] = TEXT(""))
CHANGE(assign_day, ACT(ASSIGN); s->office.to = TEXT("A"); s->office.due_on = TEXT("2026-02-30"))
CHANGE(accept_to, ACT(ACCEPT); s->office.to = TEXT("A"))
CHANGE(accept_with, ACT(ACCEPT); s->office.n_with = 1)
CHANGE(accept_due, ACT(ACCEPT); s->office.due_on = TEXT("2026-02-03"))
CHANGE(accept_answer, ACT(ACCEPT); s->office.answer = &s->ref)
CHANGE(finish_answer, ACT(FINISH); s->office.answer = &s->ref)
CHANGE(finish_empty_answer, ACT(FINISH); s->office.answer = &s->other; s->other.text = TEXT(""))
CHANGE(start_person, ACT(START); s->office.person = RINGS)

static const struct {
	void (*change)(struct sample *s);
	enum err code;
	const char *about;
} rows[] = {
	{ submit, ERR_OK, "" },
	{ submit_short_id, ERR_USAGE, "id" },
	{ submit_long_id, ERR_USAGE, "id" },
	{ submit_no_id, ERR_USAGE, "id" },
	{ submit_nil, ERR_USAGE, "id" },
	{ subtree_and_name, ERR_USAGE, "recipients[0].committee" },
	{ superior_and_name, ERR_USAGE, "recipients[0].committee" },
	{ superior_and_group, ERR_USAGE, "recipients[0].superior" },
	{ no_such_group, ERR_USAGE, "recipients[0].group" },
	{ group_below_zero, ERR_USAGE, "recipients[0].group" },
	{ group_alone, ERR_OK, "" },
	{ superior_alone, ERR_OK, "" },
	{ list_alone, ERR_OK, "" },
	{ list_and_name, ERR_USAGE, "recipients[0].list" },
	{ list_rings, ERR_USAGE, "recipients[0].list" },
	{ no_such_urgency, ERR_USAGE, "urgency" },
	{ no_such_secrecy, ERR_USAGE, "secrecy" },
	{ streamed_with_content, ERR_USAGE, "parts[0].content" },
	{ part_too_short, ERR_USAGE, "parts[0].size_bytes" },
	{ part_too_long, ERR_USAGE, "parts[0].size_bytes" },
	{ part_digest, ERR_USAGE, "parts[0].sha256" },
	{ streamed, ERR_OK, "" },
	{ list, ERR_OK, "" },
	{ list_no_box, ERR_USAGE, "box" },
	{ list_no_such_box, ERR_USAGE, "box" },
	{ list_text, ERR_USAGE, "text" },
	{ list_from, ERR_BAD_ID, "from" },
	{ list_to, ERR_BAD_ID, "to" },
	{ list_type, ERR_USAGE, "type_code" },
	{ list_number, ERR_USAGE, "number" },
	{ list_since, ERR_USAGE, "since_ms" },
	{ list_until, ERR_USAGE, "until_ms" },
	{ list_backwards, ERR_USAGE, "until_ms" },
	{ list_desk, ERR_USAGE, "desk" },
	{ list_handled, ERR_USAGE, "handled" },
	{ list_forwards, ERR_OK, "" },
	{ list_state, ERR_USAGE, "state" },
	{ list_delivered, ERR_OK, "" },
	{ show_nothing, ERR_USAGE, "text" },
	{ show, ERR_OK, "" },
	{ show_foreign, ERR_OK, "" },
	{ show_both, ERR_USAGE, "foreign_id" },
	{ show_from_nobody, ERR_BAD_ID, "Xã A1" },
	{ verify_nothing, ERR_USAGE, "text" },
	{ evidence_nothing, ERR_USAGE, "text" },
	{ trace_nothing, ERR_USAGE, "text" },
	{ content_no_ref, ERR_USAGE, "ref" },
	{ content, ERR_OK, "" },
	{ paper_short_id, ERR_USAGE, "id" },
	{ paper_no_direction, ERR_USAGE, "direction" },
	{ paper_direction, ERR_USAGE, "direction" },
	{ paper_secrecy, ERR_USAGE, "secrecy" },
	{ paper_no_secrecy, ERR_USAGE, "secrecy" },
	{ paper_nil, ERR_USAGE, "id" },
	{ paper_number, ERR_FIELD, "number" },
	{ paper_no_number, ERR_FIELD, "number" },
	{ paper_subject, ERR_FIELD, "subject" },
	{ paper_no_subject, ERR_FIELD, "subject" },
	{ paper_secret, ERR_OK, "" },
	{ paper_party, ERR_FIELD, "party" },
	{ paper_type_code, ERR_BAD_TYPE, "type_code" },
	{ paper_type_name, ERR_BAD_TYPE, "type_name" },
	{ paper_date, ERR_BAD_DATE, "date" },
	{ paper, ERR_OK, "" },
	{ cancel_nothing, ERR_USAGE, "ref" },
	{ cancel_long, ERR_FIELD, "reason" },
	{ cancel_rings, ERR_FIELD, "reason" },
	{ cancel_no_reason, ERR_FIELD, "reason" },
	{ cancel, ERR_OK, "" },
	{ office_accept, ERR_OK, "" },
	{ office_nothing, ERR_USAGE, "ref" },
	{ office_no_act, ERR_USAGE, "act" },
	{ office_arrived, ERR_USAGE, "act" },
	{ office_asks_back, ERR_FIELD, "note" },
	{ office_no_such_act, ERR_USAGE, "act" },
	{ office_below_zero, ERR_USAGE, "act" },
	{ return_no_reason, ERR_FIELD, "note" },
	{ return_blank, ERR_FIELD, "note" },
	{ return_long, ERR_FIELD, "note" },
	{ return_reason, ERR_OK, "" },
	{ decline_no_reason, ERR_FIELD, "note" },
	{ agree, ERR_OK, "" },
	{ assign_nobody, ERR_FIELD, "to" },
	{ assign, ERR_OK, "" },
	{ assign_rings, ERR_FIELD, "to" },
	{ assign_many, ERR_USAGE, "with" },
	{ assign_with_none, ERR_FIELD, "with" },
	{ due_all, ERR_OK, "" },
	{ due_days, ERR_USAGE, "soon_days" },
	{ due_person, ERR_FIELD, "person" },
	{ due_unit, ERR_FIELD, "unit" },
	{ due_sent, ERR_OK, "" },
	{ due_sent_ref, ERR_OK, "" },
	{ due_ref, ERR_USAGE, "ref" },
	{ due_sent_person, ERR_USAGE, "sent" },
	{ why_all, ERR_OK, "" },
	{ why_months, ERR_BAD_DATE, "to_month" },
	{ why_direction, ERR_USAGE, "direction" },
	{ why_reason, ERR_USAGE, "reason" },
	{ why_committee, ERR_BAD_ID, "No id" },
	{ assign_day, ERR_BAD_DATE, "due_on" },
	{ accept_to, ERR_USAGE, "to" },
	{ accept_with, ERR_USAGE, "with" },
	{ accept_due, ERR_USAGE, "due_on" },
	{ accept_answer, ERR_USAGE, "answer" },
	{ finish_answer, ERR_OK, "" },
	{ finish_empty_answer, ERR_USAGE, "answer" },
	{ start_person, ERR_FIELD, "person" },
	{ correct, ERR_OK, "" },
	{ correct_nothing, ERR_USAGE, "ref" },
	{ correct_code, ERR_BAD_TYPE, "type_name" },
	{ correct_date, ERR_BAD_DATE, "date" },
	{ correct_long, ERR_FIELD, "reason" },
	{ void_number, ERR_OK, "" },
	{ void_direction, ERR_USAGE, "direction" },
	{ void_two, ERR_USAGE, "number_template" },
	{ void_none, ERR_FIELD, "number" },
	{ void_why, ERR_FIELD, "reason" },
	{ void_type, ERR_BAD_TYPE, "type_name" },
	{ void_date, ERR_BAD_DATE, "date" },
	{ papers_direction, ERR_USAGE, "direction" },
	{ papers_from, ERR_BAD_DATE, "from_month" },
	{ papers_backwards, ERR_BAD_DATE, "to_month" },
	{ papers_open, ERR_OK, "" },
	{ papers_empty_ref, ERR_USAGE, "ref" },
	{ target_backwards, ERR_BAD_DATE, "to_month" },
	{ target_far, ERR_BAD_DATE, "to_month" },
	{ target_all, ERR_OK, "" },
	{ register_in, ERR_OK, "" },
	{ register_none, ERR_USAGE, "book" },
	{ register_other, ERR_USAGE, "book" },
	{ register_backwards, ERR_BAD_DATE, "to_month" },
	{ register_secret, ERR_OK, "" },
	{ declare, ERR_OK, "" },
	{ declare_nothing, ERR_FIELD, "name" },
	{ declare_long, ERR_FIELD, "name" },
	{ declare_person, ERR_FIELD, "person" },
	{ declare_no_day, ERR_BAD_DATE, "" },
	{ declare_bad_day, ERR_BAD_DATE, "2026-11-31" },
	{ changes, ERR_OK, "" },
	{ changes_far, ERR_USAGE, "since" },
	{ changes_wait, ERR_USAGE, "wait_ms" },
	{ changes_kind, ERR_USAGE, "came" },
	{ changes_feed, ERR_USAGE, "feed" },
	{ changes_two, ERR_USAGE, "since" },
	{ changes_both, ERR_USAGE, "since" },
	{ register_behind, ERR_USAGE, "after_year" },
	{ import_nothing, ERR_USAGE, "size_bytes" },
	{ backup_here, ERR_USAGE, "folder" },
	{ backup_line, ERR_USAGE, "folder" },
	{ backup_kept, ERR_USAGE, "keep" },
	{ backup_good, ERR_OK, "" },
	{ archive_any, ERR_OK, "" },
	{ archive_day, ERR_OK, "" },
	{ archive_no_day, ERR_BAD_DATE, "2027-02-30" },
	{ take_good, ERR_OK, "" },
	{ take_id, ERR_BAD_ID, "id" },
	{ take_nameless, ERR_FIELD, "archive" },
	{ take_line, ERR_FIELD, "archive" },
	{ take_evidence, ERR_USAGE, "evidence" },
	{ ping_nobody, ERR_BAD_ID, "" },
	{ queue_of_none, ERR_BAD_ID, "Thads" },
	{ queue_of_all, ERR_OK, "" },
	{ nothing_asked, ERR_UNSUPPORTED, "" },
	{ unknown_in_request, ERR_UNSUPPORTED, "Request: 99" },
	{ unknown_in_submit, ERR_UNSUPPORTED, "Submit: 99" },
	{ unknown_in_recipient, ERR_UNSUPPORTED, "SubmitRecipient: 99" },
	{ unknown_in_nothing, ERR_UNSUPPORTED, "Nothing: 99" },
	{ status, ERR_OK, "" },
};

static void test_what_contradicts_itself_is_refused_by_the_name_of_its_field(void **state)
{
	struct sample *s = malloc(sizeof *s);
	char about[CONTROL_ABOUT_BYTES];

	(void)state;
	assert_non_null(s);
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		enum err e;

		fill(s);
		rows[i].change(s);
		e = control_check(&s->request, about);
		if (e != rows[i].code || strcmp(about, rows[i].about) != 0)
			print_error("row %zu: %d \"%s\", wanted %d \"%s\"\n", i, (int)e, about,
				    (int)rows[i].code, rows[i].about);
		assert_true(e == rows[i].code && strcmp(about, rows[i].about) == 0);
	}
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
	    test_what_contradicts_itself_is_refused_by_the_name_of_its_field) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
