/* Parts of a page to print that statistics are shown in: tables, each chart with its table, the
 * definition, and where the numbers come from. Between page_begin and page_end (page.h). */
#ifndef VANTHU_TOOLS_OUTPUT_STATISTICS_PAGE_H
#define VANTHU_TOOLS_OUTPUT_STATISTICS_PAGE_H

#include <stdio.h>

#include "tools/output/statistics.h"

struct cli;

/* A whole page: A4 on its side, all columns. */
void statistics_page(struct cli *cli, FILE *to, const struct statistics *s);

/* Its parts. `full`: all columns of the typical table, for a sheet on its side; else those that an
 * upright one has room for. */
void statistics_page_units(struct cli *cli, FILE *to, const struct statistics *s, bool full);
/* Without a table: by committee it stands above. */
void statistics_page_unit_chart(FILE *to, const struct statistics *s);
void statistics_page_months(struct cli *cli, FILE *to, const struct statistics *s, bool full);
void statistics_page_types(struct cli *cli, FILE *to, const struct statistics *s, bool full);
/* What is counted as what, and who reported it, as of when. */
void statistics_page_definition(FILE *to, const struct statistics *s);
void statistics_page_sources(struct cli *cli, FILE *to, const struct statistics *s);

/* "Year 2026", "Month 11/2026", "First half of 2026". */
void statistics_period(struct month from, struct month to, char *out, size_t size_bytes);
/* The same of what the statistics are of: a term is named as one. */
void statistics_title(const struct statistics *s, char *out, size_t size_bytes);
/* "92.3 %" as the language writes it; "–" where there is none (below 0). */
void statistics_share_text(int share, char *out, size_t size_bytes);
/* The day, and the time of day, in Vietnam; "–" for 0. */
void statistics_time(struct cli *cli, int64_t ms, char *out, size_t size_bytes);

#endif
