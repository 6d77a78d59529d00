/* How the core and others read what is stored, without knowing a store. The plan puts its own writes over it
 * (plan_lookup), so that a decision sees what the decisions before it in the same turn have planned. */
#ifndef VANTHU_ROUTING_LOOKUP_H
#define VANTHU_ROUTING_LOOKUP_H

#include "routing/arena.h"
#include "routing/record.h"

struct lookup {
	void *ctx;

	/* The record under a key, decoded into the arena. ERR_NOT_FOUND when there is none, ERR_DAMAGED when its
	 * checksum is wrong (it is quarantined, never served). Does not block beyond a page fault. */
	enum err (*get)(void *ctx, struct arena *arena, enum family family, const struct key *key, struct record *out);

	/* The first record whose key is > *key (at or after it when `inclusive`) and begins with prefix; *key becomes its key.
	 * ERR_NOT_FOUND at the end. Damaged records are passed over (and quarantined). */
	enum err (*next)(void *ctx, struct arena *arena, enum family family, const struct key *prefix, struct key *key,
			 bool inclusive, struct record *out);

	/* The last record whose key begins with prefix (and is < *before, when before is given). */
	enum err (*last)(void *ctx, struct arena *arena, enum family family, const struct key *prefix,
			 const struct key *before, struct key *key, struct record *out);
};

#endif
