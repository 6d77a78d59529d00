/* remind: a reminder (đôn đốc) to each recipient that has not done what we sent it with a day: a
 * document of its own, numbered and signed, that answers the one that is due. What may be reminded
 * of, and whether it was, the daemon decides (routing/documents/reminders.h): the same command
 * twice, or two at once, send one. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/reminder.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum {
	OPT_ALL_LATE = 1,
	OPT_AUTO,
	OPT_TO,
	OPT_SIGNER,
	OPT_POSITION,
	OPT_COMPETENCE,
	OPT_NOTE,
	OPT_FILE
};
enum { TEXT_SIGNER, TEXT_POSITION, TEXT_COMPETENCE, TEXT_NOTE, TEXT_COUNT };

const struct command_option remind_options[] = {
	{ "all-late", OPT_ALL_LATE, NULL,
	  N_("all who are late with what we sent, or near its day as configured; who was reminded "
	     "lately is left out"),
	  VALUE_NONE, NULL },
	{ "auto", OPT_AUTO, NULL,
	  N_("for a timer: with --all-late, only where reminders.auto says yes, and only the sides "
	     "of reminders.down and reminders.up that are not 0"),
	  VALUE_NONE, NULL },
	{ "to", OPT_TO, N_("WHO[,WHO…]"), N_("only these recipients, by id or name"),
	  VALUE_COMMITTEE, NULL },
	{ "file", OPT_FILE, N_("FILE"), N_("the document itself (a text that is made)"), VALUE_FILE,
	  NULL },
	{ "note", OPT_NOTE, N_("TEXT"), N_("what the reminder says besides"), VALUE_NONE, NULL },
	{ "signer", OPT_SIGNER, N_("NAME"), N_("who signed it"), VALUE_SIGNER, NULL },
	{ "position", OPT_POSITION, N_("TEXT"), N_("the office of who signed it"), VALUE_NONE,
	  NULL },
	{ "competence", OPT_COMPETENCE, N_("TEXT"),
	  N_("in whose place it was signed, like \"T/M ĐẢNG ỦY\""), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column columns[] = {
	{ "id", N_("Id"), FORMAT_ID, false },
	{ "number", N_("Number"), FORMAT_TEXT, false },
	{ "late", N_("Working days"), FORMAT_TEXT, false },
	{ "recipient_text", N_("To"), FORMAT_TEXT, true },
	{ "superior_text", N_("Copy to"), FORMAT_TEXT, true },
	{ "count", N_("Reminded before"), FORMAT_COUNT, false },
	{ "reminder", N_("Reminder"), FORMAT_ID, false },
	{ "reminder_number", N_("By number"), FORMAT_TEXT, false },
	{ "why_text", N_("Not now"), FORMAT_TEXT, true },
	{ "error", N_("Problem"), FORMAT_CODE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column plain_columns[] = {
	{ "id", "id", FORMAT_ID, false },
	{ "number", "number", FORMAT_TEXT, false },
	{ "recipient", "recipient", FORMAT_TEXT, false },
	{ "late_days", "late_days", FORMAT_COUNT, false },
	{ "superior", "superior", FORMAT_TEXT, false },
	{ "count", "count", FORMAT_COUNT, false },
	{ "reminder", "reminder", FORMAT_ID, false },
	{ "reminder_number", "reminder_number", FORMAT_TEXT, false },
	{ "why", "why", FORMAT_TEXT, false },
	{ "next", "next", FORMAT_TEXT, false },
	{ "error", "error", FORMAT_CODE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const char *const verdicts[] = { "now",	      "no-day",	     "not-yet", "done",
					"asked-back", "undelivered", "reminded" };
static const char *const reasons[] = { "",
				       N_("it names no day"),
				       N_("its day is not near yet"),
				       N_("it is done"),
				       N_("it was asked back, or replaced"),
				       N_("it is not delivered yet"),
				       N_("reminded already") };

enum { VERDICTS = sizeof verdicts / sizeof verdicts[0] };

struct wanted {
	bool all_late, by_itself;
	const char *whom, *file;
	char *texts[TEXT_COUNT];
	char *to; /* whom, with ids for names; NULL: everybody */
	const struct doctype *type;
	char today[DATE_MAX + 1];
	char **names; /* of documents */
	size_t name_count;
	struct reminder *list;
	size_t count;
	unsigned sent, left; /* left: named, and not reminded */
	int first;	     /* exit code of the first that was left */
	struct slips printed;
};

