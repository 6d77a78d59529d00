/* Periods of months as people write them. */
#ifndef VANTHU_TOOLS_INPUT_PERIOD_H
#define VANTHU_TOOLS_INPUT_PERIOD_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/calendar.h"

struct period {
	struct month from, to; /* both within */
};

/* "2026", "2026-11", "11/2026", "2026-Q4", "2026-H2", "2025-11..2026-02"; "all" is from 0 to the
 * last month that there can be. False: none of these. */
bool period_parse(const char *text, struct period *out);
/* The shortest of these forms. */
void period_print(struct period p, char *out, size_t size_bytes);
/* "2026-11" */
void period_print_month(struct month m, char *out, size_t size_bytes);

#endif
