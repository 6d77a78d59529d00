/* `target simulate`: what the shares would be if. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_SIMULATE_H
#define VANTHU_TOOLS_COMMAND_TARGET_SIMULATE_H

#include "tools/cli/cli.h"

struct target_wanted;

/* The exit code. Options of its own are read by their names (target_given.h). */
int target_simulate(struct cli *cli, const struct target_wanted *wanted);

#endif
