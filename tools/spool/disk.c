/* See disk.h. */
#include "tools/spool/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { JSON_MAX_BYTES = 4 << 20, PIECE_BYTES = 256 << 10, DEPTH_MAX = 8, WORD_SIZE = 512 };

static void step(const struct spool_disk *d)
{
	if (d->step != NULL)
		d->step(d->ctx);
}

static int open_folder(int at, const char *name)
{
	return openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

enum err spool_disk_folder(const struct spool_disk *d, int at, const char *name, unsigned mode,
			   int *fd)
{
	*fd = open_folder(at, name);
	if (*fd < 0 && errno == ENOENT) {
		step(d);
		if (mkdirat(at, name, mode) != 0 && errno != EEXIST)
			return ERR_FILE;
		*fd = open_folder(at, name);
		if (*fd >= 0 && spool_disk_sync(d, at) != ERR_OK) {
			close(*fd);
			*fd = -1;
		}
	}
	return *fd < 0 ? ERR_FILE : ERR_OK;
}

enum err spool_disk_new_folder(const struct spool_disk *d, int at, const char *name)
{
	step(d);
	if (mkdirat(at, name, DISK_SHARED_FOLDER) == 0)
		return ERR_OK;
	return errno == EEXIST ? ERR_EXISTS : ERR_FILE;
}

static enum err write_bytes(int fd, struct blob bytes)
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
	return ERR_OK;
}

enum err spool_disk_write(const struct spool_disk *d, int at, const char *name, struct blob bytes,
			  unsigned mode)
{
	enum err e;
	int fd, why;

	step(d);
	if (unlinkat(at, name, 0) != 0 && errno != ENOENT)
		return ERR_FILE;
	fd = openat(at, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd < 0)
		return ERR_FILE;
	step(d);
	e = write_bytes(fd, bytes);
	if (e == ERR_OK && fsync(fd) != 0)
		e = ERR_FILE;
	why = errno;
	if (close(fd) != 0 && e == ERR_OK) {
		e = ERR_FILE;
		why = errno;
	}
	errno = why;
	return e;
}

enum err spool_disk_put(const struct spool_disk *d, int at, const char *temporary, const char *name,
			const json_t *value, unsigned mode)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	json_free_t give_back;
	enum err e;

	if (text == NULL)
		return ERR_NO_MEMORY;
	e = spool_disk_write(d, at, temporary,
			     (struct blob){ (const uint8_t *)text, strlen(text) }, mode);
	/* The command line has memory of its own for JSON. */
	json_get_alloc_funcs(NULL, &give_back);
	give_back(text);
	if (e == ERR_OK)
		e = spool_disk_rename(d, at, temporary, at, name);
	return e == ERR_OK ? spool_disk_sync(d, at) : e;
}

static enum err copy_bytes(int from, int to)
{
	uint8_t *piece = malloc(PIECE_BYTES);
	enum err e = piece == NULL ? ERR_NO_MEMORY : ERR_OK;
	ssize_t n = 1;

	while (e == ERR_OK && n != 0) {
		n = read(from, piece, PIECE_BYTES);
		if (n > 0)
			e = write_bytes(to, (struct blob){ piece, (size_t)n });
		else if (n < 0 && errno != EINTR)
			e = ERR_FILE;
	}
	free(piece);
	return e == ERR_OK && fsync(to) != 0 ? ERR_FILE : e;
}

enum err spool_disk_copy(const struct spool_disk *d, int from_at, const char *from, int to_at,
			 const char *to)
{
	uint64_t size_bytes;
	int64_t modified_ns;
	int in, out, why;
	enum err e = spool_disk_open(from_at, from, &in, &size_bytes, &modified_ns);

	if (e != ERR_OK)
		return e;
	step(d);
	out = openat(to_at, to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		     DISK_SHARED_FILE);
	e = out < 0 ? ERR_FILE : copy_bytes(in, out);
	why = errno;
	if (out >= 0 && close(out) != 0 && e == ERR_OK) {
		e = ERR_FILE;
		why = errno;
	}
	close(in);
	errno = why;
	return e;
}

enum err spool_disk_rename(const struct spool_disk *d, int from_at, const char *from, int to_at,
			   const char *to)
{
	step(d);
	return renameat(from_at, from, to_at, to) == 0 ? ERR_OK : ERR_FILE;
}

enum err spool_disk_unlink(const struct spool_disk *d, int at, const char *name)
{
	if (!spool_disk_has(at, name))
		return ERR_OK;
	step(d);
	return unlinkat(at, name, 0) == 0 || errno == ENOENT ? ERR_OK : ERR_FILE;
}

enum err spool_disk_sync(const struct spool_disk *d, int at)
{
	step(d);
	if (at == AT_FDCWD || fsync(at) == 0 || errno == EINVAL || errno == ENOTSUP)
		return ERR_OK;
	return ERR_FILE;
}

/* What lies in one folder that is to go; folders in it are returned one at a time. */
static enum err remove_in(const struct spool_disk *d, int at, const char *name, unsigned depth)
{
	int fd = open_folder(at, name), copy;
	enum err e = ERR_OK;
	struct dirent *entry;
	DIR *list;

