/* Puts directories into force, one at a time and a bounded piece a turn: a worker checks the whole
 * where it lies, then reads it piece by piece; the core takes each piece in a turn of its own
 * (routing/directory/install.c), and documents flow between them.
 *
 *     idle → copying (a user's file, which may change) → checking → installing ⇄ waiting (the core
 *     still settles an earlier one) → idle
 *
 * A directory that does not come into force is reported by `ended`, and stays in installer_view
 * until another one does. */
#ifndef VANTHU_DAEMON_DIRECTORY_INSTALLER_H
#define VANTHU_DAEMON_DIRECTORY_INSTALLER_H

#include "daemon/base/workers.h"
#include "daemon/directory/spool.h"
#include "daemon/inbox.h"
#include "routing/core.h"
#include "routing/state/plan.h"

struct installer_parts {
	struct core *core;
	struct inbox *inbox;
	struct lookup lookup; /* committed rows; used on a worker too */
	struct job_runner runner;
	struct directory_trust trust;
	const char *folder;    /* where a user's file is copied to; NULL: memory */
	uint32_t piece_count;  /* entries in one turn; 0: DIRECTORY_STAGE_ROWS */
};

struct installer;
struct installer *installer_new(const struct installer_parts *parts); /* NULL without memory */
/* Begins no job any more: before the workers are destroyed. NULL is fine. */
void installer_stop(struct installer *i);
void installer_destroy(struct installer *i); /* after workers and inbox; NULL is fine */

struct installation {
	const char *file;    /* of a user's, to be copied first; NULL: `spool` has it */
	struct spool *spool; /* taken, whatever comes of it; NULL with `file` */
	char from[256];      /* who or which file: to be shown */
	/* the core's, when it comes into force; otherwise `ended` says why not */
	struct reply_to reply;
	uint32_t uid;
	/* Called once, when the directory has come into force (ERR_OK) or cannot.
	 * ERR_DIRECTORY_OLD: its version is not above the one in force. May be NULL. */
	void (*ended)(void *ctx, enum err result);
	/* there is something new to see in installer_view; may be NULL */
	void (*progress)(void *ctx);
	void *ctx;
	const struct job_runner *runner; /* another than the installer's; NULL */
};

/* ERR_BUSY: an installation is under way; the spool is dropped. ERR_NO_MEMORY. Control thread, as
 * everything here. */
must_use enum err installer_begin(struct installer *i, const struct installation *what);
bool installer_busy(const struct installer *i);
/* ACT_INSTALLED of a committed turn. */
void installer_installed(struct installer *i, const struct act_installed *a);
/* Once a round of the loop: goes on where the core had to wait. */
void installer_go_on(struct installer *i);
/* Nobody waits for this installation any more: neither `ended` nor `progress` is called. It goes on
 * all the same. */
void installer_forget(struct installer *i, const void *ctx);

enum installer_phase {
	INSTALLER_IDLE,
	INSTALLER_COPYING,
	INSTALLER_CHECKING,
	INSTALLER_INSTALLING
};

struct installer_view {
	enum installer_phase phase;
	uint64_t version;  /* being installed; 0: not known yet */
	uint64_t done, total; /* entries of this phase */
	/* of the last directory that could not come into force, until one does; ERR_OK: none */
	enum err failed;
	char failed_from[256];
	struct committee_id culprit; /* of one that is no tree */
	const char *fault;           /* in English, static; or NULL */
};

struct installer_view installer_view(const struct installer *i);

#endif
