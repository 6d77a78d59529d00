/* A few threads for what must not hold up a turn: opening envelopes, hashing, files. A job goes out
 * from the control thread and comes back to it. */
#ifndef VANTHU_DAEMON_BASE_WORKERS_H
#define VANTHU_DAEMON_BASE_WORKERS_H

#include <stdbool.h>

#include "routing/base/err.h"

/* Embed this first in the job's own struct. */
struct job {
	struct job *next; /* the pool's */
	/* some ten µs of a processor, and never waits: one thread is woken for many of them */
	bool small;
	void (*work)(struct job *j); /* on a worker; may block on the disk */
	/* on the control thread, in workers_collect; frees the job or reuses it */
	void (*done)(struct job *j);
};

/* Who runs jobs: the pool below, or the simulator at once and in order. */
struct job_runner {
	void *ctx;
	void (*run)(void *ctx, struct job *j); /* takes the job until its done() */
	/* Blocks until done() of some job was called, or none is out. NULL: jobs are not waited for
	 * in this way. */
	void (*wait)(void *ctx);
};

/* Processors that this process may run on (its affinity, which is also a container's); 1 at
 * least. */
unsigned workers_processors(void);

/* How many threads of each kind fit so many processors: of those that check, all but the one that
 * turns need; of those that wait for the disk more than that, so that several files are under one
 * sync. */
unsigned workers_checking(unsigned processors);
unsigned workers_waiting(unsigned processors);

struct workers;
/* Starts the threads, named for `ps`. All signals blocked in them. NULL without memory or
 * threads. */
struct workers *workers_new(unsigned count, const char *name);
/* Finishes the jobs under way; calls done() of all that are left, begun or not. Control thread. */
void workers_destroy(struct workers *w); /* NULL is fine */
struct job_runner workers_runner(struct workers *w);
/* Wakes threads for the jobs that were sent out since the last call. They begin then at the latest:
 * a thread that is woken for each of sixty small jobs takes the processor from who sends them,
 * sixty times. */
void workers_flush(struct workers *w);
/* Readable while finished jobs wait. */
int workers_fd(const struct workers *w);
/* Calls done() of what has finished, at most `max`; returns how many. */
unsigned workers_collect(struct workers *w, unsigned max);
/* Jobs sent out and not yet collected. */
unsigned workers_pending(const struct workers *w);

#endif
