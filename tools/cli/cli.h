/* The command line itself: what every command gets, and how it speaks: options, usage, help,
 * completion, failures and talk. */
#ifndef VANTHU_TOOLS_CLI_CLI_H
#define VANTHU_TOOLS_CLI_CLI_H

#include <getopt.h> /* optind, optarg */
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>

#include "daemon/base/i18n.h"
#include "routing/base/err.h"
#include "tools/cli/command.h"

struct cli_types;
struct renderer;

enum { CLI_OPTIONS_MAX = 64 };

struct cli {
	const char *config_path; /* -c or VANTHU_CONFIG; NULL */
	bool json, plain, utc, dry_run, yes, quiet, no_secret;
	int verbose;
	int timeout_ms;
	int color; /* -1 when a terminal wants it, 0 never, 1 always */
	const struct renderer *renderer;
	bool error_printed; /* no further one is */
	/* not NULL: a failure is kept there, and neither printed nor the end of the command */
	struct cli_caught *caught;
	/* not 0: a signal wants us to end, and long waits end with ERR_CANCELLED; NULL: never
	 * checked */
	const volatile sig_atomic_t *stop;
	bool reader_gone;		     /* who read our output has enough: no fault */
	const struct command *commands;	     /* the table that there is */
	const struct command *command;	     /* the one that the line names; NULL: none */
	const struct command_option *option; /* the last one read, and its value */
	const char *value;
	/* by index as command_option_at has them: its value ("" without one), NULL: not given so
	 * far */
	const char *given[CLI_OPTIONS_MAX];
	/* recipients of an option that was given several times; of cli_option, malloc'd */
	char *joined;
	/* what an ambiguous name may mean: objects with id, date, from, number; NULL */
	const json_t *choices;
	unsigned long long more_choices; /* than those */
	/* with --json: the list that is printed may be a part, and where the next one begins;
	 * "" nowhere */
	bool paged;
	char next[80];
	/* with --json: data that stands beside a fault; NULL none */
	const json_t *beside;
	struct cli_types *types; /* of cli_types; NULL: not asked so far */
	/* --id of what is asked of the daemon: under it asking again is safe; NULL: nothing was
	 * asked that has one */
	const char *request_id;
};

/* What an option of the command was given, by its name: "" without a value, NULL when it was
 * not. */
const char *cli_given(const struct cli *cli, const char *name);

/* The end of every command, with its exit code: what it printed has been written, or the failure is
 * reported (on stderr) and the code is not 0. Closes stdout and releases what `cli` holds. */
int cli_finish(struct cli *cli, int code);

/* What else of this folder others use. */
#include "tools/cli/arguments.h"
#include "tools/cli/call.h"
#include "tools/cli/complete.h"
#include "tools/cli/config.h"
#include "tools/cli/fail.h"
#include "tools/cli/help.h"
#include "tools/cli/manual.h"
#include "tools/cli/options.h"
#include "tools/cli/slips.h"
#include "tools/cli/suggest.h"
#include "tools/cli/talk.h"
#include "tools/cli/types.h"

#endif
