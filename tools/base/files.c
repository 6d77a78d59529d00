/* See tools/base/files.h. */
#include "tools/base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/base/i18n.h"

static enum err write_all(int fd, struct blob bytes)
{
	size_t done = 0;

	while (done < bytes.len_bytes) {
		ssize_t n = write(fd, bytes.data + done, bytes.len_bytes - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_FILE;
		done += (size_t)n;
	}
	return fsync(fd) == 0 ? ERR_OK : ERR_FILE;
}

enum err fs_write_new(const char *path, struct blob bytes, bool private_too)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, private_too ? 0600 : 0644);
	enum err e = ERR_OK;
	struct stat st;

	if (fd < 0)
		return errno == EEXIST ? ERR_EXISTS : ERR_FILE;
	/* Whatever the umask: its owner reads and writes it, and nobody else a private one. */
	if (fstat(fd, &st) == 0 && (st.st_mode & 0600) != 0600 &&
	    fchmod(fd, (st.st_mode & 0777) | 0600) != 0)
		e = ERR_FILE;
	if (e == ERR_OK)
		e = write_all(fd, bytes);
	if (close(fd) != 0 && e == ERR_OK)
		e = ERR_FILE;
	if (e == ERR_OK)
		e = folder_sync_parent(path);
	if (e != ERR_OK) {
		int why = errno;

		unlink(path);
		errno = why;
	}
	return e;
}

int fs_hidden(int folder)
{
	/* Only a root may name it by its descriptor alone; for everybody it has a name in /proc. */
	return access("/proc/self/fd", X_OK) == 0
		   ? openat(folder, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644)
		   : -1;
}

bool fs_show(int fd, int folder, const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	return linkat(AT_FDCWD, path, folder, name, AT_SYMLINK_FOLLOW) == 0;
}

int fs_open_folder_of(const char *path, const char **name)
{
	const char *slash = strrchr(path, '/');
	char folder[PATH_MAX] = ".";

	*name = slash == NULL ? path : slash + 1;
	if (slash != NULL)
		snprintf(folder, sizeof folder, "%.*s", slash == path ? 1 : (int)(slash - path),
			 path);
	return open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

enum err fs_replace(const char *path, struct blob bytes)
{
	char temporary[4096];
	enum err e;

	if ((size_t)snprintf(temporary, sizeof temporary, "%s.new", path) >= sizeof temporary)
		return ERR_FILE;
	unlink(temporary);
	e = fs_write_new(temporary, bytes, false);
	if (e == ERR_OK && rename(temporary, path) != 0)
		e = ERR_FILE;
	return e == ERR_OK ? folder_sync_parent(path) : e;
}

enum err fs_open(const char *path, int *fd, uint64_t *size_bytes)
{
	struct stat st;
	int why = 0;

	/* Without waiting: a pipe that nobody writes to would hold us up before we see that it is
	 * one. */
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0)
		return ERR_FILE;
	if (fstat(*fd, &st) != 0)
		why = errno;
	else if (!S_ISREG(st.st_mode))
		why = S_ISDIR(st.st_mode) ? EISDIR : EINVAL;
	if (why != 0) {
		close(*fd);
		*fd = -1;
		errno = why;
		return ERR_FILE;
	}
	*size_bytes = (uint64_t)st.st_size;
	return ERR_OK;
}

static int64_t nanoseconds(struct timespec t)
{
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static enum err look(int fd, struct fs_stamp *out)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ERR_FILE;
	*out = (struct fs_stamp){ .device = st.st_dev,
				  .inode = st.st_ino,
				  .size_bytes = (uint64_t)st.st_size,
				  .modified_ns = nanoseconds(st.st_mtim),
				  .changed_ns = nanoseconds(st.st_ctim) };
	return ERR_OK;
}

/* File systems take their times from the coarse clock, so two writes within a tick of it (1 to 10
 * ms) have one time. */
enum err fs_stamp(int fd, struct fs_stamp *out)
{
	enum { TRIES = 40, PAUSE_MS = 1 };
	struct timespec now;
	enum err e = look(fd, out);

	for (unsigned i = 0; i < TRIES && e == ERR_OK; i++) {
		if (clock_gettime(CLOCK_REALTIME_COARSE, &now) != 0 ||
		    nanoseconds(now) > out->changed_ns)
			break;
		poll(NULL, 0, PAUSE_MS);
		e = look(fd, out);
	}
	return e;
}

enum err fs_unchanged(int fd, const struct fs_stamp *before)
{
	struct fs_stamp now;
	enum err e = look(fd, &now);

	if (e != ERR_OK)
		return e;
	return now.device == before->device && now.inode == before->inode &&
		       now.size_bytes == before->size_bytes &&
		       now.modified_ns == before->modified_ns &&
		       now.changed_ns == before->changed_ns
		   ? ERR_OK
		   : ERR_CHANGED_FILE;
}

enum err fs_read(struct arena *a, const char *path, size_t max_bytes, struct blob *out)
{
	uint64_t size;
	size_t got = 0;
	uint8_t *bytes;
	int fd;
	enum err e = fs_open(path, &fd, &size);

	*out = (struct blob){ NULL, 0 };
	if (e != ERR_OK)
		return e;
	if (size > max_bytes)
		e = ERR_TOO_LARGE;
	bytes = e == ERR_OK ? arena_alloc(a, (size_t)size + 1) : NULL;
	if (e == ERR_OK && bytes == NULL)
		e = ERR_NO_MEMORY;
	while (e == ERR_OK && got < size) {
		ssize_t n = read(fd, bytes + got, (size_t)size - got);

		if (n < 0)
			e = ERR_FILE;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	close(fd);
	if (e == ERR_OK)
		*out = (struct blob){ bytes, got };
	return e;
}

enum err fs_mkdir(const char *path, bool private_too)
{
	struct stat st;

	if (mkdir(path, private_too ? 0700 : 0755) != 0)
		return errno == EEXIST ? ERR_OK : ERR_FILE;
	if (stat(path, &st) == 0 && (st.st_mode & 0700) != 0700 &&
	    chmod(path, (st.st_mode & 0777) | 0700) != 0)
		return ERR_FILE;
	return folder_sync_parent(path);
}

const char *fs_join(struct arena *a, const char *folder, const char *name)
{
	size_t size = strlen(folder) + strlen(name) + 2;
	char *out = arena_alloc(a, size);

	if (out != NULL)
		snprintf(out, size, "%s/%s", folder, name);
	return out;
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void fs_remove_tree(const char *path)
{
	nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fs_why(int error)
{
	static const struct {
		int error;
		const char *text;
	} known[] = {
		{ ENOENT, N_("there is no such file or folder") },
		{ EACCES, N_("no permission") },
		{ EPERM, N_("not permitted") },
		{ EISDIR, N_("it is a folder") },
		{ ENOTDIR, N_("it is no folder") },
		{ EINVAL, N_("it is no ordinary file") },
		{ ENOSPC, N_("no room left on the disk") },
		{ EDQUOT, N_("no room left on the disk") },
		{ EROFS, N_("the disk is read-only") },
		{ EIO, N_("the disk does not read or write") },
		{ ENAMETOOLONG, N_("the name is too long") },
		{ ELOOP, N_("its links go in a circle") },
		{ EPIPE, N_("nobody reads it") },
		{ EBADF, N_("it is closed") },
	};

	for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
		if (known[i].error == error)
			return _(known[i].text);
	}
	return strerror(error);
}
