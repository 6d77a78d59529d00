/* Contents in a folder of backups. */
#ifndef VANTHU_DAEMON_BACKUP_CONTENTS_H
#define VANTHU_DAEMON_BACKUP_CONTENTS_H

#include "daemon/backup/manifest.h"

/* Who wants to know of each piece that is copied, and may end it: anything but ERR_OK. */
struct backup_watch {
	enum err (*copied)(void *ctx, uint64_t bytes);
	void *ctx;
};

enum backup_how { BACKUP_THERE, BACKUP_LINKED, BACKUP_COPIED };

/* Puts the content that `from` reads into the folder, unless one of its size is there: a second
 * name for the same file where both are on one file system, else a copy. Its name is on disk only
 * after backup_contents_sync. ERR_DIGEST: what was read is not what its name says; else as
 * backup_errno says. */
must_use enum err backup_content_put(struct backup_place *p, int from, struct backup_content *c,
				     const struct backup_watch *watch, enum backup_how *how);
must_use enum err backup_contents_sync(struct backup_place *p);
/* Is one of this size there? */
bool backup_content_there(const struct backup_place *p, const struct backup_content *c);
/* A descriptor of one. -1 (errno). */
int backup_content_open(const struct backup_place *p, const struct digest *sha256);

/* Copies all that `from` reads to `to` (-1: only reads it), and says how much and which digest that
 * is. What was written is on disk. ERR_DIGEST: it cannot be read to its end; ERR_SYSTEM: writing
 * failed (errno); or what the watch says. */
must_use enum err backup_copy(int from, int to, const struct backup_watch *watch,
			      struct backup_content *out);

#endif
