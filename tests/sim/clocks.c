/* Clocks that go wrong for a while, in every seed: at whoever it is, an origin, a relay, a
 * recipient, ahead or behind, by minutes to days, and are mended while things are under way;
 * sometimes by a restart, as on a machine whose hardware clock is kept in local time. Half of them
 * stand alone meanwhile: then nobody tells them, and they sign. What was signed is set aside by
 * whom it is for, and settled when its signer says so. */
#include "tests/sim/world.h"

enum { LAST_BEGIN_MS = 14000, LASTS_MOST_MS = 8000, RESTARTS = 300, ALONE = 500 };

#define MINUTE_MS 60000LL
#define HOUR_MS (60 * MINUTE_MS)

static int64_t draw_error(struct world *w)
{
	static const int64_t by[] = { 7 * MINUTE_MS,  40 * MINUTE_MS, 7 * HOUR_MS,  72 * HOUR_MS,
				      -8 * MINUTE_MS, -7 * HOUR_MS,   -72 * HOUR_MS };
	int64_t ms = by[prng_below(&w->clocks, sizeof by / sizeof by[0])];

	/* Clerks write down days: what a wrong day means to them is tested elsewhere. */
	if (w->counting || w->midnight)
		ms = 7 * MINUTE_MS;
	return ms + (int64_t)prng_below(&w->clocks, 60000);
}

void clocks_draw(struct world *w)
{
	unsigned count;

	prng_seed(&w->clocks, w->seed ^ 0x636c6f636b73ULL);
	count = 1 + (unsigned)prng_below(&w->clocks, CLOCKS_MOST);
	for (unsigned i = 0; i < count; i++) {
		int64_t begin_ms = (int64_t)prng_below(&w->clocks, LAST_BEGIN_MS),
			lasts_ms = 200 + (int64_t)prng_below(&w->clocks, LASTS_MOST_MS);
		int member = (int)prng_below(&w->clocks, (uint64_t)w->member_count);

		world_schedule(
		    w, (struct sim_event){
			   .at_ms = begin_ms, .kind = SIM_CLOCK, .member = member, .document = 1 });
		world_schedule(w, (struct sim_event){ .at_ms = begin_ms + lasts_ms,
						      .kind = SIM_CLOCK,
						      .member = member });
	}
}

/* No wire of its own carries anything: whoever is alone believes its clock. */
static void leave_alone(struct world *w, struct member *m, bool alone)
{
	m->alone = alone;
	for (int i = 0; i < w->edge_count; i++) {
		struct edge *e = &w->edges[i];

		if (e->superior != m->index && e->subordinate != m->index)
			continue;
		e->cut[0] = e->cut[1] = alone;
		if (alone)
			network_reset(w, i);
	}
}

void clocks_strike(struct world *w, int member, bool mend)
{
	struct member *m = &w->members[member];

	if (w->healed)
		return;
	m->clock_ms = mend ? 0 : draw_error(w);
	if (mend ? m->alone : prng_chance(&w->clocks, ALONE))
		leave_alone(w, m, !mend);
	w->clocks_wrong += !mend;
	if (m->running && prng_chance(&w->clocks, RESTARTS))
		member_crash(m);
	world_wake(w, m, 0);
}

void clocks_noticed(struct world *w, int member, const struct act_notify *n)
{
	const struct wanted *d = workload_find(w, &n->document.id);

	w->asides += n->what == NOTICE_ASIDE;
	w->settled += n->what == NOTICE_SETTLED;
	w->doubts += n->what == NOTICE_DOUBTED;
	/* A crash may swallow either notice: what it tells of is on the disk already. */
	if ((n->what == NOTICE_ASIDE || n->what == NOTICE_SETTLED) && d != NULL)
		w->was_aside[d - w->documents] |= (uint16_t)(1u << member);
}
