/* Figures of a subtree as the daemon holds them: sums as fine as asked for, and how each committee
 * stands with its reports. One request (`subtree`), all of it kept; what is printed is made of
 * it. */
#ifndef VANTHU_TOOLS_OUTPUT_FIGURES_H
#define VANTHU_TOOLS_OUTPUT_FIGURES_H

#include <jansson.h>

#include "proto/control.pb-c.h"
#include "routing/target/target.h"
#include "tools/cli/cli.h"
#include "tools/output/figures_types.h"

struct figures_query {
	struct month from,
		to; /* {0}, {0}: this year, as the daemon has it; {0}, {UINT16_MAX}: all */
	const char *committee; /* an id; NULL or "": ours */
	/* how fine; what is not asked for is summed */
	bool by_committee, by_month, by_direction, by_type;
	bool whole; /* with by_committee: of each its whole subtree */
	bool alone; /* nobody below it */
};

/* The arrays and what they hold are owned. In the daemon's order: sums by committee, month,
 * direction, type; reporters level by level, the one at the top first. */
struct figures {
	/* what was asked for; of all, by_month, from the first with something in it to the last */
	struct month from, to;
	Vanthu__V1__SubtreeSum **sums;
	size_t sum_count;
	Vanthu__V1__Reporter **reporters;
	size_t reporter_count;
	/* what is in no sum, for it is reported of where its committee did not stand */
	Vanthu__V1__Misplaced **misplaced;
	size_t misplaced_count;
	Vanthu__V1__SubtreeLine **lines; /* what those are parts of */
	size_t line_count, line_capacity;
};

/* Which of the sums: NULL or 0 is any. */
struct figures_filter {
	const char *committee;
	struct month from, to;		   /* both within */
	const char *type_code, *type_name; /* both or none */
	bool excluded; /* those of types that our office leaves out; else only the others */
};

/* On the read socket. Failures have been reported (ERR_NOT_ENTITLED: a committee that is not below
 * ours; ERR_BAD_DATE); *out is empty then. figures_free(out) is fine in any case. */
must_use enum err figures_ask(struct call *c, const struct figures_query *query,
			      struct figures *out);
void figures_free(struct figures *f);

/* The sum of all that the filter lets pass; needs by_direction. */
struct target_sides figures_sum(const struct figures *f, const struct figures_filter *filter);
/* NULL: it is not among those below the top. */
const Vanthu__V1__Reporter *figures_reporter(const struct figures *f, const char *committee);

#endif
