/* See send_order.h. */
#include "tools/command/send_order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/command/edxml_show.h"
#include "tools/input/input.h"

enum {
	OPT_TO = 1,
	OPT_TYPE,
	OPT_NUMBER,
	OPT_SUBJECT,
	OPT_URGENCY,
	OPT_DUE,
	OPT_REPLY,
	OPT_SECRECY,
	OPT_WAIT,
	OPT_ID,
	OPT_DATE,
	OPT_SIGNER,
	OPT_POSITION,
	OPT_NOTE,
	OPT_TERM,
	OPT_STRICT,
	OPT_COMPETENCE,
	OPT_FINISH,
	OPT_NO_FINISH,
	OPT_UPDATE,
	OPT_REPLACE,
	OPT_PAPER_COPIES,
	OPT_FOREIGN_ID,
	OPT_PUBLISH,
	OPT_EDXML
};

const struct command_option send_options[] = {
	{ "to", OPT_TO, N_("WHO[,WHO…]"),
	  N_("committees by id or name, or superior, subordinates, subtree"), VALUE_RECIPIENTS,
	  NULL },
	{ "type", OPT_TYPE, N_("TYPE"), N_("type of document: its symbol (KH) or its full name"),
	  VALUE_TYPE, NULL },
	{ "number", OPT_NUMBER, N_("NUMBER"),
	  N_("number as printed, like 31-KH/ĐU; auto, auto-KH/ĐU or auto/KH-ĐU: the next one"),
	  VALUE_NONE, NULL },
	{ "subject", OPT_SUBJECT, N_("TEXT"), N_("what it is about, in a line"), VALUE_NONE, NULL },
	{ "urgency", OPT_URGENCY, "thuong|khan|thuong-khan|hoa-toc",
	  N_("how urgent; all but thuong overtake thuong (thuong)"), VALUE_WORDS, NULL },
	{ "secrecy", OPT_SECRECY, "thuong|mat|toi-mat|tuyet-mat",
	  N_("how secret; only thuong is taken here (thuong)"), VALUE_WORDS, NULL },
	{ "due", OPT_DUE, N_("DATE"), N_("to be done by: YYYY-MM-DD or DD/MM/YYYY"), VALUE_NONE,
	  NULL },
	{ "reply-to", OPT_REPLY, N_("ID"),
	  N_("the document that this one answers; without --to it goes to who issued that"),
	  VALUE_DOCUMENT, NULL },
	{ "update", OPT_UPDATE, N_("ID"),
	  N_("a document of ours that this one changes; without --to it goes to all who have that"),
	  VALUE_DOCUMENT, NULL },
	{ "replace", OPT_REPLACE, N_("ID"),
	  N_("a document of ours that this one stands in the place of; --to as with --update"),
	  VALUE_DOCUMENT, NULL },
	{ "finish", OPT_FINISH, NULL, N_("the work on what it answers is finished with it"),
	  VALUE_NONE, NULL },
	{ "no-finish", OPT_NO_FINISH, NULL, N_("the work on what it answers goes on: do not ask"),
	  VALUE_NONE, NULL },
	{ "date", OPT_DATE, N_("DATE"), N_("date of issue (today)"), VALUE_NONE, NULL },
	{ "signer", OPT_SIGNER, N_("NAME"), N_("who signed it"), VALUE_SIGNER,
	  NULL },
	{ "position", OPT_POSITION, N_("TEXT"), N_("the office of who signed it"), VALUE_NONE,
	  NULL },
	{ "competence", OPT_COMPETENCE, N_("TEXT"),
	  N_("in whose place it was signed, like \"T/M ĐẢNG ỦY\""), VALUE_NONE, NULL },
	{ "term", OPT_TERM, N_("TEXT"), N_("term of the committee, like 2025-2030"), VALUE_NONE,
	  NULL },
	{ "note", OPT_NOTE, N_("TEXT"), N_("a note to the recipients' offices"), VALUE_NONE, NULL },
	{ "paper-copies", OPT_PAPER_COPIES, N_("N"),
	  N_("so many copies go on paper besides: it counts as digital, and not as paperless"),
	  VALUE_NONE, NULL },
	{ "foreign-id", OPT_FOREIGN_ID, N_("TEXT"),
	  N_("the id that another system gave it, word for word"), VALUE_NONE, NULL },
	{ "edxml", OPT_EDXML, N_("FILE"),
	  N_("an edXML file: what it has that nothing here has a place for goes with the document"),
	  VALUE_FILE, NULL },
	{ "wait", OPT_WAIT, "accepted|delivered",
	  N_("return when it is accepted (as without this), or delivered everywhere, within "
	     "--timeout"),
	  VALUE_WORDS, NULL },
	{ "id", OPT_ID, N_("UUID"), N_("id of the document, to repeat a send safely (made anew)"),
	  VALUE_NONE, NULL },
	{ "publish", OPT_PUBLISH, NULL,
	  N_("everybody may read it, on a portal too: where publish.allow says yes"), VALUE_NONE,
	  NULL },
	{ "strict", OPT_STRICT, NULL, N_("send nothing where there is something to warn of"),
	  VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static bool choose(const char *text, const char *const *words, int *out)
{
	*out = text_choose(text, words);
	return *out >= 0;
}

static bool take_choice(struct send_order *w, int option, const char *value)
{
	static const char *const urgencies[] = { "thuong", "khan", "thuong-khan", "hoa-toc", NULL };
	static const char *const secrecies[] = { "thuong", "mat", "toi-mat", "tuyet-mat", NULL };
	static const char *const waits[] = { "", "accepted", "delivered", NULL };
	int n = 0;

	switch (option) {
	case OPT_URGENCY:
		if (!choose(value, urgencies, &n))
			return false;
		w->s.urgency = (Vanthu__V1__Urgency)(n + 1);
		return true;
	case OPT_SECRECY:
		if (!choose(value, secrecies, &n))
			return false;
		w->s.secrecy = (Vanthu__V1__Secrecy)(n + 1);
		return true;
	case OPT_WAIT:
		return choose(value, waits, &w->wait) && w->wait != WAIT_NONE;
	case OPT_DUE:
		return text_date(value, w->s.due_on);
	case OPT_DATE:
		return text_date(value, w->s.issued_on);
	case OPT_PUBLISH:
		w->s.published = true;
		return true;
	case OPT_STRICT:
		w->s.strict = true;
		return true;
	case OPT_FINISH:
		w->finishing = FINISH_YES;
		return true;
	case OPT_NO_FINISH:
		w->finishing = FINISH_NO;
		return true;
	case OPT_ID:
		return uuid_parse(value, &w->s.id) == ERR_OK;
	default:
		return false;
	}
}

static bool take_text(struct send_order *w, int which, const char *value)
{
	free(w->texts[which]);
	w->texts[which] = text_entry(value);
	return w->texts[which] != NULL;
}

/* One of the two, and of one document. */
static bool take_older(struct send_order *w, int option, const char *value)
{
	bool first = w->older.name == NULL;

	w->older.name = value;
	w->older.business = option == OPT_UPDATE ? VANTHU__V1__BUSINESS__BUSINESS_UPDATE
						 : VANTHU__V1__BUSINESS__BUSINESS_REPLACE;
	return first;
}

static bool take(struct send_order *w, int option, const char *value)
{
	switch (option) {
	case OPT_TO:
		w->whom = value;
		return recipients_named(value);
	case OPT_TYPE:
		w->type = value;
		return true;
	case OPT_EDXML:
		w->edxml = value;
		return true;
	case OPT_PAPER_COPIES:
		return text_count(value, PAPER_COPIES_MAX, &w->s.paper_copies);
	case OPT_REPLY:
		w->reply_to = value;
		return true;
	case OPT_UPDATE:
	case OPT_REPLACE:
		return take_older(w, option, value);
	case OPT_NUMBER:
		return take_text(w, TEXT_NUMBER, value);
	case OPT_SUBJECT:
		return take_text(w, TEXT_SUBJECT, value);
	case OPT_SIGNER:
		return take_text(w, TEXT_SIGNER, value);
	case OPT_POSITION:
		return take_text(w, TEXT_POSITION, value);
	case OPT_COMPETENCE:
		return take_text(w, TEXT_COMPETENCE, value) &&
		       signing_is_competence(w->texts[TEXT_COMPETENCE]);
	case OPT_NOTE:
		return take_text(w, TEXT_NOTE, value);
	case OPT_TERM:
		return take_text(w, TEXT_TERM, value);
	case OPT_FOREIGN_ID:
		return take_text(w, TEXT_FOREIGN_ID, value);
	default:
		return take_choice(w, option, value);
	}
}

static int check_type(struct cli *cli, struct send_order *w)
{
	const struct doctype *type;
	int code = doctype_option(cli, w->type, w->s.issued_on, &type);

	if (code == 0) {
		w->s.type_code = type->code;
		w->s.type_name = type->name;
	}
	return code;
}

static const char *hint_of(int option)
{
	switch (option) {
	case OPT_DUE:
	case OPT_DATE:
		return _(err_fix(ERR_BAD_DATE));
	case OPT_ID:
		return _("give a UUID (32 hexadecimal digits, not all zero), or leave --id out and "
			 "one is made");
	case OPT_UPDATE:
	case OPT_REPLACE:
		return _("a document updates or replaces one other: --update or --replace, once");
	case OPT_TO:
		return _(err_fix(ERR_NO_RECIPIENT));
	case OPT_PAPER_COPIES:
		return _("give how many copies go on paper besides, or leave it out");
	case OPT_COMPETENCE:
		return _("write T/M, T/L or K/T and for whom, like \"T/M ĐẢNG ỦY\"; the State "
			 "writes TM. "
			 "KT. TL. TUQ. Q.");
	default:
		return _(err_fix(ERR_UTF8));
	}
}

static bool is_for_somebody(const struct send_order *w)
{
	return w->whom != NULL || w->reply_to != NULL || w->older.name != NULL;
}

/* All that is missing in one message, so that nobody has to try four times. 0: nothing is. */
static int check_complete(struct cli *cli, const struct send_order *w)
{
	const struct {
		bool missing;
		const char *what;
	} all[] = { { w->s.file_count == 0, N_("the file of the document") },
		    { !is_for_somebody(w), N_("--to (to whom)") },
		    { w->type == NULL, N_("--type (what type of document)") },
		    { w->texts[TEXT_SUBJECT] == NULL, N_("--subject (what it is about)") } };
	char list[256] = "", message[512];
	unsigned count = 0;

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (!all[i].missing)
			continue;
		snprintf(list + strlen(list), sizeof list - strlen(list), "%s%s",
			 count == 0 ? "" : ", ", _(all[i].what));
		count++;
	}
	if (count == 0)
		return 0;
	if (count == 1 && !is_for_somebody(w)) {
		cli_fail(cli, ERR_NO_RECIPIENT, NULL);
		return err_exit_code(ERR_USAGE); /* nobody was asked: it is usage */
	}
	snprintf(message, sizeof message, _("still missing: %s"), list);
	return cli_wanted(cli, message,
			  _("for example: vanthu send plan.docx --to subordinates --type KH "
			    "--number 31-KH/ĐU --subject \"Plan for 2026\""));
}

/* The file's parts are not wanted: they are what is sent, or were left out. */
static int read_edxml(struct cli *cli, struct send_order *w)
{
	struct edxml_file f;
	int code = edxml_show_open(cli, w->edxml, &f);
	enum err e = ERR_OK;

	if (code == 0)
		e = edxml_rest_make(f.loaded->message, &w->s.edxml);
	edxml_show_close(&f);
	return e == ERR_OK ? code : cli_fail(cli, e, w->edxml);
}

const char *send_order_text(const struct send_order *w, int which)
{
	return w->texts[which] == NULL ? "" : w->texts[which];
}

/* Each text within the bounds that its readers have (routing/base/limits.h), and the names of files
 * that can be saved where they go. */
static int check_texts(struct cli *cli, struct send_order *w)
{
	const struct text_field fields[] = {
		{ "number", w->texts[TEXT_NUMBER], NUMBER_MAX, false },
		{ "subject", w->texts[TEXT_SUBJECT], SUBJECT_MAX, false },
		{ "signer", w->texts[TEXT_SIGNER], COMMITTEE_NAME_MAX, true },
		{ "position", w->texts[TEXT_POSITION], COMMITTEE_NAME_MAX, true },
		{ "competence", w->texts[TEXT_COMPETENCE], COMMITTEE_NAME_MAX, true },
		{ "note", w->texts[TEXT_NOTE], SUBJECT_MAX, true },
		{ "term", w->texts[TEXT_TERM], COMMITTEE_NAME_MAX, true },
		{ "foreign-id", w->texts[TEXT_FOREIGN_ID], FOREIGN_ID_MAX, true },
	};
	int code = text_field_check(cli, fields, sizeof fields / sizeof fields[0]);

	for (unsigned i = 0; code == 0 && i < w->s.file_count; i++)
		code = text_field_check_name(cli, w->s.files[i]);
	if (code != 0)
		return code;
	w->s.number = send_order_text(w, TEXT_NUMBER);
	w->s.subject = send_order_text(w, TEXT_SUBJECT);
	w->s.signer_name = send_order_text(w, TEXT_SIGNER);
	w->s.signer_position = send_order_text(w, TEXT_POSITION);
	w->s.signer_competence = send_order_text(w, TEXT_COMPETENCE);
	w->s.note = send_order_text(w, TEXT_NOTE);
	w->s.term = send_order_text(w, TEXT_TERM);
	w->s.foreign_id = send_order_text(w, TEXT_FOREIGN_ID);
	return 0;
}

int send_order_read(struct cli *cli, int argc, char **argv, struct send_order *w)
{
	int c;

	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (!take(w, c, optarg))
			return cli_bad_value(cli, hint_of(c));
	}
	if (argc - optind > SUBMISSION_FILES_MAX)
		return cli_fail(cli, ERR_TOO_MANY_ATTACHMENTS, NULL);
	for (int i = optind; i < argc; i++)
		w->s.files[w->s.file_count++] = argv[i];
	if (w->finishing == FINISH_YES && w->reply_to == NULL)
		return cli_wanted(cli, _("--finish wants --reply-to (what it finishes)"), "");
	c = check_complete(cli, w);
	if (c == 0)
		c = check_texts(cli, w);
	if (c != 0)
		return c;
	if (w->s.issued_on[0] == '\0')
		text_today(w->s.issued_on);
	c = check_type(cli, w);
	return c == 0 && w->edxml != NULL ? read_edxml(cli, w) : c;
}
