/* See folder.h. */
#include "tools/webhook/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/base/files.h"

static const char ending[] = ".json", cursors[] = "cursors";

enum err webhook_folder_of(const struct config *config, struct webhook_folder *out)
{
	int n = snprintf(out->path, sizeof out->path, "%s/webhooks", config->gateway_folder);

	return n > 0 && (size_t)n < sizeof out->path ? ERR_OK : ERR_TOO_LARGE;
}

enum err webhook_folder_make(const struct webhook_folder *f)
{
	char path[WEBHOOK_PATH_MAX], *slash;
	enum err e;

	snprintf(path, sizeof path, "%s", f->path);
	slash = strrchr(path, '/');
	*slash = '\0';
	e = fs_mkdir(path, true);
	*slash = '/';
	if (e == ERR_OK)
		e = fs_mkdir(path, true);
	snprintf(path, sizeof path, "%s/%s", f->path, cursors);
	return e == ERR_OK ? fs_mkdir(path, true) : e;
}

static void path_of(const struct webhook_folder *f, bool cursor, const char *id,
		    char out[WEBHOOK_PATH_MAX])
{
	snprintf(out, WEBHOOK_PATH_MAX, "%s%s%s/%s%s", f->path, cursor ? "/" : "",
		 cursor ? cursors : "", id, ending);
}

/* ---- reading ---- */

/* ERR_NOT_FOUND, ERR_FILE (errno), ERR_WEBHOOK_FILE. */
static enum err read_json(const char *path, json_t **out)
{
	uint64_t size;
	char *bytes;
	ssize_t got;
	enum err e;
	int fd;

	*out = NULL;
	e = fs_open(path, &fd, &size);
	if (e != ERR_OK)
		return errno == ENOENT ? ERR_NOT_FOUND : e;
	if (size > WEBHOOK_FILE_MAX_BYTES) {
		close(fd);
		return ERR_WEBHOOK_FILE;
	}
	bytes = malloc((size_t)size + 1);
	got = bytes == NULL ? -1 : read(fd, bytes, (size_t)size);
	close(fd);
	if (got >= 0)
		*out = json_loadb(bytes, (size_t)got, JSON_REJECT_DUPLICATES, NULL);
	if (bytes != NULL)
		explicit_bzero(bytes, (size_t)size); /* a key is in it */
	free(bytes);
	return got < 0	      ? (bytes == NULL ? ERR_NO_MEMORY : ERR_FILE)
	       : *out == NULL ? ERR_WEBHOOK_FILE
			      : ERR_OK;
}

static enum err load_one(const struct webhook_folder *f, const char *id, struct webhook_entry *out)
{
	char path[WEBHOOK_PATH_MAX];
	json_t *json;
	enum err e;

	memset(out, 0, sizeof *out);
	path_of(f, false, id, path);
	e = read_json(path, &json);
	if (e == ERR_NOT_FOUND || e == ERR_NO_MEMORY)
		return e; /* it was taken away meanwhile */
	out->fault = e == ERR_OK ? webhook_subscription_read(json, &out->subscription) : e;
	json_decref(json);
	if (out->fault == ERR_OK && strcmp(out->subscription.id, id) != 0)
		out->fault = ERR_WEBHOOK_FILE;
	snprintf(out->subscription.id, sizeof out->subscription.id, "%s", id);
	path_of(f, true, id, path);
	e = read_json(path, &json);
	if (e == ERR_OK)
		e = webhook_cursor_read(json, &out->cursor);
	json_decref(json);
	/* Without a cursor it has not begun. One that cannot be read is no reason to begin. */
	if (e != ERR_OK && e != ERR_NOT_FOUND && out->fault == ERR_OK)
		out->fault = e == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_WEBHOOK_FILE;
	return out->fault == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_OK;
}

static int by_name(const void *a, const void *b)
{
	const struct webhook_entry *x = a, *y = b;
	int order = strcmp(x->subscription.name, y->subscription.name);

	return order != 0 ? order : strcmp(x->subscription.id, y->subscription.id);
}

/* The id in a file's name; false: it is another file. */
static bool id_of(const char *file, char id[WEBHOOK_ID_SIZE])
{
	size_t len = strlen(file), end = strlen(ending);

	if (len != WEBHOOK_ID_SIZE - 1 + end || strcmp(file + len - end, ending) != 0 ||
	    strspn(file, "0123456789abcdef") != WEBHOOK_ID_SIZE - 1)
		return false;
	memcpy(id, file, WEBHOOK_ID_SIZE - 1);
	id[WEBHOOK_ID_SIZE - 1] = '\0';
	return true;
}

