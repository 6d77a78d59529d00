/* The manifest of a backup; see manifest.h. */
#include "daemon/backup/manifest.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST "vanthu-backup 1\n"

enum { LINE_SIZE = 256 };

/* ---- writing ---- */

struct backup_writer {
	struct backup_place *place;
	FILE *file;
	struct digest_stream *digest;
	struct backup_manifest sum;
};

__attribute__((format(printf, 2, 3))) static enum err put_line(struct backup_writer *w,
							       const char *format, ...)
{
	char line[LINE_SIZE];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(line, sizeof line, format, args);
	va_end(args);
	digest_add(w->digest, (struct blob){ (const uint8_t *)line, (size_t)n });
	return fwrite(line, 1, (size_t)n, w->file) == (size_t)n
		       ? ERR_OK
		       : backup_errno(w->place, BACKUP_MANIFEST);
}

static enum err put_head(struct backup_writer *w, const struct backup_manifest *m)
{
	time_t seconds = (time_t)(m->taken_ms / 1000);
	char store[DIGEST_HEX_SIZE], taken[32];
	struct tm at;
	enum err e;

	gmtime_r(&seconds, &at);
	strftime(taken, sizeof taken, "%Y-%m-%dT%H:%M:%SZ", &at);
	digest_to_hex(&m->store, store);
	e = put_line(w, FIRST);
	if (e == ERR_OK)
		e = put_line(w, "committee %s\n", m->committee.text);
	if (e == ERR_OK)
		e = put_line(w, "taken %" PRId64 " %s\n", m->taken_ms, taken);
	if (e == ERR_OK)
		e = put_line(w, "software %s\n", m->software);
	if (e == ERR_OK)
		e = put_line(w, "store %" PRIu64 " %" PRIu64 " %s\n", m->store_format,
			     m->store_bytes, store);
	return e;
}

enum err backup_writer_open(struct backup_place *p, const struct backup_manifest *m,
			    struct backup_writer **out)
{
	struct backup_writer *w = calloc(1, sizeof *w);
	int fd;
	enum err e;

	*out = NULL;
	if (w == NULL)
		return ERR_NO_MEMORY;
	w->place = p;
	w->digest = digest_begin();
	fd = backup_open_at(p, BACKUP_MAKING, BACKUP_MANIFEST, O_WRONLY | O_CREAT | O_TRUNC);
	w->file = fd < 0 ? NULL : fdopen(fd, "w");
	if (w->file == NULL || w->digest == NULL) {
		e = w->file == NULL ? backup_errno(p, BACKUP_MANIFEST) : ERR_NO_MEMORY;
		if (w->file == NULL && fd >= 0)
			close(fd);
	} else {
		e = put_head(w, m);
	}
	if (e != ERR_OK) {
		backup_writer_close(w);
		return e;
	}
	*out = w;
	return ERR_OK;
}

enum err backup_writer_put(struct backup_writer *w, const struct backup_content *c)
{
	char hex[DIGEST_HEX_SIZE];

	digest_to_hex(&c->sha256, hex);
	if (c->missing) {
		w->sum.missing++;
		return put_line(w, "missing %s\n", hex);
	}
	w->sum.contents++;
	w->sum.content_bytes += c->bytes;
	return put_line(w, "content %" PRIu64 " %s\n", c->bytes, hex);
}

enum err backup_writer_end(struct backup_writer *w)
{
	char hex[DIGEST_HEX_SIZE];
	struct digest all;
	enum err e = put_line(w, "contents %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", w->sum.contents,
			      w->sum.content_bytes, w->sum.missing);

	if (e != ERR_OK)
		return e;
	all = digest_end(w->digest);
	w->digest = NULL;
	digest_to_hex(&all, hex);
	if (fprintf(w->file, "end %s\n", hex) < 0 || fflush(w->file) != 0 ||
	    fsync(fileno(w->file)) != 0)
		return backup_errno(w->place, BACKUP_MANIFEST);
	return ERR_OK;
}

void backup_writer_close(struct backup_writer *w)
{
	if (w == NULL)
		return;
	if (w->file != NULL)
		fclose(w->file);
	digest_abandon(w->digest);
	free(w);
}

/* ---- reading ---- */

struct backup_reader {
	struct backup_place *place;
	FILE *file;
	struct digest_stream *digest;
	struct backup_manifest *manifest, sum;
	struct digest before; /* contents ascend */
	bool any;
	char about[BACKUP_NAME_SIZE + 16];
	char line[LINE_SIZE];
};

static enum err damaged(const struct backup_reader *r)
{
	return backup_fails(r->place, ERR_BACKUP_DAMAGED, r->about);
}

/* A whole line, its end included. */
static bool read_line(struct backup_reader *r)
{
	size_t n;

	if (fgets(r->line, sizeof r->line, r->file) == NULL)
		return false;
	n = strlen(r->line);
	return n > 0 && r->line[n - 1] == '\n';
}

