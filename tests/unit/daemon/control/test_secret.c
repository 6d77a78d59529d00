/* Over a connection that wants nothing of secret documents there are none, whoever asks: every
 * request that control.proto has, with what it answers. The requests come from the compiled
 * descriptor, so that one which is added without a row here is noticed. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "daemon/tables/tables.h"
#include "routing/rules/rules.h"
#include "tests/unit/support/desk.h"
#include "tests/unit/support/paper.h"

enum { OTHER_UID = 54321, OPEN_ID = 1, SECRET_ID = 3, PAPER_ID = 22 };

#define PAPER_NUMBER "09-CV/TU"
#define TEXT(literal) ((char *)(uintptr_t)(literal))

/* All that a request may be made of. */
struct sample {
	Vanthu__V1__Request request;
	Vanthu__V1__Ref ref;
	Vanthu__V1__List list;
	Vanthu__V1__Content content;
	Vanthu__V1__PaperAdd add;
	Vanthu__V1__PaperCancel cancel;
	Vanthu__V1__PaperChange change;
	Vanthu__V1__RegisterVoid no_number;
	Vanthu__V1__PaperQuery papers;
	Vanthu__V1__Resend resend;
	Vanthu__V1__Office office;
	Vanthu__V1__RegisterQuery book;
	Vanthu__V1__DueQuery due;
	Vanthu__V1__WhyQuery why;
	Vanthu__V1__ChangesQuery changes;
	Vanthu__V1__Neighbour neighbour;
	Vanthu__V1__LogQuery log;
	Vanthu__V1__ArchiveQuery archive;
	uint8_t id[16];
	char text[40];
};

static void name(struct sample *s, unsigned id)
{
	struct doc_id d = fixture_doc_id(id);

	for (unsigned i = 0; i < sizeof d.bytes; i++)
		snprintf(s->text + 2 * i, 3, "%02x", d.bytes[i]);
}

static void fill(struct sample *s)
{
	memset(s, 0, sizeof *s);
	vanthu__v1__request__init(&s->request);
	vanthu__v1__ref__init(&s->ref);
	vanthu__v1__list__init(&s->list);
	vanthu__v1__content__init(&s->content);
	vanthu__v1__paper_add__init(&s->add);
	vanthu__v1__paper_cancel__init(&s->cancel);
	vanthu__v1__paper_change__init(&s->change);
	vanthu__v1__register_void__init(&s->no_number);
	vanthu__v1__paper_query__init(&s->papers);
	vanthu__v1__resend__init(&s->resend);
	vanthu__v1__office__init(&s->office);
	vanthu__v1__register_query__init(&s->book);
	vanthu__v1__due_query__init(&s->due);
	vanthu__v1__why_query__init(&s->why);
	vanthu__v1__changes_query__init(&s->changes);
	vanthu__v1__neighbour__init(&s->neighbour);
	vanthu__v1__log_query__init(&s->log);
	vanthu__v1__archive_query__init(&s->archive);
	s->ref.text = s->text;
	s->content.ref = s->resend.ref = s->office.ref = &s->ref;
	s->cancel.ref = s->change.ref = &s->ref;
	s->content.credit_bytes = 1;
	s->resend.to = TEXT("tinh");
	s->office.act = VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ACCEPT;
	s->cancel.reason = s->change.reason = s->no_number.reason = TEXT("x");
	s->id[15] = 77;
	s->add.id = s->no_number.id = (ProtobufCBinaryData){ sizeof s->id, s->id };
	s->add.direction = s->no_number.direction = VANTHU__V1__DIRECTION__DIRECTION_OUT;
	s->add.secrecy = VANTHU__V1__SECRECY__SECRECY_MAT;
	s->add.number = s->no_number.number = TEXT("7-CV/X");
	s->add.type_name = s->no_number.type_name = TEXT("Công văn");
	s->add.date = s->no_number.date = TEXT("2025-06-10");
	s->no_number.secret = true;
	s->list.box = VANTHU__V1__BOX__BOX_ALL;
	s->book.book = VANTHU__V1__BOOK__BOOK_IN;
	s->due.all = true;
	s->changes.oldest = true;
	name(s, SECRET_ID);
}

