/* See folder.h. */
#include "tools/archive/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "daemon/config/config.h"
#include "tools/archive/sums.h"
#include "tools/base/files.h"

enum { MARK_MAX_BYTES = 4096, SCRATCH_BYTES = 1 << 20, PATH_BYTES = 2 * CONFIG_PATH_MAX };

const char archive_sums_name[] = "SHA256SUMS", archive_mark_name[] = "archive";
static const char first_line[] = "vanthu archive 1\n", committee_word[] = "committee ";

/* ---- whose it is ---- */

static enum err mark_path(const char *folder, char out[PATH_BYTES])
{
	int n = snprintf(out, PATH_BYTES, "%s/%s", folder, archive_mark_name);

	return n > 0 && n < PATH_BYTES ? ERR_OK : ERR_TOO_LARGE;
}

static enum err read_mark(struct arena *a, const char *folder, struct committee_id *out)
{
	char path[PATH_BYTES], text[MARK_MAX_BYTES], id[sizeof out->text];
	struct blob bytes;
	const char *at = text;
	size_t len;
	enum err e = mark_path(folder, path);

	if (e == ERR_OK)
		e = fs_read(a, path, sizeof text - 1, &bytes);
	if (e != ERR_OK)
		return e == ERR_TOO_LARGE ? ERR_ARCHIVE_FOLDER : e;
	memcpy(text, bytes.data, bytes.len_bytes);
	text[bytes.len_bytes] = '\0';
	if (strncmp(at, first_line, sizeof first_line - 1) != 0)
		return ERR_ARCHIVE_FOLDER;
	at += sizeof first_line - 1;
	if (strncmp(at, committee_word, sizeof committee_word - 1) != 0)
		return ERR_ARCHIVE_FOLDER;
	at += sizeof committee_word - 1;
	len = strcspn(at, "\n");
	if (len >= sizeof id || strcmp(at + len, "\n") != 0)
		return ERR_ARCHIVE_FOLDER;
	memcpy(id, at, len);
	id[len] = '\0';
	return id_parse(id, len, out) == ERR_OK ? ERR_OK : ERR_ARCHIVE_FOLDER;
}

enum err archive_read(const char *path, struct committee_id *out)
{
	struct arena *a = arena_new(SCRATCH_BYTES);
	enum err e = a == NULL ? ERR_NO_MEMORY : read_mark(a, path, out);
	int error = errno;

	arena_destroy(a);
	errno = error;
	return e == ERR_FILE && (error == ENOENT || error == ENOTDIR) ? ERR_ARCHIVE_FOLDER : e;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool is_empty(const char *path)
{
	const struct dirent *entry;
	DIR *folder = opendir(path);
	bool empty = folder != NULL;

	while (empty && (entry = readdir(folder)) != NULL)
		empty = is_dots(entry->d_name);
	if (folder != NULL)
		closedir(folder);
	return empty;
}

static enum err make(const char *path, struct committee_id self)
{
	char mark[PATH_BYTES], text[MARK_MAX_BYTES];
	enum err e = fs_mkdir(path, true);

	if (e == ERR_OK && !is_empty(path))
		return ERR_ARCHIVE_FOLDER;
	if (e == ERR_OK)
		e = mark_path(path, mark);
	snprintf(text, sizeof text, "%s%s%s\n", first_line, committee_word, self.text);
	return e == ERR_OK
		       ? fs_write_new(mark, (struct blob){ (const uint8_t *)text, strlen(text) },
				      false)
		       : e;
}

enum err archive_open(const char *path, struct committee_id self, int *lock)
{
	struct committee_id whose;
	char mark[PATH_BYTES];
	enum err e = archive_read(path, &whose);

