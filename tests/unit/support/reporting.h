/* What tests of reports of figures share: one that waits for its own to leave, and takes those of
 * others. Of the stage of shelf.h, huyen-a's. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_REPORTING_H
#define VANTHU_TESTS_UNIT_SUPPORT_REPORTING_H

#include "tests/unit/support/fixture.h"

/* A tick; and one after so much time. */
void reporting_tick(struct stage *g);
void reporting_later(struct stage *g, int64_t ms);
/* The n-th report that the plan signs; NULL past the last. */
const struct draft *reporting_draft(const struct stage *g, unsigned n);
/* The first of them; NULL: none. */
const struct report *reporting_of(const struct stage *g);
/* Until it leaves, at most some ticks. */
const struct report *reporting_wait(struct stage *g);
/* The office wants one; answered under 9. */
void reporting_want(struct stage *g);

/* Of xa-a1: three documents of this month. */
extern const struct report_row reporting_row;
struct report reporting_good(void);
/* One of this signer, sealed, over that link. */
void reporting_take(struct stage *g, struct neighbour *from, const char *signer, unsigned id,
		    int64_t signed_at_ms, const struct report *r);
/* What is known of xa-a1. */
struct rec_report reporting_known(struct stage *g);

#endif
