/* What offices said of documents while this store's daemon was of a build that knew no statuses, or
 * not all of them: it passed them over. A store of such a build has a note of that since this one
 * opened it (UNHEARD_NOTE), and asks for all that was said, as one that was put back does
 * (wanted.h): once all its neighbours answer, and some days later again, for those further away
 * that are exchanged later. A neighbour that is of such a build itself would take a question for
 * spoilt. */
#ifndef VANTHU_ROUTING_RECONCILE_UNHEARD_H
#define VANTHU_ROUTING_RECONCILE_UNHEARD_H

#include "routing/base/err.h"

struct turn_view;

must_use enum err unheard_load(struct turn_view *t);
/* Bounded work a tick. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err unheard_tick(struct turn_view *t);

#endif
