/* A folder of backups; see place.h. */
#include "daemon/backup/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/folder.h"

#define MARK	   "vanthu-backups"
#define MARK_FIRST "vanthu-backups 1\n"

enum { MARK_SIZE = 128, NAME_LENGTH = 22 };

/* ---- failures ---- */

enum err backup_fails(struct backup_place *p, enum err e, const char *about)
{
	snprintf(p->about, sizeof p->about, "%s", about);
	return e;
}

enum err backup_errno(struct backup_place *p, const char *name)
{
	int why = errno;

	snprintf(p->about, sizeof p->about, "%s%s%s: %s", p->path, name[0] == '\0' ? "" : "/", name,
		 strerror(why));
	return why == ENOSPC || why == EDQUOT || why == EFBIG ? ERR_BACKUP_DISK : ERR_BACKUP_PLACE;
}

/* ---- names ---- */

void backup_name_of(int64_t wall_ms, char out[BACKUP_NAME_SIZE])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm at;
	size_t n;

	gmtime_r(&seconds, &at);
	n = strftime(out, BACKUP_NAME_SIZE, "%Y-%m-%dT%H%M%S", &at);
	snprintf(out + n, BACKUP_NAME_SIZE - n, ".%03dZ", (int)(wall_ms % 1000));
}

bool backup_name_good(const char *name)
{
	static const char shape[] = "0000-00-00T000000.000Z";

	for (size_t i = 0; i < sizeof shape; i++) {
		if (shape[i] == '0' ? name[i] < '0' || name[i] > '9' : name[i] != shape[i])
			return false;
	}
	return true;
}
_Static_assert(sizeof "0000-00-00T000000.000Z" == NAME_LENGTH + 1, "the shape of a name");

static int by_name(const void *a, const void *b)
{
	return strcmp(a, b);
}

