/* Backups as the control thread sees them: one at a time, on a worker; see backup.h. */
#include "daemon/backup/backup.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/backup/run.h"
#include "daemon/base/log.h"

struct backup {
	struct backup_parts parts;
	struct backup_note last;
	struct backup_run *run;	 /* under way; NULL */
	struct backup_view view; /* of the one that has ended */
	/* who waits for it; NULL functions: nobody */
	void (*ended)(void *ctx, enum err result, const char *about);
	void (*progress)(void *ctx);
	void *ctx;
};

struct backup *backup_new(const struct backup_parts *parts)
{
	struct backup *b = calloc(1, sizeof *b);

	if (b == NULL)
		return NULL;
	b->parts = *parts;
	backup_note_read(parts->config->data, &b->last);
	return b;
}

static void stop(struct backup *b, enum err why)
{
	int none = ERR_OK;

	if (b->run != NULL)
		atomic_compare_exchange_strong(&b->run->stop, &none, (int)why);
}

void backup_stop(struct backup *b)
{
	if (b != NULL)
		stop(b, ERR_CANCELLED);
}

void backup_destroy(struct backup *b)
{
	if (b == NULL)
		return;
	free(b->run);
	free(b);
}

static void log_end(const struct backup_run *r)
{
	char folder[BACKUP_PATH_MAX * 2], about[BACKUP_ABOUT_SIZE * 2];

	log_quote(r->folder, folder, sizeof folder);
	log_quote(r->place.about, about, sizeof about);
	if (r->result == ERR_OK)
		log_event(LOG_INFO, "backup-made",
			  "folder=%s name=%s store_bytes=%llu contents=%llu new=%llu missing=%llu",
			  folder, r->view.name, (unsigned long long)r->view.store_bytes,
			  (unsigned long long)r->view.contents,
			  (unsigned long long)r->view.new_contents,
			  (unsigned long long)r->view.missing);
	else
		log_event(LOG_WARNING, "backup-failed", "folder=%s error=VT-%d about=%s", folder,
			  (int)r->result, about);
}

static void done(struct job *j)
{
	struct backup_run *r = (struct backup_run *)j;
	struct backup *b = r->owner;
	void (*ended)(void *ctx, enum err result, const char *about) = b->ended;

	if (!r->dry_run) {
		garbage_release(b->parts.garbage);
		log_end(r);
	}
	if (r->noted)
		b->last = r->note;
	b->view = r->view;
	b->run = NULL;
	b->ended = NULL;
	b->progress = NULL;
	if (ended != NULL)
		ended(b->ctx, r->result, r->result == ERR_OK ? "" : r->place.about);
	free(r);
}

enum err backup_begin(struct backup *b, const struct backup_wanted *wanted)
{
	struct backup_run *r;

	if (b->run != NULL)
		return ERR_BACKUP_BUSY;
	r = calloc(1, sizeof *r);
	if (r == NULL)
		return ERR_NO_MEMORY;
	r->job = (struct job){ .work = backup_run_work, .done = done };
	r->owner = b;
	r->parts = &b->parts;
	r->dry_run = wanted->dry_run;
	r->keep = wanted->keep;
	r->note = b->last;
	snprintf(r->folder, sizeof r->folder, "%s", wanted->folder);
	b->run = r;
	b->ended = wanted->ended;
	b->progress = wanted->progress;
	b->ctx = wanted->ctx;
	if (!r->dry_run) {
		garbage_hold(b->parts.garbage);
		log_event(LOG_INFO, "backup-begun", "uid=%u", (unsigned)wanted->uid);
	}
	b->parts.runner.run(b->parts.runner.ctx, &r->job);
	return ERR_OK;
}

void backup_forget(struct backup *b, const void *ctx)
{
	if (b->run == NULL || b->ctx != ctx)
		return;
	b->ended = NULL;
	b->progress = NULL;
	stop(b, ERR_CANCELLED);
}

struct backup_view backup_view(const struct backup *b)
{
	struct backup_view v = b->view;

	if (b->run == NULL)
		return v;
	memset(&v, 0, sizeof v);
	v.phase = (enum backup_phase)atomic_load(&b->run->phase);
	v.done_bytes = atomic_load(&b->run->done_bytes);
	v.total_bytes = atomic_load(&b->run->total_bytes);
	return v;
}

void backup_second(struct backup *b, const struct store_room *room)
{
	if (b->run == NULL)
		return;
	if (!room->submissions && !b->run->dry_run)
		stop(b, ERR_BACKUP_STOPPED);
	if (b->progress != NULL)
		b->progress(b->ctx);
}

const struct backup_note *backup_last(const struct backup *b)
{
	return &b->last;
}
