/* See simulate.h. */
#include "routing/target/simulate.h"

#include "routing/target/target.h"

static uint64_t less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* What came digitally and is to be processed still. */
static uint64_t unprocessed(const struct target_count *in)
{
	return less(in->digital, in->processed + in->returned + in->recalled);
}

static void add_further(const struct simulate_change *change, struct target_sides *to)
{
	struct target_count *side = change->direction == DIRECTION_IN ? &to->in : &to->out;

	side->digital += change->digital;
	side->paper += change->paper;
}

enum err simulate(const struct target_sides *before, const struct simulate_change *change,
		  struct target_sides *after)
{
	uint64_t receipted = change->receipted_all ? before->out.pending : change->receipted,
		 processed;

	*after = *before;
	if (change->without_in > before->in.paper || change->without_out > before->out.paper ||
	    receipted > before->out.pending)
		return ERR_SIMULATE_MORE;
	after->in.paper -= change->without_in;
	after->in.digital += change->without_in;
	after->out.paper -= change->without_out;
	after->out.digital += change->without_out;
	after->out.pending -= receipted;
	after->out.digital += receipted;
	/* who refused changes its mind last */
	if (after->out.refused > after->out.pending)
		after->out.refused = after->out.pending;
	add_further(change, after);
	processed = change->processed_all ? unprocessed(&after->in) : change->processed;
	if (processed > unprocessed(&after->in))
		return ERR_SIMULATE_MORE;
	after->in.processed += processed;
	return ERR_OK;
}

uint64_t simulate_missing(struct target_ratio r, unsigned line)
{
	uint64_t wanted = (r.all * line + TARGET_WHOLE - 1) / TARGET_WHOLE;

	return less(wanted, r.of);
}
