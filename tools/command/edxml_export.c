/* See tools/command/edxml_export.h. */
#include "tools/command/edxml_export.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/edxml_organs.h"
#include "tools/command/edxml_types.h"
#include "tools/edxml/edxml.h"
#include "tools/output/output.h"

enum { ID_BYTES = 400, TEXT_BYTES = 64 };

struct exporting {
	struct cli *cli;
	struct call *call;
	struct edxml_organs *organs;
	struct edxml_message *m;
	struct type_numbers types; /* what the operator says of them */
	char id[UUID_TEXT_SIZE];
	char day[EDXML_DATE_SIZE]; /* whose codes of organs are written: that of issue */
	struct content_part parts[PARTS_MAX];
	bool failed; /* no memory for a text */
	int to;	     /* where it goes */
	uint64_t size_bytes;
	struct client_fault fault; /* of a content */
	bool has_fault;
};

static void set(struct exporting *x, text_t *field, const char *text)
{
	if (text != NULL && text[0] != '\0' && !edxml_message_set(x->m, field, text))
		x->failed = true;
}

static void pair(struct exporting *x, const char *name, const char *value)
{
	if (value != NULL && value[0] != '\0' && !edxml_message_pair(x->m, name, value))
		x->failed = true;
}

static void organ(struct exporting *x, struct edxml_organ *o, const char *committee)
{
	set(x, &o->organ_id, edxml_organs_code(x->organs, committee, x->day));
	set(x, &o->name, edxml_organs_name(x->organs, committee));
}

static void day(struct exporting *x, text_t *field, const char *date)
{
	char out[EDXML_DATE_SIZE];

	edxml_date_print(date, out);
	set(x, field, out);
}

/* That it came with, word for word; else "organ,yyyy/MM/dd,number" as the axis' programs make it,
 * or without a number the document's id here. */
static void foreign_id(const struct exporting *x, const Vanthu__V1__DocumentView *v,
		       char out[ID_BYTES])
{
	const char *from = v->line->from, *number = v->line->number;
	char date[EDXML_DATE_SIZE];

	edxml_date_print(v->line->issued_on, date);
	if (v->body != NULL && v->body->foreign_id[0] != '\0')
		snprintf(out, ID_BYTES, "%s", v->body->foreign_id);
	else if (number[0] == '\0' || date[0] == '\0')
		snprintf(out, ID_BYTES, "%s", x->id);
	else
		snprintf(out, ID_BYTES, "%s,%s,%s", edxml_organs_code(x->organs, from, x->day),
			 date, number);
}

/* ---- a document ---- */

static void number(struct exporting *x, const char *printed)
{
	char first[NUMBER_MAX + 1], rest[NUMBER_MAX + 1], joined[NUMBER_MAX + 1];

	edxml_number_split(printed, first, sizeof first, rest, sizeof rest);
	edxml_number_join(first, rest, joined, sizeof joined);
	set(x, &x->m->code_number, first);
	set(x, &x->m->code_notation, rest);
	if (strcmp(joined, printed) != 0)
		pair(x, "number", printed);
}

static void type(struct exporting *x, const char *name)
{
	char text[16];
	unsigned n = edxml_type_number_by(&x->types, name);

	set(x, &x->m->type_name, name);
	if (n == 0)
		return;
	snprintf(text, sizeof text, "%u", n);
	set(x, &x->m->type, text);
}

static void recipients(struct exporting *x, const Vanthu__V1__DocumentView *v)
{
	for (size_t i = 0; !x->failed && i < v->n_members; i++) {
		struct edxml_organ *to =
			edxml_message_grow(x->m, x->m->to, &x->m->to_count, sizeof *to);

		if (to == NULL) {
			x->failed = true;
			return;
		}
		x->m->to = to;
		organ(x, &to[x->m->to_count - 1], v->members[i]);
	}
}

static void answers(struct exporting *x, const Vanthu__V1__Reference *r)
{
	struct edxml_response *list;
	char id[UUID_TEXT_SIZE];

	if (r == NULL || r->id.len != sizeof(struct doc_id))
		return;
	list = edxml_message_grow(x->m, x->m->responses, &x->m->response_count, sizeof *list);
	if (list == NULL) {
		x->failed = true;
		return;
	}
	x->m->responses = list;
	uuid_print(r->id.data, id);
	set(x, &list->organ_id, edxml_organs_code(x->organs, r->from, x->day));
	set(x, &list->code, r->number);
	set(x, &list->document_id, id);
}

