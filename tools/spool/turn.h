/* One turn of the spool: a look into out/, then what has changed. */
#ifndef VANTHU_TOOLS_SPOOL_TURN_H
#define VANTHU_TOOLS_SPOOL_TURN_H

#include "tools/spool/incoming.h"
#include "tools/spool/outgoing.h"

struct spool_turn {
	const struct spool_parts *parts; /* borrowed */
	int stop;			 /* a descriptor that can be read when all is to end; -1 */
	struct spool_outgoing outgoing;
	struct spool_incoming incoming;
	bool more;	 /* out/ has more that can be sent at once */
	int64_t look_ms; /* when out/ is looked at again */
	enum err told; /* what was logged of the folder */
};

/* Blocks on the command, and up to the time of gateway.spool_poll for changes. Returns for how many
 * milliseconds there is nothing to do. `now_ms` is of a monotonic clock. */
int64_t spool_turn(struct spool_turn *t, int64_t now_ms);
void spool_turn_free(struct spool_turn *t);

#endif
