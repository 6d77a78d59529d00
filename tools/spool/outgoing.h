/* out/: each order is taken when it is complete, sent once, and answered. */
#ifndef VANTHU_TOOLS_SPOOL_OUTGOING_H
#define VANTHU_TOOLS_SPOOL_OUTGOING_H

#include "tools/spool/sights.h"

struct spool_outgoing {
	struct spool_sights sights;
	unsigned turns;
	unsigned down;	     /* turns at which nobody answered, one after the other */
	int64_t not_before_ms; /* then (monotonic) */
};

/* One look at out/, with a bounded number of orders. True: there is more to do at once. Blocks on
 * the command. `now_ms` is of a monotonic clock. */
bool spool_outgoing_turn(struct spool_place *p, struct spool_outgoing *o, int64_t now_ms);
void spool_outgoing_free(struct spool_outgoing *o);

#endif
