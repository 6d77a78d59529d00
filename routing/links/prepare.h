/* The links that the directory in force wants. */
#ifndef VANTHU_ROUTING_LINKS_PREPARE_H
#define VANTHU_ROUTING_LINKS_PREPARE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct turn_view;

/* Links of those who stood below us in a version that we never had; `before` is ours until now. */
must_use enum err link_remember_passed(struct turn_view *t);
/* The links that the directory in force wants: the superior, and all below, those that have ended
 * too, until their daemons are gone: what they hold for others must still get away. */
must_use enum err link_prepare_all(struct turn_view *t);
/* One of an earlier directory: neither dialled nor let in, but for a former subordinate that asks
 * for the directory. */
must_use enum err link_remember(struct turn_view *t, struct committee_id neighbour);

#endif
