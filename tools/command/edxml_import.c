/* See tools/command/edxml_import.h. */
#include "tools/command/edxml_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/digest.h"
#include "routing/rules/rules.h"
#include "tools/axis/axis.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/delivered.h"
#include "tools/command/edxml_id.h"
#include "tools/command/edxml_line.h"
#include "tools/command/edxml_organs.h"
#include "tools/command/edxml_same.h"
#include "tools/command/edxml_show.h"
#include "tools/command/edxml_types.h"

enum { MEMORY_BYTES = 4 << 20, NAME_BYTES = 256 };

struct importing {
	struct cli *cli;
	const struct edxml_file *file;
	const struct edxml_message *m;
	const struct edxml_passed *passed;
	struct call *call;
	struct edxml_organs *organs;
	struct type_numbers types; /* what the operator says of them */
	char day[EDXML_DATE_SIZE]; /* on which codes of organs are looked up: that of issue */
	struct edxml_line line;
	struct axis_finder finder;
	bool done; /* it is here already, and that was printed */
};

static const char *passed(const struct importing *i, const char *name)
{
	for (unsigned n = 0; n < i->passed->count; n++)
		if (strcmp(i->passed->names[n], name) == 0)
			return i->passed->values[n] == NULL ? "" : i->passed->values[n];
	return NULL;
}

/* What the file says, where the line does not say it. */
static void option(struct importing *i, const char *name, const char *value)
{
	if (passed(i, name) == NULL)
		edxml_line_option(&i->line, name, value);
}

static int fail_with(struct importing *i, enum err e, const char *about, const char *fix)
{
	char message[512], shown[EDXML_ABOUT_MAX + 1];

	snprintf(shown, sizeof shown, "%s", about);
	text_one_line(shown);
	snprintf(message, sizeof message, "%s: %s%s%s", i->file->path, _(err_text(e)),
		 shown[0] == '\0' ? "" : ": ", shown);
	return cli_fail_text(i->cli, e, message, fix);
}

static int fail(struct importing *i, enum err e, const char *about)
{
	return fail_with(i, e, about, _(err_fix(e)));
}

/* ---- which document of ours ---- */

/* What a search came to, where it was for something that must be there: 0, or what was reported.
 * Several documents of one name are as little as none: nobody knows which is meant. */
static int found(struct importing *i, enum err e, enum err none, const char *about)
{
	if (e == ERR_OK)
		return 0;
	if (e == ERR_NOT_FOUND)
		return fail(i, none, about);
	return err_exit_code(call_report(i->call, &i->finder.fault));
}

/* Who issued what is answered, as far as the file says it and the directory knows. Of a status
 * some systems name who gives it instead: that says nothing. */
static const char *issuer_of(const struct importing *i, const struct edxml_response *r)
{
	const struct committee_id us = call_committee(i->call);
	text_t code = edxml_text(r->organ_id);
	char day[EDXML_DATE_SIZE];
	const char *who = NULL;

	if (!edxml_date(edxml_text(r->date), day))
		snprintf(day, sizeof day, "%s", i->day);
	if (code[0] != '\0')
		who = edxml_organs_committee(i->organs, code, day);
	return who != NULL && i->m->kind == EDXML_STATUS && strcmp(who, us.text) == 0 ? NULL : who;
}

/* The first of those that it answers which is here. `issuer` NULL: whom each of them names. */
static enum err find_response(struct importing *i, const char *issuer, char out[UUID_TEXT_SIZE])
{
	enum err e = ERR_NOT_FOUND;

	for (uint32_t n = 0; e == ERR_NOT_FOUND && n < i->m->response_count; n++) {
		const struct edxml_response *r = &i->m->responses[n];
		const char *whose = issuer != NULL ? issuer : issuer_of(i, r);

		e = axis_find_id(&i->finder, r->document_id, whose, out);
		if (e == ERR_NOT_FOUND)
			e = axis_find_number(&i->finder, r->code, whose, out);
	}
	return e;
}

