/* lab: create, start, stop, status, add. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "tools/cli/cli.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/lab/lab.h"
#include "tools/output/output.h"

enum { OPT_TREE = 200, OPT_PORT, OPT_GATEWAY, ARENA_BYTES = 256 << 20 };

const struct command_option lab_options[] = {
	{ "tree", OPT_TREE, N_("FILE"), N_("the committees, as in etc/demo-tree.yaml"), VALUE_FILE,
	  "create" },
	{ "port", OPT_PORT, N_("N"),
	  N_("port of the first committee; the others follow (else free ones)"),
	  VALUE_NONE, "create" },
	{ "gateway", OPT_GATEWAY, NULL,
	  N_("a gateway for each, too (ports behind those), with a token in DIR/ID/gateway.token"),
	  VALUE_NONE, "create" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

static const struct column columns[] = {
	{ "committee", N_("Committee"), FORMAT_TEXT, false },
	{ "state", N_("State"), FORMAT_STATE, false },
	{ "pid", N_("Process"), FORMAT_COUNT, false },
	{ "config", N_("Configuration"), FORMAT_TEXT, true },
	{ "gateway", N_("Gateway"), FORMAT_STATE, false },
	{ "gateway_url", N_("Its address"), FORMAT_TEXT, false },
	{ NULL, NULL, FORMAT_TEXT, false },
};

/* Adds what is known of its gateway, if it has one. */
static json_t *with_gateway(json_t *member, const struct lab_member *m)
{
	int pid = m->gateway ? process_pid(m, PROCESS_GATEWAY) : 0;
	char url[CONFIG_PATH_MAX];

	if (!m->gateway)
		return member;
	gateway_url(m, url, sizeof url);
	json_object_set_new(member, "gateway", json_string(pid != 0 ? "running" : "stopped"));
	json_object_set_new(member, "gateway_pid", pid != 0 ? json_integer(pid) : json_null());
	json_object_set_new(member, "gateway_url", json_text_or_null(url));
	return member;
}

static json_t *json_member(const struct lab_member *m)
{
	int pid = process_pid(m, PROCESS_DAEMON);

	return with_gateway(json_pack("{s:s, s:s, s:o, s:s}", "committee", m->id, "state",
				      pid != 0 ? "running" : "stopped", "pid",
				      pid != 0 ? json_integer(pid) : json_null(), "config",
				      m->config),
			    m);
}

static int create(struct cli *cli, const char *folder, const char *tree_path, unsigned port,
		  bool gateway)
{
	struct arena *a = arena_new(ARENA_BYTES);
	json_t *list = json_array();
	struct lab l = { .members = NULL };
	struct tree_list tree;
	enum err e = a == NULL ? ERR_NO_MEMORY : tree_file_load(cli, a, tree_path, &tree);

	if (e == ERR_OK)
		e = lab_create(cli, folder, &tree, port, gateway);
	if (e == ERR_OK && gateway)
		e = lab_open(cli, folder, &l);
	for (uint32_t i = 0; e == ERR_OK && i < tree.count; i++) {
		const char *id = tree.committees[i].id.text;
		const struct lab_member *m = gateway ? lab_find(&l, id) : NULL;
		json_t *one = json_pack("{s:s, s:s, s:s}", "committee", id, "state", "stopped",
					"endpoint", tree.committees[i].endpoint);

		json_array_append_new(list, m == NULL ? one : with_gateway(one, m));
	}
	lab_close(&l);
	arena_destroy(a);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	output_list(cli, list, columns);
	cli_say(cli, _("Start them: vanthu lab start %s"), folder);
	return 0;
}

/* The members named, or all. NULL after a fault was reported. */
static const struct lab_member **choose(struct cli *cli, const struct lab *l, int count, char **ids,
					unsigned *chosen)
{
	const struct lab_member **out = calloc(l->count + 1, sizeof *out);

	*chosen = 0;
	for (int i = 0; out != NULL && i < count; i++) {
		const struct lab_member *m = lab_find(l, ids[i]);

		if (m == NULL || *chosen == l->count) {
			cli_fail(cli, ERR_NOT_FOUND, ids[i]);
			free(out);
			return NULL;
		}
		out[(*chosen)++] = m;
	}
	for (unsigned i = 0; out != NULL && count == 0 && i < l->count; i++)
		out[(*chosen)++] = &l->members[i];
	return out;
}

static enum err start(struct cli *cli, const struct lab_member **members, unsigned count)
{
	struct progress p;
	enum err e = ERR_OK;

	progress_begin(&p, _("Starting"), count, cli->quiet);
	for (unsigned i = 0; e == ERR_OK && i < count; i++) {
		if (process_pid(members[i], PROCESS_DAEMON) == 0)
			e = process_spawn(cli, members[i], PROCESS_DAEMON);
		progress_at(&p, i);
	}
	if (e == ERR_OK)
		e = process_wait(cli, members, count, PROCESS_START_MS + (int)count * 100);
	for (unsigned i = 0; e == ERR_OK && i < count; i++) {
		if (members[i]->gateway && process_pid(members[i], PROCESS_GATEWAY) == 0)
			e = process_spawn(cli, members[i], PROCESS_GATEWAY);
	}
	for (unsigned i = 0; e == ERR_OK && i < count; i++) {
		if (members[i]->gateway)
			e = process_wait_gateway(cli, members[i], PROCESS_START_MS);
	}
	progress_end(&p);
	return e;
}

