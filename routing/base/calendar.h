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

/* A day: counted from 1 March of the year 0, so that 0 is no day and later days are larger. Days of
 * the years YEAR_MIN to YEAR_MAX; the difference of two is the days between them. */
struct day {
	uint32_t n;
};

enum weekday { MONDAY = 1, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY };
enum { DAYS_A_WEEK = 7 };

/* "YYYY-MM-DD", exactly, a day that exists. False: none; *out is {0} then. */
bool date_month(text_t date, struct month *out);
bool date_day(text_t date, struct day *out);
/* A day as such a text; "" for {0} and for what lies outside the calendar. */
void day_date(struct day d, char out[DATE_MAX + 1]);
enum weekday day_weekday(struct day d);
/* So many days later, or earlier. {0} where that lies outside the calendar, and from {0}. */
struct day day_add(struct day d, int64_t days);
/* The day that an instant (Unix ms) lies in, in Vietnam, as date_of_ms has it: before 1970 it is
 * 1970-01-01, after the calendar its last day. */
struct day day_of_ms(int64_t wall_ms);
/* The first instant of a day in Vietnam, Unix ms: 17:00 UTC of the day before. {0}: 0. */
int64_t day_begin_ms(struct day d);
/* The day that an instant lies in, in Vietnam: "YYYY-MM-DD". Texts of this form compare as days
 * do. */
void date_of_ms(int64_t wall_ms, char out[DATE_MAX + 1]);

#endif