/* ---- whom ---- */

static int no_organ(struct importing *i, const char *code)
{
	char nearest[NAME_BYTES], fix[2 * NAME_BYTES];

	edxml_organs_nearest(i->organs, code, nearest, sizeof nearest);
	if (nearest[0] == '\0')
		return fail(i, ERR_EDXML_ORGAN, code);
	snprintf(fix, sizeof fix, _("did you mean %s? else say to whom with --to"), nearest);
	return fail_with(i, ERR_EDXML_ORGAN, code, fix);
}

/* Who sends must be us, where the directory knows the code at all. */
static int check_sender(struct importing *i)
{
	const struct committee_id us = call_committee(i->call);
	text_t code = edxml_text(i->m->from.organ_id);
	const char *sender =
		code[0] == '\0' ? NULL : edxml_organs_committee(i->organs, code, i->day);

	if (sender == NULL || strcmp(sender, us.text) == 0)
		return 0;
	return fail(i, ERR_EDXML_FOREIGN, sender);
}

/* 0 with *out, committees between commas, each once; in the arena. */
static int recipients(struct importing *i, const struct edxml_organ *list, uint32_t count,
		      const char **out)
{
	size_t room = (size_t)count * (COMMITTEE_ID_MAX + 1) + 1;
	char *text = arena_alloc(i->line.memory, room);

	*out = text;
	if (text == NULL)
		return cli_fail(i->cli, ERR_NO_MEMORY, NULL);
	for (uint32_t n = 0; n < count; n++) {
		text_t code = edxml_text(list[n].organ_id);
		const char *who =
			code[0] == '\0' ? NULL : edxml_organs_committee(i->organs, code, i->day);

		if (who == NULL)
			return no_organ(i, code[0] == '\0' ? edxml_text(list[n].name) : code);
		snprintf(text + strlen(text), room - strlen(text), "%s%s",
			 text[0] == '\0' ? "" : ",", who);
	}
	return 0;
}

/* ---- a document ---- */

/* One of vanthu's own that comes back keeps its id. */
static void find_out_id(const struct importing *i, char out[UUID_TEXT_SIZE])
{
	text_t own = edxml_message_value(i->m, "id");
	struct doc_id id;

	if (edxml_message_value(i->m, "origin")[0] != '\0' && uuid_parse(own, &id) == ERR_OK)
		uuid_print(id.bytes, out);
	else
		edxml_id_of(i->file, out);
}

/* What another committee wrote gets an id of ours, should it be ours to send at all. */
static void add_id(struct importing *i)
{
	const struct committee_id us = call_committee(i->call);
	char id[UUID_TEXT_SIZE];

	if (strcmp(edxml_message_value(i->m, "origin"), us.text) == 0)
		find_out_id(i, id);
	else
		edxml_id_of(i->file, id);
	edxml_line_option(&i->line, "id", id);
}

/* As it was written by others. What we would write ourselves says nothing. */
static void add_foreign_id(struct importing *i)
{
	text_t id = edxml_text(i->m->document_id);

	if (strlen(id) > FOREIGN_ID_MAX)
		cli_warn(i->cli, _("%s: its DocumentId is too long and is left out"),
			 i->file->path);
	else if (edxml_message_value(i->m, "id")[0] == '\0')
		edxml_line_option(&i->line, "foreign-id", id);
	else
		edxml_line_option(&i->line, "foreign-id", edxml_message_value(i->m, "foreign_id"));
}

static void add_day(struct importing *i, const char *name, text_t date)
{
	char day[EDXML_DATE_SIZE];

	if (edxml_date(edxml_text(date), day))
		option(i, name, day);
}

static void add_number(struct importing *i)
{
	char number[NUMBER_MAX + 1];

	if (edxml_message_value(i->m, "number")[0] != '\0')
		snprintf(number, sizeof number, "%s", edxml_message_value(i->m, "number"));
	else
		edxml_number_join(i->m->code_number, i->m->code_notation, number, sizeof number);
	option(i, "number", number);
}

