/* Charts of shares as pictures in a page (inline SVG), to be read without colour: what reaches the
 * line is solid, what does not is hatched, and every value is written. Out of whole numbers alone;
 * no script, nothing from elsewhere. A long series goes into several pictures below each other, so
 * that paper can be cut between them. */
#ifndef VANTHU_TOOLS_OUTPUT_CHART_H
#define VANTHU_TOOLS_OUTPUT_CHART_H

#include <stdbool.h>
#include <stdio.h>

enum {
	CHART_WHOLE = 10000, /* 100 % */
	CHART_NONE = -1,     /* no share: its value says why */
	CHART_COLUMNS = 12,  /* in one picture: a year */
	CHART_BARS = 10,     /* in one picture: more would leave half a sheet empty before it */
};

/* Texts are borrowed. */
struct chart_value {
	const char *label;
	const char *value; /* as it is written, "92.3 %"; or why there is none */
	int share;	   /* ten-thousandths; CHART_NONE */
	int line;	   /* to reach, likewise; CHART_NONE: there is none */
	bool reached;
};

struct chart {
	const char *name;  /* of the chart in its page, in ASCII: no two are alike */
	const char *title; /* what who cannot see it is told */
	/* words of its legend; a `line` of NULL: nothing is to be reached */
	const char *reached, *below, *line;
	const struct chart_value *values;
	unsigned count; /* 0: nothing is drawn */
};

/* Upright, side by side: one value after another in time. */
void chart_columns(FILE *to, const struct chart *chart);
/* Lying, below each other: long names stand before them. */
void chart_bars(FILE *to, const struct chart *chart);

#endif