static void business(struct exporting *x, const Vanthu__V1__DocumentView *v)
{
	const int last = EDXML_REPLACE;
	int what = v->line->business == 0 ? 0 : (int)v->line->business - 1;
	char text[16], id[UUID_TEXT_SIZE];

	if (what > last)
		what = 0;
	x->m->has_business = true;
	snprintf(text, sizeof text, "%d", what);
	set(x, &x->m->business_type, text);
	set(x, &x->m->business_reason, edxml_business_text((enum edxml_business)what));
	set(x, &x->m->paper, v->line->paper_copies != 0 ? "1" : "0");
	if (v->line->older == NULL || v->line->older->id.len != sizeof(struct doc_id))
		return;
	uuid_print(v->line->older->id.data, id);
	set(x, &x->m->business_id, id);
}

/* What edXML has no place for. */
static void own_fields(struct exporting *x, const Vanthu__V1__DocumentView *v)
{
	static const char *const secrecies[] = { "", "thuong", "mat", "toi-mat", "tuyet-mat" };
	const Vanthu__V1__DocumentBody *b = v->body;
	char text[TEXT_BYTES];

	pair(x, "id", x->id);
	pair(x, "origin", v->line->from);
	pair(x, "type_code", v->line->type_code);
	if (v->secrecy <= 4)
		pair(x, "secrecy", secrecies[v->secrecy]);
	if (b != NULL) {
		pair(x, "term", b->term);
		pair(x, "note", b->note);
		pair(x, "foreign_id", b->foreign_id);
	}
	if (v->line->paper_copies != 0) {
		snprintf(text, sizeof text, "%u", v->line->paper_copies);
		pair(x, "paper_copies", text);
	}
	text_rfc3339(v->signed_at_ms, text, sizeof text);
	pair(x, "signed_at", text);
	pair(x, "signed_by", v->signed_by);
}

static void trace(struct exporting *x, const char *committee, int64_t ms)
{
	struct edxml_trace *list =
		edxml_message_grow(x->m, x->m->traces, &x->m->trace_count, sizeof *list);
	char time[EDXML_TIME_SIZE];

	if (list == NULL) {
		x->failed = true;
		return;
	}
	x->m->traces = list;
	edxml_time_print(ms, time);
	set(x, &list[x->m->trace_count - 1].organ_id,
	    edxml_organs_code(x->organs, committee, x->day));
	set(x, &list[x->m->trace_count - 1].timestamp, time);
}

static enum err parts(struct exporting *x, const Vanthu__V1__DocumentView *v)
{
	for (uint32_t i = 0; i < v->n_parts && i < PARTS_MAX; i++) {
		struct edxml_part *p =
			edxml_message_grow(x->m, x->m->parts, &x->m->part_count, sizeof *p);
		char id[16];
		enum err e = content_part_of(v, i, &x->parts[i]);

		if (e != ERR_OK)
			return e;
		if (p == NULL)
			return ERR_NO_MEMORY;
		x->m->parts = p;
		p += i;
		snprintf(id, sizeof id, "cid:%u", i + 1);
		p->has_content = true;
		p->listed = true;
		set(x, &p->content_id, id);
		set(x, &p->name, v->parts[i]->name);
		set(x, &p->content_type, edxml_media_write(v->parts[i]->media_type));
		p->listed_name = p->name;
		p->listed_type = p->content_type;
	}
	return ERR_OK;
}

/* What came with it from another system. Whoever signed it may have written anything there: what
 * cannot be read is left out, and nothing is written that was not read. */
static void rest(struct exporting *x, const Vanthu__V1__DocumentView *v)
{
	struct edxml_outcome *outcome = calloc(1, sizeof *outcome);
	struct blob bytes = { NULL, 0 };
	enum err e = outcome == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (v->body != NULL)
		bytes = (struct blob){ v->body->edxml.data, v->body->edxml.len };
	if (e == ERR_OK)
		e = edxml_rest_add(x->m, bytes, outcome);
	free(outcome);
	if (e == ERR_NO_MEMORY)
		x->failed = true;
	else if (e != ERR_OK)
		cli_warn(x->cli, _("what came with it from another system cannot be read and is "
				   "left out: %s"),
			 _(err_text(e)));
}

static enum err make_document(struct exporting *x, const Vanthu__V1__DocumentView *v)
{
	const Vanthu__V1__DocumentLine *l = v->line;
	const Vanthu__V1__Signer *signer = v->body == NULL ? NULL : v->body->signer;
	char text[ID_BYTES];

	organ(x, &x->m->from, l->from);
	recipients(x, v);
	foreign_id(x, v, text);
	set(x, &x->m->document_id, text);
	number(x, l->number);
	day(x, &x->m->date, l->issued_on);
	type(x, l->type_name);
	set(x, &x->m->subject, l->subject);
	set(x, &x->m->content, l->subject);
	if (signer != NULL) {
		set(x, &x->m->competence, signer->competence);
		set(x, &x->m->position, signer->position);
		set(x, &x->m->signer, signer->name);
	}
	day(x, &x->m->due_date, l->due_on);
	snprintf(text, sizeof text, "%d", l->urgency == 0 ? 0 : (int)l->urgency - 1);
	set(x, &x->m->priority, text);
	answers(x, l->answers);
	business(x, v);
	trace(x, l->from, v->signed_at_ms);
	own_fields(x, v);
	rest(x, v);
	return parts(x, v);
}

