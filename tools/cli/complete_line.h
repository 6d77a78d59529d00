/* What stands before the word that is to be completed, read as getopt would read it. */
#ifndef VANTHU_TOOLS_CLI_COMPLETE_LINE_H
#define VANTHU_TOOLS_CLI_COMPLETE_LINE_H

#include <stdbool.h>

#include "tools/cli/command.h"

struct complete_line {
	const struct command *commands; /* the table; given */
	const struct command *command;	/* NULL: none so far, or no such */
	const struct command_form *form;
	const struct command_option *pending; /* waits for its value */
	const char *config, *first;	      /* after -c, and the first operand; NULL: none */
	unsigned operands;
	bool only_operands; /* after -- */
};

/* Reads words that follow the program's name. All but `commands` is empty before; what it gets are
 * the words by pointer. */
void complete_line_read(struct complete_line *l, int count, char **words);
/* The option of the line's command that is called so; `name` ends at "=" or at its end. NULL: none.
 */
const struct command_option *complete_line_option(const struct complete_line *l, const char *name);

#endif
