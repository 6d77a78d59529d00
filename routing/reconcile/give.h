/* A neighbour's store is behind: what it had and lost it gets once more. All documents here are
 * walked, a bounded number a tick, and each goes once:
 *   - one that we published to it beyond what it has;
 *   - one of its own that it published to us beyond what it remembers: it comes back to it.
 * What we know by its records only, because a relay lets content go after a while, is counted as
 * gone. The walk's position is in the commit of what it queues. */
#ifndef VANTHU_ROUTING_RECONCILE_GIVE_H
#define VANTHU_ROUTING_RECONCILE_GIVE_H

#include "routing/base/err.h"

struct link;
struct msg_reconcile;
struct turn_view;

void give_begin(struct turn_view *t, struct link *l, const struct msg_reconcile *m);
must_use enum err give_tick(struct turn_view *t);

#endif
