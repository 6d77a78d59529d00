/* What a plan takes of the store: a bound, known before the commit. */
#ifndef VANTHU_ROUTING_STATE_PLAN_COST_H
#define VANTHU_ROUTING_STATE_PLAN_COST_H

#include <stdint.h>

struct plan;

/* By how many bytes the store grows at most when the writes so far are committed; pages that are
 * copied count as well. Each write is counted once, so asking after every event is cheap. */
uint64_t plan_cost_bytes(struct plan *p);

#endif
