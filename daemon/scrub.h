/* Looks through the whole store from time to time, while everything else goes on: a wrong bit in
 * what nobody reads is found while a neighbour still has the document. A store too large to be
 * looked through before the start is looked through right after it. What one walk finds beyond what
 * the store lists is looked for again when the first lot has been repaired, as far as it can be. */
#ifndef VANTHU_DAEMON_SCRUB_H
#define VANTHU_DAEMON_SCRUB_H

#include "daemon/base/workers.h"
#include "daemon/store/store.h"
#include "routing/core.h"

struct scrub {
	struct job job;	     /* first */
	struct store *store; /* all borrowed */
	struct core *core;
	struct job_runner runner;
	const int64_t *every_ms; /* of the configuration; 0: only once, if not before the start */
	const bool *stop;	 /* the daemon ends: so does a walk */
	/* its own; zero at first */
	bool running;
	int64_t next_ms, every_then_ms, not_again_ms, rest_ms;
	uint64_t damaged;
	uint32_t listed; /* as of the last look; since when it is so few: */
	int64_t listed_ms;
	int64_t more_rest_ms;
	uint64_t more_damaged; /* when a walk was begun for what is not listed */
};

/* Each second, on the control thread. Tells the core what is known of damage, too. */
void scrub_second(struct scrub *s, int64_t mono_ms);

#endif