/* ---- which ---- */

static bool add_name(struct wanted *w, const char *name)
{
	char **grown = realloc(w->names, (w->name_count + 1) * sizeof *grown);

	if (grown == NULL)
		return false;
	w->names = grown;
	w->names[w->name_count] = strdup(name);
	return w->names[w->name_count] != NULL && ++w->name_count > 0;
}

/* A name a line; empty lines are none. */
static bool add_lines(struct wanted *w, FILE *from)
{
	char *line = NULL;
	size_t room = 0;
	bool ok = true;

	while (ok && getline(&line, &room, from) != -1) {
		line[strcspn(line, "\r\n")] = '\0';
		ok = line[0] == '\0' || add_name(w, line);
	}
	free(line);
	return ok;
}

/* Is it one of the ids between commas? */
static bool is_named(const char *list, const char *id)
{
	size_t len = strlen(id);

	while (*list != '\0') {
		size_t one = strcspn(list, ",");

		if (one == len && memcmp(list, id, len) == 0)
			return true;
		list += one + (list[one] == ',');
	}
	return false;
}

static bool is_wanted(const struct wanted *w, const Vanthu__V1__DueLine *l)
{
	if (w->to != NULL && !is_named(w->to, l->to))
		return false;
	if (!w->all_late)
		return true;
	return l->remind != NULL &&
	       l->remind->verdict == VANTHU__V1__REMIND_VERDICT__REMIND_VERDICT_NOW &&
	       (!w->by_itself || l->remind->by_itself);
}

static bool add(struct wanted *w, const Vanthu__V1__DueLine *l)
{
	struct reminder *grown = realloc(w->list, (w->count + 1) * sizeof *grown);

	if (grown == NULL)
		return false;
	w->list = grown;
	return reminder_take(&w->list[w->count++], l);
}

/* The recipients of one document, or with NULL of all, that have not done it. */
static enum err collect(struct call *c, struct wanted *w, const char *name)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__DueQuery query = VANTHU__V1__DUE_QUERY__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;
	enum err e;

	query.sent = query.all = true;
	ref.text = (char *)(uintptr_t)name;
	query.ref = name == NULL ? NULL : &ref;
	request.what_case = VANTHU__V1__REQUEST__WHAT_DUE;
	request.due = &query;
	if (name != NULL)
		call_about(c, name);
	e = call_send(c, &request);
	if (e != ERR_OK)
		return call_fail(c, e, NULL);
	while ((e = call_row(c, VANTHU__V1__REPLY__WHAT_DUE, &reply)) == ERR_OK) {
		if (is_wanted(w, reply->due) && !add(w, reply->due))
			return call_fail(c, ERR_NO_MEMORY, NULL);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* ---- one ---- */

static json_t *row_of(const struct reminder *r)
{
	unsigned verdict = (unsigned)r->verdict < VERDICTS ? (unsigned)r->verdict : 1;

	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:I, s:I, s:o, s:o, s:o}", "id", r->id_text,
			 "number", r->number, "recipient", r->to, "recipient_name",
			 json_text_or_null(strcmp(r->to_name, r->to) == 0 ? "" : r->to_name), "due",
			 json_text_or_null(r->due_on), "late_days", (json_int_t)r->late_days,
			 "count", (json_int_t)r->count, "superior", json_text_or_null(r->superior),
			 "why", verdict == 0 ? json_null() : json_string(verdicts[verdict]), "next",
			 json_text_or_null(r->next_on));
}

static void refuse(struct wanted *w, json_t *row, enum err e)
{
	json_object_set_new(row, "error", json_code((uint32_t)e));
	w->left++;
	w->first = w->first == 0 ? err_exit_code(e) : w->first;
}

