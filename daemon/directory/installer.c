/* See installer.h. */
#include "daemon/directory/installer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "proto/directory_file.h"

enum {
	WORK_A_JOB = 4096,              /* entries checked before other jobs get the worker */
	COPY_A_JOB_BYTES = 8 << 20,
	COPY_BYTES = 256 * 1024,
	/* a bound: DIRECTORY_STAGE_BYTES many times over, decoded */
	PIECE_ARENA_BYTES = 64 << 20,
};

struct installer {
	struct job job; /* first */
	struct installer_parts parts;
	struct installation what;
	enum installer_phase phase;
	struct job_runner runner;
	struct spool *spool;
	int file;
	uint64_t copied_bytes, file_bytes;
	struct directory_source source; /* what `scan` reads */
	struct directory_scan *scan;
	char *path;
	uint64_t in_force; /* the version when it began */
	uint64_t version, done, total; /* to be shown: of the phase, as the last job left it */
	bool checked;
	struct arena *arena; /* the piece under way */
	struct directory_piece piece;
	uint64_t staged; /* entries that the core has */
	uint64_t token;
	bool waiting, running;
	bool stopped; /* the workers go: nothing is begun any more */
	enum err result; /* of a job */
	enum err failed;
	char failed_from[256];
	struct committee_id culprit;
	const char *fault;
};

struct installer *installer_new(const struct installer_parts *parts)
{
	struct installer *i = calloc(1, sizeof *i);

	if (i == NULL)
		return NULL;
	i->parts = *parts;
	if (i->parts.piece_count == 0)
		i->parts.piece_count = DIRECTORY_STAGE_ROWS;
	i->file = -1;
	i->arena = arena_new(PIECE_ARENA_BYTES);
	if (i->arena == NULL) {
		free(i);
		return NULL;
	}
	return i;
}

static void end_installation(struct installer *i)
{
	directory_scan_destroy(i->scan);
	i->scan = NULL;
	spool_destroy(i->spool);
	i->spool = NULL;
	free(i->path);
	i->path = NULL;
	if (i->file >= 0)
		close(i->file);
	i->file = -1;
	arena_reset(i->arena);
	i->phase = INSTALLER_IDLE;
	i->waiting = false;
}

void installer_destroy(struct installer *i)
{
	if (i == NULL)
		return;
	end_installation(i);
	arena_destroy(i->arena);
	free(i);
}

void installer_stop(struct installer *i)
{
	if (i != NULL)
		i->stopped = true;
}

bool installer_busy(const struct installer *i)
{
	return i->phase != INSTALLER_IDLE;
}

/* ---- the end ---- */

/* Each fault of a directory has its own remedy. */
static enum err named(enum err e)
{
	switch (e) {
	case ERR_TOO_LARGE:
		return ERR_DIRECTORY_SIZE;
	case ERR_FORMAT:
	case ERR_UTF8:
		return ERR_DIRECTORY_FORMAT;
	case ERR_DIGEST:
		return ERR_DIRECTORY_ROOT;
	case ERR_BAD_TREE:
		return ERR_DIRECTORY_TREE;
	default:
		return e;
	}
}

static void end(struct installer *i, enum err e)
{
	struct installation what = i->what;
	uint64_t version = i->version;

	e = named(e);
	i->culprit = (struct committee_id){ "" };
	i->fault = e == ERR_DIRECTORY_TREE && i->scan != NULL
		       ? directory_scan_fault(i->scan, &i->culprit)
		       : NULL;
	if (e == ERR_OK) {
		log_event(LOG_INFO, "directory-installed", "version=%llu from=\"%s\" entries=%llu",
			  (unsigned long long)version, what.from, (unsigned long long)i->staged);
	} else if (e != ERR_DIRECTORY_OLD) {
		log_event(LOG_ERROR, "directory-not-installed",
			  "version=%llu from=\"%s\" error=VT-%d committee=%s fault=\"%s\"",
			  (unsigned long long)version, what.from, (int)e, i->culprit.text,
			  i->fault == NULL ? "" : i->fault);
	}
	if (e != ERR_DIRECTORY_OLD) {
		i->failed = e;
		memcpy(i->failed_from, what.from, sizeof i->failed_from);
	}
	end_installation(i);
	core_set_installing(i->parts.core, false);
	if (what.ended != NULL)
		what.ended(what.ctx, e);
}

