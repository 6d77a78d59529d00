/* What the last look at the whole store found damaged is told to the core, which makes it again or
 * asks neighbours for it (routing/reconcile/repair.h): soon after the start or the survey, and as
 * long as it is not whole ever more rarely, for a neighbour may have been away. When a lane comes
 * to stand before such a record it is told at once, and the rests begin anew. With each goes for
 * how long it has been told: so long its neighbours were asked (routing/reconcile/hollow.h). A
 * worker looks first for what leads to a record whose value says nothing any more. */
#ifndef VANTHU_DAEMON_REPAIR_H
#define VANTHU_DAEMON_REPAIR_H

#include "daemon/base/workers.h"
#include "daemon/inbox.h"
#include "daemon/store/store.h"
#include "routing/core.h"
#include "routing/state/event.h"

struct arena;

struct repair {
	struct job job;	     /* first */
	struct store *store; /* all borrowed */
	struct core *core;
	struct inbox *inbox;
	struct job_runner runner;
	const bool *stop; /* the daemon ends: so does a walk */
	/* its own; zero at first */
	bool running;
	struct arena *scratch;	  /* the job's */
	struct ev_damaged *found; /* what a worker knows, and how far it has been told */
	uint32_t count, told;
	uint64_t survey; /* of whose findings */
	uint64_t accepted; /* as lost, then: what waited for such a record may go on */
	uint64_t sum;	 /* over what was damaged then: what has changed is told at once */
	uint64_t standing; /* core_standing, the last time that a lane stood */
	/* what was told last, and since when */
	struct told_damage {
		struct store_damage at;
		int64_t since_ms;
	} * before;
	uint32_t before_count;
	bool due;
	int64_t now_ms, next_ms, rest_ms;
};

/* Each second, on the control thread. */
void repair_second(struct repair *r, int64_t mono_ms);
void repair_end(struct repair *r);

#endif
