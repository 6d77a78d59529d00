/* Documents on paper as tests of several modules use them. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_PAPER_H
#define VANTHU_TESTS_UNIT_SUPPORT_PAPER_H

#include "tests/unit/support/fixture.h"

#define JUNE month_make(2025, 6) /* FIXTURE_NOW_MS is 2025-06-15 */

/* answered to 7 */
struct event paper_entry(unsigned id, enum direction direction, const char *number,
			 const char *date);
struct event paper_cancel(unsigned id, const char *reason);
/* Taken; the plan holds its one answer. */
struct act_reply paper_answer(struct stage *g, const struct event *e);
/* Accepted, committed and cleared. */
void paper_add(struct stage *g, unsigned id, enum direction direction, const char *number,
	       const char *date);
/* The first counter of a month and direction that the store holds, else that of these entries. */
struct key paper_counter(struct station *s, struct month month, enum direction direction);
/* The sum of the counters of a month and direction. */
void paper_expect(struct stage *g, struct month month, enum direction direction,
		  struct target_count expected);
/* Runs a recount until it answers; the result lives as long as the plan. */
const struct recount_result *paper_recount(struct stage *g, enum operation operation);
void paper_expect_equal(struct stage *g);

#endif
