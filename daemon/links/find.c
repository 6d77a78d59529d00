/* Who is who among the links; see find.h. */
#include "daemon/links/find.h"

#include <string.h>

#include "routing/base/committee_id.h"

struct link_socket *links_find(struct links *l, struct committee_id id)
{
	for (unsigned i = 0; i < l->neighbour_count; i++) {
		if (id_equal(l->neighbours[i].peer.committee, id))
			return &l->neighbours[i];
	}
	return NULL;
}

struct link_socket *links_superior(struct links *l)
{
	for (unsigned i = 0; i < l->neighbour_count; i++) {
		if (l->neighbours[i].peer.superior)
			return &l->neighbours[i];
	}
	return NULL;
}

/* ---- receiving ---- */

bool links_rid_is(const struct connection *c, const struct listener *r, const void *rid)
{
	return c->standing && c->listener == r && memcmp(c->rid, rid, RID_BYTES) == 0;
}

/* ---- peers ---- */

bool links_key_allowed(const struct link_socket *n, const void *public_key, size_t bytes)
{
	for (unsigned k = 0; k < n->peer.key_count; k++) {
		if (memcmp(n->peer.keys[k], public_key, bytes) == 0)
			return true;
	}
	return false;
}
