/* What commands are, for people: from the table of commands and the tables of options. */
#ifndef VANTHU_TOOLS_CLI_HELP_H
#define VANTHU_TOOLS_CLI_HELP_H

#include "tools/cli/command.h"

/* On standard output: its forms with their meaning, then every option with its own. */
void help_command(const struct command *c);
/* On standard output: all commands of the table, and the options that each of them takes. */
void help_all(const struct command *commands);

#endif
