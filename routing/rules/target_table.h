/* The other targets of the plan, beside the digital share (docs/DOMAIN.md §6): what a committee
 * declares of itself, so many done of all. A table that an office keeps as a plain text file,
 * etc/targets. */
#ifndef VANTHU_ROUTING_RULES_TARGET_TABLE_H
#define VANTHU_ROUTING_RULES_TARGET_TABLE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum {
	TARGET_ROWS_MAX = 256, /* in one table */
	TARGET_ID_MAX = 32,    /* bytes */
};

/* A target from a day on, until a later row of the same id. */
struct target_row {
	char from[DATE_MAX + 1]; /* YYYY-MM-DD */
	text_t id;
	bool ended;	/* from then on not declared any more; the texts but `source` are "" */
	uint32_t share; /* to be reached: ten-thousandths */
	text_t unit_vi, unit_en, name_vi, name_en;
	text_t source;
	uint32_t first; /* index of the first row of the id */
};

/* In the order of the file; borrowed. */
struct target_table {
	const struct target_row *rows;
	uint32_t count;
};

/* Reads a table. Fields are separated by two blanks or a tab; the last is all that is left:
 *
 *     FROM-DATE  ID  SHARE  UNIT (vi)  UNIT (en)  NAME (vi)  NAME (en)  SOURCE
 *     2021-12-30  officers  100%  người  persons  Cán bộ được tập huấn  Officers trained  31-KH/ĐU
 *     2031-01-01  officers  ended  …                        # from then on not declared
 *
 * Rows and texts belong to the arena. *line is where the first fault stands, 0 where there is none;
 * then *out is empty. ERR_BAD_DATE. ERR_FIELD: an id that is not of a-z, 0-9 and -, no share
 * from 0.01% to 100% with two digits behind the point at most, a name or unit that is missing or
 * longer than DECLARED_NAME_MAX, no source, an end of what no row above has, or as lines_next has
 * it. ERR_UTF8. ERR_EXISTS: the id has a row of that date, or id or name are those of another
 * target, tone marks or not. ERR_TOO_LARGE: more than TARGET_ROWS_MAX, or than DECLARED_MAX ids.
 * ERR_NO_MEMORY. */
must_use enum err target_table_parse(struct blob text, struct arena *a, struct target_table *out,
				     uint32_t *line);

/* The row of a target that is in force on a day (YYYY-MM-DD); NULL: none, or it has ended. `first`
 * is an index of the table whose row is the first of its id. */
const struct target_row *target_table_at(const struct target_table *t, uint32_t first, text_t date);

/* Which target of a day a name means: by its id or one of its names, with tone marks or without.
 * ERR_TARGET_UNKNOWN: none. NULL for a table is an empty one. */
must_use enum err target_table_find(const struct target_table *t, text_t name, text_t date,
				    const struct target_row **out);

#endif
