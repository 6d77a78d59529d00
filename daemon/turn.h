/* Turns: decide, seal, commit, act (docs/ARCHITECTURE.md "The turn"). The loop waits and collects
 * before it; the simulator calls it as it is.
 *
 * Turns overlap like the stages of a pipeline. While the plan of one is on its way to the disk, on
 * a thread that does nothing else, the next one collects and decides; a batch is what came while
 * the disk was busy. A turn goes through these steps; from the youngest to the oldest there is at
 * most one in each of the first four:
 *
 *   OPEN        takes events and decides them, one by one as they come
 *   SEALING     closed: its envelopes are being signed in a job
 *   SEALED      decided whole, waits for the disk
 *   COMMITTING  its writes are on their way
 *   LANDED      on the disk: its acts leave, its events are released
 *
 * Invariants:
 *   - nothing of a turn leaves before its own commit, and acts leave in the order of the turns;
 *   - a decision sees all that was decided before it: its lookups go to the open plan, then through
 *     those in flight from the newest to the oldest, then to the store;
 *   - memory is ahead of the disk by what is in flight. A commit that fails ends the process,
 *     whatever was decided on top of it;
 *   - what others read of memory between turns is not ahead: a plan that changes it goes alone
 *     (plan.h), or it follows commits (core_landed, the bounds of ACT_PUMP);
 *   - what is decided and not committed is bounded, in turns and in bytes.
 *
 * Alone, on a quiet daemon, a turn commits on the control thread: two changes of threads would cost
 * as much as its sync.
 *
 * A slow signer (a token needs 10–100 ms a signature) signs in a job. Meanwhile, and while a plan
 * goes alone, the control thread may read frames, have them opened and push events, and nothing
 * else: it answers no client, drops no content, takes no other key or configuration (the loop:
 * turn_is_quiet). A signature that fails, or comes too late for the watchdog, is what it always
 * was: the turn has failed, nothing of it has left, the process ends and starts again from the
 * store. */
#ifndef VANTHU_DAEMON_TURN_H
#define VANTHU_DAEMON_TURN_H

#include "daemon/base/workers.h"
#include "daemon/files/files.h"
#include "daemon/inbox.h"
#include "daemon/outbox.h"
#include "daemon/store/store.h"
#include "proto/signer.h"
#include "routing/core.h"

struct turn_parts {
	struct core *core;     /* all borrowed */
	struct store *store;
	struct signer *signer;
	struct outbox *outbox;
	struct inbox *inbox;
	struct files *files;   /* NULL: nobody checks the folders */
	/* who has a slow signer sign; .run NULL: it signs on this thread, as all others do */
	struct job_runner runner;
	/* who commits, one job at a time; with .wait. .run NULL: this thread, and turns do not
	 * overlap */
	struct job_runner committer;
	/* Each plan that is committed, when lookups show it and before its acts; NULL: nobody
	 * follows. */
	void (*committed)(void *ctx, const struct plan *p);
	void *ctx;
};

struct turn;
struct turn *turn_new(const struct turn_parts *parts); /* NULL without memory */
void turn_destroy(struct turn *t); /* no job is out any more, or none will be done */

/* Loads the core from the store and commits what the boot itself writes (new stream ids). */
must_use enum err turn_boot(struct turn *t, struct now now);

/* What else goes on, as the loop sees it. */
enum pace {
	PACE_CALM, /* nothing: a turn is committed on this thread */
	PACE_BUSY, /* more is coming */
	PACE_HOLD, /* more is coming, and a commit is better begun later */
};

/* One step of all turns: acts of those that have landed; takes what the inbox has, and a tick when
 * the deadline has come; closes, seals and commits as far as it goes without waiting for a job. Any
 * error: end the process, memory is ahead of the disk; but after ERR_STORE_GONE only this process
 * still has the store: its clients have the error, or get it by turn_refuse, which goes on. */
must_use enum err turn_run(struct turn *t, struct now now, enum pace pace);
/* Ends all turns that have begun, and waits for their commits. Errors as turn_run. */
must_use enum err turn_drain(struct turn *t, struct now now);
/* As turn_run after turn_drain, and the turn has ended when this returns, however slow signer and
 * disk are. */
must_use enum err turn_run_whole(struct turn *t, struct now now);
/* A plan is being signed in a job, or goes alone: see above. */
bool turn_is_quiet(const struct turn *t);
/* Instead of turn_run, when nothing may be committed any more: who waits for an answer gets this
 * error, everything else in the inbox is dropped. While a job of a turn is out, nothing: its end
 * is waited for. */
void turn_refuse(struct turn *t, enum err why);

/* The turn that is open: what a commit would be begun for. */
struct turn_open {
	unsigned events;
	bool urgent;    /* an urgent document is among them */
	bool patient;   /* there are some, and nobody waits for any (inbox.h) */
	bool disk_busy; /* it could not be committed now */
};

struct turn_open turn_open(const struct turn *t);

struct turn_figures {
	uint64_t turns, commits, documents_taken, facts_taken;
};

struct turn_figures turn_figures(const struct turn *t);

/* Has slow signers sign in jobs of this runner from the next turn on. */
void turn_set_runner(struct turn *t, struct job_runner runner);
/* Commits in jobs of this runner from the next turn on. */
void turn_set_committer(struct turn *t, struct job_runner committer);
/* Signs with another key from the next turn on. Borrowed. Not while the job has the present one;
 * acts may call it. */
void turn_set_signer(struct turn *t, struct signer *signer);

#endif