/* ---- what workers do ---- */

static enum err read_file(void *ctx, uint64_t at, uint8_t *out, size_t len_bytes)
{
	const int *file = ctx;

	while (len_bytes > 0) {
		ssize_t n = pread(*file, out, len_bytes, (off_t)at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return ERR_FILE;
		at += (uint64_t)n;
		out += n;
		len_bytes -= (size_t)n;
	}
	return ERR_OK;
}

/* A file of the user's is copied before it is believed, but not one that is of no use, or none at
 * all. */
static enum err look_at_file(struct installer *i)
{
	struct directory_source source = { .ctx = &i->file, .read = read_file };
	const struct rec_directory *head;
	struct directory_scan *s;
	struct stat st;
	enum err e;

	i->file = open(i->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (i->file < 0 || fstat(i->file, &st) != 0 || !S_ISREG(st.st_mode))
		return ERR_FILE;
	source.size_bytes = i->file_bytes = (uint64_t)st.st_size;
	s = directory_scan_new(source, i->parts.trust, NULL);
	e = s == NULL ? ERR_NO_MEMORY : directory_scan_head(s, &head);
	if (e == ERR_OK && head->version <= i->in_force)
		e = ERR_DIRECTORY_OLD;
	directory_scan_destroy(s);
	i->spool = spool_new(i->parts.folder);
	return e == ERR_OK && i->spool == NULL ? ERR_NO_MEMORY : e;
}

static enum err copy_some(struct installer *i)
{
	struct directory_sink sink = spool_sink(i->spool);
	uint8_t *bytes = malloc(COPY_BYTES);
	enum err e = bytes == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint64_t n = 0; e == ERR_OK && n < COPY_A_JOB_BYTES && i->copied_bytes < i->file_bytes;
	     n += COPY_BYTES) {
		uint64_t left = i->file_bytes - i->copied_bytes;
		size_t len = left < COPY_BYTES ? (size_t)left : COPY_BYTES;

		e = read_file(&i->file, i->copied_bytes, bytes, len);
		if (e == ERR_OK)
			e = sink.append(sink.ctx, (struct blob){ bytes, len });
		i->copied_bytes += len;
	}
	free(bytes);
	return e;
}

static void work_copy(struct job *j)
{
	struct installer *i = (struct installer *)j;

	i->result = i->file < 0 ? look_at_file(i) : ERR_OK;
	if (i->result == ERR_OK)
		i->result = copy_some(i);
}

static void work_check(struct job *j)
{
	struct installer *i = (struct installer *)j;
	const struct rec_directory *head;

	i->result = directory_scan_head(i->scan, &head);
	if (i->result == ERR_OK && head->version <= i->in_force)
		i->result = ERR_DIRECTORY_OLD;
	if (i->result == ERR_OK)
		i->result = directory_scan_check(i->scan, WORK_A_JOB, &i->checked);
}

static void work_read(struct job *j)
{
	struct installer *i = (struct installer *)j;
	struct directory_measure most = { .count = i->parts.piece_count,
					  .bytes = DIRECTORY_STAGE_BYTES,
					  .writes = DIRECTORY_STAGE_WRITES };

	arena_reset(i->arena);
	i->result = directory_scan_next(i->scan, i->arena, &most, &i->piece);
}

/* ---- what the control thread does ---- */

/* What there is to see of it, while no job has the scan. */
static void show(struct installer *i, uint64_t done, uint64_t total)
{
	const struct rec_directory *head;

	if (i->scan != NULL && i->result == ERR_OK && directory_scan_head(i->scan, &head) == ERR_OK)
		i->version = head->version;
	i->done = done;
	i->total = total;
	if (i->what.progress != NULL)
		i->what.progress(i->what.ctx);
}

static void run(struct installer *i, void (*work)(struct job *), void (*done)(struct job *))
{
	i->job.work = work;
	i->job.done = done;
	i->running = true;
	i->runner.run(i->runner.ctx, &i->job);
}

/* A piece that the core or the inbox could not take waits and is offered again. */
static void offer(struct installer *i)
{
	const struct rec_directory *head;
	struct event event = { .type = EVENT_DIRECTORY };
	enum err e = directory_scan_head(i->scan, &head);

	event.u.directory = (struct ev_directory){ .uid = i->what.uid,
						   .head = head,
						   .entries = i->piece.entries,
						   .entry_count = i->piece.count,
						   .base = directory_scan_since(i->scan),
						   .staged = i->staged,
						   .more = !i->piece.last,
						   .token = i->token };
	if (i->piece.last)
		event.u.directory.reply = i->what.reply;
	if (e == ERR_OK)
		e = inbox_push(i->parts.inbox, &event, NULL, NULL);
	i->waiting = e != ERR_OK;
}

static void read_done(struct job *j)
{
	struct installer *i = (struct installer *)j;

	i->running = false;
	if (i->stopped)
		return;
	if (i->result != ERR_OK)
		end(i, i->result);
	else
		offer(i);
}

static void check_done(struct job *j)
{
	struct installer *i = (struct installer *)j;

	i->running = false;
	if (i->stopped)
		return;
	if (i->result != ERR_OK) {
		end(i, i->result);
		return;
	}
	if (i->checked) {
		i->phase = INSTALLER_INSTALLING;
		show(i, 0, directory_scan_count(i->scan));
		run(i, work_read, read_done);
	} else {
		show(i, directory_scan_position(i->scan), directory_scan_count(i->scan));
		run(i, work_check, check_done);
	}
}

static void begin_check(struct installer *i)
{
	struct directory_base base = { .rows = i->parts.lookup, .version = i->in_force };

	i->phase = INSTALLER_CHECKING;
	i->done = i->total = 0;
	i->scan = directory_scan_new(spool_source(i->spool), i->parts.trust, &base);
	if (i->scan == NULL)
		end(i, ERR_NO_MEMORY);
	else
		run(i, work_check, check_done);
}

static void copy_done(struct job *j)
{
	struct installer *i = (struct installer *)j;

	i->running = false;
	if (i->stopped)
		return;
	if (i->result != ERR_OK)
		end(i, i->result);
	else if (i->copied_bytes < i->file_bytes)
		run(i, work_copy, copy_done); /* no entries to show yet */
	else
		begin_check(i);
}

enum err installer_begin(struct installer *i, const struct installation *what)
{
	char *path = what->file == NULL ? NULL : strdup(what->file);

