/* paper: documents on paper, written down so that the digital share has its whole denominator;
 * listed; entries corrected, and cancelled. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/paper_entry.h"
#include "tools/command/paper_import.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_TYPE = 1,
	OPT_NUMBER,
	OPT_SUBJECT,
	OPT_DATE,
	OPT_SECRECY,
	OPT_FROM,
	OPT_TO,
	OPT_AGAIN,
	OPT_STRICT,
	OPT_ID,
	OPT_PERIOD,
	OPT_REASON,
	OPT_SIGNER,
	OPT_POSITION,
	OPT_COMPETENCE,
	OPT_NOTE,
	OPT_REPLY_TO,
	OPT_TOGETHER,
	OPT_TEMPLATE,
	OPT_ISSUED
};

/* Asks the daemon. `look`: all that there is to warn of, and nothing is kept. */
typedef enum err paper_send(struct cli *cli, struct call *c, struct paper *p, bool look,
			    Vanthu__V1__Reply **reply);

const struct command_option paper_options[] = {
	{ "type", OPT_TYPE, N_("TYPE"), N_("type of document: its symbol (KH) or its full name"),
	  VALUE_TYPE, "add change" },
	{ "number", OPT_NUMBER, N_("NUMBER"),
	  N_("as printed: 31-KH/ĐU; of what goes out also auto: the next one"), VALUE_NONE,
	  "add change" },
	{ "subject", OPT_SUBJECT, N_("TEXT"), N_("what it is about; not kept of a secret one"),
	  VALUE_NONE, "add change" },
	{ "date", OPT_DATE, N_("DATE"), N_("of coming or going, where it counts; else today"),
	  VALUE_NONE, "add change" },
	{ "issued", OPT_ISSUED, N_("DATE"), N_("the day on the document, of what came in"),
	  VALUE_NONE, "add change" },
	{ "from", OPT_FROM, N_("TEXT"), N_("who sent it"), VALUE_NONE, "add change" },
	{ "to", OPT_TO, N_("TEXT"), N_("whom it went to"), VALUE_NONE, "add change" },
	{ "secrecy", OPT_SECRECY, "thuong|mat|toi-mat|tuyet-mat",
	  N_("mat and above are left out of the share"), VALUE_WORDS, "add" },
	{ "again", OPT_AGAIN, NULL, N_("although one just like it is registered"), VALUE_NONE,
	  "add change" },
	{ "strict", OPT_STRICT, NULL, N_("register nothing where there is something to warn of"),
	  VALUE_NONE, "add change import" },
	{ "signer", OPT_SIGNER, N_("NAME"), N_("who signed it"), VALUE_NONE, "add" },
	{ "position", OPT_POSITION, N_("TEXT"), N_("the office of who signed it"), VALUE_NONE,
	  "add" },
	{ "competence", OPT_COMPETENCE, N_("TEXT"),
	  N_("in whose place it was signed, like \"T/M ĐẢNG ỦY\""), VALUE_NONE, "add" },
	{ "note", OPT_NOTE, N_("TEXT"), N_("for the register's column of notes"), VALUE_NONE,
	  "add" },
	{ "reply-to", OPT_REPLY_TO, N_("ID"),
	  N_("the document here that it answers: out a received one, in one of ours"),
	  VALUE_DOCUMENT, "add" },
	{ "id", OPT_ID, N_("UUID"), N_("of a registration to repeat safely"), VALUE_NONE, "add" },
	{ "period", OPT_PERIOD, N_("PERIOD"),
	  N_("2026, 2026-11, 2026-Q4, 2026-H2, 2025-11..2026-02 or all"), VALUE_NONE, "list" },
	{ "reason", OPT_REASON, N_("TEXT"), N_("why: it stays in the book"), VALUE_NONE,
	  "cancel change" },
	{ "all-or-nothing", OPT_TOGETHER, NULL,
	  N_("register no line of the file when one is refused"), VALUE_NONE, "import" },
	{ "template", OPT_TEMPLATE, NULL, N_("print an empty table to fill in"), VALUE_NONE,
	  "import" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static bool take_text(char **to, const char *value)
{
	free(*to);
	*to = text_entry(value);
	return *to != NULL;
}

static bool take(struct paper *p, int option, const char *value)
{
	switch (option) {
	case OPT_TYPE:
		p->type = value;
		return true;
	case OPT_NUMBER:
		return take_text(&p->number, value);
	case OPT_SUBJECT:
		return take_text(&p->subject, value);
	case OPT_DATE:
		return text_date(value, p->date);
	case OPT_ISSUED:
		return text_date(value, p->issued);
	case OPT_SECRECY:
		return paper_take_secrecy(p, value);
	case OPT_FROM:
	case OPT_TO:
		return take_text(&p->party, value);
	case OPT_AGAIN:
		p->again = true;
		return true;
	case OPT_STRICT:
		p->strict = true;
		return true;
	case OPT_ID:
		return uuid_parse(value, &p->id) == ERR_OK;
	case OPT_PERIOD:
		return period_parse(value, &p->period);
	case OPT_REASON:
		return take_text(&p->reason, value);
	case OPT_SIGNER:
		return take_text(&p->signer, value);
	case OPT_POSITION:
		return take_text(&p->position, value);
	case OPT_COMPETENCE:
		return take_text(&p->competence, value) && signing_is_competence(p->competence);
	case OPT_NOTE:
		return take_text(&p->note, value);
	case OPT_REPLY_TO:
		p->reply_to = value;
		return true;
	case OPT_TOGETHER:
	case OPT_TEMPLATE:
		return true;
	default:
		return false;
	}
}

static const char *word_of(Vanthu__V1__Direction d)
{
	return d == VANTHU__V1__DIRECTION__DIRECTION_IN ? "in" : "out";
}

/* ---- add ---- */

/* The same number went through the system: most likely one document, which counts already. Only a
 * word of warning: the clerk knows. */
static void warn_of_twin(struct cli *cli, struct call *c, const struct paper *p)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__List list = VANTHU__V1__LIST__INIT;
	Vanthu__V1__Reply *reply;
	unsigned hits = 0;

	list.box = p->direction == VANTHU__V1__DIRECTION__DIRECTION_IN
			   ? VANTHU__V1__BOX__BOX_INBOX
			   : VANTHU__V1__BOX__BOX_OUTBOX;
	list.number = p->number;
	list.type_code = (char *)(uintptr_t)p->kind->code;
	list.limit = 1;
	request.what_case = VANTHU__V1__REQUEST__WHAT_LIST;
	request.list = &list;
	if (call_send(c, &request) != ERR_OK)
		return;
	while (call_row(c, VANTHU__V1__REPLY__WHAT_LINE, &reply) == ERR_OK)
		hits++;
	if (hits > 0)
		cli_warn(cli,
			 _("%s went through the system too and counts already; if this is its "
			   "paper copy: vanthu paper cancel"),
			 p->number);
}

/* Number, type and issuer name one document (NĐ 30/2020, Annex VI, III.1.h), and its date is easily
 * mistyped. */
static void warn_of_alike(struct cli *cli, const struct paper *p,
			  const Vanthu__V1__PaperAccepted *a)
{
	json_t *id = json_uuid(a->id), *date = json_string(a->alike_date);
	char id_text[64], date_text[32];

	output_format(cli, id, FORMAT_ID, false, id_text, sizeof id_text);
	output_format(cli, date, FORMAT_DATE, true, date_text, sizeof date_text);
	if (cli->dry_run)
		cli_warn(cli,
			 _("%s is registered with the date %s already: is it the same document?"),
			 p->number, date_text);
	else
		cli_warn(cli,
			 _("%s is registered with the date %s already; if it is the same document: "
			   "vanthu paper cancel %s --reason …"),
			 p->number, date_text, id_text);
	json_decref(id);
	json_decref(date);
}

/* The number that is stamped on it, from the line of the register: of this month, in which it was
 * entered. Without it nothing is missing but that. `a` of the caller is gone. */
static void add_arrival(struct call *c, json_t *out)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__RegisterQuery query = VANTHU__V1__REGISTER_QUERY__INIT;
	const char *wanted = json_string_value(json_object_get(out, "id"));
	char id[UUID_TEXT_SIZE], today[11];
	Vanthu__V1__Reply *reply;
	struct period month;

	text_today(today);
	today[7] = '\0';
	if (!period_parse(today, &month))
		return;
	query.book = VANTHU__V1__BOOK__BOOK_IN;
	query.from_month = month.from.n;
	query.to_month = month.to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_REGISTER;
	request.register_ = &query;
	if (call_send(c, &request) != ERR_OK)
		return;
	while (call_row(c, VANTHU__V1__REPLY__WHAT_REGISTER, &reply) == ERR_OK) {
		const Vanthu__V1__RegisterLine *l = reply->register_;

		if (l->id.len != sizeof(struct doc_id) || l->addition != 0)
			continue;
		uuid_print(l->id.data, id);
		if (strcmp(id, wanted) == 0)
			json_object_set_new(out, "arrival", json_integer((json_int_t)l->number));
	}
}

