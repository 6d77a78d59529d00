/* What is due each second and each minute whether or not anything happens: room on the disk, files
 * that must still be there, sockets, keys that end by time, memory. */
#ifndef VANTHU_DAEMON_UPKEEP_H
#define VANTHU_DAEMON_UPKEEP_H

#include "daemon/backup/backup.h"
#include "daemon/bulk/bulk.h"
#include "daemon/control/control.h"
#include "daemon/directory/directory.h"
#include "daemon/files/files.h"
#include "daemon/keys/keys.h"
#include "daemon/live_events.h"
#include "daemon/memory_watch.h"
#include "daemon/repair.h"
#include "daemon/scrub.h"
#include "daemon/scrub_files.h"
#include "daemon/store/store.h"

struct upkeep {
	struct store *store; /* all borrowed */
	struct files *files;
	struct bulk *bulk;
	struct control *control;
	struct live_events *events;
	struct garbage *garbage;
	struct backup *backup;
	struct own_keys *own_keys;
	struct in_force *in_force;
	struct install_parts *install;
	struct scrub scrub;
	struct scrub_files scrub_files;
	struct repair repair;
	struct kept kept;
	/* its own; all zero at first */
	struct memory_watch memory;
	struct store_room room; /* as last measured */
	int64_t next_minute_ms;
};

/* ERR_STORE_GONE: data was deleted or moved, the daemon freezes. Any other error ends the process.
 * Not while a turn is being sealed. Blocks on disk. */
must_use enum err upkeep_second(struct upkeep *u, struct now now);

#endif