/* ---- each request ---- */

enum outcome {
	NOTHING_OF_DOCUMENTS, /* not asked: `why` says what keeps secret ones out of it */
	SHOWN,		      /* who may see them sees one; over such a connection there is none */
	LEFT_OUT,	      /* answered, and nobody sees one there */
	UNKNOWN,	      /* VT-2001 */
	NOT_ALLOWED	      /* VT-2106 */
};

static void of_ref(struct sample *s)
{
	s->request.show = &s->ref;
}
#define ASK(function, statement) static void function(struct sample *s) { statement; }
ASK(ask_list, s->request.list = &s->list)
ASK(ask_content, s->request.content = &s->content)
ASK(ask_add, s->request.paper_add = &s->add)
ASK(ask_cancel, name(s, PAPER_ID); s->request.paper_cancel = &s->cancel)
ASK(ask_change, name(s, PAPER_ID); s->request.paper_change = &s->change)
ASK(ask_void, s->request.register_void = &s->no_number)
ASK(ask_papers, s->request.papers = &s->papers)
ASK(ask_resend, s->request.resend = &s->resend)
ASK(ask_office, s->request.office = &s->office)
ASK(ask_book, s->book.secret = true; s->request.register_ = &s->book)
ASK(ask_due, s->request.due = &s->due)
ASK(ask_archive, s->request.archive = &s->archive)
ASK(ask_why, s->request.why = &s->why)
ASK(ask_changes, s->request.changes = &s->changes)
ASK(ask_log, s->request.log = &s->log)
ASK(ask_queue, s->request.queue_list = &s->neighbour)

static const struct row {
	const char *request;
	enum outcome outcome;
	void (*ask)(struct sample *s);
	const char *why;
} rows[] = {
	{ "submit", NOTHING_OF_DOCUMENTS, NULL, "secret ones are refused to everybody: VT-2003" },
	{ "data", NOTHING_OF_DOCUMENTS, NULL, "of a submission" },
	{ "stage", NOTHING_OF_DOCUMENTS, NULL, "of a submission" },
	{ "list", SHOWN, ask_list, NULL },
	{ "show", UNKNOWN, of_ref, NULL },
	{ "content", UNKNOWN, ask_content, NULL },
	{ "credit", NOTHING_OF_DOCUMENTS, NULL, "of a content that is under way" },
	{ "verify", UNKNOWN, of_ref, NULL },
	{ "evidence", UNKNOWN, of_ref, NULL },
	{ "paper_add", NOT_ALLOWED, ask_add, NULL },
	{ "paper_import", NOTHING_OF_DOCUMENTS, NULL, "line by line: register.bats" },
	{ "paper_cancel", UNKNOWN, ask_cancel, NULL },
	{ "paper_change", UNKNOWN, ask_change, NULL },
	{ "papers", SHOWN, ask_papers, NULL },
	{ "resend", UNKNOWN, ask_resend, NULL },
	{ "office", UNKNOWN, ask_office, NULL },
	{ "register", NOT_ALLOWED, ask_book, NULL },
	{ "register_void", NOT_ALLOWED, ask_void, NULL },
	{ "due", SHOWN, ask_due, NULL },
	{ "persons", NOTHING_OF_DOCUMENTS, NULL, "of the configuration" },
	{ "types", NOTHING_OF_DOCUMENTS, NULL, "of the configuration" },
	{ "lists", NOTHING_OF_DOCUMENTS, NULL, "of configuration and directory" },
	{ "thread", UNKNOWN, of_ref, NULL },
	{ "declare", NOTHING_OF_DOCUMENTS, NULL, "a figure" },
	{ "why", LEFT_OUT, ask_why, NULL },
	{ "archive", LEFT_OUT, ask_archive, NULL },
	{ "archive_take", NOTHING_OF_DOCUMENTS, NULL, "at operate.sock, and VT-2001 of one" },
	{ "ping", NOTHING_OF_DOCUMENTS, NULL, "a link" },
	{ "import", NOTHING_OF_DOCUMENTS, NULL, "a directory" },
	{ "recount", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "recover", NOTHING_OF_DOCUMENTS, NULL, "a link" },
	{ "backup", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "quarantine", NOTHING_OF_DOCUMENTS, NULL, "names of files, and no id of a secret one" },
	{ "status", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "links", NOTHING_OF_DOCUMENTS, NULL, "links" },
	{ "queue", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "queue_list", LEFT_OUT, ask_queue, NULL },
	{ "accept_loss", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "gone_list", NOTHING_OF_DOCUMENTS, NULL, "what is not here, and no secret one" },
	{ "aside_list", NOTHING_OF_DOCUMENTS, NULL, "what no record tells the secrecy of" },
	{ "trace", UNKNOWN, of_ref, NULL },
	{ "committees", NOTHING_OF_DOCUMENTS, NULL, "of the directory" },
	{ "directory", NOTHING_OF_DOCUMENTS, NULL, "the directory" },
	{ "keys", NOTHING_OF_DOCUMENTS, NULL, "of the directory" },
	{ "changes", SHOWN, ask_changes, NULL },
	{ "log", SHOWN, ask_log, NULL },
	{ "figures", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "target", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "policy", NOTHING_OF_DOCUMENTS, NULL, "of configuration and directory" },
	{ "subtree", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "declarations", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "report_now", NOTHING_OF_DOCUMENTS, NULL, "figures" },
	{ "ask_report", NOTHING_OF_DOCUMENTS, NULL, "figures" },
};