/* By its name; where the file has none, by a number that the operator has given a type, by its
 * number's symbol, by the State's number. */
static void add_type(struct importing *i)
{
	text_t own = edxml_message_value(i->m, "type_name"), name = edxml_text(i->m->type_name);
	const char *numbered;
	char number[NUMBER_MAX + 1];
	struct number_parts parts;

	if (own[0] != '\0')
		name = own;
	edxml_number_join(i->m->code_number, i->m->code_notation, number, sizeof number);
	/* Some programs write 1 whatever it is: without a name the State's numbers come last. */
	numbered = edxml_type_name_by(&i->types, edxml_text(i->m->type));
	if (name[0] == '\0' && numbered != NULL && type_numbers_of(&i->types, numbered) != 0)
		name = numbered;
	if (name[0] == '\0' && numbering_parse(number, &parts) == ERR_OK)
		name = parts.type[0] == '\0' ? "CV" : parts.type;
	if (name[0] == '\0' && numbered != NULL)
		name = numbered;
	option(i, "type", name);
}

static void add_urgency(struct importing *i)
{
	static const char *const words[] = { NULL, "khan", "thuong-khan", "hoa-toc", "hoa-toc" };
	int n = edxml_priority(i->m->priority);

	option(i, "urgency", n < 0 ? NULL : words[n]);
}

static void add_signer(struct importing *i)
{
	char *competence = text_entry(edxml_text(i->m->competence));

	option(i, "signer", i->m->signer);
	option(i, "position", i->m->position);
	if (competence != NULL && signing_is_competence(competence))
		option(i, "competence", competence);
	else if (competence != NULL && competence[0] != '\0')
		cli_warn(i->cli, _("%s: in whose place it was signed is left out: %s"),
			 i->file->path, competence);
	free(competence);
}

/* Many documents answer what never came here. */
static void add_reply(struct importing *i)
{
	char id[UUID_TEXT_SIZE];

	if (i->m->response_count == 0 || passed(i, "reply-to") != NULL)
		return;
	if (find_response(i, NULL, id) == ERR_OK)
		edxml_line_option(&i->line, "reply-to", id);
	else
		cli_warn(i->cli, _("%s: what it answers is not here: %s"), i->file->path,
			 edxml_text(i->m->responses[0].code)[0] != '\0'
				 ? i->m->responses[0].code
				 : edxml_text(i->m->responses[0].document_id));
}

/* What it updates or replaces; 0: found, or nothing. */
static int add_older(struct importing *i, int business)
{
	const struct committee_id us = call_committee(i->call);
	char id[UUID_TEXT_SIZE];
	text_t older = edxml_show_older(i->m);
	const char *which = i->passed->older;
	int code = 0;

	if (business != EDXML_UPDATE && business != EDXML_REPLACE)
		return 0;
	if (which == NULL && older[0] == '\0')
		return fail(i, ERR_EDXML_ABOUT, "");
	if (which == NULL)
		code = found(i, axis_find_id(&i->finder, older, us.text, id), ERR_CONCERNS_UNKNOWN,
			     older);
	if (code == 0)
		edxml_line_option(&i->line, business == EDXML_UPDATE ? "update" : "replace",
				  which == NULL ? id : which);
	return code;
}

static void add_files(struct importing *i)
{
	for (uint32_t n = 0; n < i->m->part_count; n++) {
		char path[sizeof i->file->folder + sizeof i->file->loaded->names[0]];

		snprintf(path, sizeof path, "%s/%s", i->file->folder, i->file->loaded->names[n]);
		edxml_line_word(&i->line, path);
	}
}

/* Fields that edXML has no place for, of one of vanthu's own files. */
static void add_own_fields(struct importing *i)
{
	option(i, "secrecy", edxml_message_value(i->m, "secrecy"));
	option(i, "term", edxml_message_value(i->m, "term"));
	option(i, "note", edxml_message_value(i->m, "note"));
	option(i, "paper-copies", edxml_message_value(i->m, "paper_copies"));
}

