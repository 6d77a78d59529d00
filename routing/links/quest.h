/* Asking for a newer directory: one committee at a time, of whoever says that it has one. Heads are
 * signed by the registry and everything is checked before it counts, so no sender need be trusted;
 * only the cost is bounded. */
#ifndef VANTHU_ROUTING_LINKS_QUEST_H
#define VANTHU_ROUTING_LINKS_QUEST_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/message.h"

struct turn_view;

/* A committee has reported its directory version: a newer one is requested from it, whoever it
 * is. */
void quest_offer(struct turn_view *t, struct committee_id who, enum party party, uint64_t version);
void quest_part(struct turn_view *t, struct committee_id who, enum party party,
		const struct msg_directory_part *m);
/* `who` sends no more parts: another committee may be asked. */
void quest_lost(struct turn_view *t, struct committee_id who, enum party party);
/* What `who` sent was no directory, or not one that can come into force. */
void quest_failed(struct turn_view *t, struct committee_id who, enum party party, enum err why);
bool quest_shuns(const struct turn_view *t, struct committee_id who);
void party_say(struct turn_view *t, struct committee_id who, enum party party,
	       const struct message *m);

#endif