static int print_added(struct cli *cli, struct call *c, const struct paper *p,
		       const Vanthu__V1__PaperAccepted *a)
{
	static const struct column columns[] = {
		{ "id", N_("Id"), FORMAT_TEXT, false },
		{ "direction", N_("Direction"), FORMAT_STATE, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "date", N_("Date"), FORMAT_DATE, false },
		{ "month", N_("Counts in"), FORMAT_MONTH, false },
		{ "repeated", N_("Repeated"), FORMAT_BOOL, false },
		{ "arrival", N_("Arrival no."), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	bool secret = p->secrecy > VANTHU__V1__SECRECY__SECRECY_THUONG;
	json_t *out = json_pack("{s:o, s:s, s:s, s:s, s:b}", "id", json_uuid(a->id), "direction",
				word_of(p->direction), "number", p->number, "date", p->date,
				"counted", !secret);

	if (secret)
		json_object_set_new(out, "month", json_null());
	else
		json_object_set_new(out, "month", json_stringn(p->date, 7));
	if (a->repeated_request)
		json_object_set_new(out, "repeated", json_true());
	if (cli->dry_run)
		json_object_set_new(out, "dry_run", json_true());
	json_object_set_new(out, "alike",
			    a->alike_id.len == 0
				    ? json_null()
				    : json_pack("{s:o, s:s}", "id", json_uuid(a->alike_id), "date",
						a->alike_date));
	slips_add(out, slips_of_paper(a));
	if (p->direction == VANTHU__V1__DIRECTION__DIRECTION_IN && !secret && !cli->dry_run)
		add_arrival(c, out);
	if (secret)
		cli_say(cli, "%s",
			_("Secret: only that it exists is kept, without subject, and it is left "
			  "out of the share."));
	output_object(cli, out, columns);
	if (p->reply_to != NULL && p->direction == VANTHU__V1__DIRECTION__DIRECTION_OUT &&
	    !secret && !cli->dry_run)
		cli_hint(cli, _("Finish what it answers: vanthu finish %s --answer %s"),
			 p->reply_to, p->number);
	cli_hint(cli, "%s",
		 cli->dry_run ? _("Nothing was registered: this was a dry run.")
			      : _("The share now: vanthu target"));
	return 0;
}

static enum err send_add(struct cli *cli, struct call *c, struct paper *p, bool look,
			 Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperAdd add;

	paper_fill(p, &add);
	add.dry_run = look || cli->dry_run;
	add.strict = p->strict && !look;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPER_ADD;
	request.paper_add = &add;
	return call_ask(c, &request, VANTHU__V1__REPLY__WHAT_PAPER_ACCEPTED, reply);
}

/* What the daemon would warn of: fetched before anything is registered, where somebody can be
 * asked, or with --strict. 0: go on. */
static int look_first(struct cli *cli, struct call *c, struct paper *p, paper_send *send,
		      const char *question, const char *left)
{
	Vanthu__V1__Reply *reply;
	struct slips_answer slips;
	enum err e;

	if (!p->strict && (cli->dry_run || !slips_can_ask(cli)))
		return 0;
	e = send(cli, c, p, true, &reply);
	if (e != ERR_OK)
		return err_exit_code(e);
	slips = slips_of_paper(reply->paper_accepted);
	if (p->strict)
		return slips_refuse(cli, slips);
	slips_print(cli, &p->printed, slips);
	return slips_ask(cli, &p->printed, question, left);
}

static int add(struct cli *cli, struct paper *p)
{
	static const struct doc_id none;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	char id[UUID_TEXT_SIZE];
	int code = paper_check(cli, p);
	bool repeated;
	enum err e;

	if (code != 0)
		return code;
	if (p->date[0] == '\0')
		text_today(p->date);
	if (memcmp(&p->id, &none, sizeof none) == 0 && uuid_new(text_now_ms(), &p->id) != ERR_OK)
		return cli_fail(cli, ERR_SYSTEM, NULL);
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		code = look_first(cli, c, p, send_add, _("Register it all the same? [y/n] "),
				  _("nothing was registered"));
	uuid_print(p->id.bytes, id);
	cli->request_id = e == ERR_OK && code == 0 && !cli->dry_run ? id : NULL;
	if (e == ERR_OK && code == 0)
		e = send_add(cli, c, p, false, &reply);
	cli->request_id = NULL;
	if (e == ERR_OK && code == 0) {
		if (numbering_is_template(p->number))
			take_text(&p->number, reply->paper_accepted->number);
		slips_print(cli, &p->printed, slips_of_paper(reply->paper_accepted));
		if (reply->paper_accepted->alike_id.len > 0)
			warn_of_alike(cli, p, reply->paper_accepted);
		repeated = reply->paper_accepted->repeated_request;
		code = print_added(cli, c, p, reply->paper_accepted);
		if (!repeated)
			warn_of_twin(cli, c, p);
	}
	call_close(c);
	return e == ERR_OK ? code : err_exit_code(e);
}

/* ---- change ---- */

static enum err send_change(struct cli *cli, struct call *c, struct paper *p, bool look,
			    Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperChange m = VANTHU__V1__PAPER_CHANGE__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;

	ref.text = (char *)(uintptr_t)p->name;
	m.ref = &ref;
	if (p->kind != NULL) {
		m.type_code = (char *)(uintptr_t)p->kind->code;
		m.type_name = (char *)(uintptr_t)p->kind->name;
	}
	m.number = p->number == NULL ? m.number : p->number;
	m.subject = p->subject == NULL ? m.subject : p->subject;
	m.date = p->date;
	m.issued_on = p->issued;
	m.party = p->party == NULL ? m.party : p->party;
	m.reason = p->reason == NULL ? m.reason : p->reason;
	m.again = p->again;
	m.strict = p->strict && !look;
	m.dry_run = look || cli->dry_run;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPER_CHANGE;
	request.paper_change = &m;
	return call_ask(c, &request, VANTHU__V1__REPLY__WHAT_PAPER_ACCEPTED, reply);
}

static json_t *json_alike(const Vanthu__V1__PaperAccepted *a)
{
	return a->alike_id.len == 0 ? json_null()
				    : json_pack("{s:o, s:s}", "id", json_uuid(a->alike_id), "date",
						a->alike_date);
}

static int print_changed(struct cli *cli, const Vanthu__V1__PaperAccepted *a)
{
	static const struct column columns[] = { { "id", N_("Id"), FORMAT_TEXT, false },
						 { "number", N_("Number"), FORMAT_TEXT, false },
						 { "state", N_("State"), FORMAT_STATE, false },
						 { "repeated", N_("Repeated"), FORMAT_BOOL, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	json_t *out = json_pack("{s:o, s:s, s:s}", "id", json_uuid(a->id), "number", a->number,
				"state", "corrected");

	if (a->repeated_request)
		json_object_set_new(out, "repeated", json_true());
	if (cli->dry_run)
		json_object_set_new(out, "dry_run", json_true());
	json_object_set_new(out, "alike", json_alike(a));
	slips_add(out, slips_of_paper(a));
	output_object(cli, out, columns);
	cli_hint(cli, "%s",
		 cli->dry_run ? _("Nothing was corrected: this was a dry run.")
			      : _("The line stays in the book, with the correction behind it."));
	return 0;
}

/* Is there something to correct, and can it be so? */
static int check_change(struct cli *cli, struct paper *p)
{
	const struct text_field fields[] = {
		{ "number", p->number, NUMBER_MAX, true },
		{ "subject", p->subject, SUBJECT_MAX, true },
		{ "from", p->party, COMMITTEE_NAME_MAX, true }, /* or --to */
		{ "reason", p->reason, SUBJECT_MAX, true },
	};
	int code;

	if (p->type == NULL && p->number == NULL && p->subject == NULL && p->party == NULL &&
	    p->date[0] == '\0' && p->issued[0] == '\0')
		return cli_wanted(cli, _("what is to be corrected?"),
				  _("give it anew: --number, --subject, --date, --from, --to, "
				    "--type, --issued"));
	if (p->number != NULL && numbering_is_template(p->number))
		return cli_wanted(cli, _("a correction has a number of its own"),
				  _("give it as it is printed: --number NUMBER"));
	code = p->type == NULL ? 0 : doctype_option(cli, p->type, p->date, &p->kind);
	if (code == 0)
		code = text_field_check(cli, fields, sizeof fields / sizeof fields[0]);
	if (code == 0 && p->date[0] != '\0')
		code = text_field_check_past(cli, "date", p->date);
	return code;
}

static int change(struct cli *cli, struct paper *p, const char *name)
{
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	char *typed;
	int code = check_change(cli, p);
	enum err e;

	if (code != 0)
		return code;
	typed = text_entry(name);
	p->name = typed == NULL ? name : typed;
	e = call_open(cli, CLIENT_OFFICE, &c);
	if (e == ERR_OK)
		code = look_first(cli, c, p, send_change, _("Correct it all the same? [y/n] "),
				  _("nothing was corrected"));
	if (e == ERR_OK && code == 0)
		e = send_change(cli, c, p, false, &reply);
	if (e == ERR_OK && code == 0) {
		slips_print(cli, &p->printed, slips_of_paper(reply->paper_accepted));
		code = print_changed(cli, reply->paper_accepted);
	}
	call_close(c);
	free(typed);
	return e == ERR_OK ? code : err_exit_code(e);
}

/* ---- list ---- */

/* What it said before its corrections, for people: the newest first. */
static void add_history(struct cli *cli, json_t *paper)
{
	json_t *texts = json_array(), *each;
	size_t i;

	json_array_foreach(json_object_get(paper, "earlier"), i, each)
	{
		char date[32], text[SUBJECT_MAX + NUMBER_MAX + COMMITTEE_NAME_MAX + 64];
		const char *subject = json_string_value(json_object_get(each, "subject")),
			   *party = json_string_value(json_object_get(each, "party"));

		output_format(cli, json_object_get(each, "date"), FORMAT_DATE, true, date,
			      sizeof date);
		snprintf(text, sizeof text, "%s, %s%s%s%s%s",
			 json_string_value(json_object_get(each, "number")), date,
			 subject == NULL ? "" : ", ", subject == NULL ? "" : subject,
			 party == NULL ? "" : ", ", party == NULL ? "" : party);
		json_array_append_new(texts, json_string(text));
	}
	json_object_set_new(paper, "before", texts);
}

static int list(struct cli *cli, const struct paper *p, Vanthu__V1__Direction direction)
{
	static const struct column columns[] = {
		{ "id", N_("Id"), FORMAT_ID, false },
		{ "date", N_("Date"), FORMAT_DATE, false },
		{ "direction", N_("Direction"), FORMAT_STATE, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "subject", N_("Subject"), FORMAT_TEXT, true },
		{ "party", N_("From/to"), FORMAT_TEXT, true },
		{ "state", N_("State"), FORMAT_STATE, false },
		{ "reason", N_("Reason"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery query = VANTHU__V1__PAPER_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	json_t *out = json_array();
	struct flow *flow = flow_new(cli, columns);
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	query.direction = direction;
	query.from_month = p->period.from.n;
	query.to_month = p->period.to.n;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPERS;
	request.papers = &query;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK && (e = call_row(c, VANTHU__V1__REPLY__WHAT_PAPER, &reply)) == ERR_OK) {
		if (flow != NULL)
			flow_row(flow, json_paper(reply->paper));
		else
			json_array_append_new(out, json_paper(reply->paper));
	}
	call_close(c);
	if (e == ERR_NOT_FOUND && flow == NULL)
		return output_list(cli, out, columns);
	json_decref(out);
	if (e == ERR_NOT_FOUND)
		flow_end(flow);
	else
		flow_drop(flow);
	return e == ERR_NOT_FOUND ? 0 : err_exit_code(e);
}

/* ---- show ---- */

/* All that the book has of one: what does not fit into a table, and what was cancelled with its
 * reason. */
static int show(struct cli *cli, const char *name)
{
	static const struct column columns[] = {
		{ "id", N_("Id"), FORMAT_TEXT, false },
		{ "direction", N_("Direction"), FORMAT_STATE, false },
		{ "number", N_("Number"), FORMAT_TEXT, false },
		{ "type_name", N_("Type"), FORMAT_TEXT, false },
		{ "subject", N_("Subject"), FORMAT_TEXT, false },
		{ "issued", N_("Issued"), FORMAT_DATE, false },
		{ "date", N_("Date"), FORMAT_DATE, false },
		{ "party", N_("From/to"), FORMAT_TEXT, false },
		{ "state", N_("State"), FORMAT_STATE, false },
		{ "added_at", N_("Registered"), FORMAT_TIME, false },
		{ "corrected_at", N_("Corrected"), FORMAT_TIME, false },
		{ "correction", N_("Because"), FORMAT_TEXT, false },
		{ "before", N_("Before"), FORMAT_LIST, false },
		{ "cancelled_at", N_("Cancelled"), FORMAT_TIME, false },
		{ "reason", N_("Reason"), FORMAT_TEXT, false },
		{ "signer_text", N_("Signer"), FORMAT_TEXT, false },
		{ "note", N_("Note"), FORMAT_TEXT, true },
		{ "answers_text", N_("Answers"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperQuery query = VANTHU__V1__PAPER_QUERY__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	json_t *out = json_array(), *each;
	size_t i;
	char *typed = text_entry(name);
	enum err e = call_open(cli, CLIENT_OFFICE, &c);

	ref.text = typed == NULL ? (char *)(uintptr_t)name : typed;
	query.ref = &ref;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPERS;
	request.papers = &query;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK && (e = call_row(c, VANTHU__V1__REPLY__WHAT_PAPER, &reply)) == ERR_OK)
		json_array_append_new(out, json_paper(reply->paper));
	call_close(c);
	free(typed);
	if (e == ERR_NOT_FOUND && json_array_size(out) == 0)
		cli_fail(cli, e, name);
	else if (e == ERR_NOT_FOUND)
		e = ERR_OK;
	if (e == ERR_OK && !cli->json) {
		json_array_foreach(out, i, each)
		{
			if (i > 0 && !cli->plain)
				putchar('\n');
			add_history(cli, each);
			json_object_set_new(each, "signer_text",
					    people_signer(json_object_get(each, "signer")));
			json_object_set_new(
				each, "answers_text",
				people_reference(json_object_get(each, "answers"), true));
			cli->renderer->object(cli, each, columns);
		}
	} else if (e == ERR_OK) {
		cli->renderer->list(cli, out, columns);
	}
	json_decref(out);
	return err_exit_code(e);
}

/* ---- cancel ---- */

static int cancel(struct cli *cli, const struct paper *p, const char *name)
{
	static const struct column columns[] = { { "id", N_("Id"), FORMAT_TEXT, false },
						 { "state", N_("State"), FORMAT_STATE, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__PaperCancel m = VANTHU__V1__PAPER_CANCEL__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	const struct text_field reason = { "reason", p->reason, SUBJECT_MAX, false };
	struct call *c = NULL;
	char *nfc;
	int code;
	enum err e;

	if (p->reason == NULL)
		return cli_fail_text(cli, ERR_USAGE, _("missing: --reason"),
				     _("say why: the entry stays in the book with it"));
	code = text_field_check(cli, &reason, 1);
	if (code != 0)
		return code;
	nfc = text_nfc(name);
	e = call_open(cli, CLIENT_OFFICE, &c);
	ref.text = nfc == NULL ? (char *)(uintptr_t)name : nfc;
	m.ref = &ref;
	m.reason = p->reason;
	m.dry_run = cli->dry_run;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PAPER_CANCEL;
	request.paper_cancel = &m;
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_PAPER_ACCEPTED, &reply);
	if (e == ERR_OK) {
		json_t *out = json_pack("{s:o, s:s}", "id", json_uuid(reply->paper_accepted->id),
					"state", "cancelled");

		if (cli->dry_run)
			json_object_set_new(out, "dry_run", json_true());
		output_object(cli, out, columns);
		if (cli->dry_run)
			cli_hint(cli, "%s", _("Nothing was cancelled: this was a dry run."));
	}
	call_close(c);
	free(nfc);
	return err_exit_code(e);
}

/* Number and subject without the words --number and --subject. False: given twice, told. */
static bool take_operands(struct cli *cli, struct paper *p, char **operands, int count)
{
	if ((count > 0 && p->number != NULL) || (count > 1 && p->subject != NULL)) {
		cli_wanted(cli,
			   p->number != NULL ? _("the number is given twice")
					     : _("the subject is given twice"),
			   _("for example: vanthu paper add in 12-CV/ĐUK \"…\" --from \"…\" "
			     "--date 24/11/2026"));
		return false;
	}
	return (count < 1 || take_text(&p->number, operands[0])) &&
	       (count < 2 || take_text(&p->subject, operands[1]));
}

static int run(struct cli *cli, struct paper *p, char **operands, int count)
{
	Vanthu__V1__Direction direction = VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED;

	if (count == 0)
		return cli_wanted(cli, _("add, import, list, show, change or cancel?"), "");
	if (count >= 2)
		p->direction = direction = paper_direction(operands[1]);
	if (strcmp(operands[0], "add") == 0 && direction == VANTHU__V1__DIRECTION__DIRECTION_IN &&
	    cli_given(cli, "to") != NULL)
		return cli_wanted(cli, _("what came in has no --to"),
				  _("say with --from who sent it"));
	if (strcmp(operands[0], "add") == 0 && direction == VANTHU__V1__DIRECTION__DIRECTION_OUT &&
	    cli_given(cli, "from") != NULL)
		return cli_wanted(cli, _("what went out has no --from"),
				  _("say with --to whom it went to"));
	if (strcmp(operands[0], "add") == 0 && direction == VANTHU__V1__DIRECTION__DIRECTION_OUT &&
	    cli_given(cli, "issued") != NULL)
		return cli_wanted(cli, _("what went out has no --issued"),
				  _("say with --date when it was signed and went out"));
	if (strcmp(operands[0], "add") == 0 && count >= 2 && count <= 4 &&
	    direction != VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED)
		return take_operands(cli, p, operands + 2, count - 2) ? add(cli, p)
								      : err_exit_code(ERR_USAGE);
	if (strcmp(operands[0], "list") == 0 &&
	    (count == 1 ||
	     (count == 2 && direction != VANTHU__V1__DIRECTION__DIRECTION_UNSPECIFIED)))
		return list(cli, p, direction);
	if (strcmp(operands[0], "show") == 0 && count == 2)
		return show(cli, operands[1]);
	if (strcmp(operands[0], "change") == 0 && count == 2)
		return change(cli, p, operands[1]);
	if (strcmp(operands[0], "cancel") == 0 && count == 2)
		return cancel(cli, p, operands[1]);
	if (strcmp(operands[0], "import") == 0 && count <= 2)
		return paper_import(cli, count == 2 ? operands[1] : NULL, p->strict);
	if (strcmp(operands[0], "add") == 0 && count < 2)
		return cli_wanted(cli, _("in or out?"), "");
	if (count == 1)
		return arguments_missing(cli, count, operands);
	return cli_usage(cli, operands[count - 1]);
}

int cmd_paper(struct cli *cli, int argc, char **argv)
{
	struct paper p = { .secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG };
	int c, code = 0;

	while (code == 0 && (c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			code = err_exit_code(ERR_USAGE);
		else if (!take(&p, c, optarg))
			code = c == OPT_DATE || c == OPT_ISSUED
				       ? cli_fail(cli, ERR_BAD_DATE, optarg)
			       : c == OPT_COMPETENCE
				       ? cli_bad_value(cli,
						       _("write T/M, T/L or K/T and for whom, like "
							 "\"T/M ĐẢNG ỦY\"; the State writes TM. "
							 "KT. TL. TUQ. Q."))
			       : c == OPT_ID
				       ? cli_bad_value(
						 cli,
						 _("give a UUID (32 hexadecimal digits, not all "
						   "zero), or leave --id out and one is made"))
				       : cli_usage(cli, optarg);
	}
	if (code == 0)
		code = run(cli, &p, argv + optind, argc - optind);
	free(p.number);
	free(p.subject);
	free(p.party);
	free(p.reason);
	free(p.signer);
	free(p.position);
	free(p.competence);
	free(p.note);
	return code;
}
