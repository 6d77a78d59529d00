/* What the checkers share: a look at each record of a committee's disk. */
#ifndef VANTHU_TESTS_SIM_CHECK_H
#define VANTHU_TESTS_SIM_CHECK_H

#include "routing/state/figures.h"
#include "tests/sim/world.h"

/* Calls `each` for every record under a prefix, in order; the arena is the record's and reset after
 * the call. */
void check_each(struct world *w, const struct member *m, enum family family, struct key prefix,
		void (*each)(struct world *w, const struct member *m, const struct key *key,
			     const struct record *r));
struct key check_all(void); /* the empty prefix */

/* What is counted together: a month, a direction, a place in the tree, a type. */
struct model_cell {
	char month[32]; /* YYYY-MM */
	enum direction direction;
	char path[64]; /* indices of the member and of all above it, ">" between and behind them */
	char type[TYPE_CODE_MAX + 1];
	struct target_count count;
};

/* Counts a disk's documents and paper; *out is valid until the next disk is counted. */
unsigned check_target_count(struct world *w, const struct member *m, struct model_cell **out);
/* Where a member stood under a version of the directory; 0: under the first. */
void check_target_path(const struct world *w, int member, uint64_t version, char out[64]);

#endif
