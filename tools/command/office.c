/* accept, return, assign, start, finish: what the office does with documents that it received;
 * recall: what the issuer asks, and what the recipient's office answers.
 * One or many at a time: what cannot be done with one stands in its row, and the others go on. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { OPT_REASON = 1, OPT_TO, OPT_WITH, OPT_DUE, OPT_NOTE, OPT_ANSWER, OPT_AS, OPT_ALL_VALID };

#define AS_OPTION                                                                                  \
	{ "as", OPT_AS, N_("NAME"), N_("in whose name it is done"), VALUE_PERSON, NULL }
#define NO_OPTION                                                                                  \
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL }

const struct command_option accept_options[] = {
	{ "all-valid", OPT_ALL_VALID, NULL,
	  N_("everything that has arrived whole, with a good signature, and waits for it"),
	  VALUE_NONE, NULL },
	AS_OPTION,
	NO_OPTION,
};
const struct command_option return_options[] = {
	{ "reason", OPT_REASON, N_("TEXT"), N_("why: the issuer reads it"), VALUE_NONE, NULL },
	AS_OPTION,
	NO_OPTION,
};
const struct command_option assign_options[] = {
	{ "to", OPT_TO, N_("NAME"), N_("the person or unit in charge"), VALUE_PERSON, NULL },
	{ "with", OPT_WITH, N_("NAME,…"), N_("who works on it too"), VALUE_PERSONS,
	  NULL },
	{ "due", OPT_DUE, N_("DATE"),
	  N_("until when: YYYY-MM-DD or DD/MM/YYYY, or none; left out, the one set before stays"),
	  VALUE_NONE, NULL },
	{ "note", OPT_NOTE, N_("TEXT"), N_("what is to be done"), VALUE_NONE, NULL },
	AS_OPTION,
	NO_OPTION,
};
const struct command_option recall_options[] = {
	{ "reason", OPT_REASON, N_("TEXT"), N_("why: the other side reads it"), VALUE_NONE, NULL },
	{ "to", OPT_TO, N_("WHO,…"), N_("only of these recipients"), VALUE_COMMITTEE, NULL },
	{ "note", OPT_NOTE, N_("TEXT"), N_("a remark for the issuer"), VALUE_NONE, NULL },
	AS_OPTION,
	NO_OPTION,
};
const struct command_option start_options[] = {
	{ "note", OPT_NOTE, N_("TEXT"), N_("a remark for the issuer"), VALUE_NONE, NULL },
	AS_OPTION,
	NO_OPTION,
};
const struct command_option finish_options[] = {
	{ "answer", OPT_ANSWER, N_("ID"), N_("our document that answers it"), VALUE_DOCUMENT,
	  NULL },
	{ "note", OPT_NOTE, N_("TEXT"), N_("a remark for the issuer"), VALUE_NONE, NULL },
	AS_OPTION,
	NO_OPTION,
};
/* What people read: by the number that is printed on the document. */
static const struct column columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "code", N_("Now"), FORMAT_OFFICE, false },
	{ "recall_text", N_("Recall"), FORMAT_OFFICE, false },
	{ "asked", N_("Asked"), FORMAT_COUNT, false },
	{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
	{ "subject", N_("Subject"), FORMAT_TEXT, true },
	{ "to", N_("In charge"), FORMAT_TEXT, true },
	{ "due", N_("Due"), FORMAT_DATE, false },
	{ "repeated", N_("Done before"), FORMAT_MARK, false },
	{ "error", N_("Problem"), FORMAT_CODE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column plain_columns[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "code", "code", FORMAT_OFFICE, false },
	{ "recall", "recall", FORMAT_OFFICE, false },
	{ "asked", "asked", FORMAT_COUNT, false },
	{ "arrival", "arrival", FORMAT_COUNT, false },
	{ "to", "to", FORMAT_TEXT, true },
	{ "due", "due", FORMAT_DATE, false },
	{ "repeated", "repeated", FORMAT_MARK, false },
	{ "error", "error", FORMAT_CODE, true },
	{ "number", "number", FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

struct act {
	Vanthu__V1__Office request; /* its texts are ours */
	Vanthu__V1__Ref answer;
	const char *to, *due;
	bool all_valid;
	char **names; /* of documents */
	size_t count, done;
	/* of a dry run: the next arrival number, and how many would take one */
	uint32_t next, looked;
};

/* ---- which ---- */

static bool add_name(struct act *a, const char *name)
{
	char **grown = realloc(a->names, (a->count + 1) * sizeof *grown);

	if (grown == NULL)
		return false;
	a->names = grown;
	a->names[a->count] = strdup(name);
	return a->names[a->count] != NULL && ++a->count > 0;
}

/* A name a line; empty lines are none. */
static bool add_lines(struct act *a, FILE *from)
{
	char *line = NULL;
	size_t room = 0;
	bool ok = true;

	while (ok && getline(&line, &room, from) != -1) {
		line[strcspn(line, "\r\n")] = '\0';
		ok = line[0] == '\0' || add_name(a, line);
	}
	free(line);
	return ok;
}

static bool is_new(const Vanthu__V1__DocumentLine *l)
{
	return strcmp(l->state, "delivered") == 0 && l->work != NULL &&
	       strcmp(l->work->code, "01") == 0 && l->work->recall[0] == '\0';
}

/* The oldest first: numbers are given in the order of arrival. */
static enum err add_valid(struct call *c, struct act *a)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__List list = VANTHU__V1__LIST__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	list.box = VANTHU__V1__BOX__BOX_INBOX;
	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &list;
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_LINE, &reply)) == ERR_OK) {
		char id[UUID_TEXT_SIZE];

		if (!is_new(reply->line))
			continue;
		uuid_print(reply->line->id.data, id);
		if (!add_name(a, id))
			return call_fail(c, ERR_NO_MEMORY, NULL);
	}
	for (size_t i = 0; i < a->count / 2; i++) {
		char *last = a->names[a->count - 1 - i];

		a->names[a->count - 1 - i] = a->names[i];
		a->names[i] = last;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- one ---- */

/* Each of a dry run is looked at by itself, so all would take the same arrival number. */
static uint32_t arrival_of(struct act *a, const Vanthu__V1__OfficeDone *done)
{
	uint32_t arrival = done->work->arrival;

	if (a->request.act != VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ACCEPT || arrival < a->next)
		return arrival;
	if (arrival > a->next)
		a->looked = 0;
	a->next = arrival;
	return arrival + a->looked++;
}

static void add_row(json_t *rows, struct act *a, const Vanthu__V1__OfficeDone *done, bool dry_run)
{
	json_t *row = json_work(done->work);

	if (dry_run && done->work->arrival != 0)
		json_object_set_new(row, "arrival",
				    json_integer((json_int_t)arrival_of(a, done)));
	json_object_set_new(row, "id", json_uuid(done->id));
	json_object_set_new(row, "number", json_string(done->number));
	if (done->subject[0] != '\0') /* the arrival number is written on it */
		json_object_set_new(row, "subject", json_string(done->subject));
	json_object_set_new(row, "repeated", json_boolean(done->repeated_request));
	if (done->n_warnings > 0)
		slips_add(row, slips_of_office(done));
	if (done->asked > 0)
		json_object_set_new(row, "asked", json_integer((json_int_t)done->asked));
	if (dry_run)
		json_object_set_new(row, "dry_run", json_true());
	json_array_append_new(rows, row);
}

static bool is_about_person(unsigned code)
{
	return code == ERR_PERSON_UNKNOWN || code == ERR_PERSON_ENDED ||
	       code == ERR_PERSON_SEVERAL;
}

/* What a refusal is about is where the document stands. */
static bool tells_status(uint32_t code)
{
	return code == ERR_BAD_STATE || code == ERR_RECALLED || code == ERR_NOT_ASKED;
}

/* What helps where the status forbids the act on the document of that name. */
static void way_out(Vanthu__V1__OfficeAct act, enum err e, const char *status, const char *name,
		    char *out, size_t size)
{
	if (e == ERR_BAD_STATE && strcmp(status, "01") == 0)
		snprintf(out, size, _("take it in first: vanthu accept %s"), name);
	else if (e == ERR_BAD_STATE && strcmp(status, "02") == 0)
		snprintf(out, size, _("it was given back; take it in after all: vanthu accept %s"),
			 name);
	else if (e == ERR_BAD_STATE && strcmp(status, "06") == 0 &&
		 (act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ASSIGN ||
		  act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_FINISH))
		snprintf(out, size, _("does the work go on after all? vanthu start %s"), name);
	else if (e == ERR_BAD_STATE && strcmp(status, "06") != 0 &&
		 act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RETURN)
		snprintf(out, size,
			 _("it is being worked on; finish it, with a word to the issuer: vanthu "
			   "finish %s --note TEXT"),
			 name);
	else
		snprintf(out, size, _("see it with: vanthu show %s"), name);
}

/* What helps with one of another kind, by its name. False: what the code says by itself. */
static bool other_way(Vanthu__V1__OfficeAct act, enum err e, const char *name, char *out,
		      size_t size)
{
	if (e == ERR_OWN_DOCUMENT)
		snprintf(out, size,
			 _("it was sent from here; how far it is: vanthu show %s; to have it back: "
			   "vanthu recall ask %s --reason TEXT"),
			 name, name);
	else if (e == ERR_OTHER_FORM)
		snprintf(out, size, _("it is on paper; see it with: vanthu paper show %s"), name);
	else if (e == ERR_NOT_ISSUER && act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK)
		snprintf(out, size,
			 _("it came in; it is given back with: vanthu return %s --reason TEXT"),
			 name);
	else
		return false;
	return true;
}

/* The only one that was named. Where its status is what forbids it, the status is said in words.
 * Returns the code that was reported. */
static enum err refuse(struct call *c, const struct act *a, const char *name,
		       const Vanthu__V1__Reply *reply)
{
	char status[128], about[512], message[768], fix[768];
	enum err e = (enum err)reply->error->code;
	json_t *code;

	if (is_about_person(reply->error->code)) {
		(void)!call_fail(c, ERR_OK, reply);
		return e;
	}
	if (a->request.n_lists == 0 && a->request.answer == NULL &&
	    other_way(a->request.act, e, name, fix, sizeof fix)) {
		snprintf(message, sizeof message, "%s: %s", name, _(err_text(e)));
		cli_fail_text(call_cli(c), e, message, fix);
		return e;
	}
	if (!tells_status(reply->error->code)) {
		/* a list that is to blame is named by the daemon */
		if (a->request.n_lists == 0 || reply->error->about[0] == '\0')
			call_about(c, name);
		(void)!call_fail(c, ERR_OK, reply); /* it is reported, and its code is known */
		return e;
	}
	code = json_string(reply->error->about);
	output_format(call_cli(c), code, FORMAT_OFFICE, false, status, sizeof status);
	json_decref(code);
	snprintf(about, sizeof about, _("%s is: %s"), name, status);
	snprintf(message, sizeof message, "%s: %s", about, _(err_text(e)));
	way_out(a->request.act, e, reply->error->about, name, fix, sizeof fix);
	cli_fail_text(call_cli(c), e, message, fix);
	return e;
}

/* Of several: of which, with each. */
static void warn(struct call *c, const struct act *a, const char *name,
		 const Vanthu__V1__OfficeDone *done)
{
	struct slips_answer slips = slips_of_office(done);
	struct slips printed = { .count = 0 };

	slips.about = a->count > 1 ? name : NULL;
	slips_print(call_cli(c), &printed, slips);
}

/* Of several: it stands in their table. An id that is none is shown as it was typed. */
static void add_refusal(json_t *rows, const char *name, const Vanthu__V1__ControlError *e)
{
	json_t *row = json_pack("{s:s, s:o}", "id", name, "error", json_code(e->code));

	if (tells_status(e->code))
		json_object_set_new(row, "code", json_text_or_null(e->about));
	json_array_append_new(rows, row);
}

/* What a document is refused with is reported, or stands in its row; *code is its exit code. Fails
 * when nothing more can be asked. */
static enum err act_on(struct call *c, struct act *a, const char *name, json_t *rows, int *code)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	ref.text = (char *)(uintptr_t)name;
	a->request.ref = &ref;
	a->request.dry_run = call_cli(c)->dry_run;
	request.what_case = VANTHU__V1__REQUEST__WHAT_OFFICE;
	request.office = &a->request;
	e = call_send(c, &request);
	if (e == ERR_OK)
		e = call_next(c, &reply);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	*code = 0;
	if (reply->what_case == VANTHU__V1__REPLY__WHAT_OFFICE) {
		add_row(rows, a, reply->office, call_cli(c)->dry_run);
		warn(c, a, name, reply->office);
		a->done++;
		return ERR_OK;
	}
	if (reply->what_case != VANTHU__V1__REPLY__WHAT_ERROR)
		return call_fail(c, ERR_OK, reply);
	*code = err_exit_code((enum err)reply->error->code);
	if (a->count > 1)
		add_refusal(rows, name, reply->error);
	else
		*code = err_exit_code(refuse(c, a, name, reply));
	return ERR_OK;
}

