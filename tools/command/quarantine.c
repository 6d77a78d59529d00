/* quarantine: copies of damaged records that the daemon has set aside, and what becomes of the
 * records. */
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_REASON = 1 };

const struct command_option quarantine_options[] = {
	{ "reason", OPT_REASON, N_("TEXT"), N_("why, for the log"), VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

#define STAND(name) VANTHU__V1__QUARANTINE_STAND__QUARANTINE_STAND_##name
#define HOPE(name)  VANTHU__V1__QUARANTINE_HOPE__QUARANTINE_HOPE_##name

static enum err ask(struct cli *cli, struct call **c, Vanthu__V1__QuarantineQuery *query,
		    Vanthu__V1__Reply__WhatCase what, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	enum err e = *c == NULL ? call_open(cli, CLIENT_OPERATE, c) : ERR_OK;

	request.what_case = VANTHU__V1__REQUEST__WHAT_QUARANTINE;
	request.quarantine = query;
	return e == ERR_OK ? call_ask(*c, &request, what, reply) : e;
}

/* ---- one of them ---- */

static const char *stand_word(const Vanthu__V1__QuarantineItem *i)
{
	return i->stand == STAND(DAMAGED)    ? "damaged"
	       : i->stand == STAND(WHOLE)    ? "whole"
	       : i->stand == STAND(ACCEPTED) ? "loss-accepted"
	       : i->stand == STAND(GONE)     ? "gone"
					     : "";
}

static const char *hope_word(const Vanthu__V1__QuarantineItem *i)
{
	return i->hope == HOPE(HERE)	     ? "here"
	       : i->hope == HOPE(NEIGHBOURS) ? "neighbours"
	       : i->hope == HOPE(NONE)	     ? "nobody"
					     : "";
}

static json_t *json_accepted(const Vanthu__V1__QuarantineItem *i)
{
	if (i->stand != STAND(ACCEPTED))
		return json_null();
	return json_pack("{s:o, s:I, s:o}", "at", json_time(i->accepted_at_ms), "uid",
			 (json_int_t)i->accepted_by, "reason",
			 json_text_or_null(i->accepted_reason));
}

static json_t *json_item(const Vanthu__V1__QuarantineItem *i)
{
	char place[64] = "";

	if (i->role[0] != '\0')
		snprintf(place, sizeof place, "%s %llu", i->role, (unsigned long long)i->serial);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:I, s:o, s:o, s:o}", "name", i->name, "family",
			 i->family, "document", json_text_or_null(i->document), "place",
			 json_text_or_null(place), "since", json_time(i->since_ms), "size_bytes",
			 (json_int_t)i->size_bytes, "stand", json_text_or_null(stand_word(i)),
			 "hope", json_text_or_null(hope_word(i)), "accepted", json_accepted(i));
}

/* By family, what nobody has any more once it is accepted. */
static const struct loss {
	const char *family, *words;
} losses[] = {
	{ "paper", N_("An entry on paper. Its line of the register keeps its number, and says that "
		      "it cannot be read; the entry counts in no figures that are counted anew.") },
	{ "line", N_("A line of a register, or an addition to one. Its number stays, and says that "
		     "it cannot be read.") },
	{ "act", N_("What somebody did over a local socket. Its place in the log stays.") },
	{ "history", N_("A line of the history. The lines behind it are still checked: vanthu log "
			"verify") },
	{ "declared", N_("What the office declared of a target of its own.") },
	{ "document",
	  N_("A document: without this record it can be neither shown nor saved, though "
	     "it may have been delivered and receipted.") },
	{ "envelope", N_("The signed bytes of a document: without them it can be neither saved nor "
			 "verified, nor sent to whom it has not reached, though it may have been "
			 "receipted.") },
	{ "receipt", N_("The proof that a document was received, or refused.") },
	{ "status", N_("What an office has signed about a document.") },
	{ "relay", N_("What a committee on the way has signed about a document.") },
	{ "series", N_("The last number of a series: automatic numbers of it are given again after "
		       "one that was chosen by hand.") },
};

static const char *loss_of(const Vanthu__V1__QuarantineItem *i)
{
	for (size_t n = 0; n < sizeof losses / sizeof losses[0]; n++) {
		if (strcmp(losses[n].family, i->family) == 0)
			return _(losses[n].words);
	}
	return _("A record of the daemon's own.");
}

