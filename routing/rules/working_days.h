/* Working days: all but Saturdays, Sundays and days off, and the Saturdays and Sundays that are
 * worked in exchange for another day (docs/DOMAIN.md §9). Days off are a table that an office keeps
 * as a plain text file, etc/holidays. Days are those of Vietnam. */
#ifndef VANTHU_ROUTING_RULES_WORKING_DAYS_H
#define VANTHU_ROUTING_RULES_WORKING_DAYS_H

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum {
	DAYS_OFF_MAX = 4096,	  /* in one table */
	WORKING_DAYS_MAX = 10000, /* that may be added: forty years */
};

struct day_off {
	char date[DATE_MAX + 1]; /* YYYY-MM-DD */
	bool works;		 /* a Saturday or Sunday that is worked in exchange */
	text_t name;
};

/* Sorted by date, each date once; both borrowed. {NULL, 0}: Saturdays and Sundays only. */
struct working_days {
	const struct day_off *days;
	uint32_t count;
};

/* Reads a table, in any order of lines:
 *
 *     2026-02-17              Tết Bính Ngọ
 *     2026-02-16..2026-02-20  Tết Bính Ngọ         # each day of it
 *     +2026-08-22             thay cho 31/8/2026   # a Saturday or Sunday that is worked
 *
 * Days and names belong to the arena. *line is where the first fault stands, 0 where there is none;
 * then *out is empty. ERR_BAD_DATE: no day, a range that ends before it begins, or a day with +
 * that is worked anyway. ERR_EXISTS: a day that has a line already. ERR_FIELD: no name, or as
 * lines_next has it. ERR_UTF8. ERR_TOO_LARGE: more than DAYS_OFF_MAX days. ERR_NO_MEMORY. */
must_use enum err working_days_parse(struct blob text, struct arena *a, struct working_days *out,
				     uint32_t *line);

/* The entry of a day, NULL: none. */
const struct day_off *working_days_entry(const struct working_days *t, struct day d);
/* Whether the table has any day of that year: where not, deadlines in it know Saturdays and Sundays
 * only. */
bool working_days_has_year(const struct working_days *t, unsigned year);

/* {0} is none. */
bool working_day(const struct working_days *t, struct day d);

/* The n-th working day after d; with n = 0, d itself or the next working day. {0}: d is {0}, n is
 * more than WORKING_DAYS_MAX, or it lies outside the calendar. */
struct day working_days_add(const struct working_days *t, struct day d, uint32_t n);

/* How many working days come after `from` up to and with `to`; negative where `to` is the earlier:
 * as many after `to` up to and with `from`. So from a day to working_days_add of n it is n. 0 where
 * one is {0}. */
int32_t working_days_between(const struct working_days *t, struct day from, struct day to);

/* The last millisecond of the n-th working day after the day of an instant (Unix ms): what is done
 * by then is done in time. INT64_MAX where working_days_add has none. */
int64_t working_days_deadline_ms(const struct working_days *t, int64_t at_ms, uint32_t n);

#endif
