/* Contents that nobody needs; see garbage.h. */
#include "daemon/files/garbage.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "proto/digest.h"
#include "routing/base/arena.h"
#include "routing/state/event.h"
#include "routing/state/record.h"

enum {
	UNCLAIMED_MAX = 1024,
	LOOKED_AT_ONCE = 256,
	DROPPED_AT_ONCE = 64,
	AGAIN_MS = 10 * 60 * 1000,
	SCAN_ARENA_BYTES = 64 * 1024
};

struct garbage {
	struct garbage_parts parts;
	struct arena *arena;
	struct key at; /* where the walk over DROPPED stands; empty: at its beginning */
	bool again;    /* there are new ones: when the walk ends, another begins */
	bool busy;     /* a job is under way */
	bool held;
	int64_t next_ms; /* monotonic: when to go on; 0: at once, as after the start */
	struct digest unclaimed[UNCLAIMED_MAX];
	unsigned unclaimed_count;
	int64_t unclaimed_ms; /* monotonic: when to look at them */
};

struct drop_job {
	struct job job; /* first */
	struct garbage *garbage;
	unsigned count;
	bool unclaimed; /* the core knows of none of them */
	struct ev_dropped list[DROPPED_AT_ONCE];
	enum err results[DROPPED_AT_ONCE];
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

void garbage_wake(struct garbage *g)
{
	g->again = true;
	g->next_ms = 0;
}

static void work_drop(struct job *j)
{
	struct drop_job *drop = (struct drop_job *)j;
	struct files *files = drop->garbage->parts.files;

	for (unsigned i = 0; i < drop->count; i++)
		drop->results[i] = files->ops->drop(files, &drop->list[i].sha256);
}

/* The oldest of too many are forgotten. */
static void note_unclaimed(struct garbage *g, const struct digest *sha256)
{
	if (g->unclaimed_count == UNCLAIMED_MAX)
		memmove(g->unclaimed, g->unclaimed + 1,
			--g->unclaimed_count * sizeof *g->unclaimed);
	g->unclaimed[g->unclaimed_count++] = *sha256;
}

static void tell(const struct drop_job *drop, const struct ev_dropped *e)
{
	const struct garbage *g = drop->garbage;

	if (!drop->unclaimed)
		g->parts.dropped(g->parts.ctx, e);
}

static void dropped(struct job *j)
{
	struct drop_job *drop = (struct drop_job *)j;
	struct garbage *g = drop->garbage;

	g->busy = false;
	for (unsigned i = 0; i < drop->count; i++) {
		char hex[DIGEST_HEX_SIZE];

		digest_to_hex(&drop->list[i].sha256, hex);
		/* not there: it went before a crash */
		if (drop->unclaimed && drop->results[i] == ERR_BUSY)
			note_unclaimed(g, &drop->list[i].sha256);
		else if (drop->results[i] == ERR_OK || drop->results[i] == ERR_NOT_FOUND)
			tell(drop, &drop->list[i]);
		else if (drop->results[i] != ERR_BUSY)
			log_event(LOG_WARNING, "file-not-dropped", "file=%s error=VT-%d", hex,
				  (int)drop->results[i]);
	}
	free(drop);
}

/* ERR_OK: a record names it. ERR_NOT_FOUND: none does. Whatever else: that is not known. */
static enum err find_need(struct garbage *g, const struct digest *sha256)
{
	struct lookup l = g->parts.lookup;
	struct scan scan = scan_of(key_digest(*sha256));
	struct record r;

	scan.report_damage = true;
	return l.next(l.ctx, g->arena, FAMILY_FILE, &scan, &r);
}

/* Fills the job. ERR_NOT_FOUND: the walk is at its end. */
static enum err walk(struct garbage *g, struct drop_job *drop)
{
	struct lookup l = g->parts.lookup;
	struct key all = { .len_bytes = 0 };
	struct scan scan = g->at.len_bytes == 0 ? scan_of(all) : scan_from(all, g->at);

	for (unsigned i = 0; i < LOOKED_AT_ONCE && drop->count < DROPPED_AT_ONCE; i++) {
		struct ev_dropped *next = &drop->list[drop->count];
		struct record r;
		enum err e;

		arena_reset(g->arena);
		e = l.next(l.ctx, g->arena, FAMILY_DROPPED, &scan, &r);
		if (e != ERR_OK)
			return ERR_NOT_FOUND;
		g->at = scan.at;
		if (!key_parse_file(&scan.at, &next->sha256, &next->role, &next->serial))
			continue;
		e = find_need(g, &next->sha256);
		if (e == ERR_OK)
			g->parts.dropped(g->parts.ctx, next);
		drop->count += e == ERR_NOT_FOUND;
	}
	return ERR_OK;
}

void garbage_unclaimed(struct garbage *g, const struct digest *sha256, int64_t mono_ms)
{
	arena_reset(g->arena);
	if (find_need(g, sha256) == ERR_OK)
		return;
	if (g->unclaimed_count == 0)
		g->unclaimed_ms = mono_ms + AGAIN_MS;
	note_unclaimed(g, sha256);
}

/* Those that nobody has claimed meanwhile, the newest first; of whom that is not known, stays. */
static void sift(struct garbage *g, struct drop_job *drop)
{
	unsigned kept = g->unclaimed_count;

	drop->unclaimed = true;
	for (unsigned i = g->unclaimed_count; i-- > 0 && drop->count < DROPPED_AT_ONCE;) {
		enum err e;

		arena_reset(g->arena);
		e = find_need(g, &g->unclaimed[i]);
		if (e == ERR_NOT_FOUND)
			drop->list[drop->count++].sha256 = g->unclaimed[i];
		if (e == ERR_OK || e == ERR_NOT_FOUND)
			g->unclaimed[i] = g->unclaimed[--kept];
	}
	g->unclaimed_count = kept;
}

static void run(struct garbage *g, struct drop_job *drop)
{
	if (drop->count == 0) {
		free(drop);
		return;
	}
	g->busy = true;
	g->parts.runner.run(g->parts.runner.ctx, &drop->job);
}

void garbage_hold(struct garbage *g)
{
	g->held = true;
}

void garbage_release(struct garbage *g)
{
	g->held = false;
}

void garbage_due(struct garbage *g, int64_t mono_ms)
{
	bool sifts = g->unclaimed_count > 0 && mono_ms >= g->unclaimed_ms;
	struct drop_job *drop;
	bool ended;

	if (g->busy || g->held || (mono_ms < g->next_ms && !sifts) ||
	    !g->parts.may_drop(g->parts.ctx))
		return;
	drop = calloc(1, sizeof *drop);
	if (drop == NULL)
		return;
	drop->job.work = work_drop;
	drop->job.done = dropped;
	drop->garbage = g;
	if (mono_ms < g->next_ms) {
		g->unclaimed_ms = mono_ms + AGAIN_MS;
		sift(g, drop);
		run(g, drop);
		return;
	}
	if (g->at.len_bytes == 0)
		g->again = false;
	ended = walk(g, drop) == ERR_NOT_FOUND;
	if (ended) {
		g->at.len_bytes = 0;
		g->next_ms = g->again ? mono_ms : mono_ms + AGAIN_MS;
	}
	run(g, drop);
}
