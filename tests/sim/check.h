/* What the checkers share: a look at each record of a committee's disk. */
#ifndef VANTHU_TESTS_SIM_CHECK_H
#define VANTHU_TESTS_SIM_CHECK_H

#include "tests/sim/world.h"

/* Calls `each` for every record under a prefix, in order; the arena is the record's and reset after
 * the call. */
void check_each(struct world *w, const struct member *m, enum family family, struct key prefix,
		void (*each)(struct world *w, const struct member *m, const struct key *key,
			     const struct record *r));
struct key check_all(void); /* the empty prefix */

#endif
