/* Our term, as the numbers of the Party's form know it (docs/DOMAIN.md §1). The directory says when
 * it began, and may be put right later: a term that keeps its name, or its date, is the same term,
 * and its series go on. So they are known by the first date that the term was given, whatever it is
 * corrected to; and what is dated from the earliest of its dates on is of this term. A term without
 * a name is known by its date alone. */
#ifndef VANTHU_ROUTING_DOCUMENTS_TERM_H
#define VANTHU_ROUTING_DOCUMENTS_TERM_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"

struct turn_view;

/* "" both: none, or not known. key ≥ from; they differ when the date was corrected to an earlier
 * one. */
struct number_term {
	char key[DATE_MAX + 1];
	char from[DATE_MAX + 1];
	char until[DATE_MAX + 1]; /* the day on which the next one begins; "" none is known */
	/* it began while this store kept its numbers: all that it gave is in family SERIES */
	bool counted;
	bool settling; /* corrected, and documents of the days in between are still to be found */
	/* no numbers are given in it any more: the next one has begun, or which it gave is not
	 * known */
	bool over;
};

/* The term that has this day: ours, that before it, or a time of which nothing is known. Of a term
 * that the directory names before it begins, days until then are of the one before it. */
must_use enum err term_of(struct turn_view *t, text_t date, struct number_term *out);
bool term_has(const struct number_term *term, text_t date);
/* The date that stands for `date` where a series is looked for by number_term.key: on the same side
 * of it as `date` is of the term. `party`: the number has the Party's form; else it stays. */
text_t term_date(const struct number_term *term, bool party, text_t date);
/* By what the series of the term before ours are known; "" is that of no term. */
text_t term_key_before(const struct turn_view *t);
/* At boot; and each tick, which writes down what the directory in force says of the term. *earlier:
 * documents that were of no term that is known are of this one now. */
must_use enum err term_load(struct turn_view *t);
must_use enum err term_tick(struct turn_view *t, bool *earlier);

#endif
