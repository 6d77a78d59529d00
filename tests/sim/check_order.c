/* Order per link and lane as published: what was taken from one neighbour on one lane has ascending
 * places in its stream, but for what was set aside and believed later. */
#include <string.h>

#include "tests/sim/check.h"

static uint64_t last[MEMBERS_MAX][LANE_COUNT];

/* Neighbours in every tree: a link that ends and begins anew counts anew. */
static bool stayed(const struct world *w, int a, int b)
{
	for (uint64_t v = 1; v <= w->version_count; v++) {
		if (world_parent(w, v, a) != b && world_parent(w, v, b) != a)
			return false;
	}
	return true;
}

static void each(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	int from = world_find(w, r->u.document.from.text);
	uint64_t *at;
	const struct wanted *d = workload_find(w, &r->u.document.id);

	(void)key;
	/* A store that was put back numbers its stream from where its copy was. */
	if (from < 0 || !stayed(w, from, m->index) || (w->setback && from == w->setback_member) ||
	    (d != NULL && (w->was_aside[d - w->documents] >> m->index & 1) != 0))
		return;
	at = &last[from][r->u.document.from_lane];
	if (r->u.document.from_seq <= *at)
		world_violation(w, "order", "%s took %llu of %s after %llu", m->id.text,
				(unsigned long long)r->u.document.from_seq, r->u.document.from.text,
				(unsigned long long)*at);
	*at = r->u.document.from_seq;
}

void check_order(struct world *w)
{
	static const enum role roles[] = { ROLE_IN, ROLE_RELAY };

	for (int i = 0; i < w->member_count; i++) {
		/* Serials ascend over both roles, but a scan has one role: so each is checked by
		 * itself. */
		for (size_t k = 0; k < sizeof roles / sizeof roles[0]; k++) {
			memset(last, 0, sizeof last);
			check_each(w, &w->members[i], FAMILY_DOCUMENT, key_role(roles[k]), each);
		}
	}
}
