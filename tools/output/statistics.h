/* The statistics that an office reports: the figures of a period by committee, with the sums of
 * those that have others below them, by month and by type, against the line and the period before.
 * Made once out of what the daemon says; tables, pages and files are made of them. */
#ifndef VANTHU_TOOLS_OUTPUT_STATISTICS_H
#define VANTHU_TOOLS_OUTPUT_STATISTICS_H

#include <jansson.h>

#include "tools/output/figures.h"

enum statistics_kind {
	STATISTICS_UNIT,   /* a committee that has none below it */
	STATISTICS_SUM,	   /* one with all below it, as they stood when */
	STATISTICS_OWN,	   /* the same alone */
	STATISTICS_FORMER, /* one that stood there once, with all below it, as long as it did */
	STATISTICS_MONTH,
	STATISTICS_TYPE,
};

/* Texts are borrowed of the figures. */
struct statistics_row {
	enum statistics_kind kind;
	const Vanthu__V1__Reporter *reporter; /* NULL: of a former one, a month, a type */
	const char *committee, *name;	      /* or the type's; "" both: of no type */
	const char *superior; /* under whom it counts; "": the top, a month, a type */
	unsigned depth;			      /* in the tree: what it stands below */
	struct month month;
	bool known; /* false: it has never reported, so it has no figures, not zeros */
	/* of a sum: committees in it, itself too; and those that have never reported */
	unsigned committees, missing;
	struct target_sides sides, before;
	struct target_ratio ratio, ratio_before; /* the headline's */
	unsigned line;				 /* to reach; ten-thousandths */
};

struct statistics {
	struct month from, to;
	struct month before_from,
		before_to;    /* as long, before it; {0}: of "all" and a term, none */
	bool term;	      /* the months are those of the term up to now */
	unsigned begin_later; /* committees whose figures begin within the period, … */
	struct month begin;   /* … the last of them in this month */
	enum target_headline headline;
	unsigned line;
	int64_t as_of_ms; /* of the youngest figures; our own counters are as of now */
	int64_t now_ms;
	uint64_t excluded; /* documents of types that our office leaves out: in no row */
	struct statistics_row *units, *months, *types;
	size_t unit_count, month_count, type_count;
	struct figures own, whole, own_before, whole_before, by_month, by_type, by_type_before;
};

struct statistics_query {
	struct month from, to; /* as struct figures_query */
	bool term;	       /* it is the term: the one before it is not known */
	const char *committee; /* NULL: ours */
};

/* Asks on the read socket, several times. Failures have been reported; statistics_free(out) is fine
 * in any case. */
must_use enum err statistics_ask(struct call *c, const struct statistics_query *q,
				 struct statistics *out);
void statistics_free(struct statistics *s);

/* The whole of it: the first of the units. */
const struct statistics_row *statistics_top(const struct statistics *s);
/* The share of a row in ten-thousandths; -1: nothing is counted, or nothing is known. */
int statistics_share(const struct statistics_row *row);
bool statistics_reached(const struct statistics_row *row);
/* In ten-thousandths; false where one of the two is not there. */
bool statistics_over_line(const struct statistics_row *row, int *out);
bool statistics_change(const struct statistics_row *row, int *out);

#endif
