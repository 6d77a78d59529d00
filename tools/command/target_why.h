/* `target why`: the documents that keep the share down. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_WHY_H
#define VANTHU_TOOLS_COMMAND_TARGET_WHY_H

#include "tools/cli/cli.h"

struct target_wanted;

/* The exit code. Options of its own are read by their names (target_given.h). */
int target_why(struct cli *cli, const struct target_wanted *wanted);

#endif
