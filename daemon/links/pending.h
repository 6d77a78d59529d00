/* Events of links that nobody has received yet, in the order in which they came. */
#ifndef VANTHU_DAEMON_LINKS_PENDING_H
#define VANTHU_DAEMON_LINKS_PENDING_H

#include "daemon/links/links_state.h"

/* At the end of what waits; lost when that is full: the core notices silence as well. */
void links_enqueue(struct links *l, enum link_event_type type, const struct link_socket *n,
		   enum purpose purpose, enum err reason);
void links_enqueue_visit(struct links *l, enum link_event_type type, struct committee_id who,
			 enum party party);
/* The first of them, taken out. False: there is none. */
bool links_next_pending(struct links *l, struct link_event *out);

#endif
