/* What a command is, for people: from the table of commands and the tables of options. */
#ifndef VANTHU_TOOLS_CLI_HELP_H
#define VANTHU_TOOLS_CLI_HELP_H

#include <stdio.h>

#include "tools/cli/options.h"

/* Its forms, one a line. */
void help_usage(FILE *to, const struct command *c);
/* On standard output: its forms with their meaning, then every option with its own. */
void help_command(const struct command *c);
/* On standard output: all commands, and the options that each of them takes. */
void help_all(void);
/* An option as it is written: "-c, --config FILE", or "--to WHO[,WHO…]". */
void help_option_name(const struct command_option *o, char *out, size_t size_bytes);

#endif