static const char *hope_of(const Vanthu__V1__QuarantineItem *i)
{
	return i->hope == HOPE(HERE)
		       ? _("Other records say it as well, and the daemon makes it again by itself "
			   "as long as it is not accepted as lost.")
	       : i->hope == HOPE(NEIGHBOURS)
		       ? _("Neighbours may still have it, and are asked for it as long as it is "
			   "not accepted as lost.")
		       : _("Nobody else has it.");
}

static void say_loss(struct cli *cli, const Vanthu__V1__QuarantineItem *i)
{
	if (i->stand != STAND(DAMAGED))
		return;
	cli_say(cli, "%s", loss_of(i));
	cli_say(cli, "%s", hope_of(i));
}

/* ---- all of them ---- */

/* A name that is so, or, to be shown, begins so: *out NULL when there is none, or another one,
 * too. */
static void find(const Vanthu__V1__Quarantined *all, const char *name, bool begins,
		 const Vanthu__V1__QuarantineItem **out)
{
	unsigned count = 0;

	*out = NULL;
	for (size_t i = 0; i < all->n_items; i++) {
		const Vanthu__V1__QuarantineItem *item = all->items[i];

		if (strcmp(item->name, name) == 0) {
			*out = item;
			return;
		}
		if (!begins || strncmp(item->name, name, strlen(name)) != 0)
			continue;
		*out = item;
		count++;
	}
	if (count > 1)
		*out = NULL;
}

/* The connection stays open, and what was found with it. Its fault has been said. */
static enum err find_named(struct cli *cli, struct call **c, const char *name, bool begins,
			   const Vanthu__V1__QuarantineItem **out)
{
	Vanthu__V1__QuarantineQuery query = VANTHU__V1__QUARANTINE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	enum err e = ask(cli, c, &query, VANTHU__V1__REPLY__WHAT_QUARANTINED, &reply);

	if (e != ERR_OK)
		return e;
	find(reply->quarantined, name, begins, out);
	if (*out == NULL)
		cli_fail(cli, ERR_NOT_FOUND, name);
	return *out == NULL ? ERR_NOT_FOUND : ERR_OK;
}

/* As it is printed elsewhere: a table has its ending. */
static json_t *text_item(struct cli *cli, const Vanthu__V1__QuarantineItem *i)
{
	json_t *o = json_item(i);

	if (!cli->json && !cli->plain && strlen(i->document) == 32)
		json_object_set_new(o, "document",
				    json_sprintf("%.8s-%.4s-%.4s-%.4s-%.12s", i->document,
						 i->document + 8, i->document + 12,
						 i->document + 16, i->document + 20));
	return o;
}

