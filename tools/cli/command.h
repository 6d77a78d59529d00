/* Commands, their forms and their options as data: what help, man page, usage, completion and
 * getopt are made from. */
#ifndef VANTHU_TOOLS_CLI_COMMAND_H
#define VANTHU_TOOLS_CLI_COMMAND_H

#include <stdbool.h>

struct cli;

/* What a position of a command line takes: it selects the completions. */
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
	VALUE_LIST,	  /* a distribution list */
	VALUE_PERSON,	  /* or a unit, of the office */
	VALUE_PERSONS,	  /* the same, between commas */
	VALUE_SIGNER,	  /* a person who signs */
	VALUE_TYPE,	  /* of documents */
	VALUE_KEY,	  /* which keys to revoke */
	VALUE_DIRECTION,  /* of paper: in or out */
	VALUE_PAPER,	  /* an entry on paper: its number or id */
	VALUE_TARGET,	  /* of the plan, that committees declare */
	VALUE_TOKEN,	  /* of the gateway, by its name */
	VALUE_SCOPES,	  /* of such a token, between commas */
	VALUE_USER,	  /* of the office's page, by the name of the account */
	VALUE_ROLES,	  /* of such an account, between commas */
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

/* Operands of a form, all of one kind: `ID`, `[ID…]`. */
struct command_operand {
	const char *name;  /* marked for translation; NULL ends a list */
	unsigned min, max; /* how many there may be; COMMAND_ANY: as many as one likes */
	enum value_kind kind;
};

/* An option that the usage of a form shows: `--to DIR`, `[--since DATE]`. */
struct command_shown {
	const char *name; /* of one of the command's options, or COMMAND_MORE; NULL ends a list */
	bool wanted;	  /* the form needs it; false: it stands in brackets */
	/* C_(name, …) where a language has a better word for its value here than the table of
	 * options has; NULL: that one */
	const char *value;
};

enum {
	COMMAND_TABLES_MAX = 6,
	COMMAND_FORMS_MAX = 12,
	COMMAND_OPERANDS_MAX = 4,
	COMMAND_SHOWN_MAX = 7,
	COMMAND_ANY = 1 << 20
};
/* There are more options, which the help lists. */
#define COMMAND_MORE "…"
/* Marks a text whose translation depends on its context: the context is an option's name, or
 * "operand". */
#define C_(context, text) text

/* One row a form of a command: `link show ID`. Its usage is printed from this (usage.h), and what a
 * line has is checked against it (arguments.h). */
struct command_form {
	const char *word;    /* "show"; "": no word of its own; NULL ends a table */
	const char *summary; /* marked for translation; "": the command's */
	struct command_operand operands[COMMAND_OPERANDS_MAX];
	struct command_shown shown[COMMAND_SHOWN_MAX];
};

/* One row a command. A table of them, which a row without a name ends, is passed to whoever needs
 * it, in struct cli. */
struct command {
	const char *group; /* marked for translation */
	const char *name;
	const char *summary; /* marked for translation */
	/* the remedy for "no such item" in this command, marked for translation; NULL: the usual
	 * one */
	const char *not_found;
	/* argv[0] is the name; returns the exit code */
	int (*run)(struct cli *cli, int argc, char **argv);
	const struct command_option *options[COMMAND_TABLES_MAX]; /* NULL after the last table */
	struct command_form forms[COMMAND_FORMS_MAX];
};

/* The one after `c` where commands of a group stand together: groups in the order of their first
 * rows, rows of a group in theirs. NULL asks for the first, and is the end. */
const struct command *command_in_groups(const struct command *commands, const struct command *c);
/* By its name in such a table; NULL: there is none. */
const struct command *command_find(const struct command *commands, const char *name);

/* What the options that every command takes have as `code` where they have no letter. */
enum {
	GLOBAL_JSON = 1000,
	GLOBAL_PLAIN,
	GLOBAL_LANG,
	GLOBAL_UTC,
	GLOBAL_TIMEOUT,
	GLOBAL_COLOR,
	GLOBAL_NO_SECRET
};
#define GLOBAL_LETTERS "cnyqvh"
/* Those options; a row without a name ends them. */
const struct command_option *command_global_options(void);
/* Every option of a command, its own first, then the global ones: NULL past the last. `c` may be
 * NULL: then the global ones alone. */
const struct command_option *command_option_at(const struct command *c, unsigned index);

/* The option of a command, or the global one, of that name; NULL: there is none. */
const struct command_option *command_option_named(const struct command *c, const char *name);

/* How many operands the form takes, its name aside: from *least to *most. */
void command_form_count(const struct command_form *f, unsigned *least, unsigned *most);
/* What the operand of that index is, from 0; NULL: the form takes no so many. */
const struct command_operand *command_form_operand(const struct command_form *f, unsigned index);
/* Whether a form of the command takes the option. */
bool command_form_takes(const struct command_form *f, const struct command_option *o);
/* Which form the operands name; `*used` is how many of them are its name. Without a word it is the
 * first, if that needs no operand. NULL: none. */
const struct command_form *command_form_of(const struct command *c, int count, char **operands,
					   int *used);

#endif
