/* committee: the directory as the daemon has it, in and out as a file. The registry's side is in
 * tools/command/committee_change.c. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/limits.h"
#include "tools/base/files.h"
#include "tools/cli/cli.h"
#include "tools/client/client.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"
#include "tools/registry/registry.h"

enum { OPT_TO = 200, OPT_REGISTRY };

const struct command_option committee_own_options[] = {
	{ "to", OPT_TO, N_("FILE"), N_("the new file"), VALUE_FILE, "export" },
	{ "registry", OPT_REGISTRY, N_("DIR"), N_("the folder of the registry, with its keys"),
	  VALUE_FOLDER, "add move retire change renew policy lists" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column list_columns[] = {
	{ "id", N_("Id"), FORMAT_TEXT, false },
	{ "symbol", N_("Symbol"), FORMAT_TEXT, false },
	{ "superior", N_("Superior"), FORMAT_TEXT, false },
	{ "name", N_("Name"), FORMAT_TEXT, true },
	{ "endpoint", N_("Endpoint"), FORMAT_TEXT, false },
	{ "retired", N_("Ended"), FORMAT_MARK, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static const struct column one_columns[] = {
	{ "id", N_("Id"), FORMAT_TEXT, false },
	{ "name", N_("Name"), FORMAT_TEXT, false },
	{ "symbol", N_("Symbol"), FORMAT_TEXT, false },
	{ "superior", N_("Superior"), FORMAT_TEXT, false },
	{ "endpoint", N_("Endpoint"), FORMAT_TEXT, false },
	{ "level", N_("Level"), FORMAT_TEXT, false },
	{ "term", N_("Term"), FORMAT_TEXT, false },
	{ "organ_ids", N_("Organ codes"), FORMAT_LIST, false },
	{ "seal", N_("Seal"), FORMAT_BOOL, false },
	{ "retired", N_("Ended"), FORMAT_BOOL, false },
	{ "key_count", N_("Keys"), FORMAT_COUNT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

static json_t *json_organs(const Vanthu__V1__Committee *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->n_organs; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:o, s:o}", "code", c->organs[i]->code,
						"from", json_text_or_null(c->organs[i]->from),
						"until", json_text_or_null(c->organs[i]->until)));
	return list;
}

static json_t *json_committee(const Vanthu__V1__Committee *c)
{
	static const char *const uses[] = { "", "sign", "link", "encrypt" };
	json_t *keys = json_array();

	for (size_t i = 0; i < c->n_keys; i++) {
		const Vanthu__V1__Key *k = c->keys[i];

		json_array_append_new(keys,
				      json_pack("{s:s, s:o, s:o, s:o, s:o}", "use",
						k->use <= 3 ? uses[k->use] : "", "key_id",
						json_hex(k->key_id), "from", json_time(k->from_ms),
						"to", json_time(k->to_ms), "revoked_from",
						json_time(k->revoked_from_ms)));
	}
	return json_pack("{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:I}",
			 "id", c->id, "name", c->name, "symbol", c->symbol, "superior",
			 json_text_or_null(c->superior), "level", json_text_or_null(c->level),
			 "endpoint", json_text_or_null(c->endpoint), "term",
			 json_text_or_null(c->term), "term_from", json_text_or_null(c->term_from),
			 "organ_ids", json_texts(c->organ_ids, c->n_organ_ids), "organs",
			 json_organs(c), "seal", !c->no_seal, "retired", c->retired, "keys", keys,
			 "key_count", (json_int_t)c->n_keys);
}

/* For people a code stands with its days. */
static void say_days(json_t *one)
{
	json_t *codes = json_object_get(one, "organ_ids"), *each, *code;
	size_t i, k;

	json_array_foreach(json_object_get(one, "organs"), i, each)
	{
		const char *from = json_string_value(json_object_get(each, "from")),
			   *until = json_string_value(json_object_get(each, "until"));

		json_array_foreach(codes, k, code)
		{
			if (!json_equal(code, json_object_get(each, "code")))
				continue;
			json_array_set_new(codes, k,
					   json_sprintf("%s (%s–%s)", json_string_value(code),
							from == NULL ? "" : from,
							until == NULL ? "" : until));
			break;
		}
	}
}

