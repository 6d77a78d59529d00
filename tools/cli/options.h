/* What every command gets: the global options, where output goes, and how failures are told. */
#ifndef VANTHU_TOOLS_CLI_OPTIONS_H
#define VANTHU_TOOLS_CLI_OPTIONS_H

#include <getopt.h> /* optind, optarg */
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>

#include "daemon/base/i18n.h"
#include "daemon/config/config.h"
#include "daemon/keys/keys.h"
#include "routing/base/err.h"

struct renderer;

enum { CLI_OPTIONS_MAX = 64 };

struct cli {
	const char *config_path; /* -c or VANTHU_CONFIG; NULL */
	bool json, plain, utc, dry_run, yes, quiet;
	int verbose;
	int timeout_ms;
	int color; /* -1 when a terminal wants it, 0 never, 1 always */
	const struct renderer *renderer;
	bool failed_told; /* the error has been printed */
	/* not 0: a signal wants us to end, and long waits end with ERR_CANCELLED; NULL: nobody
	 * looks */
	const volatile sig_atomic_t *stop;
	bool reader_gone; /* who read our output has enough: no fault */
	const char *verb;
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
	/* --id of what is asked of the daemon: under it asking again is safe; NULL: nothing was
	 * asked that has one */
	const char *request_id;
};

/* What stands in a place of a command line: what completes it. */
enum value_kind {
	VALUE_NONE, /* nothing, or a text that only the user knows */
	VALUE_WORDS, /* one of the words in `argument`, between | */
	VALUE_FILE,
	VALUE_FOLDER,
	VALUE_DOCUMENT,   /* its number or id */
	VALUE_EVIDENCE,   /* a document, or an exported file */
	VALUE_COMMITTEE,
	VALUE_NEIGHBOUR,
	VALUE_RECIPIENTS, /* committees and groups, between commas */
	VALUE_MEMBER,     /* of the lab whose folder stands before */
	VALUE_TYPE,       /* of documents */
	VALUE_KEY,        /* which keys to revoke */
	VALUE_DIRECTION,  /* of paper: in or out */
	VALUE_COMMAND,
};

/* One row an option. Help, man page, completion and getopt have it from here. */
struct command_option {
	const char *name;     /* NULL ends a table */
	/* what cli_option returns; of a global one its letter, where it has one */
	int code;
	/* its value, marked for translation unless it is words; NULL: takes none; "[=…" may stay
	 * away */
	const char *argument;
	const char *help;     /* marked for translation */
	enum value_kind kind;
	const char *forms;    /* names of the forms that take it, between blanks; NULL: all */
};

/* One row a form of a command: `link show ID`. */
struct command_form {
	const char *word;    /* "show"; "": no word of its own; NULL ends a table */
	const char *usage;   /* what follows, marked for translation */
	const char *summary; /* marked for translation; "": the command's */
	enum value_kind operands[2]; /* the first, and all others */
};

/* One row a command: `vanthu help` prints it, vanthu.c finds it by name. */
enum { COMMAND_TABLES_MAX = 3, COMMAND_FORMS_MAX = 12 };
struct command {
	const char *group;   /* marked for translation */
	const char *name;
	const char *summary; /* marked for translation */
	/* argv[0] is the name; returns the exit code */
	int (*run)(struct cli *cli, int argc, char **argv);
	const struct command_option *options[COMMAND_TABLES_MAX]; /* NULL after the last table */
	struct command_form forms[COMMAND_FORMS_MAX];
};

const struct command *command_at(unsigned index); /* NULL past the last */
const struct command *command_find(const char *name);

/* The options that every command takes. */
const struct command_option *cli_global_options(void);
/* Every option of a command, its own first, then the global ones: NULL past the last. */
const struct command_option *command_option_at(const struct command *c, unsigned index);
/* Whether a form of the command takes the option. */
bool option_of_form(const struct command_option *o, const struct command_form *f);

/* getopt_long over the options of the command that cli->verb names and the global ones, which may
 * stand anywhere. Returns the next own option's code with its value in optarg, -1 at the end
 * (optind is the first operand), or '?' after a fault has been told. A value that must be one of
 * some words is one of them, in any case, with or without diacritics (text_choose). Recipients that
 * are given again add up: optarg has all so far. Any other option given again with another value is
 * a fault, and at the end so is what the form of the command (tools/cli/usage.h) does not take. */
int cli_option(struct cli *cli, int argc, char **argv);

/* What an option of the command was given, by its name: "" without a value, NULL when it was
 * not. */
const char *cli_given(const struct cli *cli, const char *name);

/* Exit code of a usage fault, which has been told with the command's usage: `what` was not
 * understood. It may be the value of the option just read. */
int cli_usage(struct cli *cli, const char *what);
/* The same where something is missing: a sentence of its own says what, and `fix` what would do;
 * "": the help of the command. */
int cli_wanted(struct cli *cli, const char *sentence, const char *fix);
/* The same for the value of the option just read; `fix` says what it can be. */
int cli_bad_value(struct cli *cli, const char *fix);

/* The value of the option just read as a whole number in a range; false after a fault was told. */
bool cli_number(struct cli *cli, unsigned long low, unsigned long high, unsigned long *out);

/* Tells a failure (text on stderr, JSON on stdout) and returns its exit code. `about` may be
 * NULL. */
int cli_fail(struct cli *cli, enum err e, const char *about);
/* The same about a file or folder, where ERR_FILE left its reason in errno: tells which it is. */
int cli_fail_file(struct cli *cli, enum err e, const char *path);
/* A private key that others can read or replace: which, and the command that mends it. With
 * cli_fail_file the path is that of the registry. */
int cli_fail_key(struct cli *cli, const struct key_file_fault *fault);
/* The same with a sentence of its own and what mends it. */
int cli_fail_text(struct cli *cli, enum err e, const char *message, const char *fix);
void cli_warn(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* talk: stderr, silent with -q */
void cli_say(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What one may do next: talk that only people want, so neither with --json nor with --plain. */
void cli_hint(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* How it was done, or why it was not, for who asked with -v: a line on standard error, marked as
 * such. */
void cli_detail(struct cli *cli, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The same for a system call that failed: on what, and what the system said (an errno). */
void cli_detail_errno(struct cli *cli, const char *what, int error);

/* The end of every command, with its exit code: what it printed is on its way, or that is told (on
 * stderr) and the code is not 0. Closes stdout and lets go of what `cli` holds. */
int cli_finish(struct cli *cli, int code);

/* The configuration that -c names, read once; tells what is wrong. */
/* One fault of a file, as compilers print them: FILE:LINE:COLUMN: what. */
struct config_error;
void cli_fault_line(const char *file, const struct config_error *fault);

/* Tells that the file which -c names cannot be read, `why` as in errno (0: not known). */
void cli_config_unread(struct cli *cli, int why);
/* Tells that there is none; returns the exit code. */
int cli_no_config(struct cli *cli);
must_use enum err cli_config(struct cli *cli, struct config *out);

#endif
