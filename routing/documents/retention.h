/* What may be dropped after its time: content that relays no longer need, and outgoing documents
 * that nobody waits for any more. */
#ifndef VANTHU_ROUTING_DOCUMENTS_RETENTION_H
#define VANTHU_ROUTING_DOCUMENTS_RETENTION_H

#include "routing/base/err.h"

struct doc_key;
struct office_stand;
struct turn_view;

/* Reads the SWEEP keys that are due, a bounded number a tick; not while the clock is known to be
 * wrong. ERR_STORE and kin. */
must_use enum err retention_tick(struct turn_view *t);
/* Our office has agreed to something: was it to give the document back, its content goes with the
 * next tick, where the configuration says so, and as soon as no neighbour fetches it any more. */
void retention_recalled(struct turn_view *t, struct doc_key doc, const struct office_stand *stand);

#endif
