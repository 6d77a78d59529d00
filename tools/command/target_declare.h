/* The forms `declare` and `declared` of `target`: the plan's other targets. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_DECLARE_H
#define VANTHU_TOOLS_COMMAND_TARGET_DECLARE_H

#include <stdbool.h>

struct cli;

bool target_declare_is(const char *word);
/* argv[0] is the form; its options have been read. Returns the exit code. */
int target_declare(struct cli *cli, int argc, char **argv);

#endif
