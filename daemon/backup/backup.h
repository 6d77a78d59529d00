/* Backups of a committee's data folder: the store as it was at one moment, and the contents that
 * its records name, which all backups in a folder share.
 *
 *     DIR/vanthu-backups          whose backups lie here; locked while one is made or removed
 *     DIR/files/ab/ab12…          contents by their SHA-256
 *     DIR/2026-11-30T213357.123Z/ a whole backup, named after its time (UTC)
 *         data.mdb                the store
 *         manifest                what belongs to it: manifest.h
 *     DIR/.making/, DIR/files/.part   one that is being made; whoever comes next removes it
 *
 * A backup gets its name when all of it is on disk: what has a name and a good manifest is whole,
 * whatever was cut off before. One is made by the daemon while it runs (this file); lists,
 * verification and restoring need none (offline.h). */
#ifndef VANTHU_DAEMON_BACKUP_BACKUP_H
#define VANTHU_DAEMON_BACKUP_BACKUP_H

#include "daemon/backup/note.h"
#include "daemon/backup/offline.h"
#include "daemon/base/workers.h"
#include "daemon/config/config.h"
#include "daemon/files/files.h"
#include "daemon/store/store.h"

struct backup_parts {
	const struct config *config; /* all borrowed */
	struct store *store;
	struct files *files;
	struct garbage *garbage;
	struct job_runner runner;
	/* opens what store_ops.copy wrote */
	enum err (*open_copy)(const char *path, struct store **out);
	int64_t (*wall_ms)(void);
};

enum backup_phase { BACKUP_IDLE, BACKUP_STORE, BACKUP_CONTENTS, BACKUP_PRUNING };

/* How far it is, or what it was. */
struct backup_view {
	enum backup_phase phase;
	uint64_t done_bytes, total_bytes; /* of the store; then without a total: of contents */
	char name[BACKUP_NAME_SIZE];
	uint64_t store_bytes;
	uint64_t contents, content_bytes;	  /* that belong to it */
	uint64_t new_contents, new_content_bytes; /* of them were not there yet */
	uint64_t linked;			  /* of these are second names of our own files */
	uint64_t missing; /* that records name, and are lost or damaged here */
	uint64_t removed; /* older backups */
};

struct backup_wanted {
	const char *folder; /* absolute */
	bool dry_run;	    /* only says what it would do */
	uint32_t keep;	    /* so many stay, the oldest go; 0: all stay */
	uint32_t uid;	    /* who asked */
	/* Called once, on the control thread. `about`: what a failure is about, or "". */
	void (*ended)(void *ctx, enum err result, const char *about);
	void (*progress)(void *ctx); /* each second */
	void *ctx;
};

struct backup;
struct backup *backup_new(const struct backup_parts *parts); /* NULL without memory */
/* Ends what is under way soon, with ERR_CANCELLED: before the workers are destroyed. NULL is
 * fine. */
void backup_stop(struct backup *b);
void backup_destroy(struct backup *b); /* after the workers; NULL is fine */

/* ERR_BACKUP_BUSY: one is under way. ERR_NO_MEMORY. Control thread, as everything here. */
must_use enum err backup_begin(struct backup *b, const struct backup_wanted *wanted);
/* Nobody waits for it any more: it ends soon. What it has copied the next one finds. */
void backup_forget(struct backup *b, const void *ctx);
struct backup_view backup_view(const struct backup *b);
/* Each second: progress; and it ends when the store needs the room that it takes. */
void backup_second(struct backup *b, const struct store_room *room);
/* The last ones, also of earlier processes. */
const struct backup_note *backup_last(const struct backup *b);

#endif
