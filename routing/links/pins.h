/* Pins: rows of a stream that stay although they are acknowledged, because the subscriber still
 * fetches their attachments. A bounded number a tick. */
#ifndef VANTHU_ROUTING_LINKS_PINS_H
#define VANTHU_ROUTING_LINKS_PINS_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct link;
struct turn_view;

/* A new stream began while files of the old one were still owed: the subscriber may have forgotten
 * what it was fetching, so the pinned documents are published again; a subscriber that has one
 * answers Complete. ERR_STORE and kin. */
must_use enum err pins_republish(struct turn_view *t, struct link *l, enum lane lane);
/* The subscriber's side: drops FETCH rows of a stream that has ended; its documents are resent. */
must_use enum err pins_forget_fetches(struct turn_view *t, struct link *l, enum lane lane);
/* Its stream has begun anew before what we had of it: the sequence numbers after `base` are other
 * documents' from now on, and it publishes once more what we were still fetching. ERR_BUSY: not all
 * of them fit this plan. */
must_use enum err pins_drop_fetches(struct turn_view *t, struct link *l, enum lane lane,
				    uint64_t base);
/* Pins of one lane that the publisher still holds: asks the subscriber about them. */
must_use enum err pins_ask(struct turn_view *t, struct link *l, enum lane lane);

#endif
