/* `target ask` and `target report`: figures of others, and our own, on their way now. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_ASK_H
#define VANTHU_TOOLS_COMMAND_TARGET_ASK_H

#include <stdbool.h>

struct cli;

/* Committees as typed; none: all below, or with `missing` those whose report is missing or late.
 * The exit code. */
int target_ask(struct cli *cli, int count, char **committees, bool missing);
int target_report(struct cli *cli);

#endif
