/* The parts of the manual pages that tables make, in roff (man macros). The pages around them are
 * docs/man/ .in files. */
#ifndef VANTHU_TOOLS_CLI_MANUAL_H
#define VANTHU_TOOLS_CLI_MANUAL_H

#include "tools/cli/command.h"

/* Prints one part: commands (those of the table), options, errors, types, keys or links; in the
 * language that is set. */
void manual_part(const struct command *commands, const char *name);

#endif