static int list(struct cli *cli)
{
	static const struct column columns[] = {
		{ "name", N_("Name"), FORMAT_TEXT, true },
		{ "stand", N_("Its record"), FORMAT_STATE, false },
		{ "document", N_("Document"), FORMAT_ID, false },
		{ "since", N_("Since"), FORMAT_MINUTE, false },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	Vanthu__V1__QuarantineQuery query = VANTHU__V1__QUARANTINE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = ask(cli, &c, &query, VANTHU__V1__REPLY__WHAT_QUARANTINED, &reply);
	json_t *items = json_array();
	int code = err_exit_code(e);

	for (size_t i = 0; e == ERR_OK && i < reply->quarantined->n_items; i++)
		json_array_append_new(items, text_item(cli, reply->quarantined->items[i]));
	if (e == ERR_OK)
		code = output_list(cli, json_incref(items), columns);
	json_decref(items);
	call_close(c);
	return code;
}

static int show(struct cli *cli, const char *name)
{
	static const struct column columns[] = {
		{ "name", N_("Name"), FORMAT_TEXT, true },
		{ "family", N_("Family"), FORMAT_TEXT, false },
		{ "document", N_("Document"), FORMAT_ID, false },
		{ "place", N_("Place"), FORMAT_TEXT, false },
		{ "since", N_("Since"), FORMAT_TIME, false },
		{ "size_bytes", N_("Size"), FORMAT_BYTES, false },
		{ "stand", N_("Its record"), FORMAT_STATE, false },
		{ "accepted_at", N_("Accepted at"), FORMAT_TIME, false },
		{ "accepted_by", N_("By the user"), FORMAT_TEXT, false },
		{ "reason", N_("Reason"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	const Vanthu__V1__QuarantineItem *item = NULL;
	struct call *c = NULL;
	enum err e = find_named(cli, &c, name, !cli->dry_run, &item);
	int code = err_exit_code(e);
	json_t *o;

	if (e == ERR_OK) {
		o = text_item(cli, item);
		if (!cli->json && item->stand == STAND(ACCEPTED)) {
			json_object_set_new(o, "accepted_at", json_time(item->accepted_at_ms));
			json_object_set_new(o, "accepted_by",
					    json_sprintf("%u", item->accepted_by));
			json_object_set_new(o, "reason", json_text_or_null(item->accepted_reason));
		}
		code = output_object(cli, o, columns);
		if (!cli->json && !cli->plain)
			say_loss(cli, item);
	}
	call_close(c);
	return code;
}

/* ---- what is done with one ---- */

static int drop(struct cli *cli, const char *name)
{
	Vanthu__V1__QuarantineQuery query = VANTHU__V1__QUARANTINE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli->dry_run)
		return show(cli, name);
	query.drop = (char *)(uintptr_t)name;
	e = ask(cli, &c, &query, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	call_close(c);
	if (e == ERR_OK && cli->json)
		return output_object(cli, json_pack("{s:s}", "dropped", name), NULL);
	if (e == ERR_OK)
		cli_say(cli, "%s",
			_("the copy is deleted, which is in the log of acts; what the store has "
			  "stays as it is"));
	return err_exit_code(e);
}

static int release(struct cli *cli, const char *name)
{
	Vanthu__V1__QuarantineQuery query = VANTHU__V1__QUARANTINE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli->dry_run)
		return show(cli, name);
	query.release = (char *)(uintptr_t)name;
	e = ask(cli, &c, &query, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	call_close(c);
	if (e == ERR_OK && cli->json)
		return output_object(cli, json_pack("{s:s}", "released", name), NULL);
	if (e == ERR_OK && strncmp(name, "content-", 8) == 0)
		cli_say(cli, "%s",
			_("it is read once more: what is right goes back into its place, else it "
			  "is asked for again from the neighbours"));
	else if (e == ERR_OK)
		cli_say(cli, "%s",
			_("the record reads right again; the copy of the damaged one is deleted"));
	return err_exit_code(e);
}

/* The whole name is said to the daemon, with what was read about it. */
static int give_up(struct cli *cli, struct call *c, const char *name, const char *reason)
{
	Vanthu__V1__QuarantineQuery query = VANTHU__V1__QUARANTINE_QUERY__INIT;
	Vanthu__V1__Reply *reply;
	char whole[256];
	enum err e;

	snprintf(whole, sizeof whole, "%s", name);
	query.accept = whole;
	query.reason = (char *)(uintptr_t)reason;
	query.knowing = true;
	e = ask(cli, &c, &query, VANTHU__V1__REPLY__WHAT_DONE, &reply);
	if (e == ERR_OK && cli->json)
		return output_object(cli, json_pack("{s:s}", "accepted", whole), NULL);
	if (e == ERR_OK)
		cli_say(cli, "%s",
			_("the loss is accepted; it is in the log of acts, and the copy stays"));
	return err_exit_code(e);
}

static int accept_loss(struct cli *cli, const char *name, const char *reason)
{
	const Vanthu__V1__QuarantineItem *item = NULL;
	struct call *c = NULL;
	enum err e;
	int code;

	if (cli->dry_run)
		return show(cli, name);
	e = find_named(cli, &c, name, false, &item);
	code = err_exit_code(e);
	if (e == ERR_OK) {
		say_loss(cli, item);
		code = cli_confirmed(cli, _("Accept that this record is lost?"))
			       ? give_up(cli, c, item->name, reason)
			       : cli_wanted(cli,
					    _("nothing was done: what is lost says: vanthu "
					      "quarantine show NAME"),
					    _("vanthu quarantine accept NAME -y"));
	}
	call_close(c);
	return code;
}

int cmd_quarantine(struct cli *cli, int argc, char **argv)
{
	const char *reason = "", *verb;
	int option, count;

	while ((option = cli_option(cli, argc, argv)) != -1) {
		if (option != OPT_REASON)
			return err_exit_code(ERR_USAGE);
		reason = optarg;
	}
	count = argc - optind;
	verb = count == 0 ? "" : argv[optind];
	if (count == 1 && strcmp(verb, "list") == 0)
		return list(cli);
	if (count == 2 && strcmp(verb, "show") == 0)
		return show(cli, argv[optind + 1]);
	if (count == 2 && strcmp(verb, "release") == 0)
		return release(cli, argv[optind + 1]);
	if (count == 2 && strcmp(verb, "accept") == 0)
		return accept_loss(cli, argv[optind + 1], reason);
	if (count == 2 && strcmp(verb, "drop") == 0)
		return drop(cli, argv[optind + 1]);
	return arguments_missing(cli, count, argv + optind);
}
