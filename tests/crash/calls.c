/* LD_PRELOAD: what a program does to the files below a folder is logged (watch.h), in an order in
 * which it may count on it, and some of it is made to fail (fault.h). Nothing else changes.
 *
 * A write is logged when it has returned, and a sync twice: what was logged before its beginning is
 * on the disk at its end. What leaves the process, over local sockets and to neighbours, is logged
 * before it leaves. sync_file_range(2) promises nothing and is not logged; glibc's own streams do
 * not come through here: what they wrote is logged when they are synced. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/crash/fault.h"
#include "tests/crash/real.h"
#include "tests/crash/watch.h"

enum { FRAME_TYPE = 3, FRAME_FIRST_BULK = 20, WHOLE_MAX = 64 << 20 };

/* ---- files that are opened ---- */

/* What exists is told from what is made by asking for it to be made first. */
static int open_logged(int folder, const char *path, int flags, mode_t mode)
{
	REAL(int, openat, int, const char *, int, ...);
	bool unnamed = (flags & O_TMPFILE) == O_TMPFILE, made = unnamed;
	char below[PATH_MAX];
	int fd;

	if (!watch_path(folder, path, below)) {
		fd = real(folder, path, flags, mode);
		watch_set(fd, false);
		return fd;
	}
	if (fault_now(FAULT_OPEN, EMFILE))
		return -1;
	if ((flags & O_CREAT) != 0) {
		fd = real(folder, path, flags | O_EXCL, mode);
		made = fd >= 0;
		if (fd < 0 && errno == EEXIST && (flags & O_EXCL) == 0)
			fd = real(folder, path, flags, mode);
	} else {
		fd = real(folder, path, flags, mode);
	}
	if (fd < 0)
		return fd;
	watch_set(fd, true);
	if (made)
		watch_log('C', watch_inode(fd), 0, NULL, 0, unnamed ? NULL : below);
	else if ((flags & O_TRUNC) != 0)
		watch_log('T', watch_inode(fd), 0, NULL, 0, NULL);
	return fd;
}

#define MODE(flags, mode)                                                                          \
	mode_t mode = 0;                                                                           \
	if (((flags)&O_CREAT) != 0 || ((flags)&O_TMPFILE) == O_TMPFILE) {                          \
		va_list list;                                                                      \
		va_start(list, flags);                                                             \
		mode = (mode_t)va_arg(list, unsigned);                                             \
		va_end(list);                                                                      \
	}

int open(const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_logged(AT_FDCWD, path, flags, mode);
}