static void signal_all(const struct lab_member **members, unsigned count,
		       enum process_program which)
{
	for (unsigned i = 0; i < count; i++) {
		int pid = process_pid(members[i], which);

		if (pid != 0)
			kill(pid, SIGTERM);
	}
}

/* Gateways first: what they are about still has its daemon. */
static enum err stop(struct cli *cli, const struct lab_member **members, unsigned count)
{
	static const enum process_program order[] = { PROCESS_GATEWAY, PROCESS_DAEMON };
	enum err e = ERR_OK;

	for (unsigned n = 0; n < sizeof order / sizeof order[0]; n++) {
		/* All are signalled before any is waited for. */
		signal_all(members, count, order[n]);
		for (unsigned i = 0; i < count; i++) {
			enum err r = process_end(cli, members[i], order[n], SIGTERM);

			e = e == ERR_OK ? r : e;
		}
	}
	return e;
}

static int operate(struct cli *cli, const char *what, const char *folder, int count, char **ids)
{
	const struct lab_member **members = NULL;
	json_t *list = json_array();
	unsigned chosen = 0;
	struct lab l;
	enum err e = lab_open(cli, folder, &l);

	if (e == ERR_OK) {
		members = choose(cli, &l, count, ids, &chosen);
		e = members == NULL ? ERR_NOT_FOUND : ERR_OK;
	}
	if (e == ERR_OK && strcmp(what, "start") == 0)
		e = start(cli, members, chosen);
	else if (e == ERR_OK && strcmp(what, "stop") == 0)
		e = stop(cli, members, chosen);
	for (unsigned i = 0; e == ERR_OK && i < chosen; i++)
		json_array_append_new(list, json_member(members[i]));
	free(members);
	lab_close(&l);
	if (e == ERR_OK)
		return output_list(cli, list, columns);
	json_decref(list);
	return err_exit_code(e);
}

/* From the top the new directory goes down the tree by itself. */
static int give_to_top(struct cli *cli, const char *folder, const char *top)
{
	char path[CONFIG_PATH_MAX + 32];
	const struct lab_member *m;
	uint64_t version, committees;
	struct cli at_top = *cli;
	struct lab l;
	enum err e = lab_open(cli, folder, &l);

	if (e != ERR_OK)
		return err_exit_code(e);
	m = lab_find(&l, top);
	snprintf(path, sizeof path, "%s/registry/directory.vtd", l.folder);
	if (m != NULL && process_pid(m, PROCESS_DAEMON) != 0) {
		at_top.config_path = m->config;
		e = committee_install(&at_top, path, &version, &committees);
	} else {
		cli_say(cli, _("The others take the new directory when %s starts."), top);
	}
	lab_close(&l);
	return err_exit_code(e);
}

static int add(struct cli *cli, const char *folder, const char *id,
	       const struct committee_options *o)
{
	struct rec_committee entry = {
		.name = "", .symbol = "", .endpoint = "", .term_name = "", .term_from = ""
	};
	char top[COMMITTEE_ID_MAX + 1];
	json_t *list;
	enum err e;

	if (id_parse(id, strlen(id), &entry.id) != ERR_OK)
		return cli_fail(cli, ERR_BAD_ID, id);
	committee_options_apply(o, &entry);
	if (entry.name[0] == '\0' || entry.symbol[0] == '\0' || id_empty(entry.superior))
		return cli_wanted(cli, _("--superior, --name and --symbol are wanted"), "");
	e = lab_add(cli, folder, &entry, top);
	if (e != ERR_OK)
		return err_exit_code(e);
	list = json_array();
	json_array_append_new(list, json_pack("{s:s, s:s}", "committee", id, "state", "stopped"));
	output_list(cli, list, columns);
	return give_to_top(cli, folder, top);
}

int cmd_lab(struct cli *cli, int argc, char **argv)
{
	struct committee_options entry;
	const char *tree = NULL, *what;
	unsigned long port = 0;
	bool gateway = false;
	int c, operands;

	committee_options_begin(&entry);
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (c == OPT_TREE)
			tree = optarg;
		else if (c == OPT_PORT && !cli_number(cli, 1, 65535, &port))
			return err_exit_code(ERR_USAGE);
		else if (c == OPT_PORT)
			continue;
		else if (c == OPT_GATEWAY)
			gateway = true;
		else if (!committee_options_take(&entry, c, optarg))
			return cli_usage(cli, optarg);
	}
	operands = argc - optind;
	what = operands < 2 ? "" : argv[optind];
	if (strcmp(what, "create") == 0 && operands == 2 && tree != NULL)
		return create(cli, argv[optind + 1], tree, (unsigned)port, gateway);
	if (strcmp(what, "start") == 0 || strcmp(what, "stop") == 0 || strcmp(what, "status") == 0)
		return operate(cli, what, argv[optind + 1], operands - 2, argv + optind + 2);
	if (strcmp(what, "add") == 0 && operands == 3)
		return add(cli, argv[optind + 1], argv[optind + 2], &entry);
	return arguments_missing(cli, operands, argv + optind);
}
