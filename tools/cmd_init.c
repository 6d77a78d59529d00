/* init and config: a committee's folder with keys and configuration; a registry; and looking at a configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "routing/endpoint.h"
#include "routing/id.h"
#include "tools/commands.h"
#include "tools/entry_options.h"
#include "tools/fsutil.h"
#include "tools/output.h"
#include "tools/registry.h"
#include "tools/request_file.h"
#include "tools/text.h"

enum { OPT_ID = 100, OPT_LISTEN, OPT_REGISTRY, ARENA_BYTES = 64 << 20 };

struct wanted {
	struct committee_id id;
	const char *listen;
	bool registry;
	struct entry_options entry;
};

static enum err write_config(struct arena *a, const char *folder, const struct wanted *w)
{
	const char *path = fs_join(a, folder, "vanthud.yaml");
	char text[1024];
	int n = snprintf(text, sizeof text,
			 "committee: %s\ndata: data\nrun: run\nsigning_key: sign.key\nlink_key: link.key\nregistry_root: root.pem\n%s%s%s",
			 w->id.text, w->listen[0] == '\0' ? "" : "listen: ", w->listen, w->listen[0] == '\0' ? "" : "\n");

	if (path == NULL || n < 0 || (size_t)n >= sizeof text)
		return ERR_NO_MEMORY;
	return fs_write_new(path, (struct blob){ (const uint8_t *)text, (size_t)n }, false);
}

static enum err make_committee(struct arena *a, const char *folder, const struct wanted *w, const char **request)
{
	struct rec_committee entry = { .id = w->id, .name = "", .symbol = "", .endpoint = "", .term_name = "", .term_from = "" };
	struct identity keys;
	char name[COMMITTEE_ID_MAX + 16];
	enum err e = fs_mkdir(folder, true);

	entry_options_apply(&w->entry, &entry);
	snprintf(name, sizeof name, "%s.request", w->id.text);
	*request = fs_join(a, folder, name);
	if (e == ERR_OK)
		e = *request == NULL ? ERR_NO_MEMORY : identity_new(a, &keys);
	if (e == ERR_OK)
		e = write_config(a, folder, w);
	if (e == ERR_OK)
		e = identity_save(a, &keys, folder);
	return e == ERR_OK ? request_file_write(a, *request, &entry, &keys, REQUEST_BOTH) : e;
}

static int init_committee(struct cli *cli, struct arena *a, const char *folder, const struct wanted *w)
{
	static const struct column columns[] = { { "folder", N_("Folder"), FORMAT_TEXT, false },
						 { "request", N_("Request"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	const char *request = "";
	enum err e = make_committee(a, folder, w, &request);

	if (e != ERR_OK)
		return cli_fail(cli, e, folder);
	output_object(cli, json_pack("{s:s, s:s}", "folder", folder, "request", request), columns);
	cli_say(cli, _("Next: give %s to the registry (vanthu committee add), put its root.pem into %s, then import its directory."), request,
		folder);
	return 0;
}

static int init_registry(struct cli *cli, struct arena *a, const char *folder, const struct wanted *w)
{
	static const struct column columns[] = { { "folder", N_("Folder"), FORMAT_TEXT, false },
						 { "root", N_("Root certificate"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct registry r;
	enum err e = registry_create(a, folder, w->entry.name[0] == '\0' ? "vanthu registry" : w->entry.name, text_now_ms(), &r);

	if (e != ERR_OK)
		return cli_fail(cli, e, folder);
	output_object(cli, json_pack("{s:s, s:s}", "folder", folder, "root", fs_join(a, folder, "root.pem")), columns);
	cli_say(cli, "%s", _("Next: vanthu committee add REQUEST --registry DIR --name … --symbol …; keep root.key away from the network."));
	return 0;
}

int cmd_init(struct cli *cli, int argc, char **argv)
{
	struct option options[ENTRY_OPTIONS_MAX + 4];
	struct wanted w = { .listen = "" };
	unsigned n = entry_options_table(options);
	struct arena *a;
	int c, code;

	options[n++] = (struct option){ "id", required_argument, NULL, OPT_ID };
	options[n++] = (struct option){ "listen", required_argument, NULL, OPT_LISTEN };
	options[n++] = (struct option){ "registry", no_argument, NULL, OPT_REGISTRY };
	options[n] = (struct option){ NULL, 0, NULL, 0 };
	entry_options_begin(&w.entry);
	while ((c = cli_option(cli, argc, argv, options)) != -1) {
		bool good = c != '?';

		if (c == OPT_ID)
			good = id_parse(optarg, strlen(optarg), &w.id) == ERR_OK;
		else if (c == OPT_LISTEN)
			good = endpoint_valid(w.listen = optarg, true);
		else if (c == OPT_REGISTRY)
			w.registry = true;
		else if (good)
			good = entry_options_take(&w.entry, c, optarg);
		if (!good)
			return c == '?' ? err_exit_code(ERR_USAGE) : cli_usage(cli, optarg);
	}
	if (argc - optind != 1 || (w.id.text[0] == '\0') != w.registry)
		return cli_usage(cli, _("DIR and either --id or --registry are wanted"));
	a = arena_new(ARENA_BYTES);
	if (a == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	code = w.registry ? init_registry(cli, a, argv[optind], &w) : init_committee(cli, a, argv[optind], &w);
	arena_destroy(a);
	return code;
}

/* ---- config ---- */

