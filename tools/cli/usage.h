/* How a command is written, for people: its forms and its options. */
#ifndef VANTHU_TOOLS_CLI_USAGE_H
#define VANTHU_TOOLS_CLI_USAGE_H

#include <stddef.h>
#include <stdio.h>

#include "tools/cli/command.h"

enum { USAGE_WORD_BYTES = 128, USAGE_LINE_BYTES = 512 };

/* The word of a form as it is shown: the books have Vietnamese names, which are taken as well. */
const char *usage_word(const struct command_form *f);
/* Operands as a usage has them: "ID", "[ID…]". */
void usage_operand(const struct command_operand *o, char *out, size_t size_bytes);
/* An option that a form of the command shows: "--to DIR", "[--since DATE]", "…". */
void usage_option(const struct command *c, const struct command_shown *s, char *out,
		  size_t size_bytes);
/* What stands behind the name of a form: "ID --to DIR"; "" where nothing does. */
void usage_rest(const struct command *c, const struct command_form *f, char *out,
		size_t size_bytes);
/* One form as a line: "vanthu link show ID". */
void usage_line(const struct command *c, const struct command_form *f, char *out,
		size_t size_bytes);
/* All forms of a command, one a line. */
void usage_print(FILE *to, const struct command *c);
/* An option as it is written: "-c, --config FILE", or "--to WHO[,WHO…]". */
void usage_option_name(const struct command_option *o, char *out, size_t size_bytes);

#endif
