/* How a command is written, for people: its forms and its options. */
#ifndef VANTHU_TOOLS_CLI_USAGE_H
#define VANTHU_TOOLS_CLI_USAGE_H

#include <stddef.h>
#include <stdio.h>

#include "tools/cli/command.h"

/* One form as a line: "vanthu link show ID". */
void usage_line(const struct command *c, const struct command_form *f, char *out,
		size_t size_bytes);
/* All forms of a command, one a line. */
void usage_print(FILE *to, const struct command *c);
/* An option as it is written: "-c, --config FILE", or "--to WHO[,WHO…]". */
void usage_option_name(const struct command_option *o, char *out, size_t size_bytes);

#endif