static enum err verdict_err(const struct reminder *r)
{
	return r->verdict == VANTHU__V1__REMIND_VERDICT__REMIND_VERDICT_LATER ? ERR_REMINDED
									      : ERR_REMIND_NOTHING;
}

static const char *text_or_none(const struct wanted *w, int which)
{
	return w->texts[which] == NULL ? "" : w->texts[which];
}

static void describe(const struct wanted *w, const struct reminder *r, struct submission *s)
{
	s->type_code = w->type->code;
	s->type_name = w->type->name;
	s->number = "auto";
	s->note = s->term = "";
	s->signer_name = text_or_none(w, TEXT_SIGNER);
	s->signer_position = text_or_none(w, TEXT_POSITION);
	s->signer_competence = text_or_none(w, TEXT_COMPETENCE);
	snprintf(s->issued_on, sizeof s->issued_on, "%s", r->today);
	s->urgency = VANTHU__V1__URGENCY__URGENCY_THUONG;
	s->secrecy = VANTHU__V1__SECRECY__SECRECY_THUONG;
	s->reply_origin = r->origin;
	s->reply_id = r->id;
	s->reply_digest = r->digest;
	s->reminds = r->to;
	s->file_count = 1;
}

/* Answers of the daemon stand in the row. ERR_OK, or what ends the command, reported. */
static enum err submit(struct call *c, struct wanted *w, const struct reminder *r,
		       struct submission *s, json_t *row)
{
	const struct submission_recipient to[2] = { { .committee = r->to },
						    { .committee = r->superior } };
	Vanthu__V1__Accepted *accepted;
	struct client_fault fault;
	char id[UUID_TEXT_SIZE];
	enum err e;

	s->recipients = to;
	s->recipient_count = r->superior[0] == '\0' ? 1 : 2;
	e = submission_send(call_client(c), s, &fault, &accepted);
	if (e == ERR_OK) {
		uuid_print(s->id.bytes, id);
		if (!s->dry_run)
			json_object_set_new(row, "reminder", json_string(id));
		json_object_set_new(row, "reminder_number", json_string(accepted->number));
		slips_print(call_cli(c), &w->printed, slips_of(accepted));
		w->sent++;
		return ERR_OK;
	}
	if (fault.file || fault.call != NULL || e == ERR_TIMEOUT || e == ERR_UNREACHABLE)
		return call_report(c, &fault);
	/* another command was quicker: what was wanted is done */
	if (e == ERR_REMINDED && w->all_late)
		json_object_set_new(row, "why", json_string(verdicts[VERDICTS - 1]));
	else
		refuse(w, row, e);
	return ERR_OK;
}

static enum err remind(struct call *c, struct wanted *w, const struct reminder *r, json_t *row)
{
	struct submission s = { .dry_run = call_cli(c)->dry_run };
	char *subject = reminder_subject(r), *text = reminder_text(r, w->texts[TEXT_NOTE]);
	struct blob content = { (const uint8_t *)text, text == NULL ? 0 : strlen(text) };
	enum err e = subject == NULL || text == NULL ? ERR_NO_MEMORY : ERR_OK;

	if (e == ERR_OK)
		e = uuid_new(text_now_ms(), &s.id);
	describe(w, r, &s);
	s.subject = subject;
	s.files[0] = w->file != NULL ? w->file : "don-doc.txt";
	s.contents = w->file != NULL ? NULL : &content;
	e = e == ERR_OK ? submit(c, w, r, &s, row) : call_fail(c, e, NULL);
	free(subject);
	free(text);
	return e;
}

/* ---- all ---- */

/* Nobody of it is left who has not done it, or of those that --to names. */
static void nothing_of(struct wanted *w, const char *name, json_t *rows)
{
	json_t *row = json_pack("{s:s}", "id", name);

	refuse(w, row, ERR_REMIND_NOTHING);
	json_array_append_new(rows, row);
}

static enum err find(struct call *c, struct wanted *w, json_t *rows)
{
	enum err e = w->all_late ? collect(c, w, NULL) : ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < w->name_count; i++) {
		size_t before = w->count;

		e = collect(c, w, w->names[i]);
		if (e == ERR_OK && w->count == before)
			nothing_of(w, w->names[i], rows);
	}
	return e;
}

