/* Counts all documents and paper from the records and compares the result with the counters, a
 * bounded number of records a tick, while everything else goes on.
 *
 * A record that changes while this runs: a record that was counted already moves the tally as it
 * moves the counters (recount_follow); one that was not is counted later as it then is. So at the
 * end both stand for the same moment, and may be compared exactly. */
#ifndef VANTHU_ROUTING_TARGET_RECOUNT_H
#define VANTHU_ROUTING_TARGET_RECOUNT_H

#include "routing/base/err.h"
#include "routing/state/event.h"
#include "routing/state/record.h"

struct target_cell;
struct turn_view;

/* At boot: starts a recount when this store has never been counted, or was stopped during a
 * recount. */
must_use enum err recount_load(struct turn_view *t);
must_use enum err recount_begin(struct turn_view *t, struct reply_to reply, bool repair);
/* Each tick: begins what a damaged counter wishes, and goes on with what is under way. */
must_use enum err recount_tick(struct turn_view *t);
/* A record that a running recount has counted already counts otherwise now. */
must_use enum err recount_follow(struct turn_view *t, enum family family, const struct key *key,
				 const struct target_cell *before, const struct target_cell *after);

struct tally;
/* What a running recount has counted, to go back to it within a turn; a copy in the plan's
 * arena. */
struct recount_mark {
	struct tally *tally;
	uint32_t count;
};

must_use enum err recount_mark(struct turn_view *t, struct recount_mark *out);
void recount_back(struct turn_view *t, const struct recount_mark *m);

#endif
