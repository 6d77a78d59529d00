/* A backup becomes a data folder again. */
#ifndef VANTHU_DAEMON_BACKUP_RESTORE_H
#define VANTHU_DAEMON_BACKUP_RESTORE_H

#include "daemon/backup/verify.h"

struct backup_restored {
	uint64_t contents, content_bytes;
	uint64_t missing; /* could not be restored: not in the backup, or (unchecked) not right */
};

/* Makes config->data from the backup. It is written under another name, and gets its own when all
 * of it is on disk. `c`: how it is verified first; nothing is restored when there are faults,
 * unless `unchecked`. ERR_BACKUP_OVER: there is something in the data folder already;
 * ERR_BACKUP_COMMITTEE, ERR_BACKUP_DAMAGED, ERR_BACKUP_PLACE, ERR_BACKUP_DISK.
 * Run by root it gives all of it to whom the signing key belongs, for the daemon runs as that user.
 *
 * The file `restored` in the data folder says what it was made from, for the daemon to find:
 *     vanthu-restored 1
 *     backup 2026-11-30T213357.123Z
 *     taken 1796074437123        when the store was copied (ms since 1970, UTC)
 *     restored 1796080000000     when this was done
 *     folder /var/backups/vanthu/btp */
must_use enum err backup_restore(struct backup_place *p, const char *name,
				 const struct config *config, struct backup_check *c,
				 bool unchecked, struct backup_restored *out);

#endif
