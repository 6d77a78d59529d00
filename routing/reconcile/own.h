/* Our own store is behind: the stages of reconcile.h. */
#ifndef VANTHU_ROUTING_RECONCILE_OWN_H
#define VANTHU_ROUTING_RECONCILE_OWN_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct link;
struct msg_reconciled;
struct turn_view;

/* The neighbour has given back all that it holds. */
void own_heard(struct turn_view *t, struct link *l, const struct msg_reconciled *m);
/* The neighbour has released files that we are still fetching: our store is of before they were
 * here, and nothing else shows it. What it published since then it publishes once more. */
void own_repair(struct turn_view *t, struct link *l);
/* A document that was not known here has been taken from this neighbour. */
void own_came(struct turn_view *t, struct committee_id from);
/* Is a way back under way? Then what is ours and unknown here is taken back. */
bool own_takes_back(const struct turn_view *t);
/* Or was there ever one? What our office said of others' documents is taken back then, however late
 * it comes: who was asked for it answers when it may sign. */
bool own_takes_answers(const struct turn_view *t);
/* Bounded work a tick. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err own_tick(struct turn_view *t);

#endif
