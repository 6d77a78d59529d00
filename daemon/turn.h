/* One turn: decide, seal, commit, act (docs/ARCHITECTURE.md "The turn"). The loop waits and
 * collects before it; the simulator calls it as it is.
 *
 * Sealing is the one step that may take long: a token needs 10–100 ms a signature. A signer that is
 * slow therefore signs in a job, when there is who runs jobs; the turn is then in two halves, and
 * the same turn_run calls take both:
 *   - until the job is back, turn_run does nothing. Turns do not overlap: memory is ahead of the
 *     disk by this one plan, and nothing is decided upon what might still be lost. What comes
 *     meanwhile waits in the inbox;
 *   - then turn_run commits and acts, and that ends the turn.
 * In between, memory says what no disk has yet. So the control thread may read frames, have them
 * opened and push events, and nothing else: it answers no client, drops no content, takes no other
 * key or configuration (the loop: turn_is_sealing).
 * A signature that fails, or comes too late for the watchdog, is what it always was: the turn has
 * failed, nothing of it has left, the process ends and starts again from the store. */
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
	/* Each plan that is committed, as soon as lookups show it and before its acts; NULL:
	 * nobody follows. */
	void (*committed)(void *ctx, const struct plan *p);
	void *ctx;
};

struct turn;
struct turn *turn_new(const struct turn_parts *parts); /* NULL without memory */
void turn_destroy(struct turn *t);

/* Loads the core from the store and commits what the boot itself writes (new stream ids). */
must_use enum err turn_boot(struct turn *t, struct now now);
/* Takes what the inbox has, and a tick when the deadline has come; or goes on with the turn that is
 * being sealed. Any error: end the process, memory is ahead of the disk; but after ERR_STORE_GONE
 * only this process still has the store: its clients have the error, and turn_refuse goes on. */
must_use enum err turn_run(struct turn *t, struct now now);
/* As turn_run, and the turn has ended when this returns, however slow the signer. Not while a turn
 * is being sealed. */
must_use enum err turn_run_whole(struct turn *t, struct now now);
/* Between the two halves of a turn: decided, and not committed. */
bool turn_is_sealing(const struct turn *t);
/* Instead of turn_run, when nothing may be committed any more: who waits for an answer gets this
 * error, everything else in the inbox is dropped. Not while a turn is being sealed. */
must_use enum err turn_refuse(struct turn *t, enum err why);

struct turn_figures {
	uint64_t turns, commits, documents_taken, facts_taken;
};

/* What the last turn found, for figures and attachments. */
const struct store_room *turn_room(const struct turn *t);
struct turn_figures turn_figures(const struct turn *t);

/* Has slow signers sign in jobs of this runner from the next turn on. */
void turn_set_runner(struct turn *t, struct job_runner runner);
/* Signs with another key from the next turn on. Borrowed. Not while the job has the present one;
 * acts may call it. */
void turn_set_signer(struct turn *t, struct signer *signer);

#endif
