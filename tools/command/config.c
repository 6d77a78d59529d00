/* config: what is wrong with a configuration, what is in force, and an example that the same table
 * makes. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/tables/tables.h"
#include "routing/base/committee_id.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

const struct command_option config_options[] = {
	{ "id", 1, N_("ID"), N_("the committee that the example is for (btp)"), VALUE_COMMITTEE,
	  "example" },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* The file, and the modes of the keys that it names. */
static int check(struct cli *cli)
{
	struct config_errors *errors = malloc(sizeof *errors);
	struct config *config = malloc(sizeof *config);
	json_t *list = json_array();
	enum err e = errors == NULL || config == NULL ? ERR_NO_MEMORY : ERR_OK;
	struct key_file_fault open_key;
	const char *misfit = NULL;
	int why;

	errno = 0;
	if (e == ERR_OK)
		e = config_load(cli->config_path, config, errors);
	why = errno;
	if (e == ERR_OK)
		e = tables_check(config, errors);
	if (e == ERR_OK)
		e = key_file_check_all(config, &open_key);
	if (e == ERR_OK)
		e = listen_check(config, &misfit);

	for (unsigned i = 0; e == ERR_CONFIG && i < errors->count && i < CONFIG_ERRORS_MAX; i++) {
		if (!cli->json)
			cli_fault_line(config->file, &errors->list[i]);
		json_array_append_new(
		    list, json_pack("{s:i, s:i, s:s}", "line", (int)errors->list[i].line, "column",
				    (int)errors->list[i].column, "text", errors->list[i].text));
	}
	if (e == ERR_OK) {
		static const struct column columns[] = { { "file", N_("File"), FORMAT_TEXT, false },
							 { "valid", N_("Valid"), FORMAT_BOOL,
							   false },
							 { NULL, NULL, FORMAT_TEXT, false } };

		output_object(
		    cli,
		    json_pack("{s:s, s:b, s:O}", "file", config->file, "valid", 1, "errors", list),
		    columns);
	} else if (e == ERR_KEY_OPEN) {
		cli_fail_key(cli, &open_key);
	} else if (e == ERR_GATEWAY_PLAIN || e == ERR_GATEWAY_TLS) {
		cli_fail(cli, e, misfit == NULL ? config->gateway_listen : _(misfit));
	} else if (e == ERR_CONFIG) {
		char message[512];

		snprintf(message, sizeof message,
			 ngettext("%u fault: %s", "%u faults, the first: %s", errors->count),
			 errors->count, errors->list[0].text);
		cli_fail_text(cli, e, message, _("correct the lines that are named"));
	} else {
		cli_config_unread(cli, why);
		e = ERR_CONFIG;
	}
	json_decref(list);
	free(errors);
	free(config);
	return err_exit_code(e);
}

static void add_key(json_t *list, const char *name, const char *value, const char *standard,
		    const struct config_key *k)
{
	json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "key", name,
					      "value", value, "type", k->type, "default", standard,
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
		/* what it would be without a value of its own */
		config_value(config, k->name, value, sizeof value);
		add_key(list, own.name, own.value, value, k);
	}
	free(config);
	if (e != ERR_OK) {
		json_decref(list);
		return err_exit_code(e);
	}
	return output_list(cli, list, columns);
}

/* ---- the example ---- */

/* What it gives a committee under systemd, where the default is not what most have; %s stands for
 * the committee. */
static const struct {
	const char *of, *value;
} examples[] = {
	{ "committee", "%s" },
	{ "data", "/var/lib/vanthu/%s" },
	{ "run", "/run/vanthu/%s" },
	{ "listen", "tcp://0.0.0.0:17200" },
};

static const char *example_of(const struct config_key *k)
{
	for (unsigned i = 0; i < sizeof examples / sizeof examples[0]; i++) {
		if (strcmp(examples[i].of, k->name) == 0)
			return examples[i].value;
	}
	return NULL;
}

/* "# meaning (default 2M; 64K to 1G)" */
static void print_meaning(const struct config_key *k, const char *indent)
{
	char low[32], high[32];

	printf("%s# %s", indent, _(k->help));
	if (k->fallback[0] != '\0')
		printf(_(" (default %s"), k->fallback);
	if (config_key_range(k, low, high, sizeof low))
		printf(_("; %s to %s"), low, high);
	printf("%s\n", k->fallback[0] != '\0' ? ")" : "");
}

static void print_key(const struct config_key *k, const char *group, const char *id)
{
	const char *value = example_of(k);

	print_meaning(k, "");
	if (value == NULL) {
		printf("# %s%s:%s%s\n", group[0] == '\0' ? "" : "  ",
		       k->name + (group[0] == '\0' ? 0 : strlen(group) + 1),
		       k->fallback[0] == '\0' ? "" : " ", k->fallback);
		return;
	}
	printf("%s: ", k->name);
	for (; *value != '\0'; value++) {
		if (strncmp(value, "%s", 2) == 0) {
			printf("%s", id);
			value++;
		} else {
			putchar(*value);
		}
	}
	putchar('\n');
}

static void print_links(void)
{
	const struct config_key *k;

	printf("\n# %s\n# links:\n#   vanphong:\n",
	       _("What is other on the link with one neighbour. A slow line, for example:"));
	for (unsigned i = 0; (k = config_key_at(i)) != NULL; i++) {
		if (config_key_on_link(k) != NULL)
			printf("#     %s: %s\n", config_key_on_link(k), k->fallback);
	}
}

/* Every key: those that each committee must give as keys, the others with their defaults behind a
 * #. */
static int example(const char *id)
{
	const struct config_key *k;
	char group[32] = "";

	printf("# %s\n# %s\n",
	       _("Configuration of one daemon, vanthud.yaml(5). Paths are taken from the folder of "
		 "this file."),
	       _("Made by: vanthu config example. What is in force: vanthu -c FILE config show"));
	for (unsigned i = 0; (k = config_key_at(i)) != NULL; i++) {
		const char *dot = strchr(k->name, '.');
		char of[32];

		snprintf(of, sizeof of, "%.*s", dot == NULL ? 0 : (int)(dot - k->name), k->name);
		if (strcmp(of, group) != 0 && of[0] != '\0')
			printf("\n# %s:\n", of);
		else if (strcmp(of, group) != 0)
			putchar('\n');
		memcpy(group, of, sizeof group);
		print_key(k, group, id);
	}
	print_links();
	return 0;
}

int cmd_config(struct cli *cli, int argc, char **argv)
{
	struct committee_id id;
	const char *what;
	int c;

	(void)!id_parse("btp", 3, &id); /* is one */
	while ((c = cli_option(cli, argc, argv)) != -1) {
		if (c == '?')
			return err_exit_code(ERR_USAGE);
		if (id_parse(optarg, strlen(optarg), &id) != ERR_OK)
			return cli_usage(cli, optarg);
	}
	what = optind < argc ? argv[optind] : "show";
	if (argc - optind > 1)
		return cli_usage(cli, argv[optind + 1]);
	if (strcmp(what, "example") == 0)
		return example(id.text);
	if (strcmp(what, "check") != 0 && strcmp(what, "show") != 0)
		return cli_usage(cli, what);
	if (cli->config_path == NULL)
		return cli_no_config(cli);
	return strcmp(what, "check") == 0 ? check(cli) : show(cli);
}