/* 7 when some were done and others not; else what the first one was refused with. */
static int act_on_all(struct call *c, struct act *a, json_t *rows)
{
	int first = 0;

	for (size_t i = 0; i < a->count; i++) {
		int code = 0;
		enum err e = act_on(c, a, a->names[i], rows, &code);

		if (e != ERR_OK)
			return err_exit_code(e);
		first = first == 0 ? code : first;
	}
	return first != 0 && a->done > 0 ? 7 : first;
}

/* ---- the commands ---- */

static const char *word_in(const json_t *work, const char *key)
{
	const char *word = json_string_value(json_object_get(work, key));

	return word == NULL ? "" : word;
}

static void hint_asked(struct cli *cli, const char *asks, const char *id)
{
	if (strcmp(asks, "update") == 0)
		cli_hint(cli, _("Its issuer asks to update it. Agree: vanthu recall agree %s"), id);
	else if (strcmp(asks, "replace") == 0)
		cli_hint(cli, _("Its issuer asks to replace it. Agree: vanthu recall agree %s"),
			 id);
	else
		cli_hint(cli, _("Its issuer asks for it back. Agree: vanthu recall agree %s"), id);
	cli_hint(cli, _("Decline: vanthu recall decline %s --reason TEXT"), id);
}

void office_hint(struct cli *cli, const json_t *work, const char *id)
{
	const char *status = word_in(work, "code"), *recall = word_in(work, "recall");

	if (strcmp(recall, "13") == 0) {
		hint_asked(cli, word_in(work, "asks"), id);
	} else if (strcmp(recall, "15") == 0) {
		return;
	} else if (strcmp(status, "01") == 0) {
		cli_hint(cli, _("Take it in: vanthu accept %s"), id);
		cli_hint(cli, _("Give it back: vanthu return %s --reason TEXT"), id);
	} else if (strcmp(status, "02") == 0) {
		cli_hint(cli, _("By mistake? Take it in after all: vanthu accept %s"), id);
	} else if (strcmp(status, "03") == 0) {
		cli_hint(cli, _("Say who does it: vanthu assign %s --to NAME --due DATE"), id);
	} else if (strcmp(status, "04") == 0 || strcmp(status, "05") == 0) {
		cli_hint(cli, _("When it is done: vanthu finish %s"), id);
		cli_hint(cli, _("With an answer: vanthu send FILE… --reply-to %s --finish"), id);
	}
}

