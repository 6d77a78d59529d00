/* Who a document is for: its groups expanded under the tree of its head. Pure: of a tree and a
 * head, and nothing else. */
#ifndef VANTHU_ROUTING_DOCUMENTS_RECIPIENTS_H
#define VANTHU_ROUTING_DOCUMENTS_RECIPIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct tree_view;

/* Whom a head addresses. */
struct addressed {
	struct committee_id origin;
	uint64_t version; /* the head's directory version: what its groups mean */
	const struct recipient *recipients;
	uint32_t count;
};

/* Committees, each once, in the arena of the tree's view: those meant by a group first, level by
 * level, then those named beside it. */
struct recipient_list {
	struct committee_id *ids;
	uint32_t count;
	uint32_t direct;   /* the first so many are meant by a group and right below its top */
	uint32_t capacity; /* of `ids`; twice as many slots */
	uint32_t *slots;   /* index + 1 by a hash of the id; 0: free */
};

/* `tree`: in force; the head's version is looked up in it. ERR_TOO_MANY_RECIPIENTS: more than
 * `most` (0: any number), or than its arena takes. */
must_use enum err recipients_expand(const struct tree_view *tree, const struct addressed *to,
				    uint32_t most, struct recipient_list *out);
/* Those right below a committee under the tree of a directory version, by id. */
must_use enum err recipients_below(const struct tree_view *tree, uint64_t version,
				   struct committee_id top, struct recipient_list *out);
/* Where it is in the list. False: it is not. */
bool recipients_find(const struct recipient_list *list, struct committee_id id, uint32_t *index);

/* Is it one of this group of the origin's? ERR_NOT_FOUND: the directory of that version does not
 * have it. */
must_use enum err recipients_group_contains(const struct tree_view *tree,
					    const struct addressed *to, enum group group,
					    struct committee_id id, bool *contains);
/* Is this committee a recipient? */
must_use enum err recipients_contain(const struct tree_view *tree, const struct addressed *to,
				     struct committee_id id, bool *contains);

#endif
