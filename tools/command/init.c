/* init: a committee's folder with keys and configuration, or a registry. */
#include <stdio.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/endpoint.h"
#include "tools/base/files.h"
#include "tools/base/text.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"
#include "tools/registry/registry.h"

enum { OPT_ID = 200, OPT_LISTEN, OPT_REGISTRY, ARENA_BYTES = 64 << 20 };

const struct command_option init_options[] = {
	{ "id", OPT_ID, N_("ID"), N_("id of the committee: a-z, 0-9 and -, at most 32"), VALUE_NONE,
	  NULL },
	{ "listen", OPT_LISTEN, N_("tcp://ADDRESS:PORT"),
	  N_("where its daemon listens for subordinates"), VALUE_NONE, NULL },
	{ "registry", OPT_REGISTRY, NULL, N_("make a registry: who signs the committee directory"),
	  VALUE_NONE, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

struct wanted {
	struct committee_id id;
	const char *listen;
	bool registry;
	struct committee_options entry;
};

static enum err write_config(struct arena *a, const char *folder, const struct wanted *w)
{
	const char *path = fs_join(a, folder, "vanthud.yaml");
	char text[1024];
	int n = snprintf(text, sizeof text,
			 "committee: %s\ndata: data\nrun: run\nsigning_key: sign.key\nlink_key: "
			 "link.key\nregistry_root: root.pem\n%s%s%s",
			 w->id.text, w->listen[0] == '\0' ? "" : "listen: ", w->listen,
			 w->listen[0] == '\0' ? "" : "\n");

	if (path == NULL || n < 0 || (size_t)n >= sizeof text)
		return ERR_NO_MEMORY;
	return fs_write_new(path, (struct blob){ (const uint8_t *)text, (size_t)n }, false);
}

static enum err make_committee(struct arena *a, const char *folder, const struct wanted *w,
			       const char **request)
{
	struct rec_committee entry = { .id = w->id,
				       .name = "",
				       .symbol = "",
				       .endpoint = "",
				       .term_name = "",
				       .term_from = "" };
	struct identity keys;
	char name[COMMITTEE_ID_MAX + 16];
	enum err e = fs_mkdir(folder, true);

	committee_options_apply(&w->entry, &entry);
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

static int init_committee(struct cli *cli, struct arena *a, const char *folder,
			  const struct wanted *w)
{
	static const struct column columns[] = { { "folder", N_("Folder"), FORMAT_TEXT, false },
						 { "request", N_("Request"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	const char *request = "";
	enum err e = make_committee(a, folder, w, &request);

	if (e != ERR_OK)
		return cli_fail_file(cli, e, folder);
	output_object(cli, json_pack("{s:s, s:s}", "folder", folder, "request", request), columns);
	cli_say(cli,
		_("Next: give %s to the registry (vanthu committee add), put its root.pem into %s, "
		  "then import its directory."),
		request, folder);
	return 0;
}

static int init_registry(struct cli *cli, struct arena *a, const char *folder,
			 const struct wanted *w)
{
	static const struct column columns[] = { { "folder", N_("Folder"), FORMAT_TEXT, false },
						 { "root", N_("Root certificate"), FORMAT_TEXT,
						   false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	struct registry r;
	enum err e =
	    registry_create(a, folder, w->entry.name[0] == '\0' ? "vanthu registry" : w->entry.name,
			    text_now_ms(), &r);

	if (e != ERR_OK)
		return cli_fail_file(cli, e, folder);
	output_object(
	    cli, json_pack("{s:s, s:s}", "folder", folder, "root", fs_join(a, folder, "root.pem")),
	    columns);
	cli_say(cli, "%s",
		_("Next: vanthu committee add REQUEST --registry DIR --name … --symbol …; keep "
		  "root.key away from the network."));
	return 0;
}

int cmd_init(struct cli *cli, int argc, char **argv)
{
	struct wanted w = { .listen = "" };
	struct arena *a;
	int c, code;

	committee_options_begin(&w.entry);
	while ((c = cli_option(cli, argc, argv)) != -1) {
		bool good = c != '?';

		if (c == OPT_ID)
			good = id_parse(optarg, strlen(optarg), &w.id) == ERR_OK;
		else if (c == OPT_LISTEN)
			good = endpoint_valid(w.listen = optarg, true);
		else if (c == OPT_REGISTRY)
			w.registry = true;
		else if (good)
			good = committee_options_take(&w.entry, c, optarg);
		if (!good)
			return c == '?' ? err_exit_code(ERR_USAGE) : cli_usage(cli, optarg);
	}
	if (argc - optind != 1 || (w.id.text[0] == '\0') != w.registry)
		return cli_wanted(cli, _("DIR and either --id or --registry are wanted"), "");
	a = arena_new(ARENA_BYTES);
	if (a == NULL)
		return cli_fail(cli, ERR_NO_MEMORY, NULL);
	code = w.registry ? init_registry(cli, a, argv[optind], &w)
			  : init_committee(cli, a, argv[optind], &w);
	arena_destroy(a);
	return code;
}