static enum err remind_all(struct call *c, struct wanted *w, json_t *rows)
{
	enum err e = find(c, w, rows);

	for (size_t i = 0; e == ERR_OK && i < w->count; i++) {
		const struct reminder *r = &w->list[i];
		json_t *row = row_of(r);

		if (r->verdict == VANTHU__V1__REMIND_VERDICT__REMIND_VERDICT_NOW)
			e = remind(c, w, r, row);
		else
			refuse(w, row, verdict_err(r));
		if (call_cli(c)->dry_run)
			json_object_set_new(row, "dry_run", json_true());
		json_array_append_new(rows, row);
	}
	return e;
}

/* ---- for people ---- */

static void add_words(struct cli *cli, json_t *row)
{
	json_int_t late = json_integer_value(json_object_get(row, "late_days"));
	const char *why = json_string_value(json_object_get(row, "why"));
	char words[96] = "", on[64];
	json_t *name = json_object_get(row, "recipient_name");

	if (late > 0)
		snprintf(words, sizeof words,
			 ngettext("%lld late", "%lld late", (unsigned long)late), (long long)late);
	else if (late < 0)
		snprintf(words, sizeof words,
			 ngettext("%lld left", "%lld left", (unsigned long)-late),
			 (long long)-late);
	json_object_set_new(row, "late", json_string(words));
	json_object_set(row, "recipient_text",
			json_is_string(name) ? name : json_object_get(row, "recipient"));
	json_object_set(row, "superior_text", json_object_get(row, "superior"));
	for (unsigned i = 1; why != NULL && i < VERDICTS; i++) {
		if (strcmp(why, verdicts[i]) != 0)
			continue;
		output_format(cli, json_object_get(row, "next"), FORMAT_DATE, false, on, sizeof on);
		json_object_set_new(
			row, "why_text",
			on[0] == '\0' ? json_string(_(reasons[i]))
				      : json_sprintf(_("%s; again from %s"), _(reasons[i]), on));
	}
}

/* The only one that was named, and not reminded: why, and what helps. */
static int fail_one(struct cli *cli, const struct wanted *w, const json_t *row)
{
	const char *why = json_string_value(json_object_get(row, "why_text")),
		   *name = w->name_count > 0 ? w->names[0] : "";
	const char *code = json_string_value(json_object_get(row, "error"));
	enum err e = code == NULL ? ERR_REMIND_NOTHING : (enum err)strtoul(code + 3, NULL, 10);
	char message[768];

	if (why == NULL)
		return cli_fail(cli, e, name);
	snprintf(message, sizeof message, "%s: %s: %s", name, _(err_text(e)), why);
	return cli_fail_text(cli, e, message, _(err_fix(e)));
}

static int print(struct cli *cli, struct wanted *w, json_t *rows)
{
	int code = w->left == 0 ? 0 : w->sent > 0 ? 7 : w->first;
	json_t *row;
	size_t i;

	json_array_foreach(rows, i, row) add_words(cli, row);
	if (w->left == 1 && json_array_size(rows) == 1)
		return fail_one(cli, w, json_array_get(rows, 0));
	if (json_array_size(rows) == 0 && !cli->json && !cli->plain) {
		if (!cli->quiet)
			terminal_say(_("There is nobody to remind now."));
		return code;
	}
	output_list(cli, json_incref(rows), cli->plain ? plain_columns : columns);
	if (cli->dry_run)
		cli_hint(cli, "%s", _("Nothing was sent: this was a dry run."));
	else if (w->sent > 0)
		cli_hint(cli, "%s", _("Who has been reminded of what: vanthu due --sent"));
	return code;
}

/* ---- the command ---- */

static enum err prepare(struct call *c, struct wanted *w)
{
	enum err e = ERR_OK;

	if (w->whom != NULL)
		e = recipients_resolve(c, w->whom, true, false, &w->to);
	if (e == ERR_OK && w->texts[TEXT_SIGNER] != NULL)
		e = signer_fill(c, w->today, &w->texts[TEXT_SIGNER], &w->texts[TEXT_POSITION]);
	return e;
}