/* ---- the office ---- */

/* No committee takes a secret document, so none is in any store; the rule holds all the same. */
static void make_secret(struct stage *g, unsigned id)
{
	struct record ident = station_get(g->s, FAMILY_IDENT,
					  key_ident(fixture_doc_id(id), fixture_id("tinh"))),
		      r;
	struct key key = key_serial(ident.u.ident.role, ident.u.ident.serial);

	r = station_get(g->s, FAMILY_DOCUMENT, key);
	r.u.document.secrecy = SECRECY_MAT;
	plan_put(g->s->plan, key, &r);
	assert_ok(g->s->store->ops->commit(g->s->store, g->s->plan));
	station_clear(g->s);
}

static int set_up(void **state)
{
	static struct tables tables;
	static const char *const to[] = { "huyen-a", NULL };
	struct stage g = { .f = fixture_new(), .tinh = neighbour_of("tinh") };
	struct desk *d;
	struct event paper = paper_entry(PAPER_ID, DIRECTION_IN, PAPER_NUMBER, "2025-06-10");

	g.s = station_new(g.f, "huyen-a");
	neighbour_up(g.s, &g.tinh);
	for (unsigned id = OPEN_ID; id <= SECRET_ID; id++) {
		struct draft draft = fixture_document(g.f, "tinh", id, to);

		fixture_seal(g.f, "tinh", &draft);
		station_clear(g.s);
		neighbour_publishes(g.s, &g.tinh, LANE_NORMAL, &draft);
		station_commit(g.s);
	}
	station_clear(g.s);
	paper.u.paper.paper.secrecy = SECRECY_MAT;
	paper.u.paper.paper.subject = "";
	assert_int_equal(paper_answer(&g, &paper).result, ERR_OK);
	station_commit(g.s);
	station_clear(g.s);
	make_secret(&g, SECRET_ID);
	d = desk_new(g.f, g.s, SOCKET_OFFICE);
	d->control->parts.tables = &tables;
	*state = d;
	return 0;
}

static int tear_down(void **state)
{
	desk_free(*state);
	return 0;
}

/* ---- what is answered ---- */

struct heard {
	bool secret; /* something of the secret ones is in it */
	bool open;   /* of the other one */
	uint32_t error;
	char about[64];
};

static bool names(const Vanthu__V1__Reply *r, unsigned id)
{
	static uint8_t bytes[1 << 16];
	size_t size = vanthu__v1__reply__get_packed_size(r);
	struct doc_id d = fixture_doc_id(id);

	assert_true(size <= sizeof bytes);
	vanthu__v1__reply__pack(r, bytes);
	return memmem(bytes, size, d.bytes, sizeof d.bytes) != NULL ||
	       (id == PAPER_ID &&
		memmem(bytes, size, PAPER_NUMBER, sizeof PAPER_NUMBER - 1) != NULL);
}

