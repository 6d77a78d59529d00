/* See fail.h. */
#include "tools/cli/fail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/config/config.h"
#include "tools/base/files.h"
#include "tools/cli/cli.h"
#include "tools/cli/usage.h"
#include "tools/output/output.h"

int cli_usage(struct cli *cli, const char *what)
{
	char message[512];

	if (cli->value != NULL && what == cli->value) {
		snprintf(message, sizeof message, _("write: --%s %s"), cli->option->name,
			 _(cli->option->argument));
		return cli_bad_value(cli, message);
	}
	snprintf(message, sizeof message, _("not understood: %s"), what);
	return cli_wanted(cli, message, "");
}

int cli_wanted(struct cli *cli, const char *sentence, const char *fix)
{
	const struct command *command = cli->command;
	char help[64] = "vanthu help";

	if (command != NULL)
		snprintf(help, sizeof help, "vanthu help %s", command->name);
	cli_fail_text(cli, ERR_USAGE, sentence, fix[0] == '\0' ? help : fix);
	if (command != NULL && !cli->json && cli->caught == NULL)
		usage_print(stderr, command);
	return err_exit_code(ERR_USAGE);
}

int cli_bad_value(struct cli *cli, const char *fix)
{
	char message[512];

	snprintf(message, sizeof message, _("--%s: not understood: %s"), cli->option->name,
		 cli->value == NULL ? "" : cli->value);
	return cli_wanted(cli, message, fix);
}

void cli_caught_free(struct cli_caught *c)
{
	free(c->message);
	free(c->fix);
	*c = (struct cli_caught){ .err = ERR_OK };
}

int cli_fail_text(struct cli *cli, enum err e, const char *message, const char *fix)
{
	int error = errno; /* of the call that made it fail, where the system did */

	if (cli->caught != NULL) {
		cli_caught_free(cli->caught);
		*cli->caught = (struct cli_caught){ e, strdup(message), strdup(fix) };
		return err_exit_code(e);
	}
	if (!cli->error_printed) {
		cli->renderer->error(cli, e, message, fix);
		if (error != 0 && (e == ERR_FILE || e == ERR_DISK_FULL || e == ERR_SYSTEM))
			cli_detail_errno(cli, "", error);
	}
	cli->error_printed = true;
	return err_exit_code(e);
}

/* "No such item" among what? */
static const char *fix_of(const struct cli *cli, enum err e)
{
	const char *fix = err_fix(e);

	if (e == ERR_NOT_FOUND && cli->command != NULL && cli->command->not_found != NULL)
		fix = cli->command->not_found;
	return fix[0] == '\0' ? "" : _(fix);
}

/* Nobody knows whether the request was done: a retry must use the id of the first try, or it is
 * done twice. */
static bool asks_again(enum err e)
{
	return e == ERR_TIMEOUT || e == ERR_UNREACHABLE;
}

int cli_fail(struct cli *cli, enum err e, const char *about)
{
	const char *text = _(err_text(e)), *fix = fix_of(cli, e);
	char message[512], again[512]; /* nothing here fails: errno stays what it was */

	if (cli->request_id != NULL && asks_again(e)) {
		snprintf(again, sizeof again,
			 _("%s; each time with --id %s: then it happens only once"), fix,
			 cli->request_id);
		fix = again;
	}
	if (about == NULL || about[0] == '\0')
		return cli_fail_text(cli, e, text, fix);
	snprintf(message, sizeof message, "%s: %s", about, text);
	return cli_fail_text(cli, e, message, fix);
}

/* What mends it: most often the name is wrong. */
static const char *file_fix(int why)
{
	switch (why) {
	case EACCES:
	case EPERM:
		return _("ask the owner for the permission, or name another");
	case ENOSPC:
	case EDQUOT:
		return _("free space, or name another place");
	case EISDIR:
	case EINVAL:
		return _("name a file");
	case ENOTDIR:
		return _("name a folder");
	case ENOENT:
		return _("check the name");
	default:
		return _(err_fix(ERR_FILE));
	}
}

int cli_fail_key(struct cli *cli, const struct key_file_fault *fault)
{
	char message[CONFIG_PATH_MAX + 256];

	snprintf(message, sizeof message,
		 fault->folder ? _("%s: others may write this folder (mode %04o), so they can "
				   "replace the private key in it")
			       : _("%s: others can read this private key (mode %04o)"),
		 fault->path, fault->mode);
	return cli_fail_text(cli, ERR_KEY_OPEN, message, fault->command);
}

static int fail_registry_key(struct cli *cli, const char *folder)
{
	/* of a registry, or of a lab */
	static const char *const paths[] = { "root.key", "registry/root.key" };
	char key[CONFIG_PATH_MAX + 32];
	struct key_file_fault fault;

	for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
		snprintf(key, sizeof key, "%s/%s", folder, paths[i]);
		if (key_file_check(key, &fault) == ERR_KEY_OPEN)
			return cli_fail_key(cli, &fault);
	}
	return cli_fail(cli, ERR_KEY_OPEN, folder);
}

int cli_fail_file(struct cli *cli, enum err e, const char *path)
{
	int why = errno;
	char message[CONFIG_PATH_MAX + 256];

	if (e == ERR_KEY_OPEN && path != NULL)
		return fail_registry_key(cli, path);
	if (e != ERR_FILE || why == 0 || path == NULL)
		return cli_fail(cli, e, path);
	if (path[0] == '\0')
		return cli_fail_text(cli, e, _("the name of a file or folder is empty"),
				     file_fix(ENOENT));
	snprintf(message, sizeof message, "%s: %s", path, fs_why(why));
	return cli_fail_text(cli, e, message, file_fix(why));
}
