/* vanthu: the command line of vanthud; its commands are tools/command/table.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/base/json_memory.h"
#include "tools/cli/cli.h"
#include "tools/command/commands.h"
#include "tools/output/output.h"

static int unknown(struct cli *cli, const char *name)
{
	char message[256], fix[256];
	const char *best = suggest_command(name, command_table);

	snprintf(message, sizeof message, _("no such command: %s"), name);
	if (best != NULL)
		snprintf(fix, sizeof fix, _("did you mean: vanthu %s"), best);
	else
		snprintf(fix, sizeof fix, "%s", "vanthu help");
	return cli_fail_text(cli, ERR_USAGE, message, fix);
}

/* The first word that is neither a global option nor the value of one. */
static int find_verb(int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		bool value = false;

		for (const struct command_option *o = command_global_options(); o->name != NULL;
		     o++) {
			char letter[3] = { '-', o->code < 128 ? (char)o->code : '-', '\0' };

			if (o->argument != NULL && o->argument[0] != '[')
				value = value || strcmp(argv[i], letter) == 0 ||
					(strncmp(argv[i], "--", 2) == 0 &&
					 strcmp(argv[i] + 2, o->name) == 0);
		}
		i += value ? 2 : 1;
	}
	return i;
}

static int64_t monotonic_ms(void)
{
	struct timespec t;

	return clock_gettime(CLOCK_MONOTONIC, &t) == 0 ? t.tv_sec * 1000LL + t.tv_nsec / 1000000
						       : 0;
}

/* A stream that is closed would be the next file or socket that is opened, and what is printed
 * would go there. So standard output takes nothing, which cli_finish reports, and what goes to
 * standard error is lost. */
static void keep_streams(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			exit(1);
	}
}

/* So that even a fault before --json or --lang is reported as JSON or in that language. */
static void look_ahead(struct cli *cli, int argc, char **argv)
{
	i18n_open(NULL);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--json") == 0) {
			cli->json = true;
			cli->renderer = output_json();
		} else if (strncmp(argv[i], "--lang=", 7) == 0) {
			i18n_open(argv[i] + 7);
		} else if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc) {
			i18n_open(argv[i + 1]);
		}
	}
}

/* Options alone: help or the version, or something is wrong. */
static int no_verb(struct cli *cli, int argc, char **argv)
{
	bool version = false;
	int kept = 1;

	for (int i = 1; i < argc; i++) {
		version = version || strcmp(argv[i], "--version") == 0;
		if (strcmp(argv[i], "--version") != 0)
			argv[kept++] = argv[i];
	}
	if (cli_option(cli, kept, argv) == '?')
		return err_exit_code(ERR_USAGE);
	if (version)
		return cmd_version(cli, 1, argv);
	if (argc == 1)
		return cmd_help(cli, 0, NULL);
	if (!cli->json)
		cmd_help(cli, 0, NULL);
	return cli_wanted(cli, _("which command?"), "");
}

static int run(struct cli *cli, int argc, char **argv)
{
	const struct command *command;
	int verb = find_verb(argc, argv);
	char *name;

	if (verb >= argc)
		return no_verb(cli, argc, argv);
	name = argv[verb];
	command = command_find(command_table, name);
	/* What stands behind an option that does not exist may be its value, and no command. */
	if (command == NULL && verb > 1 && cli_option(cli, verb, argv) == '?')
		return err_exit_code(ERR_USAGE);
	if (command == NULL)
		return unknown(cli, name);
	cli->command = command;
	/* The verb goes first, so that the options before it and after it are read in one pass. */
	memmove(&argv[2], &argv[1], (size_t)(verb - 1) * sizeof *argv);
	argv[1] = name;
	errno = 0;
	return command->run(cli, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	const int64_t began_ms = monotonic_ms();
	struct cli cli = { .config_path = getenv("VANTHU_CONFIG"),
			   .timeout_ms = 30000,
			   .color = -1,
			   .renderer = output_text(),
			   .commands = command_table };
	int code;

	keep_streams();
	json_memory_begin();
	look_ahead(&cli, argc, argv);
	code = run(&cli, argc, argv);
	cli_detail(&cli, _("%lld ms, exit status %d"), (long long)(monotonic_ms() - began_ms),
		   code);
	return cli_finish(&cli, code);
}
