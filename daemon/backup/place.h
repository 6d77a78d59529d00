/* A folder of backups: opening it, locking it, what has which name in it. */
#ifndef VANTHU_DAEMON_BACKUP_PLACE_H
#define VANTHU_DAEMON_BACKUP_PLACE_H

#include <stdio.h>

#include "daemon/config/config.h"
#include "proto/digest.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum {
	BACKUP_NAME_SIZE = 32,
	BACKUP_PATH_MAX = CONFIG_PATH_MAX,
	BACKUP_ABOUT_SIZE = 512,
	BACKUP_FOLDERS = 256, /* of contents, by the first byte of the digest */
};
#define BACKUP_MAKING	  ".making"
#define BACKUP_STORE_FILE "data.mdb"
#define BACKUP_MANIFEST	  "manifest"

enum backup_use {
	BACKUP_LOOK,  /* whatever it is: nothing is made or changed */
	BACKUP_READ,  /* it is one: others may read too */
	BACKUP_CLEAR, /* it is one, and some of it will be removed */
	BACKUP_MAKE,  /* it is one, or empty, or not there yet */
};

struct backup_place {
	char path[BACKUP_PATH_MAX];
	int fd, lock_fd, files_fd; /* -1: not there (BACKUP_LOOK) */
	struct committee_id committee;
	char about[BACKUP_ABOUT_SIZE]; /* what the last failure was about */
	bool touched[BACKUP_FOLDERS];  /* folders of contents that are to be synced */
};

/* Whose backups lie there comes back in the place; with BACKUP_MAKE and BACKUP_LOOK they must be
 * `own`. ERR_BACKUP_FOLDER: other things lie there; ERR_BACKUP_COMMITTEE; ERR_BACKUP_BUSY: it is
 * locked; ERR_BACKUP_NONE: nothing is there; else see backup_errno. The place is to be closed in
 * any case. Blocks on the disk, as all here. */
must_use enum err backup_place_open(struct backup_place *p, const char *path, enum backup_use use,
				    const struct committee_id *own);
void backup_place_close(struct backup_place *p);

/* What the system's errno means for who makes a backup: ERR_BACKUP_DISK or ERR_BACKUP_PLACE; notes
 * in the place what it is about. */
must_use enum err backup_errno(struct backup_place *p, const char *name);
/* Notes what a failure is about and returns it. */
must_use enum err backup_fails(struct backup_place *p, enum err e, const char *about);

/* The name of a backup that was begun at that time; whether a name is one. */
void backup_name_of(int64_t wall_ms, char out[BACKUP_NAME_SIZE]);
bool backup_name_good(const char *name);

struct backup_names {
	char (*list)[BACKUP_NAME_SIZE]; /* the oldest first; free() */
	size_t count;
};
must_use enum err backup_names_read(struct backup_place *p, struct backup_names *out);
/* The one of this name, or the newest when it is NULL. ERR_BACKUP_NONE. */
must_use enum err backup_name_find(struct backup_place *p, const char *wanted,
				   char out[BACKUP_NAME_SIZE]);

/* Removes a folder with the files in it; nothing there is fine. */
must_use enum err backup_remove(struct backup_place *p, const char *name);
/* Opens, of a backup or of one that is being made, one of its files. -1 (errno). */
int backup_open_at(const struct backup_place *p, const char *name, const char *file, int flags);
void backup_path_at(const struct backup_place *p, const char *name, const char *file, char *out,
		    size_t size);

#endif
