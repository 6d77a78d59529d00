/* The tree of committees as the core asks about it: superiors, next hops, paths. Rows come from the
 * directory in the store (hundreds of thousands of committees need no memory here); a small cache
 * keeps the superiors that are looked up often. */
#ifndef VANTHU_ROUTING_STATE_TREE_H
#define VANTHU_ROUTING_STATE_TREE_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/lookup.h"

struct arena;
struct tree;

struct tree *tree_new(void); /* NULL without memory */
void tree_destroy(struct tree *t);
void tree_forget(struct tree *t); /* the directory has changed */

/* What is read: the store, or the plan over it. */
struct tree_view {
	struct tree *tree;
	struct lookup lookup;
	struct arena *arena;
	bool retired_too; /* those that have ended are subordinates still */
	/* of the directory that is asked about; 0: the one in force. Entries say where they have
	 * stood */
	uint64_t version;
};

/* The same tree as it was under an earlier directory. A version that is not behind us is the one in
 * force. */
struct tree_view tree_at(const struct tree_view *v, uint64_t version);

/* The superior of a committee, "" at the top. ERR_NOT_FOUND: no such committee, or not yet.
 * *retired may be NULL. */
must_use enum err tree_superior(const struct tree_view *v, struct committee_id id,
				struct committee_id *superior, bool *retired);

/* The directory version since which a committee and all above it have stood where they stand under
 * v->version, each under the same superior: the least with the same path to the top; 0: always.
 * ERR_NOT_FOUND: no such committee, or not yet. */
must_use enum err tree_since(const struct tree_view *v, struct committee_id id, uint64_t *since);

/* The directory version that first knew a committee; 0: the first of all. ERR_NOT_FOUND: none knows
 * it. */
must_use enum err tree_first(const struct tree_view *v, struct committee_id id, uint64_t *first);

/* The first directory version under which a committee, or one above it, stood under another
 * superior than under v->version; 0: they stand so still. ERR_NOT_FOUND: no such committee, or not
 * yet. */
must_use enum err tree_until(const struct tree_view *v, struct committee_id id, uint64_t *until);

/* The neighbour of `self` on the path to `target`. ERR_NOT_FOUND: no such committee; ERR_NO_ROUTE:
 * it lies above and self is a top; target must not be self. */
must_use enum err tree_next_hop(const struct tree_view *v, struct committee_id self,
				struct committee_id target, struct committee_id *hop);

/* Is `id` somewhere below `top` (not top itself)? */
must_use enum err tree_is_below(const struct tree_view *v, struct committee_id top,
				struct committee_id id, bool *below);

/* Does x lie on the path from a to b (both ends included)? */
must_use enum err tree_on_path(const struct tree_view *v, struct committee_id a,
			       struct committee_id b, struct committee_id x, bool *on);

/* The subordinate after `after` ("" for the first). ERR_NOT_FOUND at the end. Retired ones are
 * passed over. */
must_use enum err tree_next_subordinate(const struct tree_view *v, struct committee_id superior,
					struct committee_id after, struct committee_id *out);

#endif