enum err webhook_folder_load(const struct webhook_folder *f, struct webhook_entry **entries,
			     unsigned *count)
{
	DIR *dir = opendir(f->path);
	const struct dirent *file;
	enum err e = ERR_OK;

	*count = 0;
	*entries = NULL;
	if (dir == NULL)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	while (e == ERR_OK && (file = readdir(dir)) != NULL) {
		char id[WEBHOOK_ID_SIZE];
		struct webhook_entry *more;

		if (!id_of(file->d_name, id))
			continue;
		more = realloc(*entries, (*count + 1) * sizeof **entries);
		if (more != NULL)
			*entries = more;
		e = more == NULL	    ? ERR_NO_MEMORY
		    : *count == WEBHOOK_MAX ? ERR_WEBHOOK_MANY
					    : load_one(f, id, &more[*count]);
		*count += e == ERR_OK;
		e = e == ERR_NOT_FOUND ? ERR_OK : e;
	}
	closedir(dir);
	if (e == ERR_OK && *count > 0)
		qsort(*entries, *count, sizeof **entries, by_name);
	if (e != ERR_OK) {
		free(*entries);
		*entries = NULL;
		*count = 0;
	}
	return e;
}

/* ---- locks ---- */

/* These files are never deleted: a lock on one that was is no lock. */
static enum err lock(const struct webhook_folder *f, const char *name, int how, int *fd)
{
	char path[WEBHOOK_PATH_MAX];
	int got;

	snprintf(path, sizeof path, "%s/%s", f->path, name);
	*fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (*fd < 0)
		return ERR_FILE;
	do {
		got = flock(*fd, how);
	} while (got != 0 && errno == EINTR);
	if (got == 0)
		return ERR_OK;
	got = errno;
	close(*fd);
	*fd = -1;
	errno = got;
	return got == EWOULDBLOCK ? ERR_WEBHOOK_RUNNING : ERR_FILE;
}

enum err webhook_folder_lock(const struct webhook_folder *f, int *fd)
{
	return lock(f, ".lock", LOCK_EX, fd);
}

enum err webhook_folder_lock_sender(const struct webhook_folder *f, int *fd)
{
	return lock(f, ".sender", LOCK_EX | LOCK_NB, fd);
}

bool webhook_folder_has_sender(const struct webhook_folder *f)
{
	int fd;
	enum err e = lock(f, ".sender", LOCK_SH | LOCK_NB, &fd);

	if (e == ERR_OK)
		close(fd);
	return e == ERR_WEBHOOK_RUNNING;
}

/* ---- writing ---- */

static enum err replace(const char *path, const char *bytes, size_t len)
{
	char temporary[WEBHOOK_PATH_MAX + 8];
	enum err e;

	snprintf(temporary, sizeof temporary, "%s.new", path);
	unlink(temporary);
	e = fs_write_new(temporary, (struct blob){ (const uint8_t *)bytes, len }, true);
	if (e == ERR_OK && rename(temporary, path) != 0)
		e = ERR_FILE;
	return e == ERR_OK ? folder_sync_parent(path) : e;
}

static enum err save(const char *path, json_t *json)
{
	enum { FLAGS = JSON_COMPACT };
	size_t size = json == NULL ? 0 : json_dumpb(json, NULL, 0, FLAGS);
	char *bytes = size == 0 ? NULL : malloc(size + 1);
	enum err e = ERR_NO_MEMORY;

	if (bytes != NULL) {
		json_dumpb(json, bytes, size, FLAGS);
		bytes[size] = '\n';
		e = replace(path, bytes, size + 1);
		explicit_bzero(bytes, size);
	}
	free(bytes);
	json_decref(json);
	return e;
}

enum err webhook_folder_save(const struct webhook_folder *f, const struct webhook_subscription *s)
{
	char path[WEBHOOK_PATH_MAX];

	path_of(f, false, s->id, path);
	return save(path, webhook_subscription_json(s));
}

enum err webhook_folder_save_cursor(const struct webhook_folder *f, const char *id,
				    const struct webhook_cursor *c)
{
	char path[WEBHOOK_PATH_MAX];

	path_of(f, true, id, path);
	return save(path, webhook_cursor_json(c));
}

enum err webhook_folder_remove(const struct webhook_folder *f, const char *id)
{
	char path[WEBHOOK_PATH_MAX];

	/* The subscription first: a cursor without one is nothing. */
	path_of(f, false, id, path);
	if (unlink(path) != 0 && errno != ENOENT)
		return ERR_FILE;
	path_of(f, true, id, path);
	if (unlink(path) != 0 && errno != ENOENT)
		return ERR_FILE;
	return folder_sync(f->path);
}

/* ---- noticing ---- */

/* Two changes within a tick of the file system's clock have one time, so a young one is looked at
 * again. */
bool webhook_folder_changed(const struct webhook_folder *f, struct webhook_stamp *last)
{
	enum { YOUNG_NS = 2000000000 };
	struct timespec now;
	struct stat st;
	struct webhook_stamp seen = { 0 };
	bool changed;

	if (stat(f->path, &st) == 0 && clock_gettime(CLOCK_REALTIME, &now) == 0) {
		int64_t age;

		seen.modified_ns = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
		seen.inode = st.st_ino;
		age = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec - seen.modified_ns;
		seen.settled = age > YOUNG_NS || age < -YOUNG_NS;
	}
	changed = !last->settled || seen.modified_ns != last->modified_ns ||
		  seen.inode != last->inode;
	*last = seen;
	return changed;
}