/* ---- what has no place here ---- */

/* A file of its own beside the parts: the line that follows is one of `send`. */
static enum err write_rest(const struct importing *i, struct blob rest, char *path, size_t size)
{
	FILE *to;
	bool fine;

	snprintf(path, size, "%s/rest.edxml", i->file->folder);
	to = fopen(path, "wxe");
	if (to == NULL)
		return ERR_FILE;
	fine = fwrite(rest.data, 1, rest.len_bytes, to) == rest.len_bytes;
	fine = fclose(to) == 0 && fine;
	return fine ? ERR_OK : ERR_FILE;
}

/* What edXML does not have, and the reader has kept. */
static void drop_unknown(const struct importing *i)
{
	struct edxml_message *m = i->file->loaded->message;

	m->unknown_count = 0;
	m->signature = NULL;
}

/* It goes with the document, whole or, where that is asked for, without what nobody knows. */
static int add_rest(struct importing *i)
{
	const bool lost = edxml_slip_has(&i->file->outcome.slips, EDXML_SLIP_DROPPED);
	char path[sizeof i->file->folder + 16];
	struct blob rest;
	enum err e = ERR_OK;

	if (i->passed->drop_unknown)
		drop_unknown(i);
	else if (lost)
		return fail(i, ERR_EDXML_REST, "");
	e = edxml_rest_make(i->m, &rest);
	if (e == ERR_OK && rest.len_bytes != 0) {
		e = write_rest(i, rest, path, sizeof path);
		edxml_line_option(&i->line, "edxml", path);
	}
	free((void *)(uintptr_t)rest.data);
	if (e == ERR_FILE)
		return cli_fail_file(i->cli, e, path);
	return e == ERR_OK ? 0 : fail(i, e, "");
}

static int make_send(struct importing *i, int business)
{
	const char *to = NULL;
	text_t subject =
		edxml_text(i->m->subject)[0] != '\0' ? i->m->subject : edxml_text(i->m->content);
	int code = 0;

	if (i->m->part_count == 0)
		return fail(i, ERR_EDXML_NO_PART, "");
	edxml_line_word(&i->line, "send");
	code = check_sender(i);
	if (code == 0 && passed(i, "to") == NULL)
		code = recipients(i, i->m->to, i->m->to_count, &to);
	if (code != 0)
		return code;
	option(i, "to", to);
	add_id(i);
	add_foreign_id(i);
	add_number(i);
	add_type(i);
	option(i, "subject", subject);
	add_urgency(i);
	add_day(i, "date", i->m->date);
	add_day(i, "due", i->m->due_date);
	add_signer(i);
	add_own_fields(i);
	add_reply(i);
	code = add_older(i, business);
	if (code == 0)
		code = add_rest(i);
	for (unsigned n = 0; n < i->passed->count; n++) {
		if (i->passed->values[n] == NULL)
			edxml_line_flag(&i->line, i->passed->names[n]);
		else
			edxml_line_option(&i->line, i->passed->names[n], i->passed->values[n]);
	}
	add_files(i);
	return code;
}

/* ---- a recall, by a document of kind 1 or by status 13 ---- */

static int make_recall(struct importing *i, const char *id, const struct edxml_organ *of,
		       uint32_t count)
{
	const char *to = NULL, *reason = edxml_text(i->m->status_note);
	int code = count == 0 ? 0 : recipients(i, of, count, &to);

	if (reason[0] == '\0')
		reason = edxml_text(i->m->business_reason);
	if (reason[0] == '\0')
		reason = edxml_business_text(EDXML_RECALL);
	edxml_line_word(&i->line, "recall");
	edxml_line_word(&i->line, "ask");
	edxml_line_word(&i->line, id);
	edxml_line_option(&i->line, "reason", reason);
	edxml_line_option(&i->line, "to", to);
	return code;
}

