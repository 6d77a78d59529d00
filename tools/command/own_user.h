/* Who may write into the gateway's folder. */
#ifndef VANTHU_TOOLS_COMMAND_OWN_USER_H
#define VANTHU_TOOLS_COMMAND_OWN_USER_H

#include "routing/base/err.h"

struct cli;
struct config;

/* Whoever else writes there makes files that the gateway, which runs as the daemon's user, cannot
 * read: ERR_PERMISSION, reported. No data yet: no daemon has run, and nobody knows. */
must_use enum err command_own_user(struct cli *cli, const struct config *config);

#endif
