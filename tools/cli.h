/* What every command gets: the global options, where output goes, and how failures are told. */
#ifndef VANTHU_TOOLS_CLI_H
#define VANTHU_TOOLS_CLI_H

#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>

#include "daemon/config.h"
#include "routing/err.h"
#include "tools/i18n.h"

struct renderer;

struct cli {
	const char *config_path; /* -c or VANTHU_CONFIG; NULL */
	bool json, plain, utc, dry_run, yes, quiet;
	int verbose;
	int timeout_ms;
	int color; /* -1 when a terminal wants it, 0 never, 1 always */
	const struct renderer *renderer;
	bool failed_told; /* the error has been printed */
	const char *verb;
};

/* One row a command: `vanthu help` prints it, vanthu.c finds it by name. */
struct command {
	const char *group;   /* marked for translation */
	const char *name;
	const char *usage;   /* what follows the name */
	const char *summary; /* marked for translation */
	int (*run)(struct cli *cli, int argc, char **argv); /* argv[0] is the name; returns the exit code */
};
const struct command *command_at(unsigned index); /* NULL past the last */
const struct command *command_find(const char *name);

/* getopt_long over the command's own options and the global ones, which may stand anywhere. Returns the next own option's value,
 * -1 at the end (optind is the first operand), or '?' after a fault has been told. */
int cli_option(struct cli *cli, int argc, char **argv, const struct option *own);
enum { OPTIONS_OWN_MAX = 24 };

/* Exit code of a usage fault, which has been told with the command's usage. */
int cli_usage(struct cli *cli, const char *what);

/* Tells a failure (text on stderr, JSON on stdout) and returns its exit code. `about` may be NULL. */
int cli_fail(struct cli *cli, enum err e, const char *about);
/* The same with a sentence of its own and what mends it. */
int cli_fail_text(struct cli *cli, enum err e, const char *message, const char *fix);
void cli_warn(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
void cli_say(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3))); /* talk: stderr, silent with -q */

/* The configuration that -c names, read once; tells what is wrong. */
must_use enum err cli_config(struct cli *cli, struct config *out);

#endif
