/* See clocks.h. */
#include "routing/state/clocks.h"

#include "routing/base/limits.h"

/* 1 January 10000: what a neighbour says beyond that, or before 1970, is bounded, so that no
 * difference overflows. */
#define WALL_MOST_MS 253402300800000LL

enum { FRESH_MS = 60 * 1000 };

void clock_measure(struct clock_reading *r, int64_t peer_wall_ms, int64_t round_trip_us,
		   struct now now)
{
	int64_t half_ms = round_trip_us < 0 ? 0 : round_trip_us / 2000;

	if (peer_wall_ms == 0)
		return;
	if (round_trip_us < 0 && r->known && !r->one_way && now.mono_ms - r->at_mono_ms < FRESH_MS)
		return;
	peer_wall_ms = peer_wall_ms < 0		     ? 0
		       : peer_wall_ms > WALL_MOST_MS ? WALL_MOST_MS
						     : peer_wall_ms;
	*r = (struct clock_reading){ .known = true,
				     .one_way = round_trip_us < 0,
				     .ahead_of_mono_ms = peer_wall_ms + half_ms - now.mono_ms,
				     .error_ms = half_ms,
				     .at_mono_ms = now.mono_ms,
				     .at_wall_ms = now.wall_ms };
}

int64_t clock_ahead_ms(const struct clock_reading *r, struct now now)
{
	return r->known ? r->ahead_of_mono_ms + now.mono_ms - now.wall_ms : 0;
}

bool clock_counts(const struct clock_reading *r, struct now now)
{
	return r->known && now.mono_ms - r->at_mono_ms <= FRESH_MS &&
	       (!r->one_way || clock_ahead_ms(r, now) > 0);
}

/* 1: ahead by more than the tolerance whatever the error; -1: behind by so much; 0: it agrees,
 * within what the measurement shows. */
static int side_of(const struct clock_opinion *o)
{
	if (o->ahead_ms - o->error_ms > CLOCK_TOLERANCE_MS)
		return 1;
	return o->ahead_ms + o->error_ms < -CLOCK_TOLERANCE_MS ? -1 : 0;
}

static int64_t nearer(int64_t a, int64_t b)
{
	return (a < 0 ? -a : a) < (b < 0 ? -b : b) ? a : b;
}

enum clock_verdict clock_judge(const struct clock_opinion *opinions, uint32_t count,
			       bool has_superior, uint32_t neighbours, int64_t *ahead_ms)
{
	uint32_t of_side[3] = { 0, 0, 0 }; /* behind, agree, ahead */
	uint32_t needed = has_superior || neighbours <= 1 ? 1 : 2;
	bool heard_superior = false;
	int64_t least_ms[3] = { 0, 0, 0 };
	int superior_side = 0;

	*ahead_ms = 0;
	for (uint32_t i = 0; i < count; i++) {
		int side = side_of(&opinions[i]);

		least_ms[side + 1] = of_side[side + 1] == 0
					 ? opinions[i].ahead_ms
					 : nearer(least_ms[side + 1], opinions[i].ahead_ms);
		of_side[side + 1]++;
		if (opinions[i].superior) {
			heard_superior = true;
			superior_side = side;
		}
	}
	for (int side = -1; side <= 1; side += 2) {
		uint32_t n = of_side[side + 1];

		if (n >= needed && 2 * n > count && (!has_superior || superior_side == side)) {
			*ahead_ms = least_ms[side + 1];
			return CLOCK_WRONG;
		}
	}
	if (has_superior)
		return heard_superior && superior_side == 0 ? CLOCK_RIGHT : CLOCK_UNKNOWN;
	return 2 * of_side[1] > count ? CLOCK_RIGHT : CLOCK_UNKNOWN;
}
