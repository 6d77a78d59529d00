/* The last number of a series (SERIES) that cannot be read is made again from what has been given:
 * all lines of the outgoing books and what they register, a bounded number a tick, and the index of
 * numbers for what an older build gave. Nothing is given twice:
 *   - is a line of the years of the series damaged, or what it registers, then it stays damaged
 *     until that is whole again, or an operator has accepted that it is lost (accept.h);
 *   - each line that nobody can know the number of, accepted as lost or made void by the way back
 *     of a store (own.c), may have had one of it: so many numbers are left out.
 * Until then automatic numbers of the series are refused (routing/documents/given.h). */
#ifndef VANTHU_ROUTING_RECONCILE_LAST_NUMBER_H
#define VANTHU_ROUTING_RECONCILE_LAST_NUMBER_H

#include "routing/base/err.h"

struct key;
struct turn_view;

/* The record of SERIES under this key is damaged. Too many at a time: it is told of again. */
void last_number_want(struct turn_view *t, const struct key *counter);
/* Bounded work a tick. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err last_number_tick(struct turn_view *t);

#endif
