/* Contents that nobody needs; see garbage.h. */
#include "daemon/files/garbage.h"

#include <stdlib.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "routing/base/arena.h"

enum { DROPS_MAX = 256, DROP_AGAIN_MS = 10 * 60 * 1000, SCAN_ARENA_BYTES = 64 * 1024 };

struct drop {
	struct digest sha256;
	int64_t due_ms; /* monotonic */
};

struct garbage {
	struct garbage_parts parts;
	struct arena *arena;
	struct drop drops[DROPS_MAX];
	unsigned drop_count;
};

struct drop_job {
	struct job job; /* first */
	struct garbage *garbage;
	struct digest sha256;
	enum err result;
};

struct garbage *garbage_new(const struct garbage_parts *parts)
{
	struct garbage *g = calloc(1, sizeof *g);

	if (g == NULL)
		return NULL;
	g->parts = *parts;
	g->arena = arena_new(SCAN_ARENA_BYTES);
	if (g->arena == NULL) {
		free(g);
		return NULL;
	}
	return g;
}

void garbage_destroy(struct garbage *g)
{
	if (g == NULL)
		return;
	arena_destroy(g->arena);
	free(g);
}

void garbage_note(struct garbage *g, struct digest sha256, int64_t mono_ms)
{
	if (g->drop_count < DROPS_MAX)
		g->drops[g->drop_count++] = (struct drop){ sha256, mono_ms };
	else
		log_event(LOG_WARNING, "drop-forgotten", "count=%u", g->drop_count);
}

static void work_drop(struct job *j)
{
	struct drop_job *drop = (struct drop_job *)j;
	struct files *files = drop->garbage->parts.files;

	drop->result = files->ops->drop(files, &drop->sha256);
}

static void dropped(struct job *j)
{
	struct drop_job *drop = (struct drop_job *)j;

	if (drop->result == ERR_BUSY)
		garbage_note(drop->garbage, drop->sha256, clock_now().mono_ms + DROP_AGAIN_MS);
	free(drop);
}

static bool still_needed(struct garbage *g, const struct digest *sha256)
{
	struct lookup l = g->parts.lookup;
	struct scan scan = scan_of(key_digest(*sha256));
	struct record r;

	arena_reset(g->arena);
	return l.next(l.ctx, g->arena, FAMILY_FILE, &scan, &r) != ERR_NOT_FOUND;
}

void garbage_due(struct garbage *g, int64_t mono_ms)
{
	for (unsigned i = 0; i < g->drop_count;) {
		struct drop due = g->drops[i];
		struct drop_job *job;

		if (due.due_ms > mono_ms) {
			i++;
			continue;
		}
		g->drops[i] = g->drops[--g->drop_count];
		if (still_needed(g, &due.sha256) || (job = calloc(1, sizeof *job)) == NULL)
			continue;
		*job = (struct drop_job){ .job = { .work = work_drop, .done = dropped },
					  .garbage = g,
					  .sha256 = due.sha256 };
		g->parts.runner.run(g->parts.runner.ctx, &job->job);
	}
}
