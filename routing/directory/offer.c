/* See offer.h. */
#include "routing/directory/offer.h"

#include "routing/links/links.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"

void offer_heard(struct turn_view *t, struct link *l, uint64_t version)
{
	if (l->peer_directory_version != version)
		aside_hurry(t->core);
	l->peer_directory_version = version;
	if (l->present || l->leaving)
		quest_offer(t, l->neighbour, PARTY_NEIGHBOUR, version);
}
