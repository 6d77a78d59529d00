/* A neighbour's store is behind: what it had and lost it gets once more. All documents here are
 * walked, a bounded number a tick, and each goes once:
 *   - one that we published to it beyond what it has;
 *   - one of its own that it published to us beyond what it remembers: it comes back to it.
 * What we know by its records only, because a relay lets content go after a while, is counted as
 * gone, and named to who wants that (gone.h). The walk's position is in the commit of what it
 * queues.
 *
 * Asking costs the neighbour a message and us a walk, so rounds are held apart: after one has begun
 * the next waits ROUND_REST_MS, twice as long each time that one comes as soon as it may, up to
 * ROUND_REST_MOST_MS; and after a walk as long as that took. One that comes earlier is not heard;
 * who asks does so again (own.c). What is published anew leaves no more behind than what was
 * published before (document_publish). */
#ifndef VANTHU_ROUTING_RECONCILE_GIVE_H
#define VANTHU_ROUTING_RECONCILE_GIVE_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_publish;
struct link;
struct msg_reconcile;
struct rec_document;
struct turn_view;

enum { ROUND_REST_MS = 250, ROUND_REST_MOST_MS = 10 * 60 * 1000 };

/* The neighbour says Reconcile: a round that it has not said before begins its walk, unless it
 * comes too early; one that is over is answered again. */
void give_begin(struct turn_view *t, struct link *l, const struct msg_reconcile *m);
/* A document of the neighbour's own was set aside, and is taken now, whatever has become of it
 * here: if the neighbour lost it, and its walk did not find it among the documents, it comes back
 * to it. */
must_use enum err give_settled(struct turn_view *t, struct link *l, const struct ev_publish *e);
/* One document, if it is whole here: for a neighbour whose content of it is damaged. */
must_use enum err give_once(struct turn_view *t, struct link *l, struct doc_key doc,
			    const struct rec_document *d);
/* Goes on with each neighbour's walk, and tells it when all that was published has been taken. */
must_use enum err give_tick(struct turn_view *t);

#endif
