/* status and link: what an operator reads first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

enum { WARN_MAP_PERCENT = 80, WARN_INODES = 2048 };

/* The clocks are shown when one is off. */
static const struct column link_columns[] = {
	{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
	{ "role", N_("Role"), FORMAT_STATE, false },
	{ "state", N_("Link"), FORMAT_STATE, false },
	{ "last_proof_at", N_("Last proof"), FORMAT_MINUTE, false },
	{ "queued", N_("Queued"), FORMAT_COUNT, false },
	{ "oldest_queued_s", N_("Oldest"), FORMAT_AGE, false },
	{ "fetching", N_("Fetching"), FORMAT_COUNT, false },
	{ "clock_note", N_("Clock"), FORMAT_TEXT, false },
	{ "reason", N_("Reason"), FORMAT_TEXT, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* What a code means on a link that is down, in fewer words than err_text has. */
static const struct {
	enum err code;
	const char *text;
} link_reasons[] = {
	{ ERR_HANDSHAKE, N_("link keys do not fit") },
	{ ERR_NOT_LISTENING, N_("nobody listens there") },
	{ ERR_NO_HOST, N_("its host name is not found") },
	{ ERR_NO_DAEMON, N_("another program answers there") },
	{ ERR_TIMEOUT, N_("no answer") },
	{ ERR_NETWORK, N_("no connection") },
	{ ERR_CANCELLED, N_("was stopped there") },
	{ ERR_RETIRED_RECIPIENT, N_("has ended") },
	{ ERR_MOVED, N_("stands elsewhere now") },
	{ ERR_NOT_SIGNER, N_("another committee's key") },
	{ ERR_KEY_REVOKED, N_("key revoked") },
	{ ERR_OWN_KEY, N_("own key not valid at this clock") },
	{ ERR_LINK_KEY, N_("its key not valid at this clock") },
	{ ERR_BUSY, N_("overload") },
	{ ERR_DESCRIPTORS, N_("no descriptors left") },
};

static const char *code_of(const json_t *link, const char *key, unsigned *number)
{
	const char *code = json_string_value(json_object_get(json_object_get(link, key), "code"));

	*number = 0;
	return code != NULL && sscanf(code, "VT-%u", number) == 1 ? code : NULL;
}

/* What comes from it is not taken, at this side. */
static void explain_held(json_t *link)
{
	const json_t *before = json_object_get(link, "reason");
	char text[500];
	unsigned number;
	const char *code = code_of(link, "held_for", &number);

	if (code == NULL || !json_boolean_value(json_object_get(link, "up")))
		return;
	snprintf(text, sizeof text, _("not taken from it: %s"), _(err_text((enum err)number)));
	if (before == NULL)
		json_object_set_new(link, "code", json_string(code));
	json_object_set_new(link, "reason",
			    before == NULL
				? json_string(text)
				: json_sprintf("%s; %s", json_string_value(before), text));
}

/* Beside ✗, or beside ✓ when documents wait all the same: a few words, and the code for link
 * show. */
static void explain(json_t *link)
{
	unsigned number;
	const char *code = code_of(
	    link, json_boolean_value(json_object_get(link, "up")) ? "waits_for" : "down_reason",
	    &number);
	char text[200];

	if (code == NULL)
		return;
	if (strcmp(json_string_value(json_object_get(link, "state")), "up") == 0) {
		snprintf(text, sizeof text, _("documents wait: %s"), _(err_text((enum err)number)));
	} else {
		const char *words = _(err_text((enum err)number));

		for (size_t i = 0; i < sizeof link_reasons / sizeof link_reasons[0]; i++) {
			if ((unsigned)link_reasons[i].code == number)
				words = _(link_reasons[i].text);
		}
		snprintf(text, sizeof text, "%s", words);
	}
	json_object_set_new(link, "reason", json_string(text));
	json_object_set_new(link, "code", json_string(code));
}

static void explain_all(struct cli *cli, json_t *links)
{
	json_t *link;
	size_t i;

	if (cli->json)
		return; /* its code and text are there */
	json_array_foreach(links, i, link)
	{
		explain(link);
		explain_held(link);
	}
}

/* A neighbour as JSON; people also see its clock in words, when it is off. */
static json_t *link_of(const struct cli *cli, const Vanthu__V1__LinkView *l)
{
	json_t *out = json_link(l);
	char note[128];

	if (!cli->json && clocks_note(l, note, sizeof note))
		json_object_set_new(out, "clock_note", json_string(note));
	return out;
}

static bool is_in_any(const json_t *links, const char *key)
{
	const json_t *link;
	size_t i;

	json_array_foreach(links, i, link)
	{
		if (json_is_string(json_object_get(link, key)))
			return true;
	}
	return false;
}

static void print_links(struct cli *cli, const json_t *links)
{
	struct column columns[sizeof link_columns / sizeof link_columns[0]];
	unsigned kept = 0;

	for (unsigned i = 0; link_columns[i].key != NULL; i++) {
		if (strcmp(link_columns[i].key, "clock_note") != 0 ||
		    is_in_any(links, link_columns[i].key))
			columns[kept++] = link_columns[i];
	}
	columns[kept] = (struct column){ .key = NULL };
	cli->renderer->list(cli, links, columns);
}

static enum err ask(struct call *c, Vanthu__V1__Request__WhatCase what)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	enum err e;

	request.what_case = what;
	request.status = &nothing; /* all Nothing requests share the union's first member */
	e = call_send(c, &request);
	return e == ERR_OK ? ERR_OK : call_fail(c, e, NULL);
}

static json_t *json_backup(const Vanthu__V1__BackupNote *b)
{
	bool whole = b != NULL && b->whole_at_ms != 0;

	if (b == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "made_at",
			 whole ? json_time(b->whole_at_ms) : json_null(), "name",
			 json_text_or_null(b->name), "folder", json_text_or_null(b->folder),
			 "bytes", whole ? json_integer((json_int_t)b->bytes) : json_null(),
			 "tried_at", json_time(b->tried_at_ms), "code",
			 b->result == 0 ? json_null() : json_code(b->result));
}

/* What the last look at all stored records found. */
static json_t *json_soundness(const Vanthu__V1__Status *s)
{
	json_t *families = json_array();

	for (size_t i = 0; i < s->n_missing_in; i++)
		json_array_append_new(families, json_string(s->missing_in[i]));
	return json_pack("{s:o, s:I, s:I, s:o, s:I, s:o}", "checked_at",
			 json_time(s->checked_at_ms), "records", (json_int_t)s->checked_records,
			 "missing", (json_int_t)s->missing, "missing_in", families, "faults",
			 (json_int_t)s->store_faults, "first_fault",
			 json_text_or_null(s->store_fault));
}

static json_t *json_status(const struct cli *cli, const Vanthu__V1__Status *s)
{
	json_t *links = json_array(), *alarms = json_array(), *out;
	char why[256];

	for (size_t i = 0; i < s->n_links; i++)
		json_array_append_new(links, link_of(cli, s->links[i]));
	for (size_t i = 0; i < s->n_alarms; i++)
		json_array_append_new(alarms, json_code(s->alarms[i]));
	out = json_pack("{s:s, s:s, s:s, s:o, s:o, s:{s:I, s:I}, s:o}", "committee", s->committee,
			"name", s->name, "version", s->version, "up_since",
			json_time(s->up_since_ms), "links", links, "queue", "count",
			(json_int_t)s->queue_count, "oldest_s", (json_int_t)s->queue_oldest_s,
			"target", s->target == NULL ? json_null() : target_json(s->target));
	json_object_set_new(out, "directory",
			    json_pack("{s:I, s:o}", "version", (json_int_t)s->directory_version,
				      "valid_until", json_time(s->directory_valid_until_ms)));
	if (s->installation != NULL) {
		static const char *const phases[] = { "", "copying", "checking", "installing",
						      "settling" };
		const Vanthu__V1__Installation *i = s->installation;

		json_object_set_new(
		    json_object_get(out, "directory"), "installing",
		    json_pack("{s:I, s:s, s:I, s:I}", "version", (json_int_t)i->version, "phase",
			      (unsigned)i->phase < 5 ? phases[i->phase] : "", "done",
			      (json_int_t)i->done, "total", (json_int_t)i->total));
	}
	if (s->directory_failed != 0)
		json_object_set_new(json_object_get(out, "directory"), "failed",
				    json_pack("{s:o, s:s}", "code", json_code(s->directory_failed),
					      "about", s->directory_failed_about));
	json_object_set_new(out, "disk_free_bytes", json_integer((json_int_t)s->disk_free_bytes));
	json_object_set_new(out, "inodes_free",
			    s->inodes_counted ? json_integer((json_int_t)s->inodes_free)
					      : json_null());
	json_object_set_new(out, "map",
			    json_pack("{s:I, s:I}", "bytes", (json_int_t)s->map_bytes, "used_bytes",
				      (json_int_t)s->map_used_bytes));
	json_object_set_new(out, "damaged", json_integer((json_int_t)s->damaged));
	json_object_set_new(out, "accepted", json_integer((json_int_t)s->accepted));
	json_object_set_new(out, "store", json_soundness(s));
	json_object_set_new(out, "refusing", json_boolean(s->refusing));
	json_object_set_new(out, "fetching", json_integer((json_int_t)s->fetching));
	json_object_set_new(out, "alarms", alarms);
	json_object_set_new(out, "set_aside", json_integer((json_int_t)s->set_aside));
	json_object_set_new(out, "set_aside_oldest_s",
			    json_integer((json_int_t)s->set_aside_oldest_s));
	json_object_set_new(out, "doubted", json_integer((json_int_t)s->doubted));
	json_object_set_new(out, "clock", json_clock(s->clock));
	if (!cli->json && s->clock != NULL) {
		clocks_why(s->clock, why, sizeof why);
		json_object_set_new(out, "clock_why",
				    why[0] == '\0' ? json_null() : json_string(why));
	}
	json_object_set_new(out, "store_alarm",
			    s->store_alarm == 0 ? json_null() : json_code(s->store_alarm));
	json_object_set_new(out, "store_alarm_since", json_time(s->store_alarm_since_ms));
	json_object_set_new(out, "store_alarm_by", json_text_or_null(s->store_alarm_by));
	json_object_set_new(out, "backup", json_backup(s->backup));
	json_object_set_new(out, "recovery", recovery_json(s));
	json_object_set_new(out, "contents",
			    json_pack("{s:o, s:I, s:I}", "checked_at", json_time(s->contents_at_ms),
				      "looked", (json_int_t)s->contents_looked, "wrong",
				      (json_int_t)s->contents_wrong));
	return out;
}

/* Before anything is refused: when there is still time to buy a disk. */
static void warn_of_room(struct cli *cli, const json_t *status)
{
	const json_t *inodes = json_object_get(status, "inodes_free"),
		     *map = json_object_get(status, "map");
	json_int_t used = json_integer_value(json_object_get(map, "used_bytes")),
		   bytes = json_integer_value(json_object_get(map, "bytes"));

	if (json_is_true(json_object_get(status, "refusing")))
		return; /* said already */
	if (bytes > 0 && used >= bytes / 100 * WARN_MAP_PERCENT)
		cli_warn(cli, _("the store is %d %% full: %s"), (int)(used * 100 / bytes),
			 _(err_fix(ERR_MAP_FULL)));
	if (json_is_integer(inodes) && json_integer_value(inodes) < WARN_INODES)
		cli_warn(cli, _("only %d inodes are left for new files: %s"),
			 (int)json_integer_value(inodes), _(err_fix(ERR_NO_INODES)));
}

/* Figures of its parts under the keys of the columns. */
static void set_figures(json_t *status)
{
	const json_t *queue = json_object_get(status, "queue");

	json_object_set(status, "store_used",
			json_object_get(json_object_get(status, "map"), "used_bytes"));
	json_object_set(status, "backup_made",
			json_object_get(json_object_get(status, "backup"), "made_at"));
	json_object_set(status, "checked_at",
			json_object_get(json_object_get(status, "store"), "checked_at"));
	if (json_integer_value(json_object_get(status, "accepted")) > 0)
		json_object_set(status, "losses", json_object_get(status, "accepted"));
	json_object_set(status, "contents_at",
			json_object_get(json_object_get(status, "contents"), "checked_at"));
	json_object_set(status, "queued", json_object_get(queue, "count"));
	json_object_set(status, "oldest", json_object_get(queue, "oldest_s"));
	json_object_set(status, "directory_version",
			json_object_get(json_object_get(status, "directory"), "version"));
}

static void print_status(struct cli *cli, const Vanthu__V1__Status *s, json_t *status)
{
	static const struct column columns[] = {
		{ "committee", N_("Committee"), FORMAT_TEXT, false },
		{ "name", N_("Name"), FORMAT_TEXT, false },
		{ "version", N_("Version"), FORMAT_TEXT, false },
		{ "up_since", N_("Up since"), FORMAT_TIME, false },
		{ "queued", N_("Queued"), FORMAT_COUNT, false },
		{ "oldest", N_("Oldest"), FORMAT_AGE, false },
		{ "directory_version", N_("Directory"), FORMAT_COUNT, false },
		{ "installing", N_("Coming"), FORMAT_TEXT, false },
		{ "failed", N_("Not taken"), FORMAT_TEXT, false },
		{ "disk_free_bytes", N_("Disk free"), FORMAT_BYTES, false },
		{ "inodes_free", N_("Inodes free"), FORMAT_COUNT, false },
		{ "store_used", N_("Store"), FORMAT_BYTES, false },
		{ "backup_made", N_("Last backup"), FORMAT_TIME, false },
		{ "checked_at", N_("Checked"), FORMAT_TIME, false },
		{ "contents_at", N_("Contents checked"), FORMAT_TIME, false },
		{ "losses", N_("Accepted as lost"), FORMAT_COUNT, false },
		{ "sentence", N_("Digital share"), FORMAT_TEXT, false },
		{ "clock_why", N_("Signs nothing"), FORMAT_TEXT, false },
		{ "getting_back", N_("Getting back"), FORMAT_TEXT, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	char sentence[160];
	json_t *alarm;
	size_t i;

	set_figures(status);
	target_sentence(cli, json_object_get(status, "target"), sentence, sizeof sentence);
	json_object_set_new(status, "sentence", json_string(sentence));
	if (s->installation != NULL)
		json_object_set_new(
		    status, "installing",
		    json_string(installation_words(s->installation, sentence, sizeof sentence)));
	if (s->directory_failed != 0)
		json_object_set_new(status, "failed", json_string(s->directory_failed_about));
	if (recovery_words(s, sentence, sizeof sentence)[0] != '\0')
		json_object_set_new(status, "getting_back", json_string(sentence));
	cli->renderer->object(cli, status, columns);
	cli->renderer->heading(cli, _("Links"));
	explain_all(cli, json_object_get(status, "links"));
	print_links(cli, json_object_get(status, "links"));
	if (json_integer_value(json_object_get(status, "directory_version")) == 0)
		cli_warn(
		    cli, "%s",
		    _("no directory of committees yet, so no links: vanthu committee import FILE"));
	warn_of_room(cli, status);
	if (s->backup != NULL && s->backup->result != 0)
		cli_warn(cli, _("the last backup failed: VT-%u %s: %s"), s->backup->result,
			 _(err_text((enum err)s->backup->result)),
			 _(err_fix((enum err)s->backup->result)));
	json_array_foreach(json_object_get(status, "alarms"), i, alarm)
	{
		unsigned code = 0;

		if (sscanf(json_string_value(alarm), "VT-%u", &code) == 1)
			cli_warn(cli, "VT-%u %s: %s", code, _(err_text((enum err)code)),
				 _(err_fix((enum err)code)));
	}
}

int cmd_status(struct cli *cli, int argc, char **argv)
{
	struct call *c = NULL;
	Vanthu__V1__Reply *reply;
	enum err e;

	if (cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	e = call_open(cli, CLIENT_READ, &c);
	if (e == ERR_OK)
		e = ask(c, VANTHU__V1__REQUEST__WHAT_STATUS);
	if (e == ERR_OK)
		e = call_row(c, VANTHU__V1__REPLY__WHAT_STATUS, &reply);
	if (e == ERR_OK) {
		json_t *status = json_status(cli, reply->status);

		if (cli->json)
			cli->renderer->object(cli, status, NULL);
		else
			print_status(cli, reply->status, status);
		json_decref(status);
	}
	call_close(c);
	return err_exit_code(e);
}

/* ---- links ---- */

static int list_links(struct cli *cli, const char *named)
{
	json_t *list = json_array();
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	char *only = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	if (e == ERR_OK && named != NULL)
		e = recipients_one(c, named, &only);
	if (e == ERR_OK)
		e = ask(c, VANTHU__V1__REQUEST__WHAT_LINKS);
	while (e == ERR_OK && (e = call_row(c, VANTHU__V1__REPLY__WHAT_LINK, &reply)) == ERR_OK) {
		if (only == NULL || strcmp(reply->link->committee, only) == 0)
			json_array_append_new(list, link_of(cli, reply->link));
	}
	call_close(c);
	if (e == ERR_NOT_FOUND && only != NULL && json_array_size(list) == 0)
		cli_fail(cli, ERR_NOT_FOUND, only);
	else if (e == ERR_NOT_FOUND)
		e = ERR_OK;
	free(only);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	explain_all(cli, list);
	if (named != NULL) {
		static const struct column columns[] = {
			{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
			{ "role", N_("Role"), FORMAT_STATE, false },
			{ "state", N_("Link"), FORMAT_STATE, false },
			{ "reason", N_("Reason"), FORMAT_TEXT, false },
			{ "code", N_("Code"), FORMAT_TEXT, false },
			{ "endpoint", N_("Endpoint"), FORMAT_TEXT, false },
			{ "last_proof_at", N_("Last proof"), FORMAT_TIME, false },
			{ "round_trip_us", N_("Round trip (µs)"), FORMAT_COUNT, false },
			{ "queued", N_("Queued"), FORMAT_COUNT, false },
			{ "oldest_queued_s", N_("Oldest"), FORMAT_AGE, false },
			{ "fetching", N_("Fetching"), FORMAT_COUNT, false },
			{ "violations", N_("Violations"), FORMAT_COUNT, false },
			{ "set_aside", N_("Set aside"), FORMAT_COUNT, false },
			{ "set_aside_oldest_s", N_("The oldest aside"), FORMAT_AGE, false },
			{ "rejected", N_("Rejected"), FORMAT_COUNT, false },
			{ "directory_version", N_("Its directory"), FORMAT_COUNT, false },
			{ "clock_note", N_("Its clock"), FORMAT_TEXT, false },
			{ "store_alarm", N_("Store"), FORMAT_TEXT, false },
			{ NULL, NULL, FORMAT_TEXT, false },
		};
		json_t *one = json_incref(json_array_get(list, 0));

		json_decref(list);
		return output_object(cli, one, columns);
	}
	if (cli->json)
		return output_list(cli, list, link_columns);
	print_links(cli, list);
	json_decref(list);
	return 0;
}

static int ping_link(struct cli *cli, const char *named)
{
	static const struct column columns[] = {
		{ "committee", N_("Neighbour"), FORMAT_TEXT, false },
		{ "round_trip_us", N_("Round trip (µs)"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false }
	};
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Neighbour name = VANTHU__V1__NEIGHBOUR__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	char *committee = NULL;
	enum err e = call_open(cli, CLIENT_OPERATE, &c);

	if (e == ERR_OK)
		e = recipients_one(c, named, &committee);
	name.committee = committee;
	request.what_case = VANTHU__V1__REQUEST__WHAT_PING;
	request.ping = &name;
	if (e == ERR_OK)
		e = call_ask(c, &request, VANTHU__V1__REPLY__WHAT_PONG, &reply);
	if (e == ERR_OK)
		output_object(cli,
			      json_pack("{s:s, s:I}", "committee", committee, "round_trip_us",
					(json_int_t)reply->pong->round_trip_us),
			      columns);
	call_close(c);
	free(committee);
	return err_exit_code(e);
}

int cmd_link(struct cli *cli, int argc, char **argv)
{
	int operands;

	if (cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	operands = argc - optind;
	if (operands == 0 || (operands == 1 && strcmp(argv[optind], "list") == 0))
		return list_links(cli, NULL);
	if (operands == 2 && strcmp(argv[optind], "show") == 0)
		return list_links(cli, argv[optind + 1]);
	if (operands == 2 && strcmp(argv[optind], "ping") == 0)
		return ping_link(cli, argv[optind + 1]);
	return arguments_missing(cli, operands, argv + optind);
}
