/* spool: what lies in the spool folder, and having tried again what stands still there. The folders
 * are read and changed themselves: the gateway may run or not. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/command/commands.h"
#include "tools/output/output.h"
#include "tools/spool/spool.h"

enum { OPT_ALL = 1, PARTLY = 7 };

const struct command_option spool_options[] = {
	{ "all", OPT_ALL, NULL, N_("all that was refused, and all that is stuck"), VALUE_NONE,
	  "retry" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column one_columns[] = {
	{ "folder", N_("Folder"), FORMAT_TEXT, true },
	{ "active_at", N_("Last activity"), FORMAT_TIME, false },
	{ "waiting", N_("Waiting"), FORMAT_COUNT, false },
	{ "under_way", N_("Under way"), FORMAT_COUNT, false },
	{ "refused", N_("Refused"), FORMAT_COUNT, false },
	{ "stuck", N_("Stuck before in/"), FORMAT_COUNT, false },
	{ "untaken", N_("Not taken from in/"), FORMAT_COUNT, false },
	{ "receipts", N_("Receipts not taken"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column item_columns[] = {
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "since", N_("Since"), FORMAT_MINUTE, false },
	{ "code", N_("Why"), FORMAT_CODE, true },
	{ "next", N_("Next attempt"), FORMAT_MINUTE, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};
static const struct column retry_columns[] = {
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "code", N_("Why"), FORMAT_CODE, true },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static int fail(struct cli *cli, const struct config *c, enum err e, const char *about)
{
	return e == ERR_FILE ? cli_fail_file(cli, e, c->gateway_spool) : cli_fail(cli, e, about);
}

static int status(struct cli *cli, const struct config *c)
{
	json_t *all, *items;
	enum err e = spool_survey(c, &all);

	if (e != ERR_OK)
		return fail(cli, c, e, NULL);
	items = json_object_get(all, "items");
	if (cli->plain) {
		cli->renderer->list(cli, items, item_columns);
		json_decref(all);
		return 0;
	}
	cli->renderer->object(cli, all, one_columns);
	if (!cli->json && json_array_size(items) > 0)
		cli->renderer->list(cli, items, item_columns);
	if (json_integer_value(json_object_get(all, "refused")) > 0 ||
	    json_integer_value(json_object_get(all, "stuck")) > 0)
		cli_hint(cli, "%s", _("When the reason is mended: vanthu spool retry NAME|--all"));
	json_decref(all);
	return 0;
}

/* A document by its id or the end of it; else an order by the name of its folder. */
static enum err retry_one(struct spool_retry *r, const char *name, bool *document)
{
	enum err e = spool_retry_order(r, name);

	*document = e == ERR_SPOOL_NONE;
	return *document ? spool_retry_document(r, name) : e;
}

static json_t *line_of(const char *name, bool document, enum err e)
{
	char code[16];

	snprintf(code, sizeof code, "VT-%d", (int)e);
	return json_pack("{s:s, s:s, s:s, s:o}", "name", name, "kind",
			 document ? "document" : "order", "state", e == ERR_OK ? "again" : "left",
			 "code", e == ERR_OK ? json_null() : json_string(code));
}

static int retry_all(struct cli *cli, const struct config *c, struct spool_retry *r)
{
	json_t *all, *each, *out;
	enum err e = spool_survey(c, &all), first = ERR_OK;
	unsigned done = 0;
	size_t i;

	if (e != ERR_OK)
		return fail(cli, c, e, NULL);
	out = json_array();
	json_array_foreach(json_object_get(all, "items"), i, each)
	{
		const char *state = json_string_value(json_object_get(each, "state")),
			   *name = json_string_value(json_object_get(each, "name"));
		bool document = strcmp(state, "stuck") == 0;

		if (!document && strcmp(state, "refused") != 0)
			continue;
		e = document ? spool_retry_document(r, name) : spool_retry_order(r, name);
		first = first == ERR_OK ? e : first;
		done += e == ERR_OK;
		json_array_append_new(out, line_of(name, document, e));
	}
	json_decref(all);
	output_list(cli, out, retry_columns);
	return first == ERR_OK ? 0 : done > 0 ? PARTLY : err_exit_code(first);
}

static int retry(struct cli *cli, const struct config *c, const char *name)
{
	const struct spool_parts parts = { .config = c };
	struct spool_retry *r;
	enum err e = spool_retry_open(&parts, cli->dry_run, &r);
	bool document = false;
	int code;

	if (e != ERR_OK) {
		code = fail(cli, c, e, NULL);
	} else if (name == NULL) {
		code = retry_all(cli, c, r);
	} else {
		e = retry_one(r, name, &document);
		code = e == ERR_OK ? output_object(cli,
						   line_of(spool_retry_about(r), document, e),
						   retry_columns)
				   : fail(cli, c, e, spool_retry_about(r));
	}
	spool_retry_close(r);
	return code;
}

int cmd_spool(struct cli *cli, int argc, char **argv)
{
	struct config *config = calloc(1, sizeof *config);
	bool all = false;
	int c, code = 0, count;

	if (config == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	while (code == 0 && (c = cli_option(cli, argc, argv)) != -1) {
		all = all || c == OPT_ALL;
		code = c == '?' ? err_exit_code(ERR_USAGE) : 0;
	}
	count = argc - optind;
	if (code == 0 && count > 0 && strcmp(argv[optind], "retry") == 0 &&
	    (count == 1) != all)
		code = cli_wanted(cli, _("say which one, or --all"),
				  _("see what is with: vanthu spool status"));
	else if (code == 0 && count == 0)
		code = arguments_missing(cli, 0, argv + optind);
	else if (code == 0 && cli_config(cli, config) != ERR_OK)
		code = err_exit_code(ERR_CONFIG);
	else if (code == 0 && strcmp(argv[optind], "status") == 0 && count == 1)
		code = status(cli, config);
	else if (code == 0 && strcmp(argv[optind], "retry") == 0 && count <= 2)
		code = retry(cli, config, all ? NULL : argv[optind + 1]);
	else if (code == 0)
		code = arguments_missing(cli, count, argv + optind);
	free(config);
	return code;
}
