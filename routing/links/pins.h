/* Pins: places of a stream that stay although they are acknowledged, because the subscriber still
 * fetches their attachments. A bounded number a tick. */
#ifndef VANTHU_ROUTING_LINKS_PINS_H
#define VANTHU_ROUTING_LINKS_PINS_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct link;
struct turn_view;

/* A stream began anew while files of the one before were still owed: the subscriber may have
 * forgotten what it was fetching, so they are published again; who knows them says so. ERR_STORE
 * and kin. */
must_use enum err pins_republish(struct turn_view *t, struct link *l, enum lane lane);
/* The other side of it: places of a stream that is no more, whose documents come again. */
must_use enum err pins_forget_fetches(struct turn_view *t, struct link *l, enum lane lane);
/* Pins of one lane that the publisher still holds: asks the subscriber about them. */
must_use enum err pins_ask(struct turn_view *t, struct link *l, enum lane lane);

#endif
