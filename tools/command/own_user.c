/* See own_user.h. */
#include "tools/command/own_user.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/cli/cli.h"

enum err command_own_user(struct cli *cli, const struct config *config)
{
	char message[CONFIG_PATH_MAX + 128];
	struct stat st;

	if (stat(config->data, &st) != 0 || st.st_uid == geteuid())
		return ERR_OK;
	snprintf(message, sizeof message,
		 _("tokens and accounts are made by the user that the daemon runs as, who owns %s"),
		 config->data);
	cli_fail_text(cli, ERR_PERMISSION, message,
		      _("run it as that user: sudo -u USER vanthu …"));
	return ERR_PERMISSION;
}
