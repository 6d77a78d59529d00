/* Reads of the store that fail, one after the other, under each event that a station takes: whoever
 * decides says so and nothing else, for the turn cannot go on. */
#ifndef VANTHU_TESTS_UNIT_SUPPORT_SWEEP_H
#define VANTHU_TESTS_UNIT_SUPPORT_SWEEP_H

#include "tests/unit/support/fixture.h"

/* The event upon the plan as it is, with the first read of the store failing, then the second, … as
 * long as there are that many, in a process of its own: nothing of it stays. Fails the test when
 * one of them did not come out as the decision's error. Call it before the event is taken. */
void sweep_take(struct station *s, const struct event *e);

/* The same for what a start reads, with new cores over the station's store. */
void sweep_load(struct station *s, const struct core_config *config);

/* An operation in arenas of 0 bytes, of a few more, …: ERR_NO_MEMORY until there is enough, and
 * then ERR_OK. */
void sweep_memory(enum err (*op)(void *ctx, struct arena *a), void *ctx);

#endif
