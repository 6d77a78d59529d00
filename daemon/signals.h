/* The signals that steer the daemon, as a descriptor that the loop polls. */
#ifndef VANTHU_DAEMON_SIGNALS_H
#define VANTHU_DAEMON_SIGNALS_H

#include <stdbool.h>

#include "routing/base/err.h"

struct signals_seen {
	bool stop;   /* SIGTERM or SIGINT, logged */
	bool reload; /* SIGHUP */
};

/* Blocks the signals for the calling thread and those that it starts; the descriptor, which the
 * caller closes, becomes readable for each. ERR_SYSTEM. */
must_use enum err signals_open(int *fd);
/* All that have come since the last call, without blocking. */
struct signals_seen signals_collect(int fd);

#endif
