/* The target's counters: one record a month and direction, changed in the same plan as what they
 * count.
 *
 * Invariant: the counters equal a count over all documents, states and paper, at every commit
 * (recount.c proves it, the simulator's check_target.c with code of its own). It holds because a
 * state is written by one function only (document_state), which says what the record counted as
 * before and counts as now. */
#ifndef VANTHU_ROUTING_TARGET_COUNTER_H
#define VANTHU_ROUTING_TARGET_COUNTER_H

#include "routing/base/err.h"
#include "routing/state/record.h"

struct target_cell;
struct turn_view;

/* Fills in where our committee stood and the type: cell->at.since, cell->at.type. ERR_STORE,
 * ERR_NO_MEMORY. */
must_use enum err counter_place(struct turn_view *t, struct target_cell *cell);
/* The directory version under which our committee stood where it stood on a day (YYYY-MM-DD), as
 * far as the heads of directories in the store say; the one in force where nothing says otherwise.
 * ERR_STORE, ERR_NO_MEMORY. */
must_use enum err counter_version_on(struct turn_view *t, text_t date, uint64_t *version);

/* Whoever comes upon a counter that cannot be read sets the wish target_memory.rebuild, which
 * recount_tick grants. */

/* A record that counted as `before` counts as `after`: counters, this year's sum, and a recount
 * that has passed it, follow. `family` and `key` name the record. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err counter_move(struct turn_view *t, enum family family, const struct key *key,
			       const struct target_cell *before, const struct target_cell *after);
/* The end of a turn: one live event when something was counted. */
must_use enum err counter_finish(struct turn_view *t);
/* Each tick; reads all counters (two a month) once a minute, the first time at the first tick. One
 * that cannot be read, which nobody may change for years, is wished to be rebuilt. ERR_STORE. */
must_use enum err counter_check(struct turn_view *t);
/* A counter cannot be read, or a document's record was made again, which may say a little else than
 * what was counted (routing/reconcile/rebuild.h): recount_tick counts the records, once all of them
 * can be read. */
void counter_want_rebuild(struct turn_view *t);
/* Has this store been counted, and since then every change? Written when it is empty, or when a
 * recount has put all counters right. */
must_use enum err counter_known(struct turn_view *t, bool *known);
void counter_changed_whole(struct turn_view *t);

#endif
