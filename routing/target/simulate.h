/* What the shares would be if: documents more, on paper or through the system, those on paper sent
 * through it, what is pending receipted, what has come processed. How much of that the line
 * wants is here too; what a share still bears is in outlook.h. Pure arithmetic over counts. */
#ifndef VANTHU_ROUTING_TARGET_SIMULATE_H
#define VANTHU_ROUTING_TARGET_SIMULATE_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/target/share.h"

/* All 0: everything stays as it is. */
struct simulate_change {
	/* documents more, of that direction; out where it is DIRECTION_NONE. What is sent is
	 * receipted by all; what comes is yet to be processed */
	enum direction direction;
	uint64_t digital, paper;
	/* of those on paper now: through the system instead */
	uint64_t without_in, without_out;
	/* of those pending: receipted by all */
	uint64_t receipted;
	/* of those received and not processed, with what comes by this change: processed */
	uint64_t processed;
	bool receipted_all, processed_all;
};

/* ERR_SIMULATE_MORE: it takes more away from paper, from what is pending or not processed than
 * there is; *after is of no use then. No count may be above SIMULATE_MOST. */
enum { SIMULATE_MOST = 1000000000 };
must_use enum err simulate(const struct target_sides *before, const struct simulate_change *change,
			   struct target_sides *after);

/* How many documents of those counted must become digital for the share to reach the line; 0: it
 * is reached, or nothing is counted. `line` in ten-thousandths, at most TARGET_WHOLE. */
uint64_t simulate_missing(struct target_ratio r, unsigned line);

#endif