static int make_recall_document(struct importing *i)
{
	const struct committee_id us = call_committee(i->call);
	text_t about = edxml_text(i->m->business_id);
	char id[UUID_TEXT_SIZE];
	int code = check_sender(i);
	enum err e;

	if (code != 0)
		return code;
	if (i->passed->older != NULL)
		return make_recall(i, i->passed->older, i->m->to, i->m->to_count);
	e = axis_find_id(&i->finder, about, us.text, id);
	if (e == ERR_NOT_FOUND)
		e = find_response(i, us.text, id);
	code = found(i, e, about[0] == '\0' ? ERR_EDXML_ABOUT : ERR_CONCERNS_UNKNOWN, about);
	return code != 0 ? code : make_recall(i, id, i->m->to, i->m->to_count);
}

/* ---- a status ---- */

/* What an office does to say it. */
static const struct status_row {
	const char *code, *words[2], *note; /* the option that takes what it says */
	bool wants_note;
} status_rows[] = {
	{ "02", { "return", NULL }, "reason", true },
	{ "03", { "accept", NULL }, NULL, false },
	{ "04", { "assign", NULL }, "note", false },
	{ "05", { "start", NULL }, "note", false },
	{ "06", { "finish", NULL }, "note", false },
	{ "15", { "recall", "agree" }, "note", false },
	{ "16", { "recall", "decline" }, "reason", true },
};

/* Many a system says that it has assigned a document, and not to whom: then it is the system's. */
static text_t in_charge(const struct importing *i)
{
	const text_t known[] = { i->m->staff.staff, i->m->staff.department, i->m->from.name };

	for (size_t n = 0; n < sizeof known / sizeof known[0]; n++)
		if (edxml_text(known[n])[0] != '\0')
			return known[n];
	return edxml_text(i->m->from.organ_id);
}

static const struct status_row *row_of(const char *code)
{
	for (size_t n = 0; n < sizeof status_rows / sizeof status_rows[0]; n++)
		if (strcmp(status_rows[n].code, code) == 0)
			return &status_rows[n];
	return NULL;
}

static int make_status(struct importing *i)
{
	const struct committee_id us = call_committee(i->call);
	text_t code = edxml_text(i->m->status_code), note = edxml_text(i->m->status_note);
	const struct status_row *row = row_of(code);
	const char *which = i->passed->older;
	char id[UUID_TEXT_SIZE];
	int result = check_sender(i);

	if (result != 0)
		return result;
	if (i->m->response_count == 0)
		return fail(i, ERR_EDXML_ABOUT, "");
	if (row == NULL && strcmp(code, "13") != 0)
		return fail(i, ERR_EDXML_STATUS, code);
	if (row != NULL || which == NULL)
		result = found(i, find_response(i, row == NULL ? us.text : NULL, id), ERR_NOT_FOUND,
			       edxml_text(i->m->responses[0].code)[0] != '\0'
				       ? i->m->responses[0].code
				       : edxml_text(i->m->responses[0].document_id));
	if (result != 0)
		return result;
	if (row == NULL) {
		const struct edxml_organ of = { .organ_id = i->m->responses[0].organ_id };

		return make_recall(i, which == NULL ? id : which, &of,
				   edxml_text(of.organ_id)[0] != '\0');
	}
	edxml_line_word(&i->line, row->words[0]);
	if (row->words[1] != NULL)
		edxml_line_word(&i->line, row->words[1]);
	edxml_line_word(&i->line, id);
	if (row->note != NULL)
		edxml_line_option(&i->line, row->note,
				  note[0] == '\0' && row->wants_note ? edxml_status_text(code)
								     : note);
	if (strcmp(code, "04") == 0)
		edxml_line_option(&i->line, "to", in_charge(i));
	return 0;
}

/* ---- what is here already ---- */

/* Options that change nothing of the document. */
static bool says_nothing_else(const struct edxml_passed *p)
{
	if (p->drop_unknown)
		return false;
	for (unsigned n = 0; n < p->count; n++)
		if (strcmp(p->names[n], "wait") != 0 && strcmp(p->names[n], "strict") != 0)
			return false;
	return true;
}

