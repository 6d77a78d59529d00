/* How long things have waited, whatever anybody does to the clock: a time of this store's own that
 * only passes.
 *
 * While the daemon runs it goes with the monotonic clock, which nobody sets. It is written down
 * beside other writes, at most once a minute, and goes on from there after a restart; rows that say
 * a later one take it along. How long the daemon was down the wall clock would say, and may be
 * wrong: only when the neighbours' clocks agree with it is that added, once. Until then, and for
 * who has no neighbours, waiting took less than it did: content is kept longer, nothing is dropped,
 * expired or reported too soon. */
#ifndef VANTHU_ROUTING_LINKS_PASSED_H
#define VANTHU_ROUTING_LINKS_PASSED_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct core;
struct rec_stream;
struct turn_view;

must_use enum err passed_load(struct turn_view *t);
void passed_at_least(struct core *c, int64_t value_ms); /* at boot: a row says so */
void passed_tick(struct turn_view *t);
must_use enum err passed_write(struct turn_view *t); /* the end of a turn */
int64_t passed_now(const struct core *c, struct now now);
/* How long it has waited (ms), at least. */
int64_t passed_row_age(const struct core *c, struct now now, const struct rec_stream *row);

/* For core_row_age_ms. */
int64_t passed_shown_age(const struct core *c, const struct rec_stream *row);

#endif