/* By the first that was done. */
static void say_next(struct cli *cli, const struct act *a, const json_t *rows)
{
	const json_t *row;
	char id[UUID_TEXT_SIZE];
	size_t i;

	if (cli->dry_run) {
		cli_hint(cli, "%s", _("Nothing was done: this was a dry run."));
		return;
	}
	json_array_foreach(rows, i, row) {
		if (json_object_get(row, "error") != NULL)
			continue;
		output_format(cli, json_object_get(row, "id"), FORMAT_ID, false, id, sizeof id);
		if (a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK)
			cli_hint(cli, _("See who agrees: vanthu show %s"), id);
		else
			office_hint(cli, row, id);
		return;
	}
}

static void name_requests(const struct act *a, json_t *rows)
{
	bool ask = a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row)
	{
		const char *recall = json_string_value(json_object_get(row, "recall")),
			   *asks = json_string_value(json_object_get(row, "asks"));

		json_object_set_new(row, "recall_text",
				    people_status(recall == NULL ? "" : recall,
						  asks == NULL ? "" : asks, ask));
	}
}

static int run(struct cli *cli, struct act *a)
{
	struct call *c = NULL;
	json_t *rows = json_array();
	enum err e = call_open(cli, CLIENT_OFFICE, &c);
	int code;

	if (e == ERR_OK && a->all_valid)
		e = add_valid(c, a);
	code = e == ERR_OK ? act_on_all(c, a, rows) : err_exit_code(e);
	call_close(c);
	if (e != ERR_OK || cli->error_printed) {
		json_decref(rows);
		return code;
	}
	if (a->all_valid && a->count == 0 && !cli->json && !cli->plain) {
		json_decref(rows);
		if (!cli->quiet)
			terminal_say(_("Nothing waits to be taken in."));
		return code;
	}
	if (!cli->json && !cli->plain)
		name_requests(a, rows);
	output_list(cli, json_incref(rows), cli->plain ? plain_columns : columns);
	say_next(cli, a, rows);
	json_decref(rows);
	return code;
}