static DIR *open_listing(const struct backup_place *p)
{
	int fd = openat(p->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (d == NULL && fd >= 0)
		close(fd);
	return d;
}

enum err backup_names_read(struct backup_place *p, struct backup_names *out)
{
	DIR *d = open_listing(p);
	const struct dirent *entry;
	size_t capacity = 0;

	*out = (struct backup_names){ .count = 0 };
	if (d == NULL)
		return backup_errno(p, "");
	while ((entry = readdir(d)) != NULL) {
		if (!backup_name_good(entry->d_name))
			continue;
		if (out->count == capacity) {
			void *grown;

			capacity = capacity == 0 ? 64 : capacity * 2;
			grown = realloc(out->list, capacity * sizeof *out->list);
			if (grown == NULL) {
				closedir(d);
				free(out->list);
				*out = (struct backup_names){ .count = 0 };
				return ERR_NO_MEMORY;
			}
			out->list = grown;
		}
		snprintf(out->list[out->count++], BACKUP_NAME_SIZE, "%.22s", entry->d_name);
	}
	closedir(d);
	if (out->count > 0)
		qsort(out->list, out->count, sizeof *out->list, by_name);
	return ERR_OK;
}

enum err backup_name_find(struct backup_place *p, const char *wanted, char out[BACKUP_NAME_SIZE])
{
	struct backup_names names;
	enum err e = backup_names_read(p, &names);

	if (e != ERR_OK)
		return e;
	e = ERR_BACKUP_NONE;
	for (size_t i = 0; i < names.count; i++) {
		if (wanted == NULL || strcmp(wanted, names.list[i]) == 0) {
			snprintf(out, BACKUP_NAME_SIZE, "%s", names.list[i]);
			e = ERR_OK;
		}
	}
	free(names.list);
	return e == ERR_OK ? e : backup_fails(p, e, wanted == NULL ? p->path : wanted);
}

/* ---- files in it ---- */

void backup_path_at(const struct backup_place *p, const char *name, const char *file, char *out,
		    size_t size)
{
	snprintf(out, size, "%s/%s/%s", p->path, name, file);
}

int backup_open_at(const struct backup_place *p, const char *name, const char *file, int flags)
{
	char path[BACKUP_NAME_SIZE + 32];

	snprintf(path, sizeof path, "%s/%s", name, file);
	return openat(p->fd, path, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
}

enum err backup_remove(struct backup_place *p, const char *name)
{
	int fd = openat(p->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : backup_errno(p, name);
	if (d == NULL) {
		close(fd);
		return backup_errno(p, name);
	}
	while ((entry = readdir(d)) != NULL) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	closedir(d);
	return unlinkat(p->fd, name, AT_REMOVEDIR) == 0 ? ERR_OK : backup_errno(p, name);
}

/* ---- opening ---- */

/* Nothing in it but what a new file system has, or a crash before it was marked has left. */
static bool is_empty(const struct backup_place *p)
{
	static const char *const fine[] = { ".", "..", "lost+found", MARK };
	DIR *d = open_listing(p);
	const struct dirent *entry;
	bool empty = d != NULL;

	while (empty && (entry = readdir(d)) != NULL) {
		empty = false;
		for (size_t i = 0; i < sizeof fine / sizeof fine[0]; i++)
			empty = empty || strcmp(entry->d_name, fine[i]) == 0;
	}
	if (d != NULL)
		closedir(d);
	return empty;
}

/* ERR_NOT_FOUND: there is no mark, or one that a crash has left empty. */
static enum err read_mark(struct backup_place *p)
{
	static const char second[] = "committee ";
	char text[MARK_SIZE + 1];
	const char *id = text + sizeof MARK_FIRST - 1 + sizeof second - 1;
	ssize_t n;
	size_t len;

	p->lock_fd = openat(p->fd, MARK, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (p->lock_fd < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : backup_errno(p, MARK);
	n = pread(p->lock_fd, text, MARK_SIZE, 0);
	if (n < 0)
		return backup_errno(p, MARK);
	if (n == 0)
		return ERR_NOT_FOUND;
	text[n] = '\0';
	if ((size_t)n < (size_t)(id - text) ||
	    strncmp(text, MARK_FIRST, sizeof MARK_FIRST - 1) != 0 ||
	    strncmp(text + sizeof MARK_FIRST - 1, second, sizeof second - 1) != 0)
		return backup_fails(p, ERR_BACKUP_FOLDER, p->path);
	len = strcspn(id, "\n");
	if (len == 0 || len > COMMITTEE_ID_MAX)
		return backup_fails(p, ERR_BACKUP_FOLDER, p->path);
	memcpy(p->committee.text, id, len);
	return ERR_OK;
}

static enum err write_mark(struct backup_place *p, const struct committee_id *own)
{
	char text[MARK_SIZE];
	int n = snprintf(text, sizeof text, "%scommittee %s\n", MARK_FIRST, own->text),
	    fd = openat(p->fd, MARK, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	bool done = fd >= 0 && write(fd, text, (size_t)n) == n && fsync(fd) == 0;
	enum err e = done ? ERR_OK : backup_errno(p, MARK);

	if (fd >= 0)
		close(fd);
	if (p->lock_fd >= 0)
		close(p->lock_fd);
	p->lock_fd = -1;
	return e == ERR_OK ? read_mark(p) : e;
}

static enum err lock(struct backup_place *p, enum backup_use use)
{
	bool alone = use == BACKUP_MAKE || use == BACKUP_CLEAR;

	if (flock(p->lock_fd, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
		return ERR_OK;
	return errno == EWOULDBLOCK ? backup_fails(p, ERR_BACKUP_BUSY, p->path)
				    : backup_errno(p, MARK);
}

static enum err make_files(struct backup_place *p)
{
	char name[32];
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i <= BACKUP_FOLDERS; i++) {
		if (i == 0)
			snprintf(name, sizeof name, "files");
		else
			snprintf(name, sizeof name, "files/%02x", i - 1);
		if (mkdirat(p->fd, name, 0700) != 0 && errno != EEXIST)
			e = backup_errno(p, name);
	}
	if (e == ERR_OK)
		p->files_fd =
			openat(p->fd, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (e == ERR_OK && (p->files_fd < 0 || fsync(p->files_fd) != 0 || fsync(p->fd) != 0))
		e = backup_errno(p, "files");
	return e;
}

static enum err prepare(struct backup_place *p, enum backup_use use, const struct committee_id *own)
{
	enum err e = read_mark(p);

	if (e == ERR_NOT_FOUND && !is_empty(p))
		return backup_fails(p, ERR_BACKUP_FOLDER, p->path);
	if (e == ERR_NOT_FOUND && use == BACKUP_LOOK)
		return ERR_OK;
	if (e == ERR_NOT_FOUND)
		e = use == BACKUP_MAKE ? write_mark(p, own)
				       : backup_fails(p, ERR_BACKUP_NONE, p->path);
	if (e == ERR_OK && own != NULL && strcmp(p->committee.text, own->text) != 0)
		e = backup_fails(p, ERR_BACKUP_COMMITTEE, p->committee.text);
	if (e == ERR_OK)
		e = lock(p, use);
	if (e == ERR_OK && use == BACKUP_MAKE)
		return make_files(p);
	if (e == ERR_OK)
		p->files_fd =
			openat(p->fd, "files", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return e == ERR_OK && p->files_fd < 0 && errno != ENOENT ? backup_errno(p, "files") : e;
}

/* The words of the system for a link are about something else. */
static enum err not_a_folder(struct backup_place *p)
{
	int why = errno;
	struct stat st;

	if (lstat(p->path, &st) == 0 && S_ISLNK(st.st_mode)) {
		snprintf(p->about, sizeof p->about, "%s: symbolic link", p->path);
		return ERR_BACKUP_PLACE;
	}
	errno = why;
	return backup_errno(p, "");
}

enum err backup_place_open(struct backup_place *p, const char *path, enum backup_use use,
			   const struct committee_id *own)
{
	memset(p, 0, sizeof *p);
	p->fd = p->lock_fd = p->files_fd = -1;
	if ((size_t)snprintf(p->path, sizeof p->path, "%s", path) >= sizeof p->path) {
		errno = ENAMETOOLONG;
		return backup_errno(p, "");
	}
	for (size_t n = strlen(p->path); n > 1 && p->path[n - 1] == '/'; n--)
		p->path[n - 1] = '\0';
	if (use == BACKUP_MAKE && mkdir(p->path, 0700) == 0) {
		if (folder_sync_parent(p->path) != ERR_OK)
			return backup_errno(p, "");
	} else if (use == BACKUP_MAKE && errno != EEXIST) {
		return backup_errno(p, "");
	}
	/* a link may lead elsewhere tomorrow */
	p->fd = open(p->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (p->fd < 0 && errno == ENOENT)
		return use == BACKUP_LOOK ? ERR_OK : backup_fails(p, ERR_BACKUP_NONE, p->path);
	if (p->fd < 0)
		return not_a_folder(p);
	return prepare(p, use, own);
}

void backup_place_close(struct backup_place *p)
{
	const int fds[] = { p->files_fd, p->lock_fd, p->fd };

	for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++) {
		if (fds[i] >= 0)
			close(fds[i]);
	}
	p->fd = p->lock_fd = p->files_fd = -1;
}