static int check(struct cli *cli)
{
	struct config_errors *errors = malloc(sizeof *errors);
	struct config *config = malloc(sizeof *config);
	json_t *list = json_array();
	enum err e = errors == NULL || config == NULL ? ERR_NO_MEMORY : config_load(cli->config_path, config, errors);

	for (unsigned i = 0; e == ERR_CONFIG && i < errors->count && i < CONFIG_ERRORS_MAX; i++) {
		if (!cli->json)
			fprintf(stderr, "%s:%u:%u: %s\n", config->file, errors->list[i].line, errors->list[i].column, errors->list[i].text);
		json_array_append_new(list, json_pack("{s:i, s:i, s:s}", "line", (int)errors->list[i].line, "column",
						      (int)errors->list[i].column, "text", errors->list[i].text));
	}
	if (e == ERR_OK) {
		static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
							 { "valid", N_("Valid"), FORMAT_BOOL, false },
							 { NULL, NULL, FORMAT_TEXT, false } };

		output_object(cli, json_pack("{s:s, s:b, s:O}", "file", config->file, "valid", 1, "errors", list), columns);
	} else {
		char message[512];

		if (e == ERR_CONFIG)
			snprintf(message, sizeof message, _("%u faults, the first: %s"), errors->count, errors->list[0].text);
		else
			snprintf(message, sizeof message, "%s: %s", cli->config_path, _(err_text(e)));
		e = ERR_CONFIG;
		cli_fail_text(cli, e, message, _("correct the lines that are named"));
	}
	json_decref(list);
	free(errors);
	free(config);
	return err_exit_code(e);
}

static void add_key(json_t *list, const char *name, const char *value, const char *standard, const struct config_key *k)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "key", name, "value", value, "type", k->type, "default", standard,
					      "reload", k->reload, "help", _(k->help)));
}

static int show(struct cli *cli)
{
	static const struct column columns[] = { { "key", N_("Key"), FORMAT_TEXT, false },
						 { "value", N_("Value"), FORMAT_TEXT, true },
						 { "help", N_("Meaning"), FORMAT_TEXT, true },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct config *config = malloc(sizeof *config);
	char value[CONFIG_PATH_MAX];
	struct config_link_text own;
	const struct config_key *k;
	json_t *list = json_array();
	enum err e = config == NULL ? ERR_NO_MEMORY : cli_config(cli, config);

	for (unsigned i = 0; e == ERR_OK && config_key_at(i) != NULL; i++) {
		k = config_key_at(i);
		config_value(config, k->name, value, sizeof value);
		add_key(list, k->name, value, k->fallback, k);
	}
	for (unsigned i = 0; e == ERR_OK && (k = config_link_at(config, i, &own)) != NULL; i++) {
		config_value(config, k->name, value, sizeof value); /* what it would be without a value of its own */
		add_key(list, own.name, own.value, value, k);
	}
	free(config);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	return output_list(cli, list, columns);
}

int cmd_config(struct cli *cli, int argc, char **argv)
{
	if (cli_option(cli, argc, argv, NULL) == '?')
		return err_exit_code(ERR_USAGE);
	if (cli->config_path == NULL)
		return cli_fail_text(cli, ERR_CONFIG, _("no configuration given"), _("name it with -c FILE or VANTHU_CONFIG"));
	if (optind < argc && strcmp(argv[optind], "check") == 0)
		return check(cli);
	if (optind == argc || strcmp(argv[optind], "show") == 0)
		return show(cli);
	return cli_usage(cli, argv[optind]);
}
