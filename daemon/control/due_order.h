/* Open documents in the order of a clerk: the worst state first, in it the earliest deadline, then
 * what came first. Without an order in the store they would all have to be read and sorted before
 * the first could be shown; what a folio of the catalogue says of a document is enough to place
 * it. A number of them is placed at a time, those that come next, so that no list of all is ever
 * held; the catalogue is walked again for those behind. Whoever asks reads each and judges it anew:
 * what has changed meanwhile may stand where it stood. */
#ifndef VANTHU_DAEMON_CONTROL_DUE_ORDER_H
#define VANTHU_DAEMON_CONTROL_DUE_ORDER_H

#include <stdbool.h>

#include "daemon/control/due_item.h"
#include "routing/state/memory.h"

struct client;
struct due_order;

/* Those of a role, with `all` also what is due later or has no deadline. The rules are borrowed.
 * NULL without memory, and where the catalogue lacks so much that reading all once takes less. */
struct due_order *due_order_new(struct client *c, enum role role, const struct due_rules *rules,
				bool all);
void due_order_free(struct due_order *o); /* NULL is fine */
/* The next one; without an order, that of the index of open work behind `scan`. Role ROLE_NONE:
 * none yet, go on. ERR_NOT_FOUND at the end, and what the store says. One call is bounded work, and
 * empties the arena of requests. */
must_use enum err due_order_next(struct client *c, struct due_order *o, struct scan *scan,
				 struct doc_key *out);

#endif
