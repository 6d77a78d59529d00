/* vanthu: the command line of vanthud. One table of commands; names are declared here and nowhere else. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/commands.h"
#include "tools/output.h"
#include "tools/suggest.h"

#define CLERK N_("Documents")
#define OPS N_("Operation")
#define START N_("Beginning")

static const struct command commands[] = {
	{ CLERK, "send", "FILE… --to WHO[,WHO…] --type T --number N --subject TEXT", N_("send a document with its attachments"), cmd_send },
	{ CLERK, "inbox", "[--limit N]", N_("documents that have arrived"), cmd_inbox },
	{ CLERK, "outbox", "[--limit N]", N_("documents that were sent"), cmd_outbox },
	{ CLERK, "find", "[TEXT] [--from ID] [--to ID] [--type T] [--number N] [--since DATE] [--until DATE]", N_("search sent and received"),
	  cmd_find },
	{ CLERK, "show", "ID", N_("one document, its parts and its receipts"), cmd_show },
	{ CLERK, "save", "ID --to DIR", N_("write a document and its attachments into a folder"), cmd_save },
	{ CLERK, "export", "ID --to FILE", N_("write a document with all its proofs into one file"), cmd_export },
	{ CLERK, "verify", "ID | FILE --root PEM [--files DIR]", N_("check signatures and contents"), cmd_verify },
	{ CLERK, "paper", "add in|out --type T --number N --subject TEXT [--date DATE] | list [in|out] | cancel ID --reason TEXT",
	  N_("register documents on paper, for the digital share"), cmd_paper },
	{ OPS, "target", "[--period 2026|2026-11|2026-Q4|all] | recount [--repair]", N_("the digital share, and the line to reach"), cmd_target },
	{ OPS, "trace", "ID", N_("the way that a document took, hop by hop"), cmd_trace },
	{ OPS, "status", "", N_("the daemon, its links and queues at a glance"), cmd_status },
	{ OPS, "link", "list | show ID | ping ID", N_("links to neighbours"), cmd_link },
	{ OPS, "queue", "show", N_("what waits for each neighbour, by age"), cmd_queue },
	{ OPS, "watch", "[--count N]", N_("live events as they happen"), cmd_watch },
	{ OPS, "committee",
	  "list | show ID | export --to FILE | import FILE | (add REQUEST | move ID | retire ID | change ID | renew) --registry DIR",
	  N_("the committee directory"), cmd_committee },
	{ OPS, "key", "list | new | rotate REQUEST --registry DIR | revoke ID sign|link|all|KEY --registry DIR",
	  N_("keys of this committee, new ones, and the end of old ones"), cmd_key },
	{ OPS, "config", "check | show", N_("the configuration of the daemon"), cmd_config },
	{ START, "init", "DIR --id ID [--listen ENDPOINT] | DIR --registry", N_("make the keys and configuration of a committee, or a registry"),
	  cmd_init },
	{ START, "lab", "create DIR --tree FILE [--port N] | start DIR [ID…] | stop DIR [ID…] | status DIR | add DIR ID …",
	  N_("a whole committee tree on this machine"), cmd_lab },
	{ START, "demo", "[--keep DIR]", N_("watch seven committees at work"), cmd_demo },
	{ START, "help", "[COMMAND]", N_("this list, or one command"), cmd_help },
	{ START, "version", "", N_("the version"), cmd_version },
};

const struct command *command_at(unsigned index)
{
	return index < sizeof commands / sizeof commands[0] ? &commands[index] : NULL;
}

const struct command *command_find(const char *name)
{
	for (unsigned i = 0; name != NULL && i < sizeof commands / sizeof commands[0]; i++) {
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	}
	return NULL;
}

static int unknown(struct cli *cli, const char *name)
{
	char message[256], fix[256];
	const char *best = suggest_command(name);

	snprintf(message, sizeof message, _("no such command: %s"), name);
	if (best != NULL)
		snprintf(fix, sizeof fix, _("did you mean: vanthu %s"), best);
	else
		snprintf(fix, sizeof fix, "%s", "vanthu help");
	return cli_fail_text(cli, ERR_USAGE, message, fix);
}

/* Options before the verb: the same table, stopped at the first operand. */
static int find_verb(int argc, char **argv)
{
	static const char *const with_value[] = { "-c", "--config", "--lang", "--timeout" };
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1] != '\0') {
		bool value = false;

		for (size_t k = 0; k < sizeof with_value / sizeof with_value[0]; k++)
			value = value || strcmp(argv[i], with_value[k]) == 0;
		i += value ? 2 : 1;
	}
	return i;
}

int main(int argc, char **argv)
{
	struct cli cli = { .config_path = getenv("VANTHU_CONFIG"), .timeout_ms = 30000, .color = -1, .renderer = output_text() };
	const struct command *command;
	int verb = find_verb(argc, argv), code;
	char *name;

	i18n_open(NULL);
	for (int i = 1; i < argc; i++) {
		/* So that even a fault before its own option is told as JSON. */
		if (strcmp(argv[i], "--json") == 0) {
			cli.json = true;
			cli.renderer = output_json();
		}
	}
	if (verb >= argc) {
		if (verb == 2 && strcmp(argv[1], "--version") == 0)
			return cmd_version(&cli, 1, argv);
		return argc > 1 && strcmp(argv[1], "--help") != 0 && strcmp(argv[1], "-h") != 0 ? cmd_help(&cli, 0, NULL) + err_exit_code(ERR_USAGE) :
												cmd_help(&cli, 0, NULL);
	}
	name = argv[verb];
	command = command_find(name);
	if (command == NULL)
		return unknown(&cli, name);
	cli.verb = command->name;
	/* The verb goes first, so that the options before it and after it are read in one pass. */
	memmove(&argv[2], &argv[1], (size_t)(verb - 1) * sizeof *argv);
	argv[1] = name;
	code = command->run(&cli, argc - 1, argv + 1);
	if (fflush(stdout) != 0 && code == 0)
		code = 1;
	return code;
}