	if (installer_busy(i) || (path == NULL && what->file != NULL)) {
		spool_destroy(what->spool);
		free(path);
		return installer_busy(i) ? ERR_BUSY : ERR_NO_MEMORY;
	}
	i->what = *what;
	i->path = path;
	i->version = i->done = i->total = 0;
	i->runner = what->runner == NULL ? i->parts.runner : *what->runner;
	i->in_force = core_directory_version(i->parts.core);
	i->spool = what->spool;
	i->copied_bytes = i->file_bytes = i->staged = 0;
	i->checked = false;
	i->token++;
	core_set_installing(i->parts.core, true);
	if (what->file == NULL) {
		begin_check(i);
	} else {
		i->phase = INSTALLER_COPYING;
		run(i, work_copy, copy_done);
	}
	return ERR_OK;
}

void installer_installed(struct installer *i, const struct act_installed *a)
{
	if (i->phase != INSTALLER_INSTALLING || a->token != i->token)
		return;
	if (a->result == ERR_BUSY) {
		i->waiting = true;
		return;
	}
	if (a->result == ERR_OK) {
		i->staged += i->piece.count;
		show(i, i->staged, i->total);
	}
	if (a->result != ERR_OK || i->piece.last)
		end(i, a->result);
	else
		run(i, work_read, read_done);
}

void installer_go_on(struct installer *i)
{
	if (i->waiting && !core_directory_unsettled(i->parts.core))
		offer(i);
}

void installer_forget(struct installer *i, const void *ctx)
{
	if (i->what.ctx != ctx)
		return;
	i->what.ended = NULL;
	i->what.progress = NULL;
}

struct installer_view installer_view(const struct installer *i)
{
	struct installer_view v = { .phase = i->phase,
				    .version = i->version,
				    .done = i->done,
				    .total = i->total,
				    .failed = i->failed,
				    .culprit = i->culprit,
				    .fault = i->fault };

	memcpy(v.failed_from, i->failed_from, sizeof v.failed_from);
	return v;
}