/* ---- a status ---- */

/* The last one of that code that our office has said; NULL: none. */
static const Vanthu__V1__StatusView *said(const Vanthu__V1__DocumentView *v, const char *us,
					  const char *code)
{
	const Vanthu__V1__StatusView *found = NULL;

	for (size_t i = 0; i < v->n_statuses; i++)
		if (strcmp(v->statuses[i]->committee, us) == 0 &&
		    strcmp(v->statuses[i]->code, code) == 0 &&
		    (found == NULL || v->statuses[i]->n >= found->n))
			found = v->statuses[i];
	return found;
}

static void status_response(struct exporting *x, const Vanthu__V1__DocumentView *v,
			    const char *whose)
{
	struct edxml_response *list =
		edxml_message_grow(x->m, x->m->responses, &x->m->response_count, sizeof *list);
	const Vanthu__V1__DocumentLine *l = v->line;
	char id[ID_BYTES];

	if (list == NULL) {
		x->failed = true;
		return;
	}
	x->m->responses = list;
	foreign_id(x, v, id);
	set(x, &list->organ_id, edxml_organs_code(x->organs, whose, x->day));
	set(x, &list->code, l->number);
	day(x, &list->date, l->issued_on);
	set(x, &list->document_id, id);
}

static int never_said(struct exporting *x, const char *code)
{
	char message[256];

	snprintf(message, sizeof message, _("our office has not said %s of this document"), code);
	return cli_fail_text(x->cli, ERR_BAD_STATE, message,
			     _("see what it has said with: vanthu show ID"));
}

static const Vanthu__V1__ReceiptView *receipt_of(const Vanthu__V1__DocumentView *v,
						 const char *committee)
{
	for (size_t i = 0; i < v->n_receipts; i++)
		if (strcmp(v->receipts[i]->committee, committee) == 0)
			return v->receipts[i];
	return NULL;
}

/* What is known without a word of the office: 01 is the arrival itself, 13 what the issuer asks,
 * and 02 what its daemon refused. False: nothing is. */
static bool known(struct exporting *x, const Vanthu__V1__DocumentView *v, const char *who,
		  const char *code)
{
	const Vanthu__V1__ReceiptView *r = receipt_of(v, who);
	const struct committee_id us = call_committee(x->call);
	const bool issuer = strcmp(v->line->from, who) == 0;
	const char *note = "";
	int64_t at_ms = r == NULL || strcmp(who, us.text) == 0 ? v->line->arrived_at_ms : r->at_ms;
	char time[EDXML_TIME_SIZE];

	if (strcmp(code, "01") == 0) {
		if (issuer || (strcmp(who, us.text) != 0 &&
			       (r == NULL || strcmp(r->state, "delivered") != 0)))
			return false;
	} else if (strcmp(code, "13") == 0) {
		if (!issuer)
			return false;
		note = v->line->work == NULL ? "" : edxml_text(v->line->work->recall_reason);
	} else if (strcmp(code, "02") == 0 && r != NULL && strcmp(r->state, "refused") == 0) {
		note = _(err_text((enum err)r->reason));
	} else {
		return false;
	}
	set(x, &x->m->status_note, note[0] != '\0' ? note : edxml_status_text(code));
	edxml_time_print(at_ms, time);
	set(x, &x->m->status_timestamp, time);
	return true;
}

/* Of whom the document is asked back: the first that was asked; before anybody was, a recipient. */
static const char *asked(const Vanthu__V1__DocumentView *v)
{
	for (size_t i = 0; i < v->n_receipts; i++)
		if (v->receipts[i]->recall[0] != '\0')
			return v->receipts[i]->committee;
	return v->n_members != 0 ? v->members[0] : v->line->from;
}

/* `who`: whose status it is. */
static int make_status(struct exporting *x, const Vanthu__V1__DocumentView *v, const char *who,
		       const char *code)
{
	const Vanthu__V1__DocumentLine *l = v->line;
	const struct committee_id us = call_committee(x->call);
	const Vanthu__V1__StatusView *status;
	char time[EDXML_TIME_SIZE];
	const char *whose = l->from;

	if (who == NULL)
		who = us.text;
	status = said(v, who, code);
	if (strcmp(code, "13") == 0 && strcmp(l->from, us.text) != 0)
		whose = us.text;
	else if (strcmp(code, "13") == 0)
		whose = asked(v);
	x->m->kind = EDXML_STATUS;
	if (status == NULL && !known(x, v, who, code))
		return never_said(x, code);
	organ(x, &x->m->from, who);
	status_response(x, v, whose);
	set(x, &x->m->status_code, code);
	if (status == NULL)
		return 0;
	set(x, &x->m->status_note,
	    status->note[0] != '\0' ? status->note : edxml_status_text(code));
	set(x, &x->m->staff.staff, status->person);
	edxml_time_print(status->at_ms, time);
	set(x, &x->m->status_timestamp, time);
	return 0;
}