int openat(int folder, const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_logged(folder, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_logged(AT_FDCWD, path, flags, mode);
}

int openat64(int folder, const char *path, int flags, ...)
{
	MODE(flags, mode)
	return open_logged(folder, path, flags, mode);
}

int close(int fd)
{
	REAL(int, close, int);

	watch_set(fd, false);
	return real(fd);
}

/* glibc closes what these hold by itself. */
int fclose(FILE *f)
{
	REAL(int, fclose, FILE *);

	watch_set(fileno(f), false);
	return real(f);
}

int closedir(DIR *d)
{
	REAL(int, closedir, DIR *);

	watch_set(dirfd(d), false);
	return real(d);
}

/* ---- contents ---- */

/* A descriptor that syncs each write: when it has returned, that one is on the disk. */
static void wrote(int fd, off_t at, const void *data, ssize_t n)
{
	int flags = fcntl(fd, F_GETFL);
	uint64_t inode = watch_inode(fd);

	if (n <= 0)
		return;
	watch_log('W', inode, (uint64_t)at, data, (size_t)n, NULL);
	if (flags >= 0 && (flags & O_DSYNC) != 0)
		watch_log('D', inode, (uint64_t)at, NULL, 0, NULL);
}

ssize_t write(int fd, const void *data, size_t size)
{
	REAL(ssize_t, write, int, const void *, size_t);
	off_t at;
	ssize_t n;

	if (!watch_is(fd))
		return real(fd, data, size);
	if (fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	at = lseek(fd, 0, (fcntl(fd, F_GETFL) & O_APPEND) != 0 ? SEEK_END : SEEK_CUR);
	n = real(fd, data, size);
	wrote(fd, at, data, n);
	return n;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	REAL(ssize_t, pwrite, int, const void *, size_t, off_t);
	ssize_t n;

	if (!watch_is(fd))
		return real(fd, data, size, at);
	if (fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	n = real(fd, data, size, at);
	wrote(fd, at, data, n);
	return n;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at)
{
	return pwrite(fd, data, size, at);
}

/* Each piece is a write of its own: a power cut may leave any of them out. */
static void wrote_pieces(int fd, off_t at, const struct iovec *pieces, int count, ssize_t n)
{
	for (int i = 0; i < count && n > 0; i++) {
		size_t len = pieces[i].iov_len < (size_t)n ? pieces[i].iov_len : (size_t)n;

		wrote(fd, at, pieces[i].iov_base, (ssize_t)len);
		at += (off_t)len;
		n -= (ssize_t)len;
	}
}

ssize_t writev(int fd, const struct iovec *pieces, int count)
{
	REAL(ssize_t, writev, int, const struct iovec *, int);
	off_t at;
	ssize_t n;

	if (!watch_is(fd))
		return real(fd, pieces, count);
	if (fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	at = lseek(fd, 0, SEEK_CUR);
	n = real(fd, pieces, count);
	wrote_pieces(fd, at, pieces, count, n);
	return n;
}

ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at)
{
	REAL(ssize_t, pwritev, int, const struct iovec *, int, off_t);
	ssize_t n;

	if (!watch_is(fd))
		return real(fd, pieces, count, at);
	if (fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	n = real(fd, pieces, count, at);
	wrote_pieces(fd, at, pieces, count, n);
	return n;
}

/* What stands there now, as a write: of what the kernel or glibc wrote without a call of ours. */
static void log_range(int fd, off_t at, size_t size)
{
	uint8_t *bytes = size > WHOLE_MAX ? NULL : malloc(size + 1);
	char path[64];
	int again;
	ssize_t n;

	if (bytes == NULL)
		abort();
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd); /* it may be open for writing only */
	again = open(path, O_RDONLY | O_CLOEXEC);
	n = again < 0 ? -1 : pread(again, bytes, size, at);
	if (again >= 0)
		close(again);
	if (n > 0)
		wrote(fd, at, bytes, n);
	free(bytes);
}

ssize_t copy_file_range(int in, off_t *in_at, int out, off_t *out_at, size_t size, unsigned flags)
{
	REAL(ssize_t, copy_file_range, int, off_t *, int, off_t *, size_t, unsigned);
	off_t at;
	ssize_t n;

	if (!watch_is(out))
		return real(in, in_at, out, out_at, size, flags);
	if (fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	at = out_at != NULL ? *out_at : lseek(out, 0, SEEK_CUR);
	n = real(in, in_at, out, out_at, size, flags);
	if (n > 0)
		log_range(out, at, (size_t)n);
	return n;
}

int ftruncate(int fd, off_t size)
{
	REAL(int, ftruncate, int, off_t);
	int code;

	if (!watch_is(fd))
		return real(fd, size);
	if (fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	code = real(fd, size);
	if (code == 0)
		watch_log('T', watch_inode(fd), (uint64_t)size, NULL, 0, NULL);
	return code;
}

int fallocate(int fd, int mode, off_t at, off_t size)
{
	REAL(int, fallocate, int, int, off_t, off_t);

	if (watch_is(fd) && fault_now(FAULT_WRITE, ENOSPC))
		return -1;
	if (watch_is(fd) && (mode & FALLOC_FL_KEEP_SIZE) == 0)
		abort(); /* none is used; a longer file would have to be logged */
	return real(fd, mode, at, size);
}

/* A map through which a file is written is not seen: who reads the log must know that it is there.
 */
void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
	REAL(void *, mmap, void *, size_t, int, int, int, off_t);

	if (fault_now(FAULT_MAP, ENOMEM))
		return MAP_FAILED;
	if (fd >= 0 && watch_is(fd) && (flags & MAP_SHARED) != 0 && (protection & PROT_WRITE) != 0)
		watch_log('M', watch_inode(fd), 0, NULL, 0, NULL);
	return real(at, size, protection, flags, fd, offset);
}

FILE *fdopen(int fd, const char *mode)
{
	REAL(FILE *, fdopen, int, const char *);

	if (watch_is(fd) && mode[0] != 'r')
		watch_stream(fd);
	return real(fd, mode);
}

/* ---- syncs ---- */

static int synced(int fd, int (*real)(int))
{
	uint64_t inode = watch_inode(fd);
	struct stat st;
	int code;

	if (fault_now(FAULT_SYNC, EIO))
		return -1;
	/* What a stream wrote is logged with the sync that it waits for. */
	if (watch_is_stream(fd) && fstat(fd, &st) == 0)
		log_range(fd, 0, (size_t)st.st_size);
	watch_log('s', inode, 0, NULL, 0, NULL);
	code = real(fd);
	if (code == 0)
		watch_log('S', inode, 0, NULL, 0, NULL);
	return code;
}

int fsync(int fd)
{
	REAL(int, fsync, int);

	return watch_is(fd) ? synced(fd, real) : real(fd);
}

int fdatasync(int fd)
{
	REAL(int, fdatasync, int);

	return watch_is(fd) ? synced(fd, real) : real(fd);
}

int syncfs(int fd)
{
	REAL(int, syncfs, int);
	int code;

	if (!watch_is(fd))
		return real(fd);
	if (fault_now(FAULT_SYNC, EIO))
		return -1;
	watch_log('y', 0, 0, NULL, 0, NULL);
	code = real(fd);
	if (code == 0)
		watch_log('Y', 0, 0, NULL, 0, NULL);
	return code;
}

/* ---- names ---- */

static int renamed(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	REAL(int, renameat2, int, const char *, int, const char *, unsigned);
	char a[PATH_MAX], b[PATH_MAX];
	bool left = watch_path(from_folder, from, a), came = watch_path(to_folder, to, b);
	int code;

	if ((left || came) && fault_now(FAULT_NAME, ENOSPC))
		return -1;
	code = real(from_folder, from, to_folder, to, flags);
	if (code == 0 && left != came)
		abort(); /* nothing is moved into the folder or out of it */
	if (code == 0 && left)
		watch_log('R', 0, flags, a, strlen(a), b);
	return code;
}

int rename(const char *from, const char *to)
{
	return renamed(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return renamed(from_folder, from, to_folder, to, 0);
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	return renamed(from_folder, from, to_folder, to, flags);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	REAL(int, linkat, int, const char *, int, const char *, int);
	char b[PATH_MAX];
	bool came = watch_path(to_folder, to, b);
	struct stat st;
	int code;

	if (came && fault_now(FAULT_NAME, ENOSPC))
		return -1;
	code = real(from_folder, from, to_folder, to, flags);
	if (code == 0 && came && fstatat(to_folder, to, &st, AT_SYMLINK_NOFOLLOW) == 0)
		watch_log('L', st.st_ino, 0, NULL, 0, b);
	return code;
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int folder, const char *path, int flags)
{
	REAL(int, unlinkat, int, const char *, int);
	char below[PATH_MAX];
	bool watched = watch_path(folder, path, below);
	int code;

	if (watched && fault_now(FAULT_NAME, ENOSPC))
		return -1;
	code = real(folder, path, flags);
	if (code == 0 && watched)
		watch_log('U', 0, 0, NULL, 0, below);
	return code;
}

int unlink(const char *path)
{
	return unlinkat(AT_FDCWD, path, 0);
}

int rmdir(const char *path)
{
	return unlinkat(AT_FDCWD, path, AT_REMOVEDIR);
}

int mkdirat(int folder, const char *path, mode_t mode)
{
	REAL(int, mkdirat, int, const char *, mode_t);
	char below[PATH_MAX];
	bool watched = watch_path(folder, path, below);
	struct stat st;
	int code;

	if (watched && fault_now(FAULT_NAME, ENOSPC))
		return -1;
	code = real(folder, path, mode);
	if (code == 0 && watched && fstatat(folder, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
		watch_log('K', st.st_ino, 0, NULL, 0, below);
	return code;
}

int mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, path, mode);
}

int mkostemp(char *template, int flags)
{
	REAL(int, mkostemp, char *, int);
	char below[PATH_MAX];
	bool watched = watch_path(AT_FDCWD, template, below);
	int fd;

	if (watched && fault_now(FAULT_OPEN, EMFILE))
		return -1;
	fd = real(template, flags);
	if (fd >= 0 && watched && watch_path(AT_FDCWD, template, below)) {
		watch_set(fd, true);
		watch_log('C', watch_inode(fd), 0, NULL, 0, below);
	}
	return fd;
}

/* ---- what leaves ---- */

/* Frames to neighbours, before they are encrypted; of contents nobody needs the copies. */
static void leaves(const uint8_t *bytes, size_t size)
{
	if (size > FRAME_TYPE && bytes[0] == 'V' && bytes[1] == 'T' &&
	    bytes[FRAME_TYPE] < FRAME_FIRST_BULK)
		watch_log('Z', 0, size, bytes, size, NULL);
}

int zmq_msg_send(zmq_msg_t *message, void *socket, int flags)
{
	REAL(int, zmq_msg_send, zmq_msg_t *, void *, int);

	leaves(zmq_msg_data(message), zmq_msg_size(message));
	return real(message, socket, flags);
}

int zmq_send(void *socket, const void *data, size_t size, int flags)
{
	REAL(int, zmq_send, void *, const void *, size_t, int);

	leaves(data, size);
	return real(socket, data, size, flags);
}

__attribute__((constructor)) static void process_begins(void)
{
	watch_log('P', (uint64_t)getpid(), 0, NULL, 0, NULL);
}
