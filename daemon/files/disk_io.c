/* Files of the folder; see disk_io.h. */
#include "daemon/files/disk_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "proto/digest.h"

/* Fewer bytes go to the disk with the sync: a write that waits for the disk by itself is not worth
 * it. */
enum { DIRECT_MIN_BYTES = 128 * 1024 };

enum err files_errno(const char *what)
{
	int saved = errno;

	log_event(LOG_ERROR, "file-failed", "call=%s errno=%d", what, saved);
	return saved == ENOSPC || saved == EDQUOT ? ERR_DISK_FULL : ERR_FILE;
}

enum err files_not_made(const struct disk_files *f, const char *what)
{
	int saved = errno;
	struct statvfs disk;
	bool inodes = saved == ENOSPC && statvfs(f->directory, &disk) == 0 && disk.f_files > 0 &&
		      disk.f_favail == 0;

	errno = saved;
	if (saved == ENOENT)
		return ERR_STORE_GONE; /* the folder, which was made at the start */
	return inodes ? ERR_NO_INODES : files_errno(what);
}

enum err files_read_full(int fd, uint64_t offset, uint8_t *out, size_t len, size_t *got)
{
	*got = 0;
	while (*got < len) {
		ssize_t n = pread(fd, out + *got, len - *got, (off_t)(offset + *got));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_errno("pread");
		if (n == 0)
			break;
		*got += (size_t)n;
	}
	return ERR_OK;
}

enum err files_write_full(int fd, uint64_t offset, struct blob bytes)
{
	size_t done = 0;

	while (done < bytes.len_bytes) {
		ssize_t n = pwrite(fd, bytes.data + done, bytes.len_bytes - done,
				   (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return files_errno("pwrite");
		done += (size_t)n;
	}
	return ERR_OK;
}

/* *done: so much was written; what is left goes through the cache. */
static enum err write_direct(struct disk_files *f, int fd, uint64_t offset, struct blob bytes,
			     size_t *done)
{
	size_t end = bytes.len_bytes - bytes.len_bytes % FILES_DIRECT_ALIGN;

	*done = 0;
	if (fcntl(fd, F_SETFL, O_DIRECT) != 0) {
		atomic_store(&f->no_direct, true);
		return ERR_OK;
	}
	while (*done < end && *done % FILES_DIRECT_ALIGN == 0) {
		ssize_t n = pwrite(fd, bytes.data + *done, end - *done, (off_t)(offset + *done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EINVAL) {
			atomic_store(&f->no_direct, true); /* a device with larger blocks */
			break;
		}
		if (n < 0)
			return files_errno("pwrite");
		*done += (size_t)n;
	}
	return fcntl(fd, F_SETFL, 0) == 0 ? ERR_OK : files_errno("fcntl");
}

enum err files_write_past_cache(struct disk_files *f, int fd, uint64_t offset, struct blob bytes)
{
	size_t done = 0;
	enum err e = ERR_OK;

	if (bytes.len_bytes >= DIRECT_MIN_BYTES && !atomic_load(&f->no_direct) &&
	    offset % FILES_DIRECT_ALIGN == 0 && (uintptr_t)bytes.data % FILES_DIRECT_ALIGN == 0)
		e = write_direct(f, fd, offset, bytes, &done);
	if (e != ERR_OK || done == bytes.len_bytes)
		return e;
	return files_write_full(fd, offset + done,
				(struct blob){ bytes.data + done, bytes.len_bytes - done });
}

void files_path(const struct disk_files *f, const struct digest *sha256, const char *suffix,
		char out[FILES_PATH_MAX])
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(sha256, hex);
	snprintf(out, FILES_PATH_MAX, "%s/files/%.2s/%s%s", f->directory, hex, hex, suffix);
}

enum err files_open(struct files *base, const struct digest *sha256, int *fd)
{
	char path[FILES_PATH_MAX];

	files_path((struct disk_files *)base, sha256, "", path);
	*fd = open(path, O_RDONLY | O_CLOEXEC);
	if (*fd >= 0)
		return ERR_OK;
	return errno == ENOENT ? ERR_NOT_FOUND : files_errno("open");
}

enum err files_read(struct files *base, const struct digest *sha256, uint64_t offset, uint8_t *out,
		    size_t len, size_t *got)
{
	enum err e;
	int fd;

	*got = 0;
	e = files_open(base, sha256, &fd);
	if (e != ERR_OK)
		return e;
	e = files_read_full(fd, offset, out, len, got);
	close(fd);
	return e;
}
