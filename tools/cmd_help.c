/* help and version. */
#include <stdio.h>
#include <string.h>

#include "daemon/version.h"
#include "tools/commands.h"
#include "tools/output.h"
#include "tools/suggest.h"
#include "tools/text.h"

enum { NAME_CELLS = 11 };

static void print_all(void)
{
	const char *group = "";

	printf("%s\n", _("Usage: vanthu [-c FILE] COMMAND …"));
	for (unsigned i = 0; command_at(i) != NULL; i++) {
		const struct command *c = command_at(i);

		if (strcmp(group, c->group) != 0)
			printf("\n%s\n", _(c->group));
		group = c->group;
		printf("  %-*s %s\n", NAME_CELLS, c->name, _(c->summary));
	}
	printf("\n%s\n", _("Options that every command takes:"));
	printf("  -c, --config FILE   %s\n", _("the daemon's configuration, or its folder (else VANTHU_CONFIG)"));
	printf("      --json          %s\n", _("one JSON object on standard output"));
	printf("      --plain         %s\n", _("columns between tabs"));
	printf("      --lang vi|en    %s\n", _("language"));
	printf("      --utc           %s\n", _("times in UTC instead of Vietnam's"));
	printf("      --timeout S     %s\n", _("seconds to wait for the daemon (30)"));
	printf("  -n, --dry-run       %s\n", _("say what would happen"));
	printf("  -y, --yes           %s\n", _("do not ask"));
	printf("  -q, --quiet         %s\n", _("no talk beside results"));
	printf("      --color WHEN    %s\n", _("always, never or auto"));
	printf("\n%s\n", _("More about one: vanthu help COMMAND"));
}

int cmd_help(struct cli *cli, int argc, char **argv)
{
	const struct command *c;

	if (argc > 0 && cli_option(cli, argc, argv, NULL) == '?')
		return err_exit_code(ERR_USAGE);
	if (argc == 0 || optind >= argc) {
		print_all();
		return 0;
	}
	c = command_find(argv[optind]);
	if (c == NULL) {
		const char *best = suggest_command(argv[optind]);

		return cli_fail_text(cli, ERR_NOT_FOUND, argv[optind], best == NULL ? "vanthu help" : best);
	}
	printf("vanthu %s %s\n  %s\n", c->name, c->usage, _(c->summary));
	return 0;
}

int cmd_version(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "version", N_("Version"), FORMAT_TEXT, false }, { NULL, NULL, FORMAT_TEXT, false } };

	if (argc > 1 && cli_option(cli, argc, argv, NULL) == '?')
		return err_exit_code(ERR_USAGE);
	return output_object(cli, json_pack("{s:s}", "version", VANTHU_VERSION), columns);
}