	if (fd < 0)
		return ERR_FILE;
	copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	list = copy < 0 ? NULL : fdopendir(copy);
	if (list == NULL && copy >= 0)
		close(copy);
	e = list == NULL ? ERR_FILE : ERR_OK;
	while (e == ERR_OK && (entry = readdir(list)) != NULL) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		step(d);
		if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT)
			continue;
		e = depth == 0 ? ERR_FILE : remove_in(d, fd, entry->d_name, depth - 1);
	}
	if (list != NULL)
		closedir(list);
	close(fd);
	if (e != ERR_OK)
		return e;
	step(d);
	return unlinkat(at, name, AT_REMOVEDIR) == 0 || errno == ENOENT ? ERR_OK : ERR_FILE;
}

enum err spool_disk_remove(const struct spool_disk *d, int at, const char *name)
{
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	if (!S_ISDIR(st.st_mode))
		return spool_disk_unlink(d, at, name);
	return remove_in(d, at, name, DEPTH_MAX);
}

enum err spool_disk_open(int at, const char *name, int *fd, uint64_t *size_bytes,
			 int64_t *modified_ns)
{
	struct stat st;
	int why = 0;

	/* Without waiting: a pipe that nobody writes to would hold us up. */
	*fd = openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (*fd < 0)
		return ERR_FILE;
	if (fstat(*fd, &st) != 0)
		why = errno;
	else if (!S_ISREG(st.st_mode))
		why = EINVAL;
	if (why != 0) {
		close(*fd);
		*fd = -1;
		errno = why;
		return ERR_FILE;
	}
	*size_bytes = (uint64_t)st.st_size;
	/* To the nanosecond: who writes a name anew may do so within the second. */
	*modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
	return ERR_OK;
}

enum err spool_disk_read(int at, const char *name, size_t max_bytes, struct blob *out)
{
	uint64_t size;
	int64_t modified_ns;
	uint8_t *data;
	size_t len = 0;
	ssize_t n = 1;
	int fd;

	*out = (struct blob){ NULL, 0 };
	if (spool_disk_open(at, name, &fd, &size, &modified_ns) != ERR_OK)
		return ERR_FILE;
	data = size > max_bytes ? NULL : malloc((size_t)size + 1);
	while (data != NULL && len <= size && n > 0) {
		n = read(fd, data + len, (size_t)size + 1 - len);
		if (n < 0 && errno == EINTR)
			n = 1;
		else if (n > 0)
			len += (size_t)n;
	}
	close(fd);
	if (data == NULL)
		return size > max_bytes ? ERR_TOO_LARGE : ERR_NO_MEMORY;
	if (n < 0 || len > size) { /* it grows while it is read */
		free(data);
		errno = n < 0 ? errno : EBUSY;
		return ERR_FILE;
	}
	*out = (struct blob){ data, len };
	return ERR_OK;
}

json_t *spool_disk_get(int at, const char *name)
{
	struct blob text;
	json_t *value;

	if (spool_disk_read(at, name, JSON_MAX_BYTES, &text) != ERR_OK)
		return NULL;
	value = json_loadb((const char *)text.data, text.len_bytes, JSON_REJECT_DUPLICATES, NULL);
	free((void *)(uintptr_t)text.data);
	if (value != NULL && !json_is_object(value)) {
		json_decref(value);
		value = NULL;
	}
	return value;
}

bool spool_disk_is(int fd, int at, const char *name)
{
	struct stat ours, named;

	return fstat(fd, &ours) == 0 && fstatat(at, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_dev == named.st_dev && ours.st_ino == named.st_ino;
}

bool spool_disk_has(int at, const char *name)
{
	struct stat st;

	return fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

enum err spool_disk_walk(int at, const char *path, int *fd, const char **name)
{
	int folder = fcntl(at, F_DUPFD_CLOEXEC, 0);
	const char *slash;

	while (folder >= 0 && (slash = strchr(path, '/')) != NULL) {
		char word[WORD_SIZE];
		int next = -1;

		if ((size_t)(slash - path) < sizeof word) {
			snprintf(word, sizeof word, "%.*s", (int)(slash - path), path);
			next = open_folder(folder, word);
		} else {
			errno = ENAMETOOLONG;
		}
		close(folder);
		folder = next;
		path = slash + 1;
	}
	*fd = folder;
	*name = path;
	return folder < 0 ? ERR_FILE : ERR_OK;
}

enum err spool_disk_way(const struct spool_disk *d, int at, const char *path, int *fd)
{
	int folder = fcntl(at, F_DUPFD_CLOEXEC, 0), why = errno;
	const char *slash;

	while (folder >= 0 && (slash = strchr(path, '/')) != NULL) {
		char word[WORD_SIZE];
		int next = -1;

		snprintf(word, sizeof word, "%.*s", (int)(slash - path), path);
		if (spool_disk_folder(d, folder, word, DISK_SHARED_FOLDER, &next) != ERR_OK)
			next = -1;
		why = errno;
		close(folder);
		folder = next;
		path = slash + 1;
	}
	*fd = folder;
	errno = why;
	return folder < 0 ? ERR_FILE : ERR_OK;
}
