/* See tools/command/edxml_import.h. */
#include "tools/command/edxml_import.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "proto/digest.h"
#include "routing/rules/rules.h"
#include "tools/base/text.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/command/edxml_line.h"
#include "tools/command/edxml_organs.h"
#include "tools/command/edxml_show.h"

enum { MEMORY_BYTES = 4 << 20, NAME_BYTES = 256 };

struct importing {
	struct cli *cli;
	const struct edxml_file *file;
	const struct edxml_message *m;
	const struct edxml_passed *passed;
	struct call *call;
	struct edxml_organs *organs;
	char day[EDXML_DATE_SIZE]; /* on which codes of organs are looked up: that of issue */
	struct edxml_line line;
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

/* A document by one of its names; its whole id into `out`. False: there is none, or several. */
static bool known(struct importing *i, const char *name, char out[UUID_TEXT_SIZE])
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Ref ref = VANTHU__V1__REF__INIT;
	Vanthu__V1__Reply *reply;

	if (name[0] == '\0')
		return false;
	ref.text = (char *)(uintptr_t)name;
	request.what_case = VANTHU__V1__REQUEST__WHAT_SHOW;
	request.show = &ref;
	if (call_send(i->call, &request) != ERR_OK || call_next(i->call, &reply) != ERR_OK ||
	    reply->what_case != VANTHU__V1__REPLY__WHAT_VIEW ||
	    reply->view->line->id.len != sizeof(struct doc_id))
		return false;
	uuid_print(reply->view->line->id.data, out);
	return true;
}

/* Printed, with "/" where we print "-" and the other way round. */
static bool known_number(struct importing *i, const char *printed, char out[UUID_TEXT_SIZE])
{
	char number[NUMBER_MAX + 1], notation[NUMBER_MAX + 1], joined[NUMBER_MAX + 1];

	if (known(i, printed, out))
		return true;
	edxml_number_split(printed, number, sizeof number, notation, sizeof notation);
	edxml_number_join(number, notation, joined, sizeof joined);
	return strcmp(joined, printed) != 0 && known(i, joined, out);
}

/* By an id as edXML has it: one of ours, or "organ,date,number". */
static bool known_id(struct importing *i, text_t id, char out[UUID_TEXT_SIZE])
{
	const char *comma = strchr(edxml_text(id), ',');
	struct doc_id own;

	if (uuid_parse(edxml_text(id), &own) == ERR_OK)
		return known(i, id, out);
	comma = comma == NULL ? NULL : strchr(comma + 1, ',');
	return comma != NULL && known_number(i, comma + 1, out);
}

