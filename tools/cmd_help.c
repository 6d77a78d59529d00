/* help and version. */
#include <stdio.h>
#include <string.h>

#include "daemon/version.h"
#include "tools/commands.h"
#include "tools/help.h"
#include "tools/manual.h"
#include "tools/output.h"
#include "tools/suggest.h"

enum { OPT_MAN = 1 };

const struct command_option help_options[] = {
	{ "man", OPT_MAN, "commands|options|errors|types|keys|links", N_("a part of the manual pages, in roff"), VALUE_WORDS, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

int cmd_help(struct cli *cli, int argc, char **argv)
{
	const struct command *c;
	const char *part = NULL;

	for (int o; argc > 0 && (o = cli_option(cli, argc, argv)) != -1; part = optarg) {
		if (o == '?')
			return err_exit_code(ERR_USAGE);
	}
	if (part != NULL) {
		manual_part(part);
		return 0;
	}
	if (argc == 0 || optind >= argc) {
		help_all();
		return 0;
	}
	c = command_find(argv[optind]);
	if (c == NULL) {
		const char *best = suggest_command(argv[optind]);
		char message[256], fix[256];

		snprintf(message, sizeof message, _("no such command: %s"), argv[optind]);
		snprintf(fix, sizeof fix, best == NULL ? "vanthu help" : _("did you mean: vanthu %s"), best);
		return cli_fail_text(cli, ERR_NOT_FOUND, message, fix);
	}
	help_command(c);
	return 0;
}

int cmd_version(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "version", N_("Version"), FORMAT_TEXT, false }, { NULL, NULL, FORMAT_TEXT, false } };

	if (argc > 1 && cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	return output_object(cli, json_pack("{s:s}", "version", VANTHU_VERSION), columns);
}
