/* Disks that take their time: a commit is under way while frames come, processes die and the next
 * turn decides. Nothing of it is on the disk before it lands. A crash meanwhile loses it, or finds
 * it there although nobody was told; which of the two, the seed draws. */
#include "tests/sim/world.h"

#include <assert.h>

#include "tests/sim/small.h"

enum { QUICK_MS = 4, STALL_MS = 400, STALLS_OF_1000 = 15, DEATHS_OF_1000 = 10 };

static int64_t draw_ms(struct world *w)
{
	if (w->small != NULL)
		return SMALL_COMMIT_MS;
	if (prng_chance(&w->disks, STALLS_OF_1000))
		return (int64_t)prng_below(&w->disks, STALL_MS);
	return (int64_t)prng_below(&w->disks, QUICK_MS);
}

/* What a canary's crash goes back to: the disk before the oldest commit that was told of early. */
static void remember(struct member *m)
{
	if (m->before == NULL)
		m->before = memory_disk_copy(m->disk);
	assert(m->before != NULL);
}

static void schedule(struct member *m, int64_t in_ms, bool dies)
{
	world_schedule(m->world, (struct sim_event){ .at_ms = m->world->now_ms + in_ms,
						     .kind = SIM_DISK,
						     .member = m->index,
						     .generation = m->write_number,
						     .document = dies });
}

/* While processes die at all, some do so just then: by chance alone hardly one would. */
static void start(void *ctx, struct job *j)
{
	struct member *m = ctx;
	struct world *w = m->world;
	int64_t takes_ms = draw_ms(w);

	assert(m->writing == NULL); /* one at a time: turn.h */
	m->write_number++;
	if (w->active[FAULT_CRASH] && !w->healed && prng_chance(&w->disks, DEATHS_OF_1000))
		schedule(m, (int64_t)prng_below(&w->disks, (uint64_t)takes_ms + 1), true);
	schedule(m, takes_ms, false);
	if (w->canary == CANARY_ONE_EARLY) {
		remember(m);
		j->work(j);
		j->done(j);
		return;
	}
	m->writing = j;
}

static void land(struct member *m)
{
	struct job *j = m->writing;

	m->writing = NULL;
	j->work(j);
	j->done(j);
	m->world->commits_flown++;
}

static void wait_for(void *ctx)
{
	struct member *m = ctx;

	if (m->writing != NULL)
		land(m);
}

/* Figure worlds and the year look at the disk before a turn and compare what the turn makes of it:
 * there a commit takes no time, and none waits. */
static bool at_once(const struct world *w)
{
	return w->figures != NULL || w->year != NULL;
}

struct job_runner disks_runner(struct member *m)
{
	if (at_once(m->world))
		return (struct job_runner){ 0 };
	return (struct job_runner){ .ctx = m, .run = start, .wait = wait_for };
}

void disks_landed(struct world *w, const struct sim_event *e)
{
	struct member *m = &w->members[e->member];

	if (!m->running || e->generation != m->write_number)
		return;
	if (e->document != 0) {
		if (m->writing != NULL || m->before != NULL)
			member_crash(m);
		return;
	}
	if (w->canary == CANARY_ONE_EARLY) {
		memory_disk_destroy(m->before);
		m->before = NULL;
	}
	if (m->writing == NULL)
		return;
	land(m);
	world_wake(w, m, 0);
}

void disks_crash(struct member *m)
{
	struct world *w = m->world;
	struct job *j = m->writing;

	m->writing = NULL;
	m->write_number++;
	if (j == NULL)
		return;
	w->crashes_in_flight++;
	if (w->small == NULL && prng_chance(&w->disks, 500))
		j->work(j);
}

void disks_after_crash(struct member *m)
{
	if (m->before == NULL)
		return;
	memory_disk_destroy(m->disk);
	m->disk = m->before;
	m->before = NULL;
}

enum pace disks_pace(struct world *w)
{
	uint64_t n = w->small != NULL ? 2 : prng_below(&w->disks, 8);

	return n == 0 || at_once(w) ? PACE_CALM : n == 1 ? PACE_HOLD : PACE_BUSY;
}
