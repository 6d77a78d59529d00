/* A receipt, refusal, relay record or status in sequence in a neighbour's lane of facts: for us, or
 * passed on as it came. A bad fact is dropped and the local subscribers notified; it is never
 * answered: facts about facts would have no end. */
#ifndef VANTHU_ROUTING_DECIDE_FACT_H
#define VANTHU_ROUTING_DECIDE_FACT_H

#include <stdbool.h>

#include "routing/base/err.h"

struct ev_publish;
struct link;
struct turn_view;

must_use enum err fact_must_wait(struct turn_view *t, const struct link *l,
				 const struct ev_publish *e, bool *wait);
must_use enum err decide_fact(struct turn_view *t, struct link *l, const struct ev_publish *e);

#endif
