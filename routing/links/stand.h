/* Where this store stands beside what its neighbours hold of it: a store that went back in time (a
 * copy put back, a disk of yesterday), and one identity on two machines.
 *
 * The store that is behind proves it by itself, from its neighbours' messages, and reports it to
 * them. Each proof is one that no legal sequence gives, whatever is lost, doubled or late in
 * transit:
 *   - a neighbour has of our stream more than is in it, or something else (decide_subscribe);
 *   - a neighbour has our acknowledgement of more of its stream than we have;
 *   - a neighbour has seen a later start of this very store than ours, or the same start of another
 *     process: each start is numbered, and on the disk before anything is sent.
 * The neighbour's alarm is the other's own word, the same start of two processes, or another store
 * than it knew: an empty disk has nothing of what it had acknowledged. What cannot be proven raises
 * nothing. */
#ifndef VANTHU_ROUTING_LINKS_STAND_H
#define VANTHU_ROUTING_LINKS_STAND_H

#include <stdint.h>

#include "routing/base/err.h"

struct core;
struct ev_operate;
struct link;
struct msg_hello;
struct turn_view;

must_use enum err stand_load(struct turn_view *t);
must_use enum err stand_load_peer(struct turn_view *t, struct link *l);
void stand_fill(const struct core *c, const struct link *l, struct msg_hello *h);
/* Called before a Hello is answered, and before its directory and stream offers are used. */
void stand_hello(struct turn_view *t, struct link *l, const struct msg_hello *m);
/* The neighbour has shown that our store is behind (ERR_BEHIND), or runs twice (ERR_TWICE). */
void stand_ours(struct turn_view *t, struct link *l, enum err what);
/* The neighbour's store is behind (ERR_PEER_BEHIND), or runs twice. `settled`: its own
 * store_settled. */
void stand_its(struct turn_view *t, struct link *l, enum err what, uint64_t settled);
must_use enum err stand_resume(struct turn_view *t, const struct ev_operate *e);

#endif
