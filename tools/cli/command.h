/* Commands, their forms and their options as data: what help, man page, usage, completion and
 * getopt are made from. */
#ifndef VANTHU_TOOLS_CLI_COMMAND_H
#define VANTHU_TOOLS_CLI_COMMAND_H

#include <stdbool.h>

struct cli;

/* What stands in a place of a command line: what completes it. */
enum value_kind {
	VALUE_NONE,  /* nothing, or a text that only the user knows */
	VALUE_WORDS, /* one of the words in `argument`, between | */
	VALUE_FILE,
	VALUE_FOLDER,
	VALUE_DOCUMENT, /* its number or id */
	VALUE_EVIDENCE, /* a document, or an exported file */
	VALUE_COMMITTEE,
	VALUE_NEIGHBOUR,
	VALUE_RECIPIENTS, /* committees and groups, between commas */
	VALUE_MEMBER,	  /* of the lab whose folder stands before */
	VALUE_TYPE,	  /* of documents */
	VALUE_KEY,	  /* which keys to revoke */
	VALUE_DIRECTION,  /* of paper: in or out */
	VALUE_COMMAND,
};

/* One row an option. Help, man page, completion and getopt have it from here. */
struct command_option {
	const char *name; /* NULL ends a table */
	/* what cli_option returns; of a global one its letter, where it has one */
	int code;
	/* its value, marked for translation unless it is words; NULL: takes none; "[=…" may stay
	 * away */
	const char *argument;
	const char *help; /* marked for translation */
	enum value_kind kind;
	const char *forms; /* names of the forms that take it, between blanks; NULL: all */
};

/* One row a form of a command: `link show ID`. */
struct command_form {
	const char *word;	     /* "show"; "": no word of its own; NULL ends a table */
	const char *usage;	     /* what follows, marked for translation */
	const char *summary;	     /* marked for translation; "": the command's */
	enum value_kind operands[2]; /* the first, and all others */
};

/* One row a command. A table of them, which a row without a name ends, is handed to whoever needs
 * it: struct cli has it. */
enum { COMMAND_TABLES_MAX = 3, COMMAND_FORMS_MAX = 12 };
struct command {
	const char *group; /* marked for translation */
	const char *name;
	const char *summary; /* marked for translation */
	/* what mends "no such item" in this command, marked for translation; NULL: what always does
	 */
	const char *not_found;
	/* argv[0] is the name; returns the exit code */
	int (*run)(struct cli *cli, int argc, char **argv);
	const struct command_option *options[COMMAND_TABLES_MAX]; /* NULL after the last table */
	struct command_form forms[COMMAND_FORMS_MAX];
};

/* By its name in such a table; NULL: there is none. */
const struct command *command_find(const struct command *commands, const char *name);

/* What the options that every command takes have as `code` where they have no letter. */
enum { GLOBAL_JSON = 1000, GLOBAL_PLAIN, GLOBAL_LANG, GLOBAL_UTC, GLOBAL_TIMEOUT, GLOBAL_COLOR };
#define GLOBAL_LETTERS "cnyqvh"
/* Those options; a row without a name ends them. */
const struct command_option *command_global_options(void);
/* Every option of a command, its own first, then the global ones: NULL past the last. `c` may be
 * NULL: then the global ones alone. */
const struct command_option *command_option_at(const struct command *c, unsigned index);

/* Whether a form of the command takes the option. */
bool command_form_takes(const struct command_form *f, const struct command_option *o);
/* Which form the operands name; `*used` is how many of them are its name. Without a word it is the
 * first, if that needs no operand. NULL: none. */
const struct command_form *command_form_of(const struct command *c, int count, char **operands,
					   int *used);

#endif
