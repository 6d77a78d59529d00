/* Who a document is for: its groups expanded under the tree of its head. */
#ifndef VANTHU_ROUTING_DOCUMENTS_RECIPIENTS_H
#define VANTHU_ROUTING_DOCUMENTS_RECIPIENTS_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct turn_view;

/* Whom a head addresses. */
struct addressed {
	struct committee_id origin;
	uint64_t version; /* the head's directory version: what its groups mean */
	const struct recipient *recipients;
	uint32_t count;
};

/* The committees that a document of ours is for, expanded and without repetition, in the plan's
 * arena. ERR_TOO_MANY_RECIPIENTS past the arena. */
struct recipient_list {
	struct committee_id *ids;
	uint32_t count;
	uint32_t capacity;
};

enum err recipients_expand(struct turn_view *t, const struct addressed *to,
			   struct recipient_list *out);
/* Is it one of this group of the origin's? ERR_NOT_FOUND: the directory of that version does not
 * have it. */
enum err recipients_group_contains(struct turn_view *t, const struct addressed *to,
				   enum group group, struct committee_id id, bool *contains);
/* Is this committee a recipient? */
enum err recipients_contain(struct turn_view *t, const struct addressed *to, struct committee_id id,
			    bool *contains);

#endif
