/* The persons of an office and their units (docs/DOMAIN.md §13): a plain text file that the office
 * keeps. Where it has none, any name is taken for one. */
#ifndef VANTHU_ROUTING_RULES_PERSONS_H
#define VANTHU_ROUTING_RULES_PERSONS_H

#include "routing/base/arena.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

enum { PERSONS_MAX = 2000, PERSON_NEAREST_MAX = 5 };

struct person {
	text_t name;
	text_t position, unit; /* "" none */
	bool signs;            /* may sign documents of the committee */
	char from[DATE_MAX + 1], until[DATE_MAX + 1]; /* YYYY-MM-DD, both included; "" open */
};

/* In the order of the file; borrowed. */
struct persons {
	const struct person *list;
	uint32_t count;
};

/* Reads a list. Fields are separated by a tab or two blanks; "-" or nothing at the end: none:
 *
 *     NAME  POSITION  UNIT  SIGNS  FROM  UNTIL
 *     Nguyễn Văn An  Phó Bí thư   Thường trực  signs  2025-02-24
 *     Lê Thị Bình    Chuyên viên  Văn phòng    -      2024-01-01  2026-06-30
 *
 * Rows and texts belong to the arena. *line is where the first fault stands, 0 where there is none;
 * then *out is empty. ERR_FIELD: no name, one longer than PERSON_MAX, a word that is neither signs
 * nor -, or as lines_next has it. ERR_BAD_DATE: no day, or the end before the beginning.
 * ERR_EXISTS: the name stands there for some of the same days. ERR_UTF8.
 * ERR_TOO_LARGE: more than PERSONS_MAX. ERR_NO_MEMORY. */
must_use enum err persons_parse(struct blob text, struct arena *a, struct persons *out,
				uint32_t *line);

bool person_is_active(const struct person *p, text_t day);

/* Whom a name means on a day (YYYY-MM-DD). */
struct person_found {
	text_t name;                 /* of the person or the unit, as the list writes it */
	const struct person *person; /* NULL: a unit, or any name because there is no list */
};

/* By a name of a person or a unit, in any spelling; without its tone marks where that means one
 * alone. ERR_PERSON_UNKNOWN: there is none. ERR_PERSON_ENDED: there is, not on that day; out->name
 * is then as the list writes it. ERR_PERSON_SEVERAL: without marks it is several. An empty list has
 * any name. */
must_use enum err persons_find(const struct persons *t, text_t name, text_t day,
			       struct person_found *out);

/* The same of who signs documents of that day: a unit is ERR_PERSON_UNKNOWN, who does not sign
 * ERR_PERSON_SIGNS. */
must_use enum err persons_signer(const struct persons *t, text_t name, text_t day,
				 struct person_found *out);

/* Those active on a day whose names are most like one, the nearest first: how many. */
unsigned persons_nearest(const struct persons *t, text_t name, text_t day,
			 text_t out[PERSON_NEAREST_MAX]);

/* The unit of whoever a name means on a day: that of the person by the row in force then, or the
 * unit itself; of who is not there on that day, that of the last row before; "" not known. */
text_t persons_unit(const struct persons *t, text_t name, text_t day);

#endif