	*lock = -1;
	if (e == ERR_ARCHIVE_FOLDER) {
		e = make(path, self);
		whose = self;
		if (e == ERR_EXISTS) /* another was quicker, or it is none */
			e = ERR_ARCHIVE_FOLDER;
	}
	if (e == ERR_OK && !id_equal(whose, self))
		e = ERR_ARCHIVE_FOLDER;
	if (e == ERR_OK)
		e = mark_path(path, mark);
	if (e != ERR_OK)
		return e;
	*lock = open(mark, O_RDONLY | O_CLOEXEC);
	if (*lock < 0)
		return ERR_FILE;
	if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
		return ERR_OK;
	e = errno == EWOULDBLOCK ? ERR_BUSY : ERR_FILE;
	close(*lock);
	*lock = -1;
	return e;
}

/* ---- documents ---- */

void archive_document_path(bool received, const char *issuer, const char *id,
			   char out[ARCHIVE_PATH_SIZE])
{
	if (received)
		snprintf(out, ARCHIVE_PATH_SIZE, "received/%s/%s", issuer, id);
	else
		snprintf(out, ARCHIVE_PATH_SIZE, "sent/%s", id);
}

/* Folders in a folder, `depth` levels down. */
struct walk {
	const char *folder;
	enum err (*take)(void *ctx, const char *path);
	void *ctx;
};

static enum err walk_folder(const struct walk *w, const char *within, unsigned depth)
{
	char path[PATH_BYTES], inner[ARCHIVE_PATH_SIZE];
	const struct dirent *entry;
	enum err e = ERR_OK;
	DIR *folder;
	int n = snprintf(path, sizeof path, "%s/%s", w->folder, within);

	if (n < 0 || (size_t)n >= sizeof path)
		return ERR_TOO_LARGE;
	folder = opendir(path);
	if (folder == NULL)
		return errno == ENOENT ? ERR_OK : ERR_FILE;
	while (e == ERR_OK && (errno = 0, entry = readdir(folder)) != NULL) {
		if (is_dots(entry->d_name))
			continue;
		n = snprintf(inner, sizeof inner, "%s/%s", within, entry->d_name);
		if (n < 0 || (size_t)n >= sizeof inner)
			e = ERR_TOO_LARGE;
		else
			e = depth == 0 ? w->take(w->ctx, inner) : walk_folder(w, inner, depth - 1);
	}
	if (e == ERR_OK && errno != 0)
		e = ERR_FILE;
	closedir(folder);
	return e;
}

enum err archive_each(const char *folder, enum err (*take)(void *ctx, const char *path), void *ctx)
{
	const struct walk w = { folder, take, ctx };
	enum err e = walk_folder(&w, "sent", 0);

	return e == ERR_OK ? walk_folder(&w, "received", 1) : e;
}

/* ---- the list ---- */

struct list {
	const char *folder;
	char *text;
	size_t len, capacity;
	uint64_t count;
};

static enum err add_line(struct list *l, const char *line, size_t len)
{
	if (l->len + len > l->capacity) {
		size_t capacity = 2 * l->capacity + 65536;
		char *grown = capacity > ARCHIVE_LIST_MAX_BYTES ? NULL : realloc(l->text, capacity);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		l->text = grown;
		l->capacity = capacity;
	}
	memcpy(l->text + l->len, line, len);
	l->len += len;
	l->count++;
	return ERR_OK;
}

static enum err add_document(void *ctx, const char *path)
{
	char name[SUMS_NAME_SIZE], whole[PATH_BYTES], line[SUMS_LINE_SIZE];
	struct list *l = ctx;
	struct digest sha256;
	uint64_t size;
	enum err e;

	snprintf(name, sizeof name, "%s/%s", path, archive_sums_name);
	snprintf(whole, sizeof whole, "%s/%s", l->folder, name);
	e = sums_of_file(whole, &sha256, &size);
	if (e == ERR_FILE && (errno == ENOENT || errno == ENOTDIR))
		return ERR_OK; /* not whole */
	return e == ERR_OK ? add_line(l, line, sums_print(&sha256, name, line)) : e;
}

static enum err add_mark(struct list *l)
{
	char path[PATH_BYTES], line[SUMS_LINE_SIZE];
	struct digest sha256;
	uint64_t size;
	enum err e = mark_path(l->folder, path);

	if (e == ERR_OK)
		e = sums_of_file(path, &sha256, &size);
	return e == ERR_OK ? add_line(l, line, sums_print(&sha256, archive_mark_name, line)) : e;
}

enum err archive_write_list(const char *folder, uint64_t *count)
{
	struct list l = { .folder = folder };
	char path[PATH_BYTES];
	enum err e = add_mark(&l);
	int n = snprintf(path, sizeof path, "%s/%s", folder, archive_sums_name);

	if (e == ERR_OK)
		e = archive_each(folder, add_document, &l);
	if (e == ERR_OK && (n < 0 || (size_t)n >= sizeof path))
		e = ERR_TOO_LARGE;
	if (e == ERR_OK)
		e = fs_replace(path, (struct blob){ (const uint8_t *)l.text, l.len });
	n = errno;
	free(l.text);
	errno = n;
	*count = l.count > 0 ? l.count - 1 : 0;
	return e;
}
