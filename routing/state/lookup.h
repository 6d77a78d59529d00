/* How the core and others read what is stored, without knowing a store. The plan puts its own
 * writes over it (plan_lookup), so that a decision sees what the decisions before it in the same
 * turn have planned. */
#ifndef VANTHU_ROUTING_STATE_LOOKUP_H
#define VANTHU_ROUTING_STATE_LOOKUP_H

#include "routing/base/err.h"
#include "routing/state/record.h"

struct arena;

/* A walk over the keys of one prefix, in either direction. */
struct scan {
	struct key prefix;
	struct key at;  /* where the walk stands */
	/* at its beginning: upwards a key equal to `at` counts, downwards `at` is no bound */
	bool open;
	/* stop at a damaged record with ERR_DAMAGED, `at` being its key, instead of skipping it */
	bool report_damage;
};

struct scan scan_of(struct key prefix);                      /* all of a prefix, from either end */
struct scan scan_from(struct key prefix, struct key after);  /* what lies beyond `after` */

struct lookup {
	void *ctx;

	/* The record under a key, decoded into the arena. ERR_NOT_FOUND when there is none,
	 * ERR_DAMAGED when its checksum is wrong (it is quarantined, never served). Does not block
	 * beyond a page fault. */
	enum err (*get)(void *ctx, struct arena *arena, enum family family, const struct key *key,
			struct record *out);

	/* The next record upwards; scan->at becomes its key. ERR_NOT_FOUND at the end. Damaged
	 * records are skipped (and quarantined), or reported with ERR_DAMAGED when `report_damage`
	 * is set. */
	enum err (*next)(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			 struct record *out);

	/* The next record downwards. */
	enum err (*last)(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			 struct record *out);
};

#endif
