/* The tree has changed: what is queued for a neighbour and has another route now is published again
 * on the right link (docs/ARCHITECTURE.md "A tree that changes").
 *
 * A link that is none any more gives up all that it holds; one that stays gives a copy of what went
 * to committees that have moved: a neighbour that gets such a document all the same returns it, and
 * whoever gets a duplicate knows it by its id. Bounded work a tick. The position of the scan is in
 * memory only; that a scan is due is on disk: after a crash the scan starts again, which repeats
 * work but loses nothing.
 *
 * Facts first, and none of them leaves before all have been looked at: whoever gets a fact that
 * leads back to us under the directory that we both go by drops it, where a document is returned;
 * and what is acknowledged is ours no more. */
#ifndef VANTHU_ROUTING_DOCUMENTS_REQUEUE_H
#define VANTHU_ROUTING_DOCUMENTS_REQUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

struct core;
struct link;
struct turn_view;

must_use enum err requeue_begin(struct turn_view *t, uint64_t from_version);
must_use enum err requeue_load(struct turn_view *t);
must_use enum err requeue_tick(struct turn_view *t);
/* Do those that are queued still wait for a look at where they go now? */
bool requeue_holds_facts(const struct core *c);
/* Drops the link of a leaving neighbour once it has the directory in force. */
must_use enum err requeue_part(struct turn_view *t, struct link *l);

#endif
