/* For whom a document is and which neighbours lead there. Groups mean the tree of the head's directory version; ways are those of the tree in
 * force. Who has moved since is served by name, wherever it stands now. */
#include <string.h>

#include "routing/core_internal.h"

/* ---- who ---- */

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
static enum err expand_group(struct turn_view *t, const struct addressed *to, enum group group, struct recipient_list *out)
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

static enum err group_contains(struct turn_view *t, const struct addressed *to, enum group group, struct committee_id id, bool *contains)
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

enum err recipients_contain(struct turn_view *t, const struct addressed *to, struct committee_id id, bool *contains)
{
	*contains = false;
	for (uint32_t i = 0; i < to->count && !*contains; i++) {
		enum err e = ERR_OK;

		if (to->recipients[i].group == GROUP_NONE)
			*contains = id_equal(to->recipients[i].committee, id);
		else
			e = group_contains(t, to, to->recipients[i].group, id, contains);
		if (e == ERR_NOT_FOUND)
			return ERR_OK; /* not in that directory: in no group */
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err recipients_expand(struct turn_view *t, const struct addressed *to, struct recipient_list *out)
{
	struct recipient groups[2];
	struct addressed by_group = { .origin = to->origin, .version = to->version, .recipients = groups };
	bool subtree = false;

	memset(out, 0, sizeof *out);
	for (uint32_t i = 0; i < to->count; i++)
		subtree = subtree || to->recipients[i].group == GROUP_SUBTREE;
	for (uint32_t i = 0; i < to->count; i++) {
		const struct recipient *r = &to->recipients[i];
		enum err e;

		/* The subtree holds the subordinates: each group at most once, the smaller not beside the larger. */
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
			there = to->recipients[k].group == GROUP_NONE && id_equal(to->recipients[k].committee, r->committee);
		if (!there)
			e = list_add(t, out, r->committee);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* ---- which way ---- */

static enum err route_to(struct turn_view *t, struct routing_answer *out, struct committee_id neighbour, const struct committee_id *target)
{
	struct route *r = NULL;

	for (uint32_t i = 0; i < out->route_count; i++) {
		if (id_equal(out->routes[i].neighbour, neighbour)) {
			r = &out->routes[i];
			break;
		}
	}
	if (r == NULL) {
		/* Doubles at powers of two; the arena takes the old copies. */
		if ((out->route_count & (out->route_count - 1)) == 0) {
			uint32_t capacity = out->route_count == 0 ? 1 : out->route_count * 2;
			struct route *grown = arena_array(t->plan->arena, capacity, sizeof *grown);

			if (grown == NULL)
				return ERR_NO_MEMORY;
			if (out->route_count > 0)
				memcpy(grown, out->routes, out->route_count * sizeof *grown);
			out->routes = grown;
		}
		r = &out->routes[out->route_count++];
		memset(r, 0, sizeof *r);
		r->neighbour = neighbour;
	}
	if (target == NULL)
		return ERR_OK;
	if ((r->target_count & (r->target_count - 1)) == 0) {
		uint32_t capacity = r->target_count == 0 ? 1 : r->target_count * 2;
		struct committee_id *grown = arena_array(t->plan->arena, capacity, sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		if (r->target_count > 0)
			memcpy(grown, r->targets, r->target_count * sizeof *grown);
		r->targets = grown;
	}
	r->targets[r->target_count++] = *target;
	return ERR_OK;
}

static enum err cannot_serve(struct turn_view *t, struct routing_answer *out, struct committee_id committee, enum err why)
{
	if ((out->unserved_count & (out->unserved_count - 1)) == 0) {
		uint32_t capacity = out->unserved_count == 0 ? 1 : out->unserved_count * 2;
		struct unserved *grown = arena_array(t->plan->arena, capacity, sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		if (out->unserved_count > 0)
			memcpy(grown, out->unserved, out->unserved_count * sizeof *grown);
		out->unserved = grown;
	}
	out->unserved[out->unserved_count++] = (struct unserved){ committee, why };
	return ERR_OK;
}

/* The present link on the way to a committee. ERR_UNKNOWN_RECIPIENT, ERR_RETIRED_RECIPIENT, ERR_NO_ROUTE: it cannot be served. */
static enum err way_to(struct turn_view *t, struct committee_id target, struct committee_id *hop)
{
	struct committee_id superior;
	bool retired = false;
	struct link *l;
	enum err e = tree_superior(&t->tree, target, &superior, &retired);

	if (e == ERR_NOT_FOUND)
		return ERR_UNKNOWN_RECIPIENT;
	if (e == ERR_OK && retired)
		return ERR_RETIRED_RECIPIENT;
	if (e == ERR_OK)
		e = tree_next_hop(&t->tree, t->core->config.self, target, hop);
	if (e == ERR_NOT_FOUND)
		return ERR_NO_ROUTE; /* we are in no directory ourselves */
	if (e != ERR_OK)
		return e;
	l = link_find(t->core, *hop);
	return l == NULL || !l->present ? ERR_NO_ROUTE : ERR_OK;
}

static bool is_answer(enum err e)
{
	return e == ERR_UNKNOWN_RECIPIENT || e == ERR_RETIRED_RECIPIENT || e == ERR_NO_ROUTE;
}

enum err route_target(struct turn_view *t, const struct routing_question *q, struct committee_id target, struct routing_answer *out)
{
	struct committee_id hop;
	enum err e;

	if (id_equal(target, t->core->config.self)) {
		out->mine = true;
		return ERR_OK;
	}
	e = way_to(t, target, &hop);
	if (is_answer(e))
		return cannot_serve(t, out, target, e);
	if (e != ERR_OK)
		return e;
	if (!q->taken && !id_empty(q->from) && id_equal(hop, q->from))
		/* Named for us to serve, it cannot lie behind who named it; unnamed, others serve it. */
		return q->target_count > 0 ? cannot_serve(t, out, target, ERR_NO_ROUTE) : ERR_OK;
	return route_to(t, out, hop, &target);
}

static enum err route_members(struct turn_view *t, const struct routing_question *q, struct committee_id top, enum group group,
			      struct routing_answer *out);

/* One that stood right below `top`. Where it still hangs below us it serves its own members; who has moved is served by name; the members of
 * one that has ended are ours to serve. Recursion is as deep as the tree: TREE_DEPTH_MAX. */
static enum err route_member(struct turn_view *t, const struct routing_question *q, struct committee_id member, enum group group,
			     struct routing_answer *out)
{
	struct committee_id hop;
	enum err e;

	if (id_equal(member, t->core->config.self)) {
		out->mine = true;
		return ERR_OK;
	}
	e = way_to(t, member, &hop);
	if (is_answer(e)) {
		enum err r = cannot_serve(t, out, member, e);

		if (r != ERR_OK || e != ERR_RETIRED_RECIPIENT || group != GROUP_SUBTREE)
			return r;
		return route_members(t, q, member, group, out);
	}
	if (e != ERR_OK)
		return e;
	return route_to(t, out, hop, id_equal(hop, member) ? NULL : &member);
}

static enum err route_members(struct turn_view *t, const struct routing_question *q, struct committee_id top, enum group group,
			      struct routing_answer *out)
{
	struct tree_view tree = tree_at(&t->tree, q->to.version);
	struct committee_id next = { "" };
	enum err e;

	while ((e = tree_next_subordinate(&tree, top, next, &next)) == ERR_OK) {
		e = route_member(t, q, next, group, out);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err route_group(struct turn_view *t, const struct routing_question *q, enum group group, struct routing_answer *out)
{
	struct committee_id self = t->core->config.self;
	bool contains = false;
	enum err e = group_contains(t, &q->to, group, self, &contains);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if (contains)
		out->mine = true;
	/* The origin serves its subordinates; a member of the subtree its own. */
	if (!id_equal(self, q->to.origin) && !(contains && group == GROUP_SUBTREE))
		return ERR_OK;
	return route_members(t, q, self, group, out);
}

/* Does the previous hop name only recipients? */
static enum err targets_are_recipients(struct turn_view *t, const struct routing_question *q, bool *yes)
{
	*yes = true;
	for (uint32_t i = 0; i < q->target_count && *yes; i++) {
		enum err e = recipients_contain(t, &q->to, q->targets[i], yes);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err document_route(struct turn_view *t, const struct routing_question *q, struct routing_answer *out)
{
	bool named_well;
	enum err e;

	memset(out, 0, sizeof *out);
	e = targets_are_recipients(t, q, &named_well);
	if (e == ERR_OK && !named_well)
		return ERR_PROTOCOL;
	/* Ours by what was signed, also when this copy came to be passed on: the one that names us may come later, or not at all. */
	if (e == ERR_OK && !id_equal(t->core->config.self, q->to.origin))
		e = recipients_contain(t, &q->to, t->core->config.self, &out->mine);
	for (uint32_t i = 0; i < q->target_count && e == ERR_OK; i++)
		e = route_target(t, q, q->targets[i], out);
	for (uint32_t i = 0; i < q->to.count && e == ERR_OK; i++) {
		const struct recipient *r = &q->to.recipients[i];

		if (r->group != GROUP_NONE)
			e = route_group(t, q, r->group, out);
		else if (q->target_count == 0)
			e = route_target(t, q, r->committee, out);
	}
	return e;
}
