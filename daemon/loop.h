/* The loop: wait, collect, then one turn (decide, seal, commit, act: turn.h), then what time asks
 * for. */
#ifndef VANTHU_DAEMON_LOOP_H
#define VANTHU_DAEMON_LOOP_H

#include "daemon/daemon.h"

/* Until SIGTERM or SIGINT: ERR_OK. Any error: the process must end at once, memory is ahead of the
 * disk. */
must_use enum err loop_run(struct daemon *d);

#endif
