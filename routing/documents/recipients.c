/* See recipients.h. */
#include "routing/documents/recipients.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/tree.h"

enum { LIST_FIRST = 16 };

/* ---- the list ---- */

/* The slot that holds it, or the free one where it would go. */
static uint32_t slot_of(const struct recipient_list *list, struct committee_id id)
{
	uint32_t h = 2166136261u, mask = 2 * list->capacity - 1;

	for (const char *p = id.text; *p != '\0'; p++)
		h = (h ^ (uint8_t)*p) * 16777619u;
	h &= mask;
	while (list->slots[h] != 0 && !id_equal(list->ids[list->slots[h] - 1], id))
		h = (h + 1) & mask;
	return h;
}

static enum err grow(struct arena *arena, struct recipient_list *list)
{
	struct recipient_list more = { .count = list->count,
				       .direct = list->direct,
				       .capacity = list->capacity == 0 ? LIST_FIRST
								       : 2 * list->capacity };

	if (more.capacity > UINT32_MAX / 4)
		return ERR_TOO_MANY_RECIPIENTS;
	more.ids = arena_array(arena, more.capacity, sizeof *more.ids);
	more.slots = arena_array(arena, 2 * (size_t)more.capacity, sizeof *more.slots);
	if (more.ids == NULL || more.slots == NULL)
		return ERR_TOO_MANY_RECIPIENTS;
	if (list->count > 0)
		memcpy(more.ids, list->ids, list->count * sizeof *more.ids);
	for (uint32_t i = 0; i < more.count; i++)
		more.slots[slot_of(&more, more.ids[i])] = i + 1;
	*list = more;
	return ERR_OK;
}

bool recipients_find(const struct recipient_list *list, struct committee_id id, uint32_t *index)
{
	uint32_t slot = list->capacity == 0 ? 0 : slot_of(list, id);

	if (list->capacity == 0 || list->slots[slot] == 0)
		return false;
	*index = list->slots[slot] - 1;
	return true;
}

/* Once, whoever adds it. */
static enum err add(struct arena *arena, struct recipient_list *list, uint32_t most,
		    struct committee_id id)
{
	enum err e = list->count == list->capacity ? grow(arena, list) : ERR_OK;
	uint32_t slot;

	if (e != ERR_OK)
		return e;
	slot = slot_of(list, id);
	if (list->slots[slot] != 0)
		return ERR_OK;
	if (most != 0 && list->count == most)
		return ERR_TOO_MANY_RECIPIENTS;
	list->ids[list->count++] = id;
	list->slots[slot] = list->count;
	return ERR_OK;
}

/* ---- groups ---- */

static enum err add_below(const struct tree_view *then, struct committee_id top, uint32_t most,
			  struct recipient_list *out)
{
	struct committee_id next = { "" };
	enum err e;

	while ((e = tree_next_subordinate(then, top, next, &next)) == ERR_OK) {
		e = add(then->arena, out, most, next);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Breadth first: the list itself is the queue, so depth costs nothing. */
static enum err expand_group(const struct tree_view *then, const struct addressed *to,
			     enum group group, uint32_t most, struct recipient_list *out)
{
	enum err e = add_below(then, to->origin, most, out);

	out->direct = out->count;
	for (uint32_t at = 0; e == ERR_OK && group == GROUP_SUBTREE && at < out->count; at++)
		e = add_below(then, out->ids[at], most, out);
	return e;
}

/* The subtree holds the subordinates. */
static enum group widest_group(const struct addressed *to)
{
	enum group widest = GROUP_NONE;

	for (uint32_t i = 0; i < to->count && widest != GROUP_SUBTREE; i++) {
		if (to->recipients[i].group != GROUP_NONE)
			widest = to->recipients[i].group;
	}
	return widest;
}

enum err recipients_below(const struct tree_view *tree, uint64_t version, struct committee_id top,
			  struct recipient_list *out)
{
	struct tree_view then = tree_at(tree, version);
	enum err e;

	*out = (struct recipient_list){ .count = 0 };
	e = add_below(&then, top, 0, out);
	out->direct = out->count;
	return e;
}

enum err recipients_expand(const struct tree_view *tree, const struct addressed *to, uint32_t most,
			   struct recipient_list *out)
{
	struct tree_view then = tree_at(tree, to->version);
	enum group group = widest_group(to);
	enum err e = ERR_OK;

	*out = (struct recipient_list){ .count = 0 };
	if (group != GROUP_NONE)
		e = expand_group(&then, to, group, most, out);
	for (uint32_t i = 0; i < to->count && e == ERR_OK; i++) {
		if (to->recipients[i].group == GROUP_NONE)
			e = add(then.arena, out, most, to->recipients[i].committee);
	}
	return e;
}

/* ---- is it one of them? ---- */

enum err recipients_group_contains(const struct tree_view *tree, const struct addressed *to,
				   enum group group, struct committee_id id, bool *contains)
{
	struct tree_view then = tree_at(tree, to->version);
	struct committee_id superior;
	bool retired = false;
	enum err e;

	*contains = false;
	if (id_equal(to->origin, id))
		return ERR_OK;
	e = tree_superior(&then, id, &superior, &retired);
	if (e != ERR_OK || retired)
		return e;
	if (group == GROUP_SUBTREE)
		return tree_is_below(&then, to->origin, id, contains);
	*contains = id_equal(superior, to->origin);
	return ERR_OK;
}

enum err recipients_contain(const struct tree_view *tree, const struct addressed *to,
			    struct committee_id id, bool *contains)
{
	*contains = false;
	for (uint32_t i = 0; i < to->count && !*contains; i++) {
		enum err e = ERR_OK;

		if (to->recipients[i].group == GROUP_NONE)
			*contains = id_equal(to->recipients[i].committee, id);
		else
			e = recipients_group_contains(tree, to, to->recipients[i].group, id,
						      contains);
		/* Not in that directory: in no group, and perhaps named further on. */
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}
