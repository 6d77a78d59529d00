/* Entries on paper by their number: which stand in the book already, and which may be the same
 * document. One index for all that was ever entered (routing/rules/series.h), so that a question
 * costs as much as there are entries with the number, however large the book is. */
#ifndef VANTHU_ROUTING_DOCUMENTS_ALIKE_H
#define VANTHU_ROUTING_DOCUMENTS_ALIKE_H

#include <stdbool.h>

#include "routing/base/calendar.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

struct rec_paper;
struct turn_view;

struct alike_found {
	/* stands there as the same document; NULL. Of the plan's arena, as the others */
	const struct rec_paper *there;
	/* stands there with another date, within a year, the nearest month first; NULL */
	const struct rec_paper *twin;
	/* its number is used in our book, whatever became of the entry, in the term or year that
	 * it is of; NULL */
	const struct rec_paper *used;
	/* it was given there, in that term or year: `used`, or corrected to another since */
	bool given;
};

must_use enum err alike_put(struct turn_view *t, const struct rec_paper *p, struct serial serial);
/* `month`: of p->date. ERR_BUSY: a store from before is still being read. */
must_use enum err alike_find(struct turn_view *t, const struct rec_paper *p, struct month month,
			     struct alike_found *out);
/* The same document, as far as its entry says: number, type and who issued it name one (NĐ 30/2020,
 * Annex VI, III.1.h), in the books of secret documents another than in the others. */
bool alike_same_document(const struct rec_paper *a, const struct rec_paper *b);

#endif
