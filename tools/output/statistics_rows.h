/* Statistics as rows: for programs, for a spreadsheet, and on a screen. */
#ifndef VANTHU_TOOLS_OUTPUT_STATISTICS_ROWS_H
#define VANTHU_TOOLS_OUTPUT_STATISTICS_ROWS_H

#include <jansson.h>

#include "tools/output/statistics.h"

struct cli;

/* What is counted of a row, that its documents fall apart into. */
struct statistics_counts {
	uint64_t out_total, out_pending; /* total: secret ones too */
	uint64_t in_total;
	uint64_t in_time, open; /* of those received digitally: processed in time; still in work */
};

struct statistics_counts statistics_counts(const struct statistics_row *row);
/* All of it; a new reference. */
json_t *statistics_json(const struct statistics *s);
/* One table of all rows, comma-separated, with a mark of UTF-8 before it, so that a spreadsheet
 * reads the letters right. Keys and values are the same in every language. */
void statistics_csv(FILE *to, const struct statistics *s);
/* As tables below each other; or as lines, with --plain. */
void statistics_print(struct cli *cli, const struct statistics *s);

/* "92.3", "+2.3", "−0.1": ten-thousandths in hundredths, rounded down, as the language writes it.
 */
void statistics_percent(int share, bool sign, char *out, size_t size_bytes);
/* What stands beside a committee's name: that it has not reported, or of when its figures are; ""
 * nothing. */
void statistics_remark(struct cli *cli, const struct statistics_row *row, char *out,
		       size_t size_bytes);
/* The name of a row as people read it: the committee's, "10/2026", "Kế hoạch". */
void statistics_name(const struct statistics_row *row, char *out, size_t size_bytes);

#endif
