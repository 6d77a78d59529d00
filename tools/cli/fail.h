/* How a failure is reported: as text on standard error, as JSON on standard output. Only the first
 * failure is. */
#ifndef VANTHU_TOOLS_CLI_FAIL_H
#define VANTHU_TOOLS_CLI_FAIL_H

#include "daemon/keys/keys.h"
#include "routing/base/err.h"

struct cli;

/* A failure that stands in a report, with others: malloc'd texts, NULL without one. */
struct cli_caught {
	enum err err;
	char *message, *fix;
};

void cli_caught_free(struct cli_caught *c);

/* Exit code of a usage fault, which has been reported with the command's usage: `what` was not
 * understood. It may be the value of the option just read. */
int cli_usage(struct cli *cli, const char *what);
/* The same where something is missing: a sentence of its own says what, and `fix` what would do;
 * "": the help of the command. */
int cli_wanted(struct cli *cli, const char *sentence, const char *fix);
/* The same for the value of the option just read; `fix` says what it can be. */
int cli_bad_value(struct cli *cli, const char *fix);

/* Reports a failure (text on stderr, JSON on stdout) and returns its exit code. `about` may be
 * NULL. */
int cli_fail(struct cli *cli, enum err e, const char *about);
/* As cli_fail, about a file or folder, where ERR_FILE left its reason in errno: the reason is
 * printed too. */
int cli_fail_file(struct cli *cli, enum err e, const char *path);
/* A private key that others can read or replace: which, and the command that mends it. With
 * cli_fail_file the path is that of the registry. */
int cli_fail_key(struct cli *cli, const struct key_file_fault *fault);
/* As cli_fail, with a sentence of its own and the remedy. */
int cli_fail_text(struct cli *cli, enum err e, const char *message, const char *fix);

#endif
