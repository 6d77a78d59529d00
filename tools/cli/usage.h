/* The form of a command that a line has, `link show ID`, and what it takes. The grammar is the
 * usage that people read: operands first, optional ones in brackets, … for several; options that
 * must be there stand outside brackets. */
#ifndef VANTHU_TOOLS_CLI_USAGE_H
#define VANTHU_TOOLS_CLI_USAGE_H

#include "tools/cli/options.h"

/* Which form the operands name; `*used` is how many of them are its name. Without a word it is the
 * first, if that needs no operand. NULL: none. */
const struct command_form *form_of(const struct command *c, int count, char **operands, int *used);
/* Whether the form takes the options given and so many operands; a fault has been told, with the
 * word that is in the way. */
bool form_check(struct cli *cli, int count, char **operands);
/* Usage fault: tells which operands and options the form still wants. Where none is missing, that
 * it was not understood. */
int form_missing(struct cli *cli, int count, char **operands);

#endif
