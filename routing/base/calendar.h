/* Days and months as a Vietnamese office counts them: UTC+7 all year round (no summer time since
 * 1975, so a fixed offset is right for every document that a daemon can hold). Gregorian, pure
 * arithmetic. */
#ifndef VANTHU_ROUTING_BASE_CALENDAR_H
#define VANTHU_ROUTING_BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/limits.h"
#include "routing/base/types.h"

/* A month: year * 12 + (1..12 − 1). Compares as it counts; 0 is no month. */
struct month {
	uint16_t n;
};

enum { YEAR_MIN = 1900, YEAR_MAX = 5000, MONTHS_A_YEAR = 12 };

/* The month that an instant (Unix ms, from 1970 on) lies in, in Vietnam. */
struct month month_of_ms(int64_t wall_ms);
/* {0} unless the year is within YEAR_MIN..YEAR_MAX and month 1..12. */
struct month month_make(unsigned year, unsigned month);
unsigned month_year(struct month m);
unsigned month_in_year(struct month m); /* 1..12 */

/* "YYYY-MM-DD", exactly, a day that exists. False: none; *out is {0} then. */
bool date_month(text_t date, struct month *out);
/* The day that an instant lies in, in Vietnam: "YYYY-MM-DD". Texts of this form compare as days
 * do. */
void date_of_ms(int64_t wall_ms, char out[DATE_MAX + 1]);

#endif
