/* Rows that a neighbour has acknowledged are released. */
#ifndef VANTHU_ROUTING_LINKS_ACKNOWLEDGED_H
#define VANTHU_ROUTING_LINKS_ACKNOWLEDGED_H

#include "routing/base/err.h"

struct link;
struct msg_acknowledge;
struct turn_view;

/* The subscriber acknowledges all up to `have`, with its chain there. When the chain is ours too,
 * the rows are erased or pinned. Otherwise no row is released and a new stream begins after what
 * was acknowledged before. */
must_use enum err acknowledged_upto(struct turn_view *t, struct link *l,
				    const struct msg_acknowledge *m);

#endif
