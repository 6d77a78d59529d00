/* What a committee knows of clocks: each neighbour's, as its Hello and Pong report it, and from
 * them whether its own is wrong. Pure.
 *
 * A reading is kept against the monotonic clock, which nobody sets: so a step of our own clock
 * shows at once in the difference to all neighbours, and a neighbour's with its next Pong. */
#ifndef VANTHU_ROUTING_STATE_CLOCKS_H
#define VANTHU_ROUTING_STATE_CLOCKS_H

#include "routing/base/types.h"

/* One neighbour's clock. Zero: never measured. */
struct clock_reading {
	bool known;
	/* the delay of the message is unknown: the neighbour's clock may be later, not earlier */
	bool one_way;
	int64_t ahead_of_mono_ms; /* its Unix time less our monotonic one */
	int64_t error_ms;      /* half the round trip */
	int64_t at_mono_ms, at_wall_ms; /* when it was measured */
};

enum { CLOCK_NO_ROUND_TRIP = -1 };
/* The neighbour's clock said `peer_wall_ms`; `round_trip_us` lie between our question and now, or
 * CLOCK_NO_ROUND_TRIP. The newest is kept; what has no round trip does not replace what has one,
 * for a minute. 0 (nothing said) measures nothing. */
void clock_measure(struct clock_reading *r, int64_t peer_wall_ms, int64_t round_trip_us,
		   struct now now);

/* How far the neighbour's clock is ahead of ours (ms; negative: behind). 0 when nothing is
 * known. */
int64_t clock_ahead_ms(const struct clock_reading *r, struct now now);

/* May it say something about our own clock? Not when it is old, nor where it is "behind" only
 * because its message was long in transit. */
bool clock_counts(const struct clock_reading *r, struct now now);

/* What one neighbour with a living link and a fresh reading says. */
struct clock_opinion {
	bool superior;
	int64_t ahead_ms; /* of our clock */
	int64_t error_ms;
};

enum clock_verdict {
	CLOCK_UNKNOWN, /* nobody has said enough */
	CLOCK_RIGHT,
	CLOCK_WRONG,   /* sign nothing new */
};

/* Is our clock wrong? It is when more than half of those who speak are ahead of it by more than
 * CLOCK_TOLERANCE_MS, or more than half are behind it by so much, and the superior (`has_superior`:
 * there is one) is among them. Who has no superior needs two, unless it has one neighbour in all
 * (`neighbours`, of the directory). So neither a liar among many nor a subordinate alone stops
 * anybody, and of two that have only each other both stop. It is right when the superior, or
 * without one more than half, agree with it. *ahead_ms: by how much the others are ahead of it. */
enum clock_verdict clock_judge(const struct clock_opinion *opinions, uint32_t count,
			       bool has_superior, uint32_t neighbours, int64_t *ahead_ms);

#endif
