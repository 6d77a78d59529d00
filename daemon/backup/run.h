/* One backup, on a worker. */
#ifndef VANTHU_DAEMON_BACKUP_RUN_H
#define VANTHU_DAEMON_BACKUP_RUN_H

#include <stdatomic.h>

#include "daemon/backup/backup.h"

struct backup_run {
	struct job job; /* first */
	const struct backup_parts *parts;
	struct backup *owner;
	char folder[BACKUP_PATH_MAX];
	bool dry_run;
	uint32_t keep;
	/* why it is to end; ERR_OK: it may go on. Read on the worker, set by the control thread. */
	_Atomic int stop;
	/* what others look at while it runs */
	_Atomic int phase;
	_Atomic uint64_t done_bytes, total_bytes;
	/* the worker's, until it is done */
	struct backup_place place;
	struct backup_view view;
	struct backup_note note; /* as it was; then with this one, when `noted` */
	bool noted;
	int64_t taken_ms;
	uint64_t floor_bytes,
		unchecked_bytes; /* of a disk that the store uses too; 0: of another */
	enum err result;
};

/* job.work */
void backup_run_work(struct job *j);

#endif