/* Names between commas; blanks around them are none of theirs. */
static bool read_names(char ***names, size_t *count, const char *list)
{
	while (*list != '\0') {
		size_t len = strcspn(list, ",");
		char **grown = realloc(*names, (*count + 1) * sizeof *grown);
		char *one = strndup(list, len), *nfc = one == NULL ? NULL : text_entry(one);

		free(one);
		if (grown != NULL)
			*names = grown;
		if (grown == NULL || nfc == NULL)
			return false;
		(*names)[(*count)++] = nfc;
		list += len + (list[len] == ',');
	}
	return true;
}

/* Of those who are asked back: lists apart. False without memory. */
static bool take_asked(Vanthu__V1__Office *m, const char *value)
{
	size_t kept = 0;
	char **lists;

	if (!read_names(&m->committees, &m->n_committees, value))
		return false;
	lists = realloc(m->lists, (m->n_lists + m->n_committees) * sizeof *lists);
	if (lists == NULL)
		return false;
	m->lists = lists;
	for (size_t i = 0; i < m->n_committees; i++) {
		char *name = m->committees[i];

		if (name[0] == '@') {
			memmove(name, name + 1, strlen(name));
			m->lists[m->n_lists++] = name;
		} else {
			m->committees[kept++] = name;
		}
	}
	m->n_committees = kept;
	return true;
}