static bool next_line(struct backup_reader *r)
{
	if (!read_line(r))
		return false;
	digest_add(r->digest, (struct blob){ (const uint8_t *)r->line, strlen(r->line) });
	return true;
}

static bool read_head(struct backup_reader *r)
{
	struct backup_manifest *m = r->manifest;
	char id[COMMITTEE_ID_MAX + 1], hex[DIGEST_HEX_SIZE];

	_Static_assert(COMMITTEE_ID_MAX == 32, "the width below");
	if (!next_line(r) || strcmp(r->line, FIRST) != 0)
		return false;
	if (!next_line(r) || sscanf(r->line, "committee %32[a-z0-9-]", id) != 1)
		return false;
	snprintf(m->committee.text, sizeof m->committee.text, "%s", id);
	if (!next_line(r) || sscanf(r->line, "taken %" SCNd64, &m->taken_ms) != 1)
		return false;
	if (!next_line(r) || sscanf(r->line, "software %31s", m->software) != 1)
		return false;
	return next_line(r) &&
	       sscanf(r->line, "store %" SCNu64 " %" SCNu64 " %64s", &m->store_format,
		      &m->store_bytes, hex) == 3 &&
	       digest_from_hex(hex, &m->store) == ERR_OK;
}

enum err backup_reader_open(struct backup_place *p, const char *name, struct backup_manifest *m,
			    struct backup_reader **out)
{
	struct backup_reader *r = calloc(1, sizeof *r);
	int fd;
	enum err e = ERR_OK;

	*out = NULL;
	if (r == NULL)
		return ERR_NO_MEMORY;
	memset(m, 0, sizeof *m);
	r->place = p;
	r->manifest = m;
	snprintf(r->about, sizeof r->about, "%s/%s", name, BACKUP_MANIFEST);
	r->digest = digest_begin();
	fd = backup_open_at(p, name, BACKUP_MANIFEST, O_RDONLY);
	r->file = fd < 0 ? NULL : fdopen(fd, "r");
	if (fd < 0)
		e = errno == ENOENT ? damaged(r) : backup_errno(p, r->about);
	else if (r->file == NULL || r->digest == NULL)
		e = ERR_NO_MEMORY;
	else if (!read_head(r))
		e = damaged(r);
	if (e != ERR_OK) {
		if (r->file == NULL && fd >= 0)
			close(fd);
		backup_reader_close(r);
		return e;
	}
	*out = r;
	return ERR_OK;
}

/* The counts and the digest of all that was read. */
static enum err read_end(struct backup_reader *r)
{
	struct backup_manifest *m = r->manifest;
	char hex[DIGEST_HEX_SIZE];
	struct digest all, said;

	if (sscanf(r->line, "contents %" SCNu64 " %" SCNu64 " %" SCNu64, &m->contents,
		   &m->content_bytes, &m->missing) != 3 ||
	    m->contents != r->sum.contents || m->content_bytes != r->sum.content_bytes ||
	    m->missing != r->sum.missing)
		return damaged(r);
	all = digest_end(r->digest);
	r->digest = NULL;
	if (!read_line(r) || sscanf(r->line, "end %64s", hex) != 1 ||
	    digest_from_hex(hex, &said) != ERR_OK || !digest_equal(&all, &said) ||
	    fgetc(r->file) != EOF)
		return damaged(r);
	return ERR_NOT_FOUND;
}

enum err backup_reader_next(struct backup_reader *r, struct backup_content *out)
{
	char hex[DIGEST_HEX_SIZE];

	if (r->digest == NULL)
		return ERR_NOT_FOUND;
	memset(out, 0, sizeof *out);
	if (!next_line(r))
		return damaged(r);
	if (strncmp(r->line, "contents ", 9) == 0)
		return read_end(r);
	if (sscanf(r->line, "content %" SCNu64 " %64s", &out->bytes, hex) == 2) {
		r->sum.contents++;
		r->sum.content_bytes += out->bytes;
	} else if (sscanf(r->line, "missing %64s", hex) == 1) {
		out->missing = true;
		r->sum.missing++;
	} else {
		return damaged(r);
	}
	if (digest_from_hex(hex, &out->sha256) != ERR_OK ||
	    (r->any && memcmp(&r->before, &out->sha256, sizeof r->before) >= 0))
		return damaged(r);
	r->before = out->sha256;
	r->any = true;
	return ERR_OK;
}

void backup_reader_close(struct backup_reader *r)
{
	if (r == NULL)
		return;
	if (r->file != NULL)
		fclose(r->file);
	digest_abandon(r->digest);
	free(r);
}

enum err backup_manifest_check(struct backup_place *p, const char *name,
			       struct backup_manifest *out)
{
	struct backup_reader *r;
	struct backup_content c;
	enum err e = backup_reader_open(p, name, out, &r);

	while (e == ERR_OK)
		e = backup_reader_next(r, &c);
	backup_reader_close(r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
