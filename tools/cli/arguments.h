/* What a line has, against the form of its command: `link show ID`. */
#ifndef VANTHU_TOOLS_CLI_ARGUMENTS_H
#define VANTHU_TOOLS_CLI_ARGUMENTS_H

#include <stdbool.h>

struct cli;

/* Whether the form takes the options given and so many operands; a fault has been reported, with
 * the word that does not fit. */
bool arguments_check(struct cli *cli, int count, char **operands);
/* Usage fault: reports which operands and options the form still wants. Where none is missing, that
 * it was not understood. Returns the exit code. */
int arguments_missing(struct cli *cli, int count, char **operands);

#endif
