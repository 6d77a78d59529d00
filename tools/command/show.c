/* show and trace: one document, and the route that it took. */
#include <stdio.h>
#include <string.h>

#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_THREAD = 1 };

const struct command_option show_options[] = {
	{ "thread", OPT_THREAD, NULL, N_("the whole matter: what it answers, and what answers it"),
	  VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column view_columns[] = {
	{ "id", N_("Id"), FORMAT_TEXT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "type_name", N_("Type"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, false },
	{ "from", N_("From"), FORMAT_TEXT, false },
	{ "to", N_("To"), FORMAT_WHO, false },
	{ "urgency", N_("Urgency"), FORMAT_URGENCY, false },
	{ "issued", N_("Issued"), FORMAT_DATE, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "signer_text", N_("Signer"), FORMAT_TEXT, false },
	{ "reply_to", N_("Answers"), FORMAT_TEXT, false },
	{ "note", N_("Note"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "arrived_at", N_("Here since"), FORMAT_TIME, false },
	{ "signed_by", N_("Signed by"), FORMAT_TEXT, false },
	{ "signed_at", N_("Signed"), FORMAT_TIME, false },
	{ "lists", N_("Lists"), FORMAT_LIST, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* The same as people read it. */
static const struct column view_text[] = {
	{ "id", N_("Id"), FORMAT_TEXT, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "type_name", N_("Type"), FORMAT_TEXT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, false },
	{ "from_text", N_("From"), FORMAT_TEXT, false },
	{ "to_text", N_("To"), FORMAT_TEXT, false },
	{ "lists", N_("Lists"), FORMAT_LIST, false },
	{ "urgency", N_("Urgency"), FORMAT_URGENCY, false },
	{ "issued", N_("Issued"), FORMAT_DATE, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "signer_text", N_("Signer"), FORMAT_TEXT, false },
	{ "answers_text", N_("Answers"), FORMAT_TEXT, false },
	{ "same_text", N_("Repeats"), FORMAT_TEXT, false },
	{ "concerns_text", N_("Older"), FORMAT_TEXT, false },
	{ "newer_text", N_("Newer"), FORMAT_TEXT, false },
	{ "reminded_text", N_("Reminded"), FORMAT_TEXT, false },
	{ "note", N_("Note"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "arrived_at", N_("Here since"), FORMAT_TIME, false },
	{ "signed_text", N_("Signed by"), FORMAT_TEXT, false },
	{ "signed_at", N_("Signed"), FORMAT_TIME, false },
	{ "paper_copies", N_("Copies on paper"), FORMAT_COUNT, false },
	{ "foreign_id", N_("Id elsewhere"), FORMAT_TEXT, false },
	{ "edxml_bytes", N_("From edXML"), FORMAT_BYTES, false },
	{ "published_text", N_("Public"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column part_columns[] = {
	{ "index", N_("No."), FORMAT_ORDINAL, false },
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "size_bytes", N_("Size"), FORMAT_BYTES, false },
	{ "media_type", N_("Kind"), FORMAT_MEDIA, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column receipt_columns[] = {
	{ "committee", N_("Committee"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "at", N_("When"), FORMAT_TIME, false },
	{ "code", N_("Office"), FORMAT_OFFICE, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "recall", N_("Recall"), FORMAT_OFFICE, false },
	{ "recall_note", N_("Said to it"), FORMAT_TEXT, true },
	{ "request", N_("Answer to it"), FORMAT_OFFICE, false },
	{ "request_note", N_("Said with it"), FORMAT_TEXT, true },
	{ "reason", N_("Why"), FORMAT_CODE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column receipt_text[] = {
	{ "name_text", N_("Committee"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "at", N_("When"), FORMAT_TIME, false },
	{ "code", N_("Office"), FORMAT_OFFICE, true },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "recall_text", N_("Recall"), FORMAT_OFFICE, true },
	{ "recall_note", N_("Said to it"), FORMAT_TEXT, true },
	{ "request_text", N_("Answer to it"), FORMAT_OFFICE, true },
	{ "request_note", N_("Said with it"), FORMAT_TEXT, true },
	{ "reason", N_("Why"), FORMAT_CODE, true },
	{ "rule", N_("By rule"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* Of a document that came here. */
static const struct column work_columns[] = {
	{ "code", N_("Now"), FORMAT_OFFICE, false },
	{ "recall", N_("Recall"), FORMAT_OFFICE, false },
	{ "recall_reason", N_("Recalled because"), FORMAT_TEXT, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "accepted_at", N_("Registered"), FORMAT_TIME, false },
	{ "to", N_("In charge"), FORMAT_TEXT, false },
	{ "with", N_("With"), FORMAT_LIST, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "note", N_("Note"), FORMAT_TEXT, false },
	{ "finished_at", N_("Finished"), FORMAT_TIME, false },
	{ "answer", N_("Answered by"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column work_text[] = {
	{ "code", N_("Now"), FORMAT_OFFICE, false },
	{ "recall_text", N_("Recall"), FORMAT_OFFICE, false },
	{ "recall_reason", N_("Recalled because"), FORMAT_TEXT, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "accepted_at", N_("Registered"), FORMAT_TIME, false },
	{ "to", N_("In charge"), FORMAT_TEXT, false },
	{ "with", N_("With"), FORMAT_LIST, false },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "note", N_("Note"), FORMAT_TEXT, false },
	{ "finished_at", N_("Finished"), FORMAT_TIME, false },
	{ "answered_text", N_("Answered by"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column status_columns[] = {
	{ "at", N_("When"), FORMAT_TIME, false },
	{ "committee", N_("Office"), FORMAT_TEXT, false },
	{ "code", N_("What"), FORMAT_OFFICE, false },
	{ "person", N_("Who"), FORMAT_TEXT, true },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "note", N_("Note"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column status_text[] = {
	{ "at", N_("When"), FORMAT_TIME, false },
	{ "name_text", N_("Committee"), FORMAT_TEXT, true },
	{ "code_text", N_("What"), FORMAT_OFFICE, true },
	{ "person", N_("Who"), FORMAT_TEXT, true },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "note", N_("Note"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column hop_columns[] = {
	{ "at", N_("When"), FORMAT_TIME, false },
	{ "committee", N_("Committee"), FORMAT_TEXT, false },
	{ "event", N_("What"), FORMAT_STATE, false },
	{ "signed_by", N_("Signed by"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* Who signed is the committee itself. */
static const struct column hop_text[] = {
	{ "at", N_("When"), FORMAT_TIME, false },
	{ "name_text", N_("Committee"), FORMAT_TEXT, true },
	{ "event", N_("What"), FORMAT_STATE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static json_t *json_parts(const Vanthu__V1__DocumentView *v)
{
	json_t *out = json_array();

	for (size_t i = 0; i < v->n_parts; i++)
		json_array_append_new(
		    out, json_pack("{s:I, s:s, s:s, s:I, s:o}", "index", (json_int_t)i, "name",
				   v->parts[i]->name, "media_type", v->parts[i]->media_type,
				   "size_bytes", (json_int_t)v->parts[i]->size_bytes, "sha256",
				   json_hex(v->parts[i]->sha256)));
	return out;
}

/* T/M ĐẢNG ỦY, BÍ THƯ Nguyễn Văn A: what there is of it. */
static void signer_text(const Vanthu__V1__Signer *s, char *out, size_t size)
{
	bool acts = s->competence[0] != '\0', stands = s->position[0] != '\0',
	     named = s->name[0] != '\0';

	snprintf(out, size, "%s%s%s%s%s", s->competence, acts && (stands || named) ? ", " : "",
		 s->position, stands && named ? " " : "", s->name);
}

static void add_body(json_t *out, const Vanthu__V1__DocumentBody *b)
{
	char text[1024];

	if (b == NULL)
		return;
	json_object_set_new(out, "type_name", json_string(b->type_name));
	json_object_set_new(out, "term", json_text_or_null(b->term));
	json_object_set_new(out, "note", json_text_or_null(b->note));
	json_object_set_new(out, "foreign_id", json_text_or_null(b->foreign_id));
	json_object_set_new(out, "edxml_bytes", json_null());
	if (b->edxml.len != 0)
		json_object_set_new(out, "edxml_bytes", json_integer((json_int_t)b->edxml.len));
	if (b->reply_to != NULL)
		json_object_set_new(out, "reply_to", json_uuid(b->reply_to->id));
	if (b->signer == NULL)
		return;
	json_object_set_new(out, "signer",
			    json_pack("{s:s, s:s, s:s}", "name", b->signer->name, "position",
				      b->signer->position, "competence", b->signer->competence));
	signer_text(b->signer, text, sizeof text);
	json_object_set_new(out, "signer_text", json_text_or_null(text));
}

static json_t *json_archived(const Vanthu__V1__Archived *m)
{
	return json_pack("{s:o, s:s, s:o}", "at", json_time(m->at_ms), "archive", m->archive,
			 "evidence", json_hex(m->evidence));
}

/* Where its content is. */
static void print_archived(struct cli *cli, json_t *archived)
{
	static const struct column columns[] = {
		{ "archive", N_("Archive"), FORMAT_TEXT, false },
		{ "at", N_("Since"), FORMAT_MINUTE, false },
		{ "evidence", N_("Its evidence (SHA-256)"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};

	cli->renderer->heading(cli, _("Its content is in an archive"));
	cli->renderer->object(cli, archived, columns);
}

/* People read "subtree"; programs get the committees. */
static json_t *json_view(const Vanthu__V1__DocumentView *v, bool programs)
{
	json_t *out = json_line(v->line);

	if (programs) {
		json_object_set_new(out, "to", json_texts(v->members, v->n_members));
		json_object_set_new(out, "to_names",
				    json_texts(v->member_names, v->n_member_names));
		if (v->n_members != v->line->n_to)
			json_object_del(out, "listed"); /* groups are expanded */
	}
	add_body(out, v->body);
	if (v->line->content_dropped)
		json_object_set_new(out, "content_dropped", json_true());
	if (v->line->archived != NULL)
		json_object_set_new(out, "archived", json_archived(v->line->archived));
	json_object_set_new(out, "attachments", json_parts(v));
	json_object_set_new(out, "signed_by", json_string(v->signed_by));
	json_object_set_new(out, "signed_at", json_time(v->signed_at_ms));
	json_object_set_new(out, "digest", json_hex(v->digest));
	json_object_set_new(out, "receipts", json_receipts(v->receipts, v->n_receipts));
	json_object_set_new(out, "statuses", json_statuses(v->statuses, v->n_statuses));
	json_object_set_new(out, "status_count", json_integer(v->status_count));
	return out;
}

/* One document is wanted: its name is the only operand. */
static const char *only_operand(struct cli *cli, int argc, char **argv, bool *thread)
{
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return NULL;
		*thread = c == OPT_THREAD;
	}
	if (argc - optind != 1) {
		cli_wanted(cli, _("one ID is wanted"), "");
		return NULL;
	}
	return argv[optind];
}

static void print_part(struct cli *cli, json_t *list, const char *title,
		       const struct column *columns)
{
	if (json_array_size(list) == 0)
		return;
	cli->renderer->heading(cli, title);
	cli->renderer->list(cli, list, columns);
}

static const char *string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "" : text;
}

/* Of several recipients they come one after the other; people read them by time. */
static void sort_by_time(json_t *statuses)
{
	for (size_t i = 1; i < json_array_size(statuses); i++) {
		json_t *row = json_incref(json_array_get(statuses, i));
		size_t to = i;

		while (to > 0 && strcmp(string_of(json_array_get(statuses, to - 1), "at"),
					string_of(row, "at")) > 0)
			to--;
		if (to < i) {
			json_array_remove(statuses, i);
			json_array_insert(statuses, to, row);
		}
		json_decref(row);
	}
}

/* replaces 31-KH/ĐU – Kế hoạch */
static json_t *older_text(const json_t *view)
{
	json_t *which = people_reference(json_object_get(view, "concerns"), true), *out;

	if (!json_is_string(which))
		return which;
	out = people_does(string_of(view, "business"), json_string_value(which));
	json_decref(which);
	return out;
}

static json_t *newer_text(const json_t *view)
{
	const json_t *newer;
	json_t *out = json_null();
	size_t i;

	json_array_foreach(json_object_get(view, "concerned_by"), i, newer)
	{
		json_t *which = people_reference(newer, true), *before = out, *one;

		one = people_done(string_of(newer, "business"), json_string_value(which));
		out = json_is_string(before)
			      ? json_sprintf("%s; %s", json_string_value(before),
					     json_string_value(one))
			      : json_incref(one);
		json_decref(which);
		json_decref(one);
		json_decref(before);
	}
	return out;
}

/* What a status answers: the newer document that asked, where one did. */
static const char *asks_of(const json_t *view, const char *request)
{
	const json_t *newer;
	size_t i;

	json_array_foreach(json_object_get(view, "concerned_by"), i, newer)
	{
		if (request[0] != '\0' && strcmp(string_of(newer, "id"), request) == 0)
			return string_of(newer, "business");
	}
	return "";
}

static void add_requests(json_t *view)
{
	json_t *each;
	size_t i;

	json_array_foreach(json_object_get(view, "receipts"), i, each)
	{
		json_object_set(each, "asks", json_object_get(view, "business"));
		json_object_set_new(each, "request_text",
				    people_status(string_of(each, "request"),
						  string_of(view, "business"), true));
	}
	json_array_foreach(json_object_get(view, "statuses"), i, each)
	{
		json_object_set_new(each, "asks",
				    json_string(asks_of(view, string_of(each, "request"))));
		json_object_set_new(
			each, "code_text",
			people_status(string_of(each, "code"), string_of(each, "asks"), true));
	}
}

/* What became of a recall with each recipient, as the issuer reads it. */
static void add_recalls(json_t *receipts)
{
	json_t *each;
	size_t i;

	json_array_foreach(receipts, i, each)
	{
		json_object_set_new(each, "recall_text",
				    people_status(string_of(each, "recall"), "", true));
	}
}

/* The names and numbers that people read in the place of ids. */
static void add_people(struct cli *cli, json_t *view)
{
	json_t *work = json_object_get(view, "work"), *name;

	name = people_name_id(string_of(view, "from_name"), string_of(view, "from"));
	if (strcmp(string_of(view, "from"), string_of(view, "signed_by")) == 0)
		json_object_set(view, "signed_text", name);
	else
		json_object_set(view, "signed_text", json_object_get(view, "signed_by"));
	json_object_set_new(view, "from_text", name);
	json_object_set_new(view, "to_text",
			    people_names(cli, json_object_get(view, "to"),
					 json_object_get(view, "to_names"), true));
	json_object_set_new(view, "answers_text",
			    people_reference(json_object_get(view, "answers"), true));
	json_object_set_new(view, "same_text",
			    people_same_number(cli, json_object_get(view, "same_number"), true));
	json_object_set_new(work, "answered_text",
			    people_reference(json_object_get(view, "answered_by"), true));
	json_object_set_new(work, "recall_text", people_request(work, "recall"));
	if (json_integer_value(json_object_get(view, "paper_copies")) == 0)
		json_object_del(view, "paper_copies");
	if (json_is_null(json_object_get(view, "edxml_bytes")))
		json_object_del(view, "edxml_bytes");
	if (json_is_true(json_object_get(view, "published")))
		json_object_set_new(view, "published_text",
				    json_string(_("everybody may read it")));
	json_object_set_new(view, "concerns_text", older_text(view));
	json_object_set_new(view, "newer_text", newer_text(view));
	json_object_set_new(view, "reminded_text",
			    people_reminded(cli, json_object_get(view, "reminded"), false));
	add_requests(view);
	add_recalls(json_object_get(view, "receipts"));
	people_committees(json_object_get(view, "receipts"));
	people_committees(json_object_get(view, "statuses"));
	sort_by_time(json_object_get(view, "statuses"));
}

static void print_view(struct cli *cli, json_t *view, const char *id)
{
	bool plain = cli->plain;
	const json_t *work = json_object_get(view, "work");
	json_t *archived = json_object_get(view, "archived");
	json_int_t said = json_integer_value(json_object_get(view, "status_count"));

	if (!cli->json && !plain)
		add_people(cli, view);
	cli->renderer->object(cli, view, cli->json || plain ? view_columns : view_text);
	if (cli->json)
		return;
	print_part(cli, json_object_get(view, "attachments"), _("Parts"), part_columns);
	print_part(cli, json_object_get(view, "receipts"), _("Receipts"),
		   plain ? receipt_columns : receipt_text);
	if (work != NULL) {
		cli->renderer->heading(cli, _("In this office"));
		cli->renderer->object(cli, work, plain ? work_columns : work_text);
	}
	print_part(cli, json_object_get(view, "statuses"), _("Statuses"),
		   plain ? status_columns : status_text);
	if ((size_t)said > json_array_size(json_object_get(view, "statuses")))
		cli_hint(cli, _("Statuses: %zu of %lld; the last of each office is above."),
			 json_array_size(json_object_get(view, "statuses")), (long long)said);
	if (work != NULL)
		office_hint(cli, work, id);
	if (json_is_object(archived))
		print_archived(cli, archived);
	else if (json_is_true(json_object_get(view, "content_dropped")))
		cli_hint(cli, "%s", _("Its content is not kept here: it was given back."));
	else
		cli_hint(cli, _("Save its files: vanthu save %s --to DIR"), id);
}

int cmd_show(struct cli *cli, int argc, char **argv)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	bool thread = false;
	const char *id = only_operand(cli, argc, argv, &thread);
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	json_t *view;
	enum err e;

	if (id == NULL)
		return err_exit_code(ERR_USAGE);
	if (thread)
		return thread_show(cli, id);
	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_VIEW, &reply);
	if (e == ERR_OK) {
		view = json_view(reply->view, cli->json || cli->plain);
		print_view(cli, view, id);
		json_decref(view);
	}
	call_close(c);
	return err_exit_code(e);
}

static json_t *json_hops(const Vanthu__V1__Trace *t)
{
	json_t *out = json_array();

	for (size_t i = 0; i < t->n_hops; i++)
		json_array_append_new(
		    out, json_pack("{s:s, s:o, s:s, s:o, s:s, s:b}", "committee",
				   t->hops[i]->committee, "name",
				   json_text_or_null(t->hops[i]->name), "event",
				   t->hops[i]->event, "at", json_time(t->hops[i]->at_ms),
				   "signed_by", t->hops[i]->signed_by, "ahead", t->hops[i]->ahead));
	return out;
}

static void print_trace(struct cli *cli, json_t *trace)
{
	static const struct column columns[] = { { "id", N_("Id"), FORMAT_TEXT, false },
						 { "origin", N_("From"), FORMAT_TEXT, false },
						 { "state", N_("State"), FORMAT_STATE, false },
						 { NULL, NULL, FORMAT_TEXT, false } },
				   columns_text[] = { { "id", N_("Id"), FORMAT_TEXT, false },
						      { "origin_text", N_("From"), FORMAT_TEXT,
							false },
						      { "state", N_("State"), FORMAT_STATE,
							false },
						      { NULL, NULL, FORMAT_TEXT, false } };
	json_t *hops = json_object_get(trace, "hops"),
	       *recipients = json_object_get(trace, "recipients");
	bool people = !cli->json && !cli->plain;

	if (people) {
		json_object_set_new(trace, "origin_text",
				    people_name_id(string_of(trace, "origin_name"),
						   string_of(trace, "origin")));
		people_committees(hops);
		people_committees(recipients);
		add_recalls(recipients);
	}
	cli->renderer->object(cli, trace, people ? columns_text : columns);
	if (cli->json)
		return;
	print_part(cli, hops, _("Way"), people ? hop_text : hop_columns);
	print_part(cli, recipients, _("Recipients"), people ? receipt_text : receipt_columns);
}

int cmd_trace(struct cli *cli, int argc, char **argv)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	bool thread = false; /* trace has no such option */
	const char *id = only_operand(cli, argc, argv, &thread);
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (id == NULL)
		return err_exit_code(ERR_USAGE);
	ref.text = (char *)(uintptr_t)id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_TRACE;
	request.trace = &ref;
	e = call_open(cli, CLIENT_READ, &c);
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_TRACE, &reply);
	if (e == ERR_OK) {
		const Vanthu__V1__Trace *t = reply->trace;
		json_t *out =
		    json_pack("{s:o, s:s, s:s, s:o, s:o}", "id", json_uuid(t->id), "origin",
			      t->origin, "state", t->state, "hops", json_hops(t), "recipients",
			      json_receipts(t->recipients, t->n_recipients));

		json_object_set_new(out, "origin_name", json_text_or_null(t->origin_name));
		print_trace(cli, out);
		json_decref(out);
	}
	call_close(c);
	return err_exit_code(e);
}
