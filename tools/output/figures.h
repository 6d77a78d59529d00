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
	bool by_place; /* with by_committee: apart by where each stood then */
};

/* Where a committee stands or stood: its superior, that one's, and so on up to the one at the top
 * of the figures, which has none. Ids are borrowed of the figures. */
struct figures_place {
	const char *above[TREE_DEPTH_MAX];
	size_t count;
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
	/* by_place: names of those that have figures here and stand elsewhere now */
	struct figures_name *names;
	size_t name_count;
};

/* Which of the sums: NULL or 0 is any. */
struct figures_filter {
	const char *committee;
	const struct figures_place *place; /* needs by_place */
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

/* Where one of the reporters stands today. */
void figures_stands(const struct figures *f, const Vanthu__V1__Reporter *r,
		    struct figures_place *out);
/* The place of what stands directly below it. */
void figures_below(const Vanthu__V1__Reporter *superior, const struct figures_place *its,
		   struct figures_place *out);
/* Whether the sum is the first of a committee that counts in this place, where it stood then, and
 * does not stand there today: its figures are in the sum of the place, and in no row of today's
 * tree. */
bool figures_is_former(const struct figures *f, size_t sum, const struct figures_place *place);
/* By the directory; its id where that does not know it. Borrowed of the figures. */
const char *figures_name(const struct figures *f, const char *committee);

/* Committees whose reports begin after the first month asked for: what was before is in no figure.
 * *first: the latest month that one of them begins with. */
unsigned figures_begin_later(const struct figures *f, struct month *first);

#endif
