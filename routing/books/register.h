/* The registers of an office (NĐ 30/2020 Art. 15, 16, 22 and Annex IV; docs/DOMAIN.md §12): sổ văn
 * bản đi and sổ văn bản đến, one series a year for paper and digital, and for secret documents two
 * of their own, with a series of their own.
 *
 *   - Lines of a book and year are numbered from 1 without gap or double. In the book of incoming
 *     documents the number is the arrival number (số đến).
 *   - A line is never changed or erased. What corrects it, or says that its document was returned,
 *     cancelled or recalled, is an addition to it: a line of its own under the same number.
 *   - A line is written in the plan of what it registers: both are on the disk, or neither. */
#ifndef VANTHU_ROUTING_BOOKS_REGISTER_H
#define VANTHU_ROUTING_BOOKS_REGISTER_H

#include "routing/base/err.h"
#include "routing/state/record.h"

struct turn_view;

/* The book of a document of this direction and secrecy. */
enum book register_book(enum direction direction, enum secrecy secrecy);

/* Where the next line of the book would stand: what a dry run shows. ERR_STORE, ERR_DAMAGED. */
must_use enum err register_next(struct turn_view *t, enum book book, struct line_key *at);

/* Where each book's current year ends; a year of 0 where that cannot be read. */
void register_ends(struct turn_view *t, struct book_mark out[BOOK_COUNT]);

/* Writes a line over the one that cannot be read any more; nobody is told, it has been there all
 * the time. */
void register_mend(struct turn_view *t, struct line_key at, const struct rec_line *line);

/* A line that was lost comes back under the number that it had. *taken: there is one already, and
 * nothing is written. ERR_STORE, ERR_DAMAGED. */
must_use enum err register_return(struct turn_view *t, struct line_key at,
				  const struct rec_line *line, bool *taken);

/* A new line in the book's current year (UTC+7 by the wall clock); *at: where. The line is
 * copied into the plan, its texts are borrowed until the turn is over. ERR_STORE; ERR_DAMAGED when
 * the end of the book cannot be read, before anything is planned. */
must_use enum err register_enter(struct turn_view *t, enum book book, const struct rec_line *line,
				 struct line_key *at);

/* An addition to the line of that document or entry. ERR_BUSY: it has too many. ERR_NOT_FOUND:
 * there is no such line. */
must_use enum err register_add(struct turn_view *t, struct line_key at,
			       const struct rec_line *line);

#endif
