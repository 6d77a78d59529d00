/* Older backups of a folder are removed, and contents that none of the others needs. */
#ifndef VANTHU_DAEMON_BACKUP_PRUNE_H
#define VANTHU_DAEMON_BACKUP_PRUNE_H

#include "daemon/backup/place.h"

struct backup_pruned {
	uint64_t backups;
	uint64_t contents, content_bytes;
};

/* The newest `keep` whole ones stay. Those whose manifest is damaged are neither counted nor
 * removed, and while there is one contents are not removed either: it is not known what it needs.
 * `dry_run`: only counts backups. The place was opened with BACKUP_MAKE or BACKUP_CLEAR. */
must_use enum err backup_prune(struct backup_place *p, uint64_t keep, bool dry_run,
			       struct backup_pruned *out);

#endif