static bool set_text(char **at, const char *value)
{
	if (*at != protobuf_c_empty_string)
		free(*at);
	*at = text_entry(value);
	if (*at == NULL)
		*at = (char *)(uintptr_t)protobuf_c_empty_string;
	return *at != protobuf_c_empty_string;
}

/* False: the value cannot be used. */
static bool take(struct act *a, int option, const char *value)
{
	char date[11];

	switch (option) {
	case OPT_REASON:
	case OPT_NOTE:
		return set_text(&a->request.note, value);
	case OPT_TO:
		if (a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_UNSPECIFIED)
			return take_asked(&a->request, value);
		return set_text(&a->request.to, value);
	case OPT_AS:
		return set_text(&a->request.person, value);
	case OPT_WITH:
		return read_names(&a->request.with, &a->request.n_with, value);
	case OPT_DUE:
		if (strcmp(value, "none") == 0 || strcmp(value, "không") == 0)
			return set_text(&a->request.due_on, "none");
		return text_date(value, date) && set_text(&a->request.due_on, date);
	case OPT_ANSWER:
		a->answer.text = (char *)(uintptr_t)value;
		a->request.answer = &a->answer;
		return true;
	default:
		a->all_valid = true;
		return true;
	}
}

static void drop(char *text)
{
	if (text != protobuf_c_empty_string)
		free(text);
}

