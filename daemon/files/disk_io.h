/* Single files of the folder: their paths, whole reads and writes, what an errno means. */
#ifndef VANTHU_DAEMON_FILES_DISK_IO_H
#define VANTHU_DAEMON_FILES_DISK_IO_H

#include "daemon/files/disk_files.h"

/* Logs errno and maps it: ERR_DISK_FULL or ERR_FILE. */
must_use enum err files_errno(const char *what);
/* As above, after a file could not be made or named: ENOSPC may mean inodes, and a folder that is
 * missing is gone. ERR_NO_INODES, ERR_STORE_GONE. */
must_use enum err files_not_made(const struct disk_files *f, const char *what);
/* Short only at the end of the file. ERR_FILE */
must_use enum err files_read_full(int fd, uint64_t offset, uint8_t *out, size_t len, size_t *got);
must_use enum err files_write_full(int fd, uint64_t offset, struct blob bytes);
/* The same, past the page cache (O_DIRECT) where bytes and offset begin at a multiple of
 * FILES_DIRECT_ALIGN, are many, and the file system does that: a new page of the cache costs more
 * than the write, and most contents are read once, if at all. What it returns is all that a sync of
 * the descriptor still leaves open: that the device's own cache is on disk, and the file's size. */
must_use enum err files_write_past_cache(struct disk_files *f, int fd, uint64_t offset,
					 struct blob bytes);
/* DIRECTORY/files/ab/ab12…SUFFIX */
void files_path(const struct disk_files *f, const struct digest *sha256, const char *suffix,
		char out[FILES_PATH_MAX]);
/* files_ops.open */
must_use enum err files_open(struct files *base, const struct digest *sha256, int *fd);
/* files_ops.read */
must_use enum err files_read(struct files *base, const struct digest *sha256, uint64_t offset,
			     uint8_t *out, size_t len, size_t *got);

#endif
