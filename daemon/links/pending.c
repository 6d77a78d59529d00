/* A ring of link events; see pending.h. */
#include "daemon/links/pending.h"

static void push(struct links *l, const struct link_event *e)
{
	struct link_event *slot;

	if (l->pending_count == PENDING_MAX)
		return; /* silence is noticed by the core as well */
	slot = &l->pending[(l->pending_first + l->pending_count++) % PENDING_MAX];
	*slot = *e;
}

void links_enqueue(struct links *l, enum link_event_type type, const struct link_socket *n,
		   enum purpose purpose, enum err reason)
{
	struct link_event e = {
		.type = type, .neighbour = n->peer.committee, .purpose = purpose, .reason = reason
	};

	push(l, &e);
}

void links_enqueue_visit(struct links *l, enum link_event_type type, struct committee_id who,
			 enum party party)
{
	struct link_event e = { .type = type,
				.neighbour = who,
				.party = party,
				.purpose = PURPOSE_DIRECTORY,
				.reason = ERR_NETWORK };

	push(l, &e);
}

bool links_next_pending(struct links *l, struct link_event *out)
{
	if (l->pending_count == 0)
		return false;
	*out = l->pending[l->pending_first];
	l->pending_first = (l->pending_first + 1) % PENDING_MAX;
	l->pending_count--;
	return true;
}

bool links_pending(const struct links *l)
{
	return l->pending_count > 0;
}
