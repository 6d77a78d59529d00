/* The directory file that the configuration names. */
#ifndef VANTHU_DAEMON_DIRECTORY_INSTALL_H
#define VANTHU_DAEMON_DIRECTORY_INSTALL_H

#include "daemon/config/config.h"
#include "daemon/directory/installer.h"
#include "daemon/turn.h"
#include "routing/core.h"

struct install_parts {
	const struct config *config; /* all borrowed */
	struct core *core;
	struct installer *installer;
	struct turn *turn;
	/* its own: the file waits for another directory to be installed; call install_file again */
	bool due;
};

/* Takes the file when the store has no directory or an older one: a small one is in force when this
 * returns, a large one is installed while the daemon runs. A bad one is reported (log, status) and
 * skipped: what is in force stays. Not while turns are quiet (turn.h). Any error: as turn_run. */
must_use enum err install_file(struct install_parts *i);

#endif
