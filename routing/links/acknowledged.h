/* What a neighbour has acknowledged is let go of. */
#ifndef VANTHU_ROUTING_LINKS_ACKNOWLEDGED_H
#define VANTHU_ROUTING_LINKS_ACKNOWLEDGED_H

#include "routing/base/err.h"

struct link;
struct msg_acknowledge;
struct turn_view;

/* The subscriber says that it has all up to `have`, and its chain there. Only when that is ours:
 * erases or pins. Otherwise nothing is let go and a new stream begins after what was acknowledged
 * before. */
must_use enum err acknowledged_upto(struct turn_view *t, struct link *l,
				    const struct msg_acknowledge *m);

#endif
