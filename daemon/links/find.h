/* Who is who: neighbours by id, by key, by connection. */
#ifndef VANTHU_DAEMON_LINKS_FIND_H
#define VANTHU_DAEMON_LINKS_FIND_H

#include "daemon/links/links_state.h"

/* NULL: no neighbour. Valid until links_set_peers. */
struct link_socket *links_find(struct links *l, struct committee_id id);
struct link_socket *links_superior(struct links *l); /* NULL: has none */
/* Is it the connection that the listener knows by these RID_BYTES? */
bool links_rid_is(const struct connection *c, const struct listener *r, const void *rid);
/* Is a key that begins with these bytes one of the neighbour's that are in force? */
bool links_key_allowed(const struct link_socket *n, const void *public_key, size_t bytes);

#endif
