/* See tools/cli/config.h. */
#include "tools/cli/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/base/files.h"
#include "tools/base/no_memory.h"
#include "tools/cli/cli.h"

int cli_no_config(struct cli *cli)
{
	return cli_fail_text(cli, ERR_CONFIG, _("it is not said which committee you work for"),
			     _("say -c DIR, or once for the session: export VANTHU_CONFIG=DIR (the "
			       "folder of your committee; ask your operator)"));
}

void cli_config_unread(struct cli *cli, int why)
{
	char message[CONFIG_PATH_MAX + 256];

	if (why == 0)
		snprintf(message, sizeof message, _("%s: the configuration cannot be read"),
			 cli->config_path);
	else
		snprintf(message, sizeof message, _("%s: the configuration cannot be read: %s"),
			 cli->config_path, fs_why(why));
	cli_fail_text(cli, ERR_CONFIG, message,
		      _("name the folder of your committee, with its vanthud.yaml: -c DIR"));
}

enum err cli_config(struct cli *cli, struct config *out)
{
	struct config_errors *errors;
	int error;
	enum err e;

	if (cli->config_path == NULL) {
		cli_no_config(cli);
		return ERR_CONFIG;
	}
	errors = no_memory_checked(malloc(sizeof *errors));
	errno = 0;
	e = config_load(cli->config_path, out, errors);
	error = errno;
	if (e == ERR_OK)
		cli_detail(cli, _("configuration: %s (committee %s)"), out->file,
			   out->committee.text);
	if (e == ERR_CONFIG && errors->count > 0) {
		char message[CONFIG_PATH_MAX + 512];

		snprintf(message, sizeof message, "%s:%u:%u: %s",
			 out->file[0] != '\0' ? out->file : cli->config_path, errors->list[0].line,
			 errors->list[0].column, errors->list[0].text);
		cli_fail_text(cli, e, message, _(err_fix(ERR_CONFIG)));
	} else if (e != ERR_OK) {
		cli_config_unread(cli, error);
		e = ERR_CONFIG;
		if (error != 0)
			cli_detail_errno(cli, cli->config_path, error);
	}
	free(errors);
	return e;
}
