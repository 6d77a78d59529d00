/* See audit.h. */
#include "tools/token/audit.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/folder.h"
#include "tools/base/files.h"
#include "tools/base/text.h"

enum { FILES = 4, TIME_SIZE = 40 }; /* audit.log and audit.log.1 to .3 */

struct token_audit {
	pthread_mutex_t lock;
	char path[PATH_MAX];
	uint64_t file_bytes; /* what one file may hold */
	bool required;
	int fd; /* -1: to be opened at the next line */
};

/* ---- the files ---- */

static void close_file(struct token_audit *a)
{
	if (a->fd >= 0)
		close(a->fd);
	a->fd = -1;
}

static enum err open_file(struct token_audit *a)
{
	struct stat st;

	a->fd = open(a->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (a->fd < 0)
		return ERR_FILE;
	if (fstat(a->fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		close_file(a);
		errno = EINVAL;
		return ERR_FILE;
	}
	return folder_sync_parent(a->path);
}

static enum err rotate(struct token_audit *a)
{
	char from[PATH_MAX + 16], to[PATH_MAX + 16];

	close_file(a);
	for (unsigned i = FILES - 1; i > 0; i--) {
		snprintf(to, sizeof to, "%s.%u", a->path, i);
		if (i == 1)
			snprintf(from, sizeof from, "%s", a->path);
		else
			snprintf(from, sizeof from, "%s.%u", a->path, i - 1);
		if (rename(from, to) != 0 && errno != ENOENT)
			return ERR_FILE;
	}
	return open_file(a);
}

/* The file that the lines go to: opened anew where somebody moved or deleted it. *size: what it
 * holds. */
static enum err ready_file(struct token_audit *a, size_t more, uint64_t *size)
{
	struct stat ours, named;
	enum err e = ERR_OK;

	if (a->fd >= 0 && (fstat(a->fd, &ours) != 0 || stat(a->path, &named) != 0 ||
			   ours.st_ino != named.st_ino || ours.st_dev != named.st_dev))
		close_file(a);
	if (a->fd < 0)
		e = open_file(a);
	if (e == ERR_OK && fstat(a->fd, &ours) != 0)
		e = ERR_FILE;
	if (e == ERR_OK && ours.st_size > 0 && (uint64_t)ours.st_size + more > a->file_bytes) {
		e = rotate(a);
		if (e == ERR_OK && fstat(a->fd, &ours) != 0)
			e = ERR_FILE;
	}
	*size = e == ERR_OK ? (uint64_t)ours.st_size : 0;
	return e;
}

/* Whether the last line has its end: what a full disk or a power cut left of one stays a line of
 * its own. */
static bool ends_whole(int fd, uint64_t size)
{
	char last = '\n';

	return size == 0 || (pread(fd, &last, 1, (off_t)size - 1) == 1 && last == '\n');
}

static enum err append(struct token_audit *a, const char *text, bool sync)
{
	size_t len = strlen(text);
	uint64_t size;
	ssize_t n;
	enum err e = ready_file(a, len, &size);

	if (e == ERR_OK && !ends_whole(a->fd, size))
		e = write(a->fd, "\n", 1) == 1 ? ERR_OK : ERR_FILE;
	if (e != ERR_OK)
		return e;
	n = write(a->fd, text, len);
	if (n < 0 || (size_t)n != len)
		return ERR_FILE;
	if (sync && fdatasync(a->fd) != 0) {
		/* What was not synced may be gone: the next line opens the file anew. */
		close_file(a);
		return ERR_FILE;
	}
	return ERR_OK;
}

enum err token_audit_open(const char *gateway_folder, uint64_t keep_bytes, bool required,
			  struct token_audit **out)
{
	struct token_audit *a = calloc(1, sizeof *a);
	enum err e = ERR_OK;

	*out = NULL;
	if (a == NULL)
		return ERR_NO_MEMORY;
	pthread_mutex_init(&a->lock, NULL);
	a->fd = -1;
	a->required = required;
	a->file_bytes = keep_bytes / FILES;
	if (snprintf(a->path, sizeof a->path, "%s/audit.log", gateway_folder) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		e = ERR_FILE;
	}
	if (e == ERR_OK)
		e = fs_mkdir(gateway_folder, true);
	if (e == ERR_OK)
		e = open_file(a);
	if (e != ERR_OK && (required || a->path[0] == '\0')) {
		token_audit_close(a);
		return e;
	}
	*out = a;
	return ERR_OK;
}

void token_audit_close(struct token_audit *a)
{
	if (a == NULL)
		return;
	close_file(a);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* ---- a line ---- */

/* What clients send may be no UTF-8, which JSON does not take: each such byte becomes a mark. */
static json_t *text_of(const char *text)
{
	json_t *out = json_string(text);
	char *copy;

	if (out != NULL)
		return out;
	copy = strdup(text);
	for (char *at = copy; at != NULL && *at != '\0'; at++) {
		if ((unsigned char)*at >= 0x80)
			*at = '?';
	}
	out = copy == NULL ? NULL : json_string(copy);
	free(copy);
	return out;
}

static void add(json_t *to, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_set_new(to, key, text_of(text));
}

/* malloc'd, with its line end; NULL without memory. */
static char *line_text(const struct token_audit_line *l, int64_t now_ms, bool begun)
{
	char at[TIME_SIZE], code[16], *line;
	json_t *o = json_object();
	size_t len;

	if (o == NULL)
		return NULL;
	text_rfc3339(now_ms, at, sizeof at);
	add(o, "at", at);
	add(o, "token", l->token);
	add(o, "remote", l->remote);
	add(o, "method", l->method);
	add(o, "path", l->path);
	add(o, "request", l->request);
	add(o, "document", l->document);
	if (begun)
		json_object_set_new(o, "begun", json_true());
	if (l->status != 0)
		json_object_set_new(o, "status", json_integer((json_int_t)l->status));
	if (l->err != ERR_OK) {
		snprintf(code, sizeof code, "VT-%04u", (unsigned)l->err);
		add(o, "code", code);
	}
	/* Into memory of ours: whoever uses this may give JSON values memory of their own. */
	len = json_dumpb(o, NULL, 0, JSON_COMPACT);
	line = len == 0 ? NULL : malloc(len + 2);
	if (line != NULL) {
		json_dumpb(o, line, len, JSON_COMPACT);
		memcpy(line + len, "\n", 2);
	}
	json_decref(o);
	return line;
}

static enum err write_line(struct token_audit *a, const struct token_audit_line *l, int64_t now_ms,
			   bool begun)
{
	char *text = line_text(l, now_ms, begun);
	enum err e = text == NULL ? ERR_NO_MEMORY : ERR_OK;

	pthread_mutex_lock(&a->lock);
	if (e == ERR_OK)
		e = append(a, text, begun);
	pthread_mutex_unlock(&a->lock);
	free(text);
	return e == ERR_OK ? ERR_OK : ERR_AUDIT;
}

enum err token_audit_begin(struct token_audit *a, const struct token_audit_line *line,
			   int64_t now_ms)
{
	return a->required ? write_line(a, line, now_ms, true) : ERR_OK;
}

enum err token_audit_end(struct token_audit *a, const struct token_audit_line *line, int64_t now_ms)
{
	return write_line(a, line, now_ms, false);
}