static struct heard hear(struct desk *d, const struct row *row, bool no_secret)
{
	const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(
		&vanthu__v1__request__descriptor, row->request);
	struct heard out = { .secret = false };
	struct sample s;
	bool more = true;

	assert_non_null(f);
	fill(&s);
	row->ask(&s);
	s.request.what_case = (Vanthu__V1__Request__WhatCase)f->id;
	s.request.no_secret = no_secret;
	desk_ask(d, &s.request);
	while (more) {
		Vanthu__V1__Reply *r = desk_reply(d);

		more = r->more;
		out.secret = out.secret || names(r, SECRET_ID) || names(r, PAPER_ID);
		out.open = out.open || names(r, OPEN_ID);
		if (r->what_case == VANTHU__V1__REPLY__WHAT_ERROR) {
			out.error = r->error->code;
			snprintf(out.about, sizeof out.about, "%s", r->error->about);
		}
		vanthu__v1__reply__free_unpacked(r, NULL);
	}
	return out;
}

static void expect_hidden(struct desk *d, const struct row *row, bool no_secret)
{
	static const uint32_t codes[] = { [SHOWN] = 0,
					  [LEFT_OUT] = 0,
					  [UNKNOWN] = ERR_NOT_FOUND,
					  [NOT_ALLOWED] = ERR_NO_SECRET };
	struct heard h = hear(d, row, no_secret);

	if (h.secret)
		fail_msg("%s: something of a secret document is answered", row->request);
	if (h.error != codes[row->outcome])
		fail_msg("%s: VT-%u %s", row->request, h.error, h.about);
}

static void test_each_request_hides_them(void **state)
{
	const ProtobufCMessageDescriptor *all = &vanthu__v1__request__descriptor;

	for (unsigned i = 0; i < all->n_fields; i++) {
		const struct row *row = NULL;

		if ((all->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0)
			continue;
		for (size_t k = 0; k < COUNT_OF(rows) && row == NULL; k++)
			row = strcmp(rows[k].request, all->fields[i].name) == 0 ? &rows[k] : NULL;
		if (row == NULL)
			fail_msg("%s: does it show secret documents? It has no row here",
				 all->fields[i].name);
		assert_true((row->ask == NULL) == (row->outcome == NOTHING_OF_DOCUMENTS));
		assert_true((row->why != NULL) == (row->outcome == NOTHING_OF_DOCUMENTS));
		/* Said once it holds for all that follows. */
		if (row->ask != NULL) {
			expect_hidden(*state, row, true);
			expect_hidden(*state, row, false);
		}
	}
}

/* Otherwise the test before would also pass where there is nothing to hide. */
static void test_who_may_see_them_sees_them(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct heard h;

		if (rows[i].outcome != SHOWN && strcmp(rows[i].request, "register") != 0)
			continue;
		h = hear(*state, &rows[i], false);
		if (!h.secret || h.error != 0)
			fail_msg("%s: nothing of a secret document (VT-%u)", rows[i].request,
				 h.error);
	}
}

/* People without the right are answered by the same rule; only what they may not ask has the code
 * that sends them to their group, and who has a secret document in his hands may register it. */
static void test_users_without_the_right_are_answered_likewise(void **state)
{
	struct desk *d = *state;

	d->control->clients[0]->uid = OTHER_UID;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct heard h;

		if (rows[i].ask == NULL || strcmp(rows[i].request, "paper_add") == 0)
			continue;
		h = hear(d, &rows[i], false);
		assert_false(h.secret);
		assert_int_equal(h.error, rows[i].outcome == UNKNOWN	    ? ERR_NOT_FOUND
					  : rows[i].outcome == NOT_ALLOWED ? ERR_PERMISSION
									   : ERR_OK);
	}
}

static void test_the_other_documents_are_there(void **state)
{
	struct row list = { "list", SHOWN, ask_list, NULL };

	assert_true(hear(*state, &list, true).open);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_each_request_hides_them),
		TEST(test_who_may_see_them_sees_them),
		TEST(test_users_without_the_right_are_answered_likewise),
		TEST(test_the_other_documents_are_there),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
