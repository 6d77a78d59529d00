/* See cli.h. */
#include "tools/cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/base/files.h"
#include "tools/output/output.h"

const char *cli_given(const struct cli *cli, const char *name)
{
	const struct command_option *o;

	for (unsigned i = 0;
	     i < CLI_OPTIONS_MAX && (o = command_option_at(cli->command, i)) != NULL; i++) {
		if (strcmp(o->name, name) == 0)
			return cli->given[i];
	}
	return NULL;
}

int cli_finish(struct cli *cli, int code)
{
	bool lost = ferror(stdout) != 0;
	char message[512];

	free(cli->joined);
	cli->joined = NULL;
	cli_types_free(cli);
	/* of what failed before nobody knows the reason any more, and it mostly fails again */
	errno = 0;
	lost = fflush(stdout) != 0 || lost;
	lost = fclose(stdout) != 0 || lost;
	if (!lost || cli->reader_gone)
		return code;
	if (errno == 0)
		snprintf(message, sizeof message, "%s", _("the output could not be written"));
	else
		snprintf(message, sizeof message, _("the output could not be written: %s"),
			 fs_why(errno));
	output_text()->error(cli, ERR_FILE, message,
			     _("look where it goes: a full disk, or a program that has ended"));
	return code == 0 ? err_exit_code(ERR_FILE) : code;
}
