/* Connections of visits, as the other files of the links see them. */
#ifndef VANTHU_DAEMON_LINKS_VISIT_H
#define VANTHU_DAEMON_LINKS_VISIT_H

#include "daemon/links/links_state.h"

/* May a committee that is no subordinate come in, for a visit? */
bool links_may_visit(struct links *l, const uint8_t public_key[32], struct committee_id *out);
struct visitor *links_visitor(struct links *l, struct committee_id who);
/* The first frame of a connection said that it is a visit. False: no slot is free for it. */
bool links_take_visitor(struct links *l, struct committee_id who, struct listener *r,
			const void *rid);
void links_forget_visitors_of(struct links *l, const struct listener *r);
bool links_watch_visit(struct links *l);

#endif
