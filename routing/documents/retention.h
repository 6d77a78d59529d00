/* What may be dropped after its time: content that relays no longer need, and outgoing documents
 * that nobody waits for any more. */
#ifndef VANTHU_ROUTING_DOCUMENTS_RETENTION_H
#define VANTHU_ROUTING_DOCUMENTS_RETENTION_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/memory.h"

struct arena;
struct lookup;
struct office_stand;
struct rec_document;
struct rec_state;
struct turn_view;

/* Reads the SWEEP keys that are due, a bounded number a tick; not while the clock is known to be
 * wrong. ERR_STORE and kin. */
must_use enum err retention_tick(struct turn_view *t);
/* Our office has agreed to something: was it to give the document back, its content goes with the
 * next tick, where the configuration says so, and as soon as no neighbour fetches it any more. */
void retention_recalled(struct turn_view *t, struct doc_key doc, const struct office_stand *stand);

/* Does any neighbour still need the content? Records that are read go to the arena. */
must_use enum err retention_published(const struct lookup *l, struct arena *a, struct doc_key doc,
				      bool *needed);
/* Its content goes: the envelope, and each file that no other document needs, which is noted in the
 * same commit. `after` is the state that is written, its content_dropped set here. */
must_use enum err retention_drop(struct turn_view *t, struct doc_key doc,
				 const struct rec_document *d, const struct rec_state *before,
				 struct rec_state *after);

#endif
