/* Which faults a seed draws and when they strike. Swarm testing: each seed a different subset, at
 * least five, so that rare pairs meet. */
#include <stdio.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/sim/world.h"

enum { LEAST_ACTIVE = 5, SKEW_MOST_MS = 240000 };

const char *fault_name(enum fault f)
{
	static const char *const names[] = {
		"loss",	   "duplicate",	      "reorder",	"delay", "reset", "partition",
		"one-way", "crash",	      "crash-commit",	"slow",	 "skew",  "corrupt",
		"garbage", "forged-document", "forged-receipt", "replay"
	};

	return names[f];
}

void faults_draw(struct world *w)
{
	unsigned count = 0;

	for (int f = 0; f < FAULT_COUNT; f++) {
		w->active[f] = prng_chance(&w->prng, 500);
		count += w->active[f];
	}
	while (count < LEAST_ACTIVE) {
		uint64_t f = prng_below(&w->prng, FAULT_COUNT);

		count += !w->active[f];
		w->active[f] = true;
	}
	for (int i = 0; w->active[FAULT_SKEW] && i < w->member_count; i++) {
		w->members[i].skew_ms =
		    (int64_t)prng_below(&w->prng, 2 * SKEW_MOST_MS / 2) - SKEW_MOST_MS / 2;
		w->struck[FAULT_SKEW]++;
	}
}

static void strike_link(struct world *w, enum fault f, int edge)
{
	struct edge *e = &w->edges[edge];
	int direction = (int)prng_below(&w->prng, 2);

	switch (f) {
	case FAULT_RESET:
		network_reset(w, edge);
		break;
	case FAULT_PARTITION:
		/* Cut, or whole again: partitions end at some later strike. */
		e->cut[0] = e->cut[1] = !e->cut[0];
		break;
	case FAULT_ONE_WAY:
		e->cut[direction] = !e->cut[direction];
		break;
	case FAULT_SLOW:
		e->slow_ms[direction] =
		    e->slow_ms[direction] != 0 ? 0 : (int64_t)prng_below(&w->prng, 800);
		break;
	case FAULT_GARBAGE:
		hostile_garbage(w, edge);
		break;
	case FAULT_FORGED_DOCUMENT:
		hostile_document(w, edge);
		break;
	case FAULT_FORGED_RECEIPT:
		hostile_receipt(w, edge);
		break;
	case FAULT_REPLAY: {
		struct sim_event k = w->kept[prng_below(&w->prng, KEPT_FRAMES)];

		/* An old frame in the connection of today. */
		if (k.bytes != NULL && w->edges[k.edge].standing) {
			k.generation = w->edges[k.edge].generation;
			k.at_ms = w->now_ms;
			network_deliver(w, &k);
		}
		break;
	}
	default:
		break;
	}
}

static void strike_member(struct world *w, enum fault f)
{
	struct member *m = &w->members[prng_below(&w->prng, (uint64_t)w->member_count)];

	if (!m->running)
		return;
	if (f == FAULT_CRASH) {
		member_crash(m);
	} else if (f == FAULT_CRASH_COMMIT) {
		/* The next commit fails: what it would have written is lost, or landed after all
		 * and nobody was told. */
		memory_disk_fail(m->disk, 1 + (uint32_t)prng_below(&w->prng, 4), ERR_STORE,
				 prng_chance(&w->prng, 400));
	} else {
		m->skew_ms += (int64_t)prng_below(&w->prng, 2000) - 1000; /* NTP pulls */
	}
}

void faults_strike(struct world *w)
{
	enum fault f = (enum fault)prng_below(&w->prng, FAULT_COUNT);

	if (!w->active[f] || f <= FAULT_DELAY || f == FAULT_CORRUPT)
		return; /* those strike single frames */
	if (f != FAULT_GARBAGE && f != FAULT_FORGED_DOCUMENT && f != FAULT_FORGED_RECEIPT)
		w->struck[f]++;
	if (f == FAULT_CRASH || f == FAULT_CRASH_COMMIT || f == FAULT_SKEW)
		strike_member(w, f);
	else if (w->edge_count > 0)
		strike_link(w, f, (int)prng_below(&w->prng, (uint64_t)w->edge_count));
}

void faults_heal(struct world *w)
{
	w->healed = true;
	for (int i = 0; i < w->member_count; i++) {
		memory_disk_fail(w->members[i].disk, 0, ERR_OK, false);
		w->members[i].skew_ms = w->members[i].clock_ms = 0;
		w->members[i].alone = false;
	}
	for (int i = 0; i < w->edge_count; i++) {
		struct edge *e = &w->edges[i];

		e->cut[0] = e->cut[1] = false;
		e->slow_ms[0] = e->slow_ms[1] = 0;
		e->refused_until_ms = 0;
		/* TCP ends a connection in which something went missing. */
		network_reset(w, i);
	}
}
