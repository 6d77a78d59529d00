/* The report that an office owes its superior for a period (sơ kết, tổng kết): what was reached, by
 * whom, what was late, what is missing, in sentences, tables and charts; A4 upright. */
#ifndef VANTHU_TOOLS_OUTPUT_REPORT_PAGE_H
#define VANTHU_TOOLS_OUTPUT_REPORT_PAGE_H

#include <jansson.h>
#include <stdio.h>

#include "tools/output/statistics.h"

struct cli;

struct report_page {
	const struct statistics *statistics;
	const char *superior; /* its name; "" nobody stands above */
	bool own;	      /* it is of our own office: `overdue` is known */
	uint64_t overdue;     /* past their deadline now, and not finished */
	/* the targets of the plan by our office's table: "id" and their "name"; NULL: not known */
	const json_t *targets;
};

/* Committees of which something is missing: no report, one that is late, not taken, or does not
 * fit. */
unsigned report_gaps(const struct statistics *s);
void report_page(struct cli *cli, FILE *to, const struct report_page *r);

#endif
