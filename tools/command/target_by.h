/* `target by …`: the figures of a period, cut in one way. */
#ifndef VANTHU_TOOLS_COMMAND_TARGET_BY_H
#define VANTHU_TOOLS_COMMAND_TARGET_BY_H

#include "tools/command/target_show.h"

/* `word`: committee, type, month, quarter, half, year or direction; another is a usage fault. The
 * exit code. */
int target_by(struct cli *cli, const char *word, const struct target_wanted *wanted);

#endif
