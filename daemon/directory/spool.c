/* See spool.h. */
#include "daemon/directory/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { GATHER_BYTES = 64 * 1024 };

struct spool {
	char *folder; /* NULL: memory */
	int fd;
	uint8_t *bytes; /* memory: all; file: what is not written yet */
	size_t len_bytes, capacity;
	uint64_t written;
};

struct spool *spool_new(const char *folder)
{
	struct spool *s = calloc(1, sizeof *s);

	if (s == NULL)
		return NULL;
	s->fd = -1;
	if (folder != NULL && (s->folder = strdup(folder)) == NULL) {
		free(s);
		return NULL;
	}
	return s;
}

void spool_destroy(struct spool *s)
{
	if (s == NULL)
		return;
	if (s->fd >= 0)
		close(s->fd);
	free(s->folder);
	free(s->bytes);
	free(s);
}

uint64_t spool_size(const struct spool *s)
{
	return s->written + s->len_bytes;
}

static enum err flush(struct spool *s)
{
	for (size_t done = 0; done < s->len_bytes;) {
		ssize_t n =
		    pwrite(s->fd, s->bytes + done, s->len_bytes - done, (off_t)(s->written + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_FILE;
		done += (size_t)n;
	}
	s->written += s->len_bytes;
	s->len_bytes = 0;
	return ERR_OK;
}

static enum err make_file(struct spool *s)
{
	if (s->fd >= 0)
		return ERR_OK;
	s->fd = open(s->folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	/* a file system that has no files without names */
	if (s->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) {
		char path[4096];

		snprintf(path, sizeof path, "%s/spool-XXXXXX", s->folder);
		s->fd = mkostemp(path, O_CLOEXEC);
		if (s->fd >= 0)
			unlink(path);
	}
	return s->fd >= 0 ? ERR_OK : errno == ENOSPC || errno == EDQUOT ? ERR_DISK_FULL : ERR_FILE;
}

static enum err append(void *ctx, struct blob bytes)
{
	struct spool *s = ctx;
	enum err e = s->folder == NULL ? ERR_OK : make_file(s);

	if (e == ERR_OK && s->folder != NULL && s->len_bytes > 0 &&
	    s->len_bytes + bytes.len_bytes > GATHER_BYTES)
		e = flush(s);
	if (e != ERR_OK)
		return e;
	if (s->len_bytes + bytes.len_bytes > s->capacity) {
		size_t capacity = s->capacity == 0 ? GATHER_BYTES : s->capacity;
		uint8_t *grown;

		while (capacity < s->len_bytes + bytes.len_bytes)
			capacity *= 2;
		grown = realloc(s->bytes, capacity);
		if (grown == NULL)
			return ERR_NO_MEMORY;
		s->bytes = grown;
		s->capacity = capacity;
	}
	memcpy(s->bytes + s->len_bytes, bytes.data, bytes.len_bytes);
	s->len_bytes += bytes.len_bytes;
	return ERR_OK;
}

/* The file goes, and with it what it took of the disk. */
static void reset(void *ctx)
{
	struct spool *s = ctx;

	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->len_bytes = 0;
	s->written = 0;
}

static enum err read_some(void *ctx, uint64_t at, uint8_t *out, size_t len_bytes)
{
	struct spool *s = ctx;

	while (len_bytes > 0 && at < s->written) {
		size_t most = s->written - at < len_bytes ? (size_t)(s->written - at) : len_bytes;
		ssize_t n = pread(s->fd, out, most, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_FILE;
		at += (uint64_t)n;
		out += n;
		len_bytes -= (size_t)n;
	}
	if (len_bytes > 0)
		memcpy(out, s->bytes + (at - s->written), len_bytes);
	return ERR_OK;
}

struct directory_sink spool_sink(struct spool *s)
{
	return (struct directory_sink){ .ctx = s, .append = append, .reset = reset };
}

struct directory_source spool_source(struct spool *s)
{
	return (
	    struct directory_source){ .ctx = s, .size_bytes = spool_size(s), .read = read_some };
}
