/* One turn: decide, seal, commit, act (docs/ARCHITECTURE.md "The turn"). The loop waits and
 * collects before it; the simulator calls it as it is. */
#ifndef VANTHU_DAEMON_TURN_H
#define VANTHU_DAEMON_TURN_H

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
	struct files *files;   /* NULL: nobody looks at their folders */
};

struct turn;
struct turn *turn_new(const struct turn_parts *parts); /* NULL without memory */
void turn_destroy(struct turn *t);

/* Loads the core from the store and commits what the boot itself writes (new stream ids). */
must_use enum err turn_boot(struct turn *t, struct now now);
/* Takes what the inbox has, and a tick when the deadline has come. Any error: end the process,
 * memory is ahead of the disk; but after ERR_STORE_GONE only this process still has the store: its
 * clients have been told, and turn_refuse goes on. */
must_use enum err turn_run(struct turn *t, struct now now);
/* Instead of it, when nothing may be committed any more: who waits for an answer gets this error,
 * everything else in the inbox is let go. */
must_use enum err turn_refuse(struct turn *t, enum err why);

struct turn_figures {
	uint64_t turns, commits, documents_taken, facts_taken;
};

/* What the last turn found, for figures and attachments. */
const struct store_room *turn_room(const struct turn *t);
struct turn_figures turn_figures(const struct turn *t);

/* Signs with another key from the next turn on. Borrowed. */
void turn_set_signer(struct turn *t, struct signer *signer);

#endif
