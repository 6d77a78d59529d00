/* See route.h. */
#include "routing/documents/route.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/state/memory.h"
#include "routing/state/tree.h"

static enum err route_to(struct turn_view *t, struct routing_answer *out,
			 struct committee_id neighbour, const struct committee_id *target)
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

static enum err cannot_serve(struct turn_view *t, struct routing_answer *out,
			     struct committee_id committee, enum err why)
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

/* The present link on the path to a committee. ERR_UNKNOWN_RECIPIENT, ERR_RETIRED_RECIPIENT,
 * ERR_NO_ROUTE: it cannot be served. */
static enum err path_to(struct turn_view *t, struct committee_id target, struct committee_id *hop)
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

enum err route_target(struct turn_view *t, const struct routing_question *q,
		      struct committee_id target, struct routing_answer *out)
{
	struct committee_id hop;
	enum err e;

	if (id_equal(target, t->core->config.self)) {
		out->mine = true;
		return ERR_OK;
	}
	e = path_to(t, target, &hop);
	if (is_answer(e))
		return cannot_serve(t, out, target, e);
	if (e != ERR_OK)
		return e;
	if (!q->taken && !id_empty(q->from) && id_equal(hop, q->from))
		/* Named for us to serve, it cannot lie behind who named it; unnamed, others serve
		 * it. */
		return q->target_count > 0 ? cannot_serve(t, out, target, ERR_NO_ROUTE) : ERR_OK;
	return route_to(t, out, hop, &target);
}

static enum err route_members(struct turn_view *t, const struct routing_question *q,
			      struct committee_id top, enum group group,
			      struct routing_answer *out);

/* One that stood right below `top`. Where it still hangs below us it serves its own members; who
 * has moved is served by name; the members of one that has ended are ours to serve. Recursion is as
 * deep as the tree: TREE_DEPTH_MAX. */
static enum err route_member(struct turn_view *t, const struct routing_question *q,
			     struct committee_id member, enum group group,
			     struct routing_answer *out)
{
	struct committee_id hop;
	enum err e;

	if (id_equal(member, t->core->config.self)) {
		out->mine = true;
		return ERR_OK;
	}
	e = path_to(t, member, &hop);
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

static enum err route_members(struct turn_view *t, const struct routing_question *q,
			      struct committee_id top, enum group group, struct routing_answer *out)
{
	struct recipient_list members;
	enum err e = recipients_below(&t->tree, q->to.version, top, &members);

	for (uint32_t i = 0; i < members.direct && e == ERR_OK; i++)
		e = route_member(t, q, members.ids[i], group, out);
	return e;
}

/* The origin has them all, and serves those right below itself. */
static enum err route_expanded(struct turn_view *t, const struct routing_question *q,
			       enum group group, struct routing_answer *out)
{
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < q->expanded->direct && e == ERR_OK; i++)
		e = route_member(t, q, q->expanded->ids[i], group, out);
	return e;
}

static enum err route_group(struct turn_view *t, const struct routing_question *q, enum group group,
			    struct routing_answer *out)
{
	struct committee_id self = t->core->config.self;
	bool contains = false;
	enum err e;

	if (q->expanded != NULL)
		return route_expanded(t, q, group, out);
	e = recipients_group_contains(&t->tree, &q->to, group, self, &contains);
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
static enum err targets_are_recipients(struct turn_view *t, const struct routing_question *q,
				       bool *yes)
{
	*yes = true;
	for (uint32_t i = 0; i < q->target_count && *yes; i++) {
		enum err e = recipients_contain(&t->tree, &q->to, q->targets[i], yes);

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err document_route(struct turn_view *t, const struct routing_question *q,
			struct routing_answer *out)
{
	bool named_well;
	enum err e;

	memset(out, 0, sizeof *out);
	e = targets_are_recipients(t, q, &named_well);
	if (e == ERR_OK && !named_well)
		return ERR_PROTOCOL;
	/* Ours by what was signed, also when this copy came to be passed on: the one that names us
	 * may come later, or not at all. */
	if (e == ERR_OK && !id_equal(t->core->config.self, q->to.origin))
		e = recipients_contain(&t->tree, &q->to, t->core->config.self, &out->mine);
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
