/* What the spool does to folders. Only what every shared folder can (NFS, SMB): files that are made
 * new, renames within one tree, syncs; no links, no locks. Each call that changes something first
 * tells whoever tests at which step the process may end. Folders are open descriptors, names are
 * single words, and no symbolic link is followed. After ERR_FILE errno says why. All of it blocks
 * on the disk. */
#ifndef VANTHU_TOOLS_SPOOL_DISK_H
#define VANTHU_TOOLS_SPOOL_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include <jansson.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct spool_disk {
	void (*step)(void *ctx); /* before each change; NULL: nobody wants to know */
	void *ctx;
};

/* The modes of what others read, less the umask, and of what is ours alone. */
enum {
	DISK_SHARED_FOLDER = 0777,
	DISK_PRIVATE_FOLDER = 0700,
	DISK_SHARED_FILE = 0666,
	DISK_PRIVATE_FILE = 0600
};

/* Opens the folder `name` of `at`, which is made unless it is there: *fd is the caller's. */
must_use enum err spool_disk_folder(const struct spool_disk *d, int at, const char *name,
				    unsigned mode, int *fd);
/* A new folder, never one that is there: ERR_EXISTS. */
must_use enum err spool_disk_new_folder(const struct spool_disk *d, int at, const char *name);
/* Writes `bytes` into `name`, which is replaced, and syncs them; not the folder. It is whole only
 * when this returns ERR_OK. */
must_use enum err spool_disk_write(const struct spool_disk *d, int at, const char *name,
				   struct blob bytes, unsigned mode);
/* The same of a JSON value (borrowed), as one line, by `temporary` and a rename: whole or as
 * before. The folder is synced. */
must_use enum err spool_disk_put(const struct spool_disk *d, int at, const char *temporary,
				 const char *name, const json_t *value, unsigned mode);
/* Replaces what has the new name. The folders are not synced. */
must_use enum err spool_disk_rename(const struct spool_disk *d, int from_at, const char *from,
				    int to_at, const char *to);
/* One that is not there: ERR_OK. */
must_use enum err spool_disk_unlink(const struct spool_disk *d, int at, const char *name);
/* An ordinary file into a new one, never over another; synced, its folder is not. ERR_FILE. */
must_use enum err spool_disk_copy(const struct spool_disk *d, int from_at, const char *from,
				  int to_at, const char *to);
/* What was made, renamed or deleted in the folder stays. A file system that syncs no folders:
 * ERR_OK. */
must_use enum err spool_disk_sync(const struct spool_disk *d, int at);
/* A folder and all in it, or a file; only for what this program made. Not there: ERR_OK. */
must_use enum err spool_disk_remove(const struct spool_disk *d, int at, const char *name);

/* An ordinary file for reading, no link: *fd is the caller's. ERR_FILE: errno ELOOP for a link,
 * EINVAL for what is no file, ENOENT. */
must_use enum err spool_disk_open(int at, const char *name, int *fd, uint64_t *size_bytes,
				  int64_t *modified_ns);
/* Is this open file the one of that name? */
bool spool_disk_is(int fd, int at, const char *name);
/* The whole of a small file, the caller's to free. ERR_FILE, ERR_TOO_LARGE, ERR_NO_MEMORY. */
must_use enum err spool_disk_read(int at, const char *name, size_t max_bytes, struct blob *out);
/* A JSON object of ours, a new reference; NULL: not there, or it cannot be read as one. */
json_t *spool_disk_get(int at, const char *name);
bool spool_disk_has(int at, const char *name); /* of any kind */
/* Folder and last word of a path like "a/b/c": *fd is the caller's, *name points into the path. */
must_use enum err spool_disk_walk(int at, const char *path, int *fd, const char **name);
/* The same folder below another one, made and synced where it is not there. */
must_use enum err spool_disk_way(const struct spool_disk *d, int at, const char *path, int *fd);

#endif
