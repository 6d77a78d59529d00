/* completion: the scripts of etc/completion/, built in, and what they ask at each press of the
 * key. */
#include <stdio.h>
#include <string.h>

#include "tools/cli/cli.h"
#include "tools/command/commands.h"

/* Made from etc/completion/ by the Makefile. */
static const char bash_script[] =
#include "tools/completion_bash.inc"
	;
static const char zsh_script[] =
#include "tools/completion_zsh.inc"
	;

int cmd_completion(struct cli *cli, int argc, char **argv)
{
	const char *what;

	if (cli_option(cli, argc, argv) != -1)
		return err_exit_code(ERR_USAGE);
	what = optind < argc ? argv[optind] : "";
	if (strcmp(what, "words") == 0)
		complete(cli, argc - optind - 1, argv + optind + 1);
	else if (strcmp(what, "bash") == 0 && argc - optind == 1)
		fputs(bash_script, stdout);
	else if (strcmp(what, "zsh") == 0 && argc - optind == 1)
		fputs(zsh_script, stdout);
	else
		return arguments_missing(cli, argc - optind, argv + optind);
	return 0;
}