/* The number that `auto` gave, a list of distribution, a group: the file has what became of them,
 * and to send it again as that would be another document under the id of this one. True: it is
 * here, and *code is how that ended. */
static bool is_here(struct importing *i, int *code)
{
	const struct committee_id us = call_committee(i->call);
	const char *wait = passed(i, "wait");
	struct edxml_same_question q = { .file = i->file, .organs = i->organs, .day = i->day };
	char id[UUID_TEXT_SIZE];
	bool ours;

	find_out_id(i, id);
	if (!says_nothing_else(i->passed) || axis_find_view(&i->finder, id, &q.view) != ERR_OK ||
	    !edxml_same(&q))
		return false;
	ours = strcmp(q.view->line->from, us.text) == 0;
	i->done = true;
	*code = 0;
	if (ours && wait != NULL && strcmp(wait, "delivered") == 0 && !i->cli->dry_run)
		*code = delivered_wait(i->cli, i->call, id);
	if (*code == 0 && axis_find_view(&i->finder, id, &q.view) == ERR_OK)
		edxml_same_print(i->cli, q.view, id);
	return true;
}

/* ---- the whole ---- */

static int make_line(struct importing *i)
{
	int business = edxml_business(i->m->business_type);

	int code;

	if (i->m->kind == EDXML_STATUS)
		return make_status(i);
	if (is_here(i, &code))
		return code;
	if (business == EDXML_RECALL)
		return make_recall_document(i);
	return make_send(i, business);
}

/* What the daemon knows is asked first; the command that follows has a connection of its own. */
static int prepare(struct importing *i)
{
	enum err e = call_open(i->cli, CLIENT_OFFICE, &i->call);
	int code;

	if (e == ERR_OK)
		e = edxml_types_read(i->cli, &i->types);
	if (e == ERR_OK)
		e = edxml_organs_ask(i->call, &i->organs);
	if (e == ERR_OK)
		i->finder.client = call_client(i->call);
	code = e == ERR_OK ? make_line(i) : err_exit_code(e);
	edxml_organs_free(i->organs);
	call_close(i->call);
	return code;
}

/* "Đã đến" is what the daemon itself says when a document is whole. */
static bool says_nothing_new(const struct edxml_message *m)
{
	return m->kind == EDXML_STATUS && strcmp(edxml_text(m->status_code), "01") == 0;
}

/* What the line says of an older document, a file must be about that says nothing new. */
static bool has_older(const struct edxml_message *m)
{
	return m->kind == EDXML_STATUS ? strcmp(edxml_text(m->status_code), "13") == 0
				       : edxml_business(m->business_type) > EDXML_NEW;
}

static int import(struct importing *i)
{
	int code;

	if (i->passed->older != NULL && !has_older(i->m))
		return cli_fail_text(i->cli, ERR_USAGE,
				     _("--older: the file is about no older document of ours"),
				     _(err_fix(ERR_USAGE)));
	if (i->line.memory == NULL)
		return cli_fail(i->cli, ERR_NO_MEMORY, NULL);
	edxml_show_warn(i->cli, i->file);
	if (!edxml_date(edxml_text(i->m->date), i->day))
		text_today(i->day);
	code = prepare(i);
	return code == 0 && !i->done ? edxml_line_run(i->cli, &i->line) : code;
}

int edxml_import(struct cli *cli, const char *path, const struct edxml_passed *given)
{
	struct edxml_file f;
	struct importing i = { .cli = cli, .file = &f, .passed = given };
	int code = edxml_show_open(cli, path, &f);

	if (code == 0) {
		i.m = f.loaded->message;
		i.line.memory = arena_new(MEMORY_BYTES);
		if (says_nothing_new(i.m))
			code = edxml_show(cli, &f);
		else
			code = import(&i);
	}
	arena_destroy(i.line.memory);
	edxml_show_close(&f);
	return code;
}
