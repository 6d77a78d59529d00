/* What is done with backups without a daemon: `vanthud --backup VERB DIR …`, which vanthu runs. */
#ifndef VANTHU_DAEMON_BACKUP_OFFLINE_H
#define VANTHU_DAEMON_BACKUP_OFFLINE_H

#include "daemon/store/store.h"

struct config;

struct backup_order {
	const char *verb; /* list, verify, prune, restore */
	const char *folder;
	const char *name;   /* of a backup; NULL: the newest */
	const char *number; /* prune: how many stay */
	bool unchecked, dry_run;
	const struct config *config; /* restore; NULL otherwise */
	enum err (*open_copy)(const char *path, struct store **out);
};

/* Does it, and says on standard output what comes of it, for vanthu: a line each, fields between
 * tabs, the first one what the line is.
 *     backup NAME STATE TAKEN_MS STORE_BYTES CONTENTS CONTENT_BYTES MISSING SOFTWARE COMMITTEE
 *     fault KIND WHAT
 *     progress BYTES                       read so far
 *     verified NAME RECORDS CONTENTS CONTENT_BYTES FAULTS MISSING TAKEN_MS
 *     pruned BACKUPS CONTENTS CONTENT_BYTES
 *     restored NAME TAKEN_MS CONTENTS CONTENT_BYTES MISSING DATA
 *     error CODE ABOUT
 * Returns the exit code. */
int backup_offline(const struct backup_order *o);

#endif
