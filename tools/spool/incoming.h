/* in/: one folder for each document that comes, one file for each receipt, as the feed of changes
 * tells them. */
#ifndef VANTHU_TOOLS_SPOOL_INCOMING_H
#define VANTHU_TOOLS_SPOOL_INCOMING_H

#include "tools/spool/cursor.h"

struct spool_incoming {
	bool loaded; /* the cursor was read, and what was under way is ended */
	struct spool_cursor cursor;
	unsigned failures;     /* one after the other */
	int64_t not_before_ms; /* then (monotonic) */
};

/* Asks for what has changed, waits up to `wait_ms` for it, and puts it there. False: it could not
 * be asked, or what came could not be put: the caller waits. */
bool spool_incoming_turn(struct spool_place *p, struct spool_incoming *in, int64_t now_ms,
			 int64_t wait_ms);

#endif