/* ---- the whole ---- */

static enum err take(void *ctx, const uint8_t *bytes, size_t len)
{
	struct exporting *x = ctx;

	x->size_bytes += len;
	while (len != 0) {
		ssize_t n = write(x->to, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_FILE;
		bytes += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

static enum err content(void *ctx, uint32_t part, edxml_take *to, void *to_ctx)
{
	struct exporting *x = ctx;
	enum err e =
		content_read(call_client(x->call), x->id, &x->parts[part], to, to_ctx, &x->fault);

	x->has_fault = e != ERR_OK && e != ERR_FILE;
	return e;
}

static int write_out(struct exporting *x, const char *output)
{
	struct edxml_source source = { x, content };
	const bool to_stdout = output == NULL || strcmp(output, "-") == 0;
	enum err e;

	fflush(stdout);
	x->to = to_stdout ? STDOUT_FILENO
			  : open(output, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (x->to < 0)
		return cli_fail_file(x->cli, errno == EEXIST ? ERR_EXISTS : ERR_FILE, output);
	e = edxml_write(x->m, &source, take, x);
	if (e == ERR_OK && !to_stdout && fsync(x->to) != 0)
		e = ERR_FILE;
	if (!to_stdout) {
		const int why = errno;

		close(x->to);
		if (e != ERR_OK)
			unlink(output);
		errno = why;
	}
	if (e == ERR_OK)
		return 0;
	if (x->has_fault)
		return err_exit_code(call_report(x->call, &x->fault));
	return cli_fail_file(x->cli, e, to_stdout ? _("standard output") : output);
}

static enum err show(struct exporting *x, const char *id, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	enum err e;

	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = call_ask(x->call, &request, VANTHU__V1__REPLY__WHAT_VIEW, reply);
	if (e == ERR_OK && (*reply)->view->line->id.len == sizeof(struct doc_id))
		uuid_print((*reply)->view->line->id.data, x->id);
	return e;
}

static int make(struct exporting *x, const char *id, const char *status,
		const char *of)
{
	Vanthu__V1__Reply *reply;
	enum err e = call_open(x->cli, CLIENT_OFFICE, &x->call);
	int code = 0;

	if (e == ERR_OK)
		e = edxml_types_read(x->cli, &x->types);
	if (e == ERR_OK)
		e = edxml_organs_ask(x->call, &x->organs);
	if (e == ERR_OK)
		e = show(x, id, &reply);
	if (e != ERR_OK)
		return err_exit_code(e);
	if (!edxml_date(reply->view->line->issued_on, x->day))
		text_today(x->day);
	if (status != NULL)
		code = make_status(x, reply->view, of, status);
	else
		e = make_document(x, reply->view);
	if (code == 0 && (e != ERR_OK || x->failed))
		code = cli_fail(x->cli, e != ERR_OK ? e : ERR_NO_MEMORY, NULL);
	return code;
}

static int report(const struct exporting *x, const char *output)
{
	static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };

	return output_object(x->cli,
			     json_pack("{s:s, s:I, s:s, s:s, s:o}", "file", output, "size_bytes",
				       (json_int_t)x->size_bytes, "id", x->id, "kind",
				       x->m->kind == EDXML_STATUS ? "status" : "document",
				       "document_id",
				       json_text_or_null(edxml_text(x->m->document_id))),
			     columns);
}

int edxml_export(struct cli *cli, const char *id, const char *output,
		 const struct edxml_status_of *status)
{
	struct exporting *x = calloc(1, sizeof *x);
	const bool to_stdout = output == NULL || strcmp(output, "-") == 0;
	int code = 0;

	if (to_stdout && cli->json) {
		free(x);
		return cli_wanted(cli, _("standard output takes either the content or JSON"),
				  _("name a file, or leave --json out"));
	}
	if (x != NULL)
		x->m = edxml_message_new();
	if (x == NULL || x->m == NULL) {
		free(x);
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	}
	x->cli = cli;
	code = make(x, id, status->code, status->committee);
	if (code == 0)
		code = write_out(x, output);
	if (code == 0 && !to_stdout)
		code = report(x, output);
	edxml_message_free(x->m);
	edxml_organs_free(x->organs);
	call_close(x->call);
	free(x);
	return code;
}