static int list(struct cli *cli, const char *only)
{
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__CommitteeQuery query = VANTHU__V1__COMMITTEE_QUERY__INIT;
	json_t *out = json_array();
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	char *id = NULL;
	enum err e = call_open(cli, CLIENT_READ, &c);

	if (e == ERR_OK && only != NULL)
		e = recipients_one(c, only, &id);
	if (id != NULL)
		query.id = id;
	request.what_case = VANTHU__V1__REQUEST__WHAT_COMMITTEES;
	request.committees = &query;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK &&
	       (e = call_row(c, VANTHU__V1__REPLY__WHAT_COMMITTEE, &reply)) == ERR_OK)
		json_array_append_new(out, json_committee(reply->committee));
	call_close(c);
	free(id);
	if (e != ERR_NOT_FOUND || cli->error_printed) {
		json_decref(out);
		return err_exit_code(e);
	}
	if (only != NULL && json_array_size(out) == 1) {
		json_t *one = json_incref(json_array_get(out, 0));

		json_decref(out);
		if (!cli->json && !cli->plain)
			say_days(one);
		return output_object(cli, one, one_columns);
	}
	return output_list(cli, out, list_columns);
}

/* ---- the directory as a file ---- */

static int export(struct cli *cli, const char *to)
{
	static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
						 { "size_bytes", N_("Size"), FORMAT_BYTES, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	Vanthu__V1__Request request = VANTHU__V1__REQUEST__INIT;
	Vanthu__V1__Nothing nothing = VANTHU__V1__NOTHING__INIT;
	uint8_t *file = malloc(DIRECTORY_FILE_MAX_BYTES);
	Vanthu__V1__Reply *reply;
	struct call *c = NULL;
	size_t size = 0;
	bool last = false;
	enum err e = file == NULL ? ERR_NO_MEMORY : call_open(cli, CLIENT_READ, &c);

	request.what_case = VANTHU__V1__REQUEST__WHAT_DIRECTORY;
	request.directory = &nothing;
	if (e == ERR_OK && (e = call_send(c, &request)) != ERR_OK)
		e = call_fail(c, e, NULL);
	while (e == ERR_OK && !last) {
		e = call_row(c, VANTHU__V1__REPLY__WHAT_DATA, &reply);
		if (e == ERR_OK && reply->data->bytes.len > DIRECTORY_FILE_MAX_BYTES - size)
			e = ERR_TOO_LARGE;
		if (e != ERR_OK)
			break;
		if (reply->data->bytes.len > 0)
			memcpy(file + size, reply->data->bytes.data, reply->data->bytes.len);
		size += reply->data->bytes.len;
		last = reply->data->last;
	}
	if (e == ERR_OK) {
		e = fs_write_new(to, (struct blob){ file, size }, false);
		if (e != ERR_OK)
			cli_fail_file(cli, e, to);
	}
	if (e == ERR_OK)
		output_object(cli,
			      json_pack("{s:s, s:I}", "file", to, "size_bytes", (json_int_t)size),
			      columns);
	call_close(c);
	free(file);
	return err_exit_code(e);
}

static int import(struct cli *cli, const char *from)
{
	static const struct column columns[] = {
		{ "version", N_("Directory"), FORMAT_COUNT, false },
		{ "committees", N_("Committees"), FORMAT_COUNT, false },
		{ NULL, NULL, FORMAT_TEXT, false }
	};
	uint64_t version = 0, committees = 0;
	enum err e = committee_install(cli, from, &version, &committees);

	if (e != ERR_OK)
		return err_exit_code(e);
	return output_object(cli,
			     json_pack("{s:I, s:I}", "version", (json_int_t)version, "committees",
				       (json_int_t)committees),
			     columns);
}

int cmd_committee(struct cli *cli, int argc, char **argv)
{
	struct committee_options entry;
	const char *to = NULL, *registry = NULL, *what;
	int c, operands;

	committee_options_begin(&entry);
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_TO)
			to = optarg;
		else if (c == OPT_REGISTRY)
			registry = optarg;
		else if (!committee_options_take(&entry, c, optarg))
			return cli_usage(cli, optarg);
	}
	operands = argc - optind;
	what = operands == 0 ? "list" : argv[optind];
	if (strcmp(what, "list") == 0 && operands <= 1)
		return list(cli, NULL);
	if (strcmp(what, "show") == 0 && operands == 2)
		return list(cli, argv[optind + 1]);
	if (strcmp(what, "export") == 0 && to != NULL)
		return export(cli, to);
	if (strcmp(what, "import") == 0 && operands == 2)
		return import(cli, argv[optind + 1]);
	if (registry != NULL && operands >= 1)
		return committee_change(cli, registry, what,
					operands == 2 ? argv[optind + 1] : NULL, &entry);
	return arguments_missing(cli, operands, argv + optind);
}
