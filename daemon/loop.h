/* The loop: wait, collect, then one step of the turns (decide, seal, commit, act: turn.h), then
 * what time asks for. */
#ifndef VANTHU_DAEMON_LOOP_H
#define VANTHU_DAEMON_LOOP_H

#include "daemon/base/workers.h"
#include "daemon/dispatch.h"
#include "daemon/frozen.h"
#include "daemon/reload.h"
#include "daemon/signals.h"
#include "daemon/turn.h"
#include "daemon/upkeep.h"

/* What has a descriptor, a deadline or a queue, and who does the rest. */
struct loop_parts {
	const struct config *config; /* all borrowed; for the gap between commits */
	struct workers *verify_workers, *file_workers, *commit_worker, *backup_worker;
	int signals; /* signals_open */
	struct core *core;
	struct turn *turn;
	struct inbox *inbox;
	struct links *links;
	struct sequencer *sequencer;
	struct bulk *bulk;
	struct control *control;
	struct installer *installer;
	struct download *download;
	struct dispatch *dispatch;
	const struct reload_parts *reload;
	struct upkeep *upkeep;
	struct frozen *frozen;
	bool *stopping; /* set by a signal, or by whoever finds that the process has to end */
};

/* Until *stopping: ERR_OK. Any error: the process must end at once, memory is ahead of the disk.
 * Control thread. */
must_use enum err loop_run(const struct loop_parts *parts);

#endif