static void act_free(struct act *a)
{
	for (size_t i = 0; i < a->count; i++)
		free(a->names[i]);
	for (size_t i = 0; i < a->request.n_with; i++)
		free(a->request.with[i]);
	for (size_t i = 0; i < a->request.n_committees; i++)
		free(a->request.committees[i]);
	for (size_t i = 0; i < a->request.n_lists; i++)
		free(a->request.lists[i]);
	free(a->names);
	free(a->request.with);
	free(a->request.committees);
	free(a->request.lists);
	drop(a->request.note);
	drop(a->request.to);
	drop(a->request.person);
	drop(a->request.due_on);
}

/* What is missing, for a sentence that says so; NULL: nothing. */
static const char *missing(const struct act *a)
{
	if ((a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RETURN ||
	     a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK ||
	     a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_DECLINE) &&
	    a->request.note[0] == '\0')
		return _("still missing: --reason (why)");
	if (a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ASSIGN &&
	    a->request.to[0] == '\0')
		return _("still missing: --to (who is in charge)");
	if (!a->all_valid && a->count == 0)
		return a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ACCEPT
			   ? _("name the documents, or --all-valid")
			   : _("name the documents");
	return NULL;
}

/* The form is the first operand; what follows are documents. */
static bool take_form(struct act *a, const char *form)
{
	static const char *const forms[] = { "ask", "agree", "decline", NULL };
	static const Vanthu__V1__OfficeAct acts[] = {
		VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK,
		VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_AGREE,
		VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_DECLINE
	};
	int which = text_choose(form, forms);

	if (which < 0)
		return false;
	a->request.act = acts[which];
	return true;
}

static int read_and_run(struct cli *cli, int argc, char **argv, struct act *a)
{
	const char *sentence;
	bool ok = true;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!take(a, c, optarg))
			return cli_bad_value(cli, _(err_fix(c == OPT_DUE ? ERR_BAD_DATE
									 : ERR_FIELD)));
	}
	if (a->request.act == VANTHU__V1__OFFICE_ACT__OFFICE_ACT_UNSPECIFIED) {
		if (optind == argc)
			return cli_wanted(cli, _("ask, agree or decline?"), "");
		if (!take_form(a, argv[optind++]))
			return cli_usage(cli, argv[optind - 1]);
		if (a->request.n_committees + a->request.n_lists > 0 &&
		    a->request.act != VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RECALL_ASK)
			return cli_usage(cli, "--to");
	}
	for (int i = optind; ok && i < argc; i++)
		ok = strcmp(argv[i], "-") == 0 ? add_lines(a, stdin) : add_name(a, argv[i]);
	if (!ok)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	if (a->all_valid && a->count > 0)
		return cli_usage(cli, argv[optind]);
	sentence = missing(a);
	return sentence != NULL ? cli_wanted(cli, sentence, "") : run(cli, a);
}

static int office(struct cli *cli, int argc, char **argv, Vanthu__V1__OfficeAct act)
{
	struct act a = { .count = 0 };
	int code;

	vanthu__v1__office__init(&a.request);
	vanthu__v1__ref__init(&a.answer);
	a.request.act = act;
	code = read_and_run(cli, argc, argv, &a);
	act_free(&a);
	return code;
}

int cmd_accept(struct cli *cli, int argc, char **argv)
{
	return office(cli, argc, argv, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ACCEPT);
}

int cmd_return(struct cli *cli, int argc, char **argv)
{
	return office(cli, argc, argv, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_RETURN);
}

int cmd_assign(struct cli *cli, int argc, char **argv)
{
	return office(cli, argc, argv, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_ASSIGN);
}

int cmd_start(struct cli *cli, int argc, char **argv)
{
	return office(cli, argc, argv, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_START);
}

int cmd_finish(struct cli *cli, int argc, char **argv)
{
	return office(cli, argc, argv, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_FINISH);
}

int cmd_recall(struct cli *cli, int argc, char **argv)
{
	return office(cli, argc, argv, VANTHU__V1__OFFICE_ACT__OFFICE_ACT_UNSPECIFIED);
}