static int run(struct cli *cli, struct wanted *w)
{
	struct call *c = NULL;
	json_t *rows = json_array();
	enum err e = ERR_OK;
	int code = doctype_option(cli, "CV", w->today, &w->type);

	if (code == 0) {
		e = call_open(cli, CLIENT_OFFICE, &c);
		if (e == ERR_OK)
			e = prepare(c, w);
		if (e == ERR_OK)
			e = remind_all(c, w, rows);
		call_close(c);
		/* what was sent is told, whatever came after it */
		if (e == ERR_OK)
			code = print(cli, w, rows);
		else
			code = w->sent > 0 ? 7 : err_exit_code(e);
	}
	json_decref(rows);
	return code;
}

static bool take_text(struct wanted *w, int which, const char *value)
{
	free(w->texts[which]);
	w->texts[which] = text_entry(value);
	return w->texts[which] != NULL;
}

static bool take(struct wanted *w, int option, const char *value)
{
	switch (option) {
	case OPT_ALL_LATE:
		w->all_late = true;
		return true;
	case OPT_AUTO:
		w->by_itself = true;
		return true;
	case OPT_TO:
		w->whom = value;
		return recipients_named(value);
	case OPT_FILE:
		w->file = value;
		return true;
	case OPT_SIGNER:
		return take_text(w, TEXT_SIGNER, value);
	case OPT_POSITION:
		return take_text(w, TEXT_POSITION, value);
	case OPT_COMPETENCE:
		return take_text(w, TEXT_COMPETENCE, value) &&
		       signing_is_competence(w->texts[TEXT_COMPETENCE]);
	default:
		return take_text(w, TEXT_NOTE, value);
	}
}

static const char *hint_of(int option)
{
	if (option == OPT_TO)
		return _(err_fix(ERR_NO_RECIPIENT));
	if (option == OPT_COMPETENCE)
		return _("write T/M, T/L or K/T and for whom, like \"T/M ĐẢNG ỦY\"; the State "
			 "writes TM. "
			 "KT. TL. TUQ. Q.");
	return _(err_fix(ERR_UTF8));
}

static int check_texts(struct cli *cli, const struct wanted *w)
{
	const struct text_field fields[] = {
		{ "signer", w->texts[TEXT_SIGNER], COMMITTEE_NAME_MAX, true },
		{ "position", w->texts[TEXT_POSITION], COMMITTEE_NAME_MAX, true },
		{ "competence", w->texts[TEXT_COMPETENCE], COMMITTEE_NAME_MAX, true },
		{ "note", w->texts[TEXT_NOTE], SUBJECT_MAX, true },
	};
	int code = text_field_check(cli, fields, sizeof fields / sizeof fields[0]);

	return code == 0 && w->file != NULL ? text_field_check_name(cli, w->file) : code;
}

static int read_and_run(struct cli *cli, int argc, char **argv, struct wanted *w)
{
	bool ok = true;
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!take(w, c, optarg))
			return cli_bad_value(cli, hint_of(c));
	}
	if (w->by_itself && !w->all_late)
		return cli_wanted(cli, _("--auto wants --all-late"), "");
	if (w->all_late && optind < argc)
		return cli_usage(cli, argv[optind]);
	for (int i = optind; ok && i < argc; i++)
		ok = strcmp(argv[i], "-") == 0 ? add_lines(w, stdin) : add_name(w, argv[i]);
	if (!ok)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	if (!w->all_late && w->name_count == 0)
		return cli_wanted(cli, _("name the documents, or --all-late"), "");
	c = check_texts(cli, w);
	text_today(w->today);
	return c != 0 ? c : run(cli, w);
}

int cmd_remind(struct cli *cli, int argc, char **argv)
{
	struct wanted w = { .count = 0 };
	int code = read_and_run(cli, argc, argv, &w);

	for (size_t i = 0; i < w.count; i++)
		reminder_free(&w.list[i]);
	for (size_t i = 0; i < w.name_count; i++)
		free(w.names[i]);
	for (unsigned i = 0; i < TEXT_COUNT; i++)
		free(w.texts[i]);
	free(w.list);
	free(w.names);
	free(w.to);
	return code;
}
