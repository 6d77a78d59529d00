/* What is counted and logged of requests. */
#ifndef VANTHU_TOOLS_GATEWAY_TALLY_H
#define VANTHU_TOOLS_GATEWAY_TALLY_H

#include <stdint.h>

struct exchange;
struct tally;

struct tally *tally_new(void);			    /* NULL without memory */
void tally_free(struct tally *r);		    /* NULL is fine */
void tally_connection(struct tally *r, int opened); /* 1 or -1 */
/* Before a change is made: writes the audit line where that is required. False: it has been
 * refused. */
int tally_begin(struct exchange *x);
/* Answers with the counts, as OpenMetrics has them. */
void tally_metrics(struct exchange *x);
/* The answer is known. */
void tally_answer(struct exchange *x);

#endif