static bool known_response(struct importing *i, char out[UUID_TEXT_SIZE])
{
	for (uint32_t n = 0; n < i->m->response_count; n++) {
		const struct edxml_response *r = &i->m->responses[n];

		if (known_id(i, r->document_id, out) || known_number(i, edxml_text(r->code), out))
			return true;
	}
	return false;
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

/* The same file is the same document, whoever imports it again: its id is made of what is known of
 * it. The time in it is the day of issue, so that ids of later documents are larger. */
static void id_of(const struct importing *i, char out[UUID_TEXT_SIZE])
{
	static const char name[] = "vanthu edxml v1\n";
	struct digest_stream *s = digest_begin();
	struct digest digest = i->file->loaded->sha256;
	text_t foreign = edxml_text(i->m->document_id);
	struct doc_id id;
	char date[EDXML_DATE_SIZE];
	int64_t ms = 0;

	if (s != NULL) {
		digest_add(s, (struct blob){ (const uint8_t *)name, sizeof name - 1 });
		digest_add(s, (struct blob){ (const uint8_t *)foreign, strlen(foreign) + 1 });
		digest_add(s, (struct blob){ digest.bytes, sizeof digest.bytes });
		digest = digest_end(s);
	}
	if (edxml_date(edxml_text(i->m->date), date))
		(void)edxml_time(date, &ms);
	if (ms < 0)
		ms = 0;
	memcpy(id.bytes, digest.bytes, sizeof id.bytes);
	for (int n = 0; n < 6; n++)
		id.bytes[n] = (uint8_t)((uint64_t)ms >> (40 - 8 * n));
	id.bytes[6] = (uint8_t)(0x70 | (id.bytes[6] & 0x0f));
	id.bytes[8] = (uint8_t)(0x80 | (id.bytes[8] & 0x3f));
	uuid_print(id.bytes, out);
}

/* One of our own that comes back keeps its id. */
static void add_id(struct importing *i)
{
	const struct committee_id us = call_committee(i->call);
	text_t own = edxml_message_value(i->m, "id");
	char made[UUID_TEXT_SIZE];
	struct doc_id id;

	if (strcmp(edxml_message_value(i->m, "origin"), us.text) == 0 &&
	    uuid_parse(own, &id) == ERR_OK) {
		edxml_line_option(&i->line, "id", own);
		return;
	}
	id_of(i, made);
	edxml_line_option(&i->line, "id", made);
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

/* By its name; where several types have it or the file has none, by its number's symbol. */
static void add_type(struct importing *i)
{
	text_t own = edxml_message_value(i->m, "type_name"), name = edxml_text(i->m->type_name);
	char number[NUMBER_MAX + 1];
	struct number_parts parts;

	if (own[0] != '\0')
		name = own;
	edxml_number_join(i->m->code_number, i->m->code_notation, number, sizeof number);
	if (name[0] == '\0' && numbering_parse(number, &parts) == ERR_OK)
		name = parts.type[0] == '\0' ? "CV" : parts.type;
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
	if (known_response(i, id))
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
	char id[UUID_TEXT_SIZE];
	text_t older = edxml_text(i->m->business_id);

	if (business != EDXML_UPDATE && business != EDXML_REPLACE)
		return 0;
	for (uint32_t n = 0; older[0] == '\0' && n < i->m->replacement_count; n++)
		older = edxml_text(i->m->replacements[n].document_id);
	if (older[0] == '\0')
		return fail(i, ERR_EDXML_ABOUT, "");
	if (!known_id(i, older, id))
		return fail(i, ERR_CONCERNS_UNKNOWN, older);
	edxml_line_option(&i->line, business == EDXML_UPDATE ? "update" : "replace", id);
	return 0;
}

static void add_files(struct importing *i)
{
	for (uint32_t n = 0; n < i->m->part_count; n++) {
		char path[sizeof i->file->folder + sizeof i->file->loaded->names[0]];

		snprintf(path, sizeof path, "%s/%s", i->file->folder, i->file->loaded->names[n]);
		edxml_line_word(&i->line, path);
	}
}

/* Fields that edXML has no place for, of a document that vanthu wrote. */
static void add_own_fields(struct importing *i)
{
	option(i, "secrecy", edxml_message_value(i->m, "secrecy"));
	option(i, "term", edxml_message_value(i->m, "term"));
	option(i, "note", edxml_message_value(i->m, "note"));
	option(i, "paper-copies", edxml_message_value(i->m, "paper_copies"));
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
	char id[UUID_TEXT_SIZE];
	int code = check_sender(i);

	if (code != 0)
		return code;
	if (!known_id(i, i->m->business_id, id) && !known_response(i, id))
		return fail(i,
			    edxml_text(i->m->business_id)[0] == '\0' ? ERR_EDXML_ABOUT
								     : ERR_CONCERNS_UNKNOWN,
			    edxml_text(i->m->business_id));
	return make_recall(i, id, i->m->to, i->m->to_count);
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

static const struct status_row *row_of(const char *code)
{
	for (size_t n = 0; n < sizeof status_rows / sizeof status_rows[0]; n++)
		if (strcmp(status_rows[n].code, code) == 0)
			return &status_rows[n];
	return NULL;
}

static int make_status(struct importing *i)
{
	text_t code = edxml_text(i->m->status_code), note = edxml_text(i->m->status_note);
	const struct status_row *row = row_of(code);
	char id[UUID_TEXT_SIZE];
	int result = check_sender(i);

	if (result != 0)
		return result;
	if (i->m->response_count == 0)
		return fail(i, ERR_EDXML_ABOUT, "");
	if (row == NULL && strcmp(code, "13") != 0)
		return fail(i, ERR_EDXML_STATUS, code);
	if (!known_response(i, id))
		return fail(i, ERR_NOT_FOUND, edxml_text(i->m->responses[0].code));
	if (row == NULL) {
		const struct edxml_organ of = { .organ_id = i->m->responses[0].organ_id };

		return make_recall(i, id, &of, edxml_text(of.organ_id)[0] != '\0');
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
		edxml_line_option(&i->line, "to",
				  edxml_text(i->m->staff.staff)[0] != '\0'
					  ? i->m->staff.staff
					  : i->m->staff.department);
	return 0;
}

/* ---- the whole ---- */

static int make_line(struct importing *i)
{
	int business = edxml_business(i->m->business_type);

	if (i->m->kind == EDXML_STATUS)
		return make_status(i);
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
		e = edxml_organs_ask(i->call, &i->organs);
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

static int import(struct importing *i)
{
	int code;

	if (i->line.memory == NULL)
		return cli_fail(i->cli, ERR_NO_MEMORY, NULL);
	edxml_show_warn(i->cli, i->file);
	if (!edxml_date(edxml_text(i->m->date), i->day))
		text_today(i->day);
	code = prepare(i);
	return code == 0 ? edxml_line_run(i->cli, &i->line) : code;
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
