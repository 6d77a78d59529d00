/* An item that is resent under its sequence number and is invalid each time: its chain, what the
 * neighbour put beside it, or its outer shape. The chain is the publisher's word about its own
 * stream, so one sequence number can be given up without losing track of the others: after
 * REJECT_TRIES the subscriber takes the publisher's chain there, does not take the item, and
 * reports that to the publisher with each acknowledgement; the publisher sends a refusal by name
 * for the recipients that the item was to serve. */
#ifndef VANTHU_ROUTING_LINKS_REJECT_H
#define VANTHU_ROUTING_LINKS_REJECT_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

struct ev_publish;
struct link;
struct msg_acknowledge;
struct turn_view;

/* Counts one more try of an invalid item. True when its tries are used up. */
bool reject_is_due(struct link *l, const struct ev_publish *e);
void reject_note(struct link *l, const struct ev_publish *e);
/* Publisher: what the subscriber has rejected up to `upto` is refused by name for all whom it
 * served, and released. */
must_use enum err reject_rows(struct turn_view *t, struct link *l, const struct msg_acknowledge *m,
			      uint64_t upto);

#endif
