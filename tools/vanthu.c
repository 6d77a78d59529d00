/* vanthu: the command line of vanthud. One table of commands; names are declared here and nowhere
 * else. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tools/cli/cli.h"
#include "tools/command/commands.h"
#include "tools/input/input.h"
#include "tools/output/output.h"

#define CLERK N_("Documents")
#define OPS N_("Operation")
#define START N_("Beginning")
/* Operands. */
#define NOTHING { VALUE_NONE, VALUE_NONE }
#define ONE(kind) { kind, VALUE_NONE }

static const struct command commands[] = {
	{ CLERK,
	  "send",
	  N_("send a document with its attachments"),
	  NULL,
	  cmd_send,
	  { send_options },
	  { { "",
	      N_("FILE… --to WHO[,WHO…] --type TYPE --number NUMBER --subject TEXT …"),
	      "",
	      { VALUE_FILE, VALUE_FILE } } } },
	{ CLERK,
	  "inbox",
	  N_("documents that have arrived"),
	  NULL,
	  cmd_inbox,
	  { list_options },
	  { { "", N_("[TEXT] [--from WHO] [--to WHO] [--type TYPE] [--since DATE] …"), "",
	      NOTHING } } },
	{ CLERK,
	  "outbox",
	  N_("documents that were sent"),
	  NULL,
	  cmd_outbox,
	  { list_options },
	  { { "", N_("[TEXT] [--from WHO] [--to WHO] [--type TYPE] [--since DATE] …"), "",
	      NOTHING } } },
	{ CLERK,
	  "find",
	  N_("search sent and received"),
	  NULL,
	  cmd_find,
	  { list_options },
	  { { "", N_("[TEXT] [--from WHO] [--to WHO] [--type TYPE] [--since DATE] …"), "",
	      NOTHING } } },
	{ CLERK,
	  "show",
	  N_("one document, its parts and its receipts"),
	  NULL,
	  cmd_show,
	  { NULL },
	  { { "", N_("ID"), "", ONE(VALUE_DOCUMENT) } } },
	{ CLERK,
	  "save",
	  N_("write a document and its attachments into a folder"),
	  NULL,
	  cmd_save,
	  { save_options },
	  { { "", N_("ID --to DIR"), "", ONE(VALUE_DOCUMENT) },
	    { "", N_("ID --output FILE"),
	      N_("one part as a file of that name, or to standard output"),
	      ONE(VALUE_DOCUMENT) } } },
	{ CLERK,
	  "export",
	  N_("write a document with all its proofs into one file"),
	  NULL,
	  cmd_export,
	  { export_options },
	  { { "", N_("ID --to FILE"), "", ONE(VALUE_DOCUMENT) } } },
	{ CLERK,
	  "resend",
	  N_("documents again to a neighbour that lost its disk"),
	  NULL,
	  cmd_resend,
	  { resend_options },
	  { { "",
	      N_("ID… --to WHO"),
	      N_("those that are named, as they were signed"),
	      { VALUE_DOCUMENT, VALUE_DOCUMENT } },
	    { "", N_("--all --to WHO [--since DATE]"), N_("everything that is here for it"),
	      NOTHING } } },
	{ CLERK,
	  "verify",
	  N_("check signatures and contents"),
	  NULL,
	  cmd_verify,
	  { verify_options },
	  { { "", N_("ID"), N_("of a document here, by the daemon"), ONE(VALUE_EVIDENCE) },
	    { "", N_("FILE --root PEM [--files DIR]"),
	      N_("of an exported file, without any daemon"), ONE(VALUE_EVIDENCE) } } },
	{ CLERK,
	  "paper",
	  N_("register documents on paper, for the digital share"),
	  N_("list what there is with: vanthu paper list"),
	  cmd_paper,
	  { paper_options },
	  { { "add", N_("in|out --type TYPE --number NUMBER --subject TEXT [--date DATE] …"),
	      N_("one that came (in) or went (out)"), ONE(VALUE_DIRECTION) },
	    { "list", N_("[in|out] [--period PERIOD]"), N_("those registered, the newest first"),
	      ONE(VALUE_DIRECTION) },
	    { "show", N_("ID"), N_("all that the book has of one, by its id or number"), NOTHING },
	    { "cancel", N_("ID --reason TEXT"),
	      N_("an entry made by mistake: it stays, and counts no more"), NOTHING } } },
	{ OPS,
	  "target",
	  N_("the digital share, and the line to reach"),
	  NULL,
	  cmd_target,
	  { target_options },
	  { { "show", N_("[--period PERIOD]"),
	      N_("the share of this year, or of a period; also without the word show"), NOTHING },
	    { "recount", N_("[--repair]"), N_("prove that the counters equal the records"),
	      NOTHING } } },
	{ OPS,
	  "trace",
	  N_("the way that a document took, hop by hop"),
	  NULL,
	  cmd_trace,
	  { NULL },
	  { { "", N_("ID"), "", ONE(VALUE_DOCUMENT) } } },
	{ OPS,
	  "status",
	  N_("the daemon, its links and queues at a glance"),
	  NULL,
	  cmd_status,
	  { NULL },
	  { { "", "", "", NOTHING } } },
	{ OPS,
	  "check",
	  N_("one line for a monitoring system"),
	  NULL,
	  cmd_check,
	  { NULL },
	  { { "all", "",
	      N_("everything; also without a word. Exit status: 0 right, 1 warning, 2 critical, 3 "
		 "unknown"),
	      NOTHING },
	    { "clock", "",
	      N_("against the clocks of the neighbours: a minute is a warning, 5 minutes are "
		 "critical"),
	      NOTHING },
	    { "key", "", N_("the signing key is valid, and for two weeks more"), NOTHING },
	    { "links", "", N_("all are up; critical: the superior's is not, or none is"), NOTHING },
	    { "queue", "", N_("the oldest that waits: an hour is a warning, a day is critical"),
	      NOTHING },
	    { "aside", "",
	      N_("what cannot be believed yet is a warning, after half a day critical"), NOTHING },
	    { "room", "", N_("room on the disk, and whatever else status warns of"), NOTHING },
	    { "directory", "", N_("there is one, valid for two weeks more"), NOTHING },
	    { "damage", "", N_("no stored value is damaged"), NOTHING },
	    { "store", "", N_("neighbours hold no more of it than it knows, here and there"),
	      NOTHING } } },
	{ OPS,
	  "link",
	  N_("links to neighbours"),
	  NULL,
	  cmd_link,
	  { NULL },
	  { { "list", "", N_("all, with what waits for each"), NOTHING },
	    { "show", N_("ID"), N_("one, with its address and what it did wrong"),
	      ONE(VALUE_NEIGHBOUR) },
	    { "ping", N_("ID"), N_("ask its daemon for a sign of life, now"),
	      ONE(VALUE_NEIGHBOUR) } } },
	{ OPS,
	  "queue",
	  N_("what waits for each neighbour"),
	  NULL,
	  cmd_queue,
	  { NULL },
	  { { "show", "", N_("how many items, by age"), NOTHING },
	    { "list", N_("[ID]"), N_("document by document, for all neighbours or one"),
	      ONE(VALUE_NEIGHBOUR) },
	    { "aside", N_("[ID]"), N_("what came and is set aside until it can be believed"),
	      ONE(VALUE_NEIGHBOUR) } } },
	{ OPS,
	  "recover",
	  N_("a store that is behind, or a committee that runs twice"),
	  NULL,
	  cmd_recover,
	  { NULL },
	  { { "status", "", N_("what neighbours have shown, and what may be lost"), NOTHING },
	    { "resume", N_("[ID]"),
	      N_("take new documents again, with this store; ID: the alarm about this neighbour is "
		 "settled"),
	      ONE(VALUE_NEIGHBOUR) } } },
	{ OPS,
	  "watch",
	  N_("live events as they happen"),
	  NULL,
	  cmd_watch,
	  { watch_options },
	  { { "", N_("[--count N]"), "", NOTHING } } },
	{ OPS,
	  "committee",
	  N_("the committee directory"),
	  NULL,
	  cmd_committee,
	  { committee_options, entry_options },
	  { { "list", "", N_("all committees"), NOTHING },
	    { "show", N_("ID"), N_("one, with its keys"), ONE(VALUE_COMMITTEE) },
	    { "export", N_("--to FILE"), N_("the directory as a file"), NOTHING },
	    { "import", N_("FILE"), N_("install a directory that came as a file"),
	      ONE(VALUE_FILE) },
	    { "add", N_("REQUEST --registry DIR [--superior ID] …"),
	      N_("take a new committee in, by the request that its init made"), ONE(VALUE_FILE) },
	    { "move", N_("ID --superior ID --registry DIR"), N_("put it under another superior"),
	      ONE(VALUE_COMMITTEE) },
	    { "retire", N_("ID --registry DIR"),
	      N_("end it: it passes on what it holds, and gets nothing new"),
	      ONE(VALUE_COMMITTEE) },
	    { "change", N_("ID [--name TEXT] [--symbol TEXT] … --registry DIR"),
	      N_("its name, symbol, address or term"), ONE(VALUE_COMMITTEE) },
	    { "renew", N_("--registry DIR"), N_("sign the directory anew, with a later date"),
	      NOTHING } } },
	{ OPS,
	  "key",
	  N_("keys of this committee, new ones, and the end of old ones"),
	  NULL,
	  cmd_key,
	  { key_options },
	  { { "list", "", N_("which the directory knows"), NOTHING },
	    { "new", N_("[--sign] [--link] [--endpoint tcp://HOST:PORT]"),
	      N_("make new keys beside those in use, and a request to the registry"), NOTHING },
	    { "rotate", N_("REQUEST [--overlap DAYS] --registry DIR"),
	      N_("the registry signs the new keys of a request"), ONE(VALUE_FILE) },
	    { "revoke",
	      N_("ID sign|link|all|KEY --registry DIR"),
	      N_("the registry ends keys at once; KEY: the first 6 characters of a key id, or "
		 "more"),
	      { VALUE_COMMITTEE, VALUE_KEY } } } },
	{ OPS,
	  "config",
	  N_("the configuration of the daemon"),
	  NULL,
	  cmd_config,
	  { config_options },
	  { { "show", "", N_("every key with its value and meaning"), NOTHING },
	    { "check", "", N_("all that is wrong with it"), NOTHING },
	    { "example", N_("[--id ID]"), N_("a file with every key, its meaning and its default"),
	      NOTHING } } },
	{ START,
	  "init",
	  N_("make the keys and configuration of a committee, or a registry"),
	  NULL,
	  cmd_init,
	  { init_options, entry_options },
	  { { "", N_("DIR --id ID [--listen tcp://ADDRESS:PORT] …"),
	      N_("a committee: keys, configuration and the request to the registry"),
	      ONE(VALUE_FOLDER) },
	    { "", N_("DIR --registry [--name TEXT]"),
	      N_("a registry: the keys that sign the directory"), ONE(VALUE_FOLDER) } } },
	{ START,
	  "lab",
	  N_("a whole committee tree on this machine"),
	  N_("list the committees of the lab with: vanthu lab status DIR"),
	  cmd_lab,
	  { lab_options, entry_options },
	  { { "create", N_("DIR --tree FILE [--port N]"),
	      N_("make keys, registry and configurations"), ONE(VALUE_FOLDER) },
	    { "start",
	      N_("DIR [ID…]"),
	      N_("those that do not run"),
	      { VALUE_FOLDER, VALUE_MEMBER } },
	    { "stop", N_("DIR [ID…]"), N_("end them in order"), { VALUE_FOLDER, VALUE_MEMBER } },
	    { "status", N_("DIR"), N_("which run"), ONE(VALUE_FOLDER) },
	    { "add", N_("DIR ID --superior ID --name TEXT --symbol TEXT"),
	      N_("one more committee, by a new directory"), ONE(VALUE_FOLDER) } } },
	{ START,
	  "demo",
	  N_("watch seven committees at work"),
	  NULL,
	  cmd_demo,
	  { demo_options },
	  { { "", N_("[--keep DIR]"), "", NOTHING } } },
	{ START,
	  "help",
	  N_("this list, one command, or what a code means"),
	  NULL,
	  cmd_help,
	  { help_options },
	  { { "", N_("[COMMAND|VT-nnnn]"), "", ONE(VALUE_COMMAND) } } },
	{ START,
	  "completion",
	  N_("the completion of the shell"),
	  NULL,
	  cmd_completion,
	  { NULL },
	  { { "bash", "", N_("for bash: eval \"$(vanthu completion bash)\""), NOTHING },
	    { "zsh", "", N_("for zsh, likewise"), NOTHING },
	    { "words", N_("-- WORD…"),
	      N_("what the scripts ask: what the last WORD can be, one a line"), NOTHING } } },
	{ START,
	  "version",
	  N_("the version"),
	  NULL,
	  cmd_version,
	  { NULL },
	  { { "", "", "", NOTHING } } },
	{ .name = NULL },
};

static int unknown(struct cli *cli, const char *name)
{
	char message[256], fix[256];
	const char *best = suggest_command(name, commands);

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
 * would go there. So standard output takes nothing, which cli_finish tells, and standard error
 * loses it. */
static void keep_streams(void)
{
	static const int modes[] = { O_RDONLY, O_RDONLY, O_WRONLY };

	for (int fd = 0; fd < 3; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			exit(1);
	}
}

/* So that even a fault before its own option is told as JSON, and in the language wanted. */
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
	command = command_find(commands, name);
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
			   .commands = commands };
	int code;

	keep_streams();
	look_ahead(&cli, argc, argv);
	code = run(&cli, argc, argv);
	cli_detail(&cli, _("%lld ms, exit status %d"), (long long)(monotonic_ms() - began_ms),
		   code);
	return cli_finish(&cli, code);
}
