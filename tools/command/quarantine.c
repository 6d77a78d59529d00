/* quarantine: copies of damaged records that the daemon has set aside. */
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

static enum err ask(struct cli *cli, struct call **c, const char *drop, const char *release,
		    Vanthu__V1__Reply__WhatCase what, Vanthu__V1__Reply **reply)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__QuarantineQuery query = VANTHU__V1__QUARANTINE_QUERY__INIT;
	enum err e = call_open(cli, CLIENT_OPERATE, c);

	query.drop = (char *)(uintptr_t)drop;
	query.release = (char *)(uintptr_t)release;
	request.what_case = VANTHU__V1__REQUEST__WHAT_QUARANTINE;
	request.quarantine = &query;
	return e == ERR_OK ? call_ask(*c, &request, what, reply) : e;
}

static json_t *json_item(const Vanthu__V1__QuarantineItem *i)
{
	char place[64] = "";

	if (i->role[0] != '\0')
		snprintf(place, sizeof place, "%s %llu", i->role, (unsigned long long)i->serial);
	return json_pack("{s:s, s:s, s:o, s:o, s:o, s:I}", "name", i->name, "family", i->family,
			 "document", json_text_or_null(i->document), "place",
			 json_text_or_null(place), "since", json_time(i->since_ms), "size_bytes",
			 (json_int_t)i->size_bytes);
}

static int list(struct cli *cli, const char *name)
{
	static const struct column columns[] = {
		{ "family", N_("Family"), FORMAT_TEXT, false },
		{ "document", N_("Document"), FORMAT_ID, false },
		{ "place", N_("Place"), FORMAT_TEXT, false },
		{ "since", N_("Since"), FORMAT_TIME, false },
		{ "size_bytes", N_("Size"), FORMAT_BYTES, false },
		{ "name", N_("Name"), FORMAT_TEXT, true },
		{ NULL, NULL, FORMAT_TEXT, false },
	};
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e = ask(cli, &c, "", "", VANTHU__V1__REPLY__WHAT_QUARANTINED, &reply);
	json_t *items = json_array(), *one = NULL;
	int code = err_exit_code(e);

	for (size_t i = 0; e == ERR_OK && i < reply->quarantined->n_items; i++) {
		const Vanthu__V1__QuarantineItem *item = reply->quarantined->items[i];

		if (name == NULL)
			json_array_append_new(items, json_item(item));
		else if (strcmp(item->name, name) == 0)
			one = json_item(item);
	}
	if (e == ERR_OK && name == NULL)
		code = output_list(cli, json_incref(items), columns);
	else if (e == ERR_OK && one != NULL)
		code = output_object(cli, one, columns);
	else if (e == ERR_OK)
		code = cli_fail(cli, ERR_NOT_FOUND, name);
	json_decref(items);
	call_close(c);
	return code;
}

static int drop(struct cli *cli, const char *name)
{
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli->dry_run)
		return list(cli, name);
	e = ask(cli, &c, name, "", VANTHU__V1__REPLY__WHAT_DONE, &reply);
	call_close(c);
	if (e == ERR_OK && cli->json)
		return output_object(cli, json_pack("{s:s}", "dropped", name), NULL);
	if (e == ERR_OK)
		cli_say(cli, "%s", _("the copy is deleted; what the store has stays as it is"));
	return err_exit_code(e);
}

static int release(struct cli *cli, const char *name)
{
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	enum err e;

	if (cli->dry_run)
		return list(cli, name);
	e = ask(cli, &c, "", name, VANTHU__V1__REPLY__WHAT_DONE, &reply);
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

int cmd_quarantine(struct cli *cli, int argc, char **argv)
{
	int count;

	if (cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	count = argc - optind;
	if (count == 1 && strcmp(argv[optind], "list") == 0)
		return list(cli, NULL);
	if (count == 2 && strcmp(argv[optind], "show") == 0)
		return list(cli, argv[optind + 1]);
	if (count == 2 && strcmp(argv[optind], "release") == 0)
		return release(cli, argv[optind + 1]);
	if (count == 2 && strcmp(argv[optind], "drop") == 0)
		return drop(cli, argv[optind + 1]);
	return arguments_missing(cli, count, argv + optind);
}
