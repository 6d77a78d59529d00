/* See named_files.h. */
#include "tools/base/named_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/base/files.h"

bool named_files_is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && len <= NAMED_FILE_NAME_MAX && name[len] == '\0';
}

static enum err path_of(const struct named_files *f, const char *prefix, const char *name,
			const char *suffix, char out[PATH_MAX])
{
	if (snprintf(out, PATH_MAX, "%s/%s/%s%s%s", f->above, f->folder, prefix, name, suffix) <
	    PATH_MAX)
		return ERR_OK;
	errno = ENAMETOOLONG;
	return ERR_FILE;
}

/* Two that add one name at once, and a temporary file of one name, are what it is for. */
enum err named_files_lock(const struct named_files *f, int *lock)
{
	char path[PATH_MAX];
	enum err e = path_of(f, "", "", "", path);

	*lock = -1;
	if (e == ERR_OK)
		e = fs_mkdir(f->above, true);
	if (e == ERR_OK)
		e = fs_mkdir(path, true);
	if (e != ERR_OK)
		return e;
	*lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*lock >= 0 && flock(*lock, LOCK_EX) == 0)
		return ERR_OK;
	named_files_unlock(*lock);
	*lock = -1;
	return ERR_FILE;
}

void named_files_unlock(int lock)
{
	int why = errno;

	if (lock >= 0)
		close(lock);
	errno = why;
}

enum err named_files_put(const struct named_files *f, const char *name, struct blob text,
			 bool fresh)
{
	char temporary[PATH_MAX], path[PATH_MAX];
	enum err e = path_of(f, "", name, "", path);

	if (e == ERR_OK)
		e = path_of(f, ".", name, ".new", temporary);
	if (e == ERR_OK && fresh && access(path, F_OK) == 0)
		e = ERR_EXISTS;
	if (e == ERR_OK && !fresh && access(path, F_OK) != 0)
		e = errno == ENOENT ? ERR_NOT_FOUND : ERR_FILE;
	if (e != ERR_OK)
		return e;
	unlink(temporary); /* of one that was killed */
	e = fs_write_new(temporary, text, true);
	if (e == ERR_OK && rename(temporary, path) != 0)
		e = ERR_FILE;
	return e == ERR_OK ? folder_sync_parent(path) : e;
}

static enum err write_one(const struct named_files *f, const char *name, struct blob text,
			  bool fresh)
{
	int lock;
	enum err e = named_files_lock(f, &lock);

	if (e == ERR_OK)
		e = named_files_put(f, name, text, fresh);
	named_files_unlock(lock);
	return e;
}

enum err named_files_add(const struct named_files *f, const char *name, struct blob text)
{
	return write_one(f, name, text, true);
}

enum err named_files_replace(const struct named_files *f, const char *name, struct blob text)
{
	return write_one(f, name, text, false);
}

/* A file that others may write gives nobody rights. */
static enum err read_open(const struct named_files *f, int fd, uint8_t *out, size_t *len)
{
	struct stat st;
	uint8_t beyond;
	ssize_t n = 1;

	if (fstat(fd, &st) != 0)
		return ERR_FILE;
	if (!S_ISREG(st.st_mode) || (st.st_mode & 022) != 0)
		return ERR_FORMAT;
	while (n > 0 && *len < f->most_bytes) {
		n = read(fd, out + *len, f->most_bytes - *len);
		*len += n > 0 ? (size_t)n : 0;
	}
	if (n > 0)
		n = read(fd, &beyond, 1);
	if (n < 0)
		return ERR_FILE;
	return n == 0 ? ERR_OK : ERR_FORMAT;
}

enum err named_files_read(const struct named_files *f, const char *name, uint8_t *out, size_t *len)
{
	char path[PATH_MAX];
	enum err e = path_of(f, "", name, "", path);
	int fd, why;

	*len = 0;
	if (e != ERR_OK)
		return e;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_FILE;
	e = read_open(f, fd, out, len);
	why = errno;
	close(fd);
	errno = why;
	return e;
}

enum err named_files_walk(const struct named_files *f, bool (*each)(void *of, const char *name),
			  void *of)
{
	const struct dirent *entry;
	char path[PATH_MAX];
	bool more = true;
	DIR *d;
	enum err e = path_of(f, "", "", "", path);

	if (e != ERR_OK)
		return e;
	d = opendir(path);
	if (d == NULL)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	while (more && (errno = 0, entry = readdir(d)) != NULL) {
		if (named_files_is_name(entry->d_name))
			more = each(of, entry->d_name);
	}
	e = more && errno != 0 ? ERR_FILE : ERR_OK;
	closedir(d);
	return e;
}
