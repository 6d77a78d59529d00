/* See recipients.h. */
#include "routing/documents/recipients.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/memory.h"
#include "routing/state/tree.h"

static enum err list_add(struct turn_view *t, struct recipient_list *list, struct committee_id id)
{
	if (list->count == list->capacity) {
		uint32_t capacity = list->capacity == 0 ? 16 : list->capacity * 2;
		struct committee_id *ids = arena_array(t->plan->arena, capacity, sizeof *ids);

		if (ids == NULL)
			return ERR_TOO_MANY_RECIPIENTS;
		if (list->count > 0)
			memcpy(ids, list->ids, list->count * sizeof *ids);
		list->ids = ids;
		list->capacity = capacity;
	}
	list->ids[list->count++] = id;
	return ERR_OK;
}

/* Breadth first: the list itself is the queue, so depth costs nothing. */
static enum err expand_group(struct turn_view *t, const struct addressed *to, enum group group,
			     struct recipient_list *out)
{
	struct tree_view tree = tree_at(&t->tree, to->version);
	struct committee_id top = to->origin;
	uint32_t at = out->count;
	enum err e;

	for (;;) {
		struct committee_id next = { "" };

		while ((e = tree_next_subordinate(&tree, top, next, &next)) == ERR_OK) {
			e = list_add(t, out, next);
			if (e != ERR_OK)
				return e;
		}
		if (e != ERR_NOT_FOUND)
			return e;
		if (group != GROUP_SUBTREE || at == out->count)
			return ERR_OK;
		top = out->ids[at++];
	}
}

enum err recipients_group_contains(struct turn_view *t, const struct addressed *to,
				   enum group group, struct committee_id id, bool *contains)
{
	struct tree_view tree = tree_at(&t->tree, to->version);
	struct committee_id superior;
	bool retired = false;
	enum err e;

	*contains = false;
	if (id_equal(to->origin, id))
		return ERR_OK;
	e = tree_superior(&tree, id, &superior, &retired);
	if (e != ERR_OK || retired)
		return e;
	if (group == GROUP_SUBTREE)
		return tree_is_below(&tree, to->origin, id, contains);
	*contains = id_equal(superior, to->origin);
	return ERR_OK;
}

enum err recipients_contain(struct turn_view *t, const struct addressed *to, struct committee_id id,
			    bool *contains)
{
	*contains = false;
	for (uint32_t i = 0; i < to->count && !*contains; i++) {
		enum err e = ERR_OK;

		if (to->recipients[i].group == GROUP_NONE)
			*contains = id_equal(to->recipients[i].committee, id);
		else
			e = recipients_group_contains(t, to, to->recipients[i].group, id, contains);
		if (e == ERR_NOT_FOUND)
			return ERR_OK; /* not in that directory: in no group */
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err recipients_expand(struct turn_view *t, const struct addressed *to,
			   struct recipient_list *out)
{
	struct recipient groups[2];
	struct addressed by_group = { .origin = to->origin,
				      .version = to->version,
				      .recipients = groups };
	bool subtree = false;

	memset(out, 0, sizeof *out);
	for (uint32_t i = 0; i < to->count; i++)
		subtree = subtree || to->recipients[i].group == GROUP_SUBTREE;
	for (uint32_t i = 0; i < to->count; i++) {
		const struct recipient *r = &to->recipients[i];
		enum err e;

		/* The subtree holds the subordinates: each group at most once, the smaller not
		 * beside the larger. */
		if (r->group == GROUP_NONE || (subtree && r->group == GROUP_SUBORDINATES) ||
		    (by_group.count > 0 && groups[0].group == r->group))
			continue;
		groups[by_group.count++] = *r;
		e = expand_group(t, to, r->group, out);
		if (e != ERR_OK)
			return e;
	}
	for (uint32_t i = 0; i < to->count; i++) {
		const struct recipient *r = &to->recipients[i];
		bool there = false;
		enum err e;

		if (r->group != GROUP_NONE)
			continue;
		e = recipients_contain(t, &by_group, r->committee, &there);
		if (e != ERR_OK)
			return e;
		for (uint32_t k = 0; k < i && !there; k++)
			there = to->recipients[k].group == GROUP_NONE &&
				id_equal(to->recipients[k].committee, r->committee);
		if (!there)
			e = list_add(t, out, r->committee);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}
