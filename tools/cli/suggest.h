/* What a misspelt name may have meant. */
#ifndef VANTHU_TOOLS_CLI_SUGGEST_H
#define VANTHU_TOOLS_CLI_SUGGEST_H

struct command;
/* The nearest name of a table of commands. NULL: nothing near. */
const char *suggest_command(const char *typed, const struct command *commands);

/* A word of a command's own, like show of `link show`. NULL: nothing near. */
const char *suggest_form(const char *typed, const struct command *command);

struct option; /* getopt's */
/* A long option out of a table that ends with NULL; `typed` may begin with dashes and end with
 * =value. NULL: nothing near. */
const char *suggest_option(const char *typed, const struct option *table);
/* Slips between two names: letters changed, left out, added, or two neighbours swapped. Long ones
 * are far from all. */
unsigned suggest_distance(const char *a, const char *b);

#endif
