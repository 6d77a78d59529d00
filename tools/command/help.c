/* help and version. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "daemon/base/version.h"
#include "tools/cli/cli.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

enum { OPT_MAN = 1 };

const struct command_option help_options[] = {
	{ "man", OPT_MAN, "commands|options|errors|types|keys|links",
	  N_("a part of the manual pages, in roff"), VALUE_WORDS, NULL },
	{ NULL, 0, NULL, NULL, VALUE_NONE, NULL },
};

/* "VT-4001", "vt4001", "4001": the code; 0: no code is meant. */
static unsigned code_of(const char *word)
{
	char *end;
	unsigned long n;

	if (strncasecmp(word, "vt", 2) == 0)
		word += word[2] == '-' ? 3 : 2;
	if (word[0] < '0' || word[0] > '9')
		return 0;
	n = strtoul(word, &end, 10);
	return *end == '\0' && n <= 9999 ? (unsigned)n : 0;
}

static int help_code(struct cli *cli, unsigned code)
{
	static const struct column columns[] = { { "code", N_("Code"), FORMAT_TEXT, false },
						 { "meaning", N_("Meaning"), FORMAT_TEXT, false },
						 { "fix", N_("What to do"), FORMAT_TEXT, false },
						 { "exit_code", N_("Exit code"), FORMAT_COUNT,
						   false },
						 { NULL, NULL, FORMAT_TEXT, false } };
	char name[16];
	enum err e = (enum err)code;

	snprintf(name, sizeof name, "VT-%04u", code);
	if (code == 0 || !err_known(code))
		return cli_fail_text(cli, ERR_NOT_FOUND, _("there is no such code"),
				     _("all of them: man vanthu, section ERRORS"));
	return output_object(
	    cli,
	    json_pack("{s:s, s:s, s:s, s:i}", "code", name, "meaning", _(err_text(e)), "fix",
		      err_fix(e)[0] == '\0' ? "" : _(err_fix(e)), "exit_code", err_exit_code(e)),
	    columns);
}

int cmd_help(struct cli *cli, int argc, char **argv)
{
	const struct command *c;
	const char *part = NULL;

	for (int o; argc > 0 && (o = cli_option(cli, argc, argv)) != -1; part = optarg) {
		if (o == '?')
			return err_exit_code(ERR_USAGE);
	}
	if (part != NULL) {
		manual_part(cli->commands, part);
		return 0;
	}
	if (argc == 0 || optind >= argc) {
		help_all(cli->commands);
		return 0;
	}
	c = command_find(cli->commands, argv[optind]);
	if (c == NULL && code_of(argv[optind]) != 0)
		return help_code(cli, code_of(argv[optind]));
	if (c == NULL) {
		const char *best = suggest_command(argv[optind], cli->commands);
		char message[256], fix[256];

		snprintf(message, sizeof message, _("no such command: %s"), argv[optind]);
		snprintf(fix, sizeof fix,
			 best == NULL ? "vanthu help" : _("did you mean: vanthu %s"), best);
		return cli_fail_text(cli, ERR_NOT_FOUND, message, fix);
	}
	help_command(c);
	return 0;
}

int cmd_version(struct cli *cli, int argc, char **argv)
{
	static const struct column columns[] = { { "version", N_("Version"), FORMAT_TEXT, false },
						 { NULL, NULL, FORMAT_TEXT, false } };

	if (argc > 1 && cli_option(cli, argc, argv) == '?')
		return err_exit_code(ERR_USAGE);
	return output_object(cli, json_pack("{s:s}", "version", VANTHU_VERSION), columns);
}
