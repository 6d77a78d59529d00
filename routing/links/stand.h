/* Where this store stands beside what its neighbours hold of it: a store that went back in time (a
 * copy put back, a disk of yesterday), and one identity on two machines.
 *
 * The store that is behind proves it by itself, from its neighbours' messages, and reports it to
 * them. Each proof is one that no legal sequence gives, whatever is lost, doubled or late in
 * transit:
 *   - a neighbour has of our stream more than is in it, or something else (decide_subscribe);
 *   - a neighbour has our acknowledgement of more of its stream than we have;
 *   - a neighbour has seen a later start of this very store than ours, or the same start of another
 *     process: each start is numbered, and on the disk before anything is sent;
 *   - a neighbour has heard of a line of our registers that is not there.
 * One that was made from a backup says so itself (core_config.restored). What was lost comes back
 * from the neighbours: routing/reconcile/reconcile.h.
 * The neighbour's alarm is the other's own word, the same start of two processes, or another store
 * than it knew: an empty disk has nothing of what it had acknowledged. What cannot be proven raises
 * nothing. */
#ifndef VANTHU_ROUTING_LINKS_STAND_H
#define VANTHU_ROUTING_LINKS_STAND_H

#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct core;
struct link;
struct msg_hello;
struct turn_view;

must_use enum err stand_load(struct turn_view *t);
must_use enum err stand_load_peer(struct turn_view *t, struct link *l);
void stand_fill(const struct core *c, const struct link *l, struct msg_hello *h);
/* At the start, and for a new neighbour: what we have of its streams, and they of ours. Should it
 * hold more, that is what we lost. The marks stay, whatever is published and whatever starts there
 * are, until the neighbour agrees: its Hello and its Subscribes show nothing of the kind. */
void stand_mark(struct turn_view *t, struct link *l);
/* Of what the neighbour published, all up to where is here, by lane. */
void stand_have(struct turn_view *t, const struct link *l, uint64_t have[LANE_COUNT]);
/* Called while it is up: from here on what comes is counted, if it agrees. */
void stand_agreed(struct turn_view *t, struct link *l);
/* What was on this link is being forgotten, because the directory says so. The other one may not
 * know yet, and come back before it does. */
void stand_forget(struct turn_view *t, struct link *l);
/* Called when all streams of a Hello are taken up: what was forgotten is behind us, if its
 * acknowledgements are no more than what is here. */
void stand_taken(struct turn_view *t, struct link *l, const struct msg_hello *m);
/* Called before a Hello is answered, and before its directory and stream offers are used. */
void stand_hello(struct turn_view *t, struct link *l, const struct msg_hello *m);
/* The neighbour has shown that our store is behind (ERR_BEHIND), or runs twice (ERR_TWICE). */
void stand_ours(struct turn_view *t, struct link *l, enum err what);
/* The neighbour's store is behind (ERR_PEER_BEHIND), or runs twice. `settled`: its own
 * store_settled. */
void stand_its(struct turn_view *t, struct link *l, enum err what, uint64_t settled);
/* How far its registers are, as it says. */
void stand_take_books(struct turn_view *t, struct link *l,
		      const struct book_mark books[BOOK_COUNT]);
/* Our store is right again, as an operator says or because all neighbours have reconciled with
 * it. */
void stand_settle(struct turn_view *t);
/* What stands in memory goes to the disk: of our store, with how far the way back is; of a
 * neighbour. */
void stand_write(struct turn_view *t);
void stand_write_peer(struct turn_view *t, const struct link *l);
/* The alarm about the neighbour's store is over; fine when there is none. */
void stand_settle_its(struct turn_view *t, struct link *l);

#endif
