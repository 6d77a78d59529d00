/* What decisions about documents share: for whom, by which neighbours, what completing one means, and facts on their way. */
#include <string.h>

#include "routing/core_internal.h"

bool manifest_has_files(const struct manifest_item *items, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (!items[i].inlined)
			return true;
	}
	return false;
}

enum lane lane_of(enum urgency urgency)
{
	return urgency >= URGENCY_KHAN ? LANE_URGENT : LANE_NORMAL;
}

void notify(struct turn_view *t, enum notice what, struct document_ref document, struct committee_id committee, uint32_t reason,
	    const struct summary *summary)
{
	struct act *a = plan_act(t->plan, ACT_NOTIFY);

	a->u.notify = (struct act_notify){ .what = what, .document = document, .committee = committee, .reason = reason };
	if (summary != NULL)
		a->u.notify.summary = *summary;
}

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
static enum err expand_group(struct turn_view *t, struct committee_id origin, enum group group, struct recipient_list *out)
{
	uint32_t at = out->count;
	struct committee_id top = origin;
	enum err e;

	for (;;) {
		struct committee_id next = { "" };

		while ((e = tree_next_subordinate(&t->tree, top, next, &next)) == ERR_OK) {
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

static enum err group_contains(struct turn_view *t, struct committee_id origin, enum group group, struct committee_id id, bool *contains)
{
	struct committee_id superior;
	enum err e;

	*contains = false;
	if (id_equal(origin, id))
		return ERR_OK;
	if (group == GROUP_SUBTREE)
		return tree_is_below(&t->tree, origin, id, contains);
	e = tree_superior(&t->tree, id, &superior, NULL);
	*contains = e == ERR_OK && id_equal(superior, origin);
	return e;
}

enum err recipients_contain(struct turn_view *t, struct committee_id origin, const struct recipient *recipients, uint32_t count,
			    struct committee_id id, bool *contains)
{
	*contains = false;
	for (uint32_t i = 0; i < count && !*contains; i++) {
		enum err e = ERR_OK;

		if (recipients[i].group == GROUP_NONE)
			*contains = id_equal(recipients[i].committee, id);
		else
			e = group_contains(t, origin, recipients[i].group, id, contains);
		if (e == ERR_NOT_FOUND)
			return ERR_OK; /* not in the directory: in no group */
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

enum err recipients_expand(struct turn_view *t, struct committee_id origin, const struct recipient *recipients, uint32_t count,
			   struct recipient_list *out)
{
	struct recipient groups[2];
	uint32_t group_count = 0;
	bool subtree = false;

	memset(out, 0, sizeof *out);
	for (uint32_t i = 0; i < count; i++)
		subtree = subtree || recipients[i].group == GROUP_SUBTREE;
	for (uint32_t i = 0; i < count; i++) {
		enum err e;

		/* The subtree holds the subordinates: each group at most once, the smaller not beside the larger. */
		if (recipients[i].group == GROUP_NONE || (subtree && recipients[i].group == GROUP_SUBORDINATES) ||
		    (group_count > 0 && groups[0].group == recipients[i].group))
			continue;
		groups[group_count++] = recipients[i];
		e = expand_group(t, origin, recipients[i].group, out);
		if (e != ERR_OK)
			return e;
	}
	for (uint32_t i = 0; i < count; i++) {
		bool there = false;
		enum err e;

		if (recipients[i].group != GROUP_NONE)
			continue;
		e = recipients_contain(t, origin, groups, group_count, recipients[i].committee, &there);
		if (e != ERR_OK)
			return e;
		for (uint32_t k = 0; k < i && !there; k++)
			there = recipients[k].group == GROUP_NONE && id_equal(recipients[k].committee, recipients[i].committee);
		if (!there)
			e = list_add(t, out, recipients[i].committee);
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

static enum err route_explicit(struct turn_view *t, const struct routing_question *q, struct committee_id target, struct routing_answer *out)
{
	struct committee_id hop;
	enum err e;

	out->culprit = target;
	if (id_equal(target, t->core->config.self)) {
		out->mine = true;
		return ERR_OK;
	}
	e = tree_next_hop(&t->tree, t->core->config.self, target, &hop);
	if (e != ERR_OK)
		return e;
	if (!id_empty(q->from) && id_equal(hop, q->from))
		return q->target_count > 0 ? ERR_NO_ROUTE : ERR_OK; /* it lies where the document came from: others serve it */
	return route_to(t, out, hop, &target);
}

static enum err route_group(struct turn_view *t, const struct routing_question *q, enum group group, struct routing_answer *out)
{
	struct committee_id self = t->core->config.self, next = { "" };
	bool contains = false;
	enum err e = group_contains(t, q->origin, group, self, &contains);

	if (e != ERR_OK)
		return e;
	if (contains)
		out->mine = true;
	/* The origin serves its subordinates; a member of the subtree its own. */
	if (!id_equal(self, q->origin) && !(contains && group == GROUP_SUBTREE))
		return ERR_OK;
	while ((e = tree_next_subordinate(&t->tree, self, next, &next)) == ERR_OK) {
		e = route_to(t, out, next, NULL);
		if (e != ERR_OK)
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Are the targets that the previous hop names among the head's explicit recipients? */
static bool targets_are_recipients(const struct routing_question *q)
{
	for (uint32_t i = 0; i < q->target_count; i++) {
		bool found = false;

		for (uint32_t k = 0; k < q->recipient_count && !found; k++)
			found = q->recipients[k].group == GROUP_NONE && id_equal(q->recipients[k].committee, q->targets[i]);
		if (!found)
			return false;
	}
	return true;
}

enum err document_route(struct turn_view *t, const struct routing_question *q, struct routing_answer *out)
{
	enum err e = ERR_OK;

	memset(out, 0, sizeof *out);
	if (!targets_are_recipients(q))
		return ERR_PROTOCOL;
	for (uint32_t i = 0; i < q->target_count && e == ERR_OK; i++)
		e = route_explicit(t, q, q->targets[i], out);
	for (uint32_t i = 0; i < q->recipient_count && e == ERR_OK; i++) {
		const struct recipient *r = &q->recipients[i];

		if (r->group != GROUP_NONE)
			e = route_group(t, q, r->group, out);
		else if (q->target_count == 0)
			e = route_explicit(t, q, r->committee, out);
	}
	return e;
}

/* ---- facts ---- */

enum err fact_forward(struct turn_view *t, struct committee_id to, struct committee_id from, const struct rec_stream *fact)
{
	struct rec_stream copy = *fact;
	struct committee_id hop;
	struct link *l;
	uint64_t seq;
	enum err e = tree_next_hop(&t->tree, t->core->config.self, to, &hop);

	if (e == ERR_NOT_FOUND || e == ERR_NO_ROUTE)
		return ERR_NO_ROUTE;
	if (e != ERR_OK)
		return e;
	l = link_find(t->core, hop);
	if (l == NULL || id_equal(hop, from))
		return ERR_NO_ROUTE;
	link_publish(t, l, LANE_FACTS, &copy, &seq);
	return ERR_OK;
}

enum err fact_send(struct turn_view *t, struct committee_id to, const struct fact *fact, const struct blob *relays, uint32_t relay_count,
		   struct sealed *keep)
{
	struct recipient *recipient = arena_alloc(t->plan->arena, sizeof *recipient);
	struct committee_id nobody = { "" };
	struct rec_stream s = { .role = ROLE_NONE, .relays = relays, .relay_count = relay_count };
	struct draft d = { .fact = *fact };

	if (recipient == NULL)
		return ERR_NO_MEMORY;
	recipient->committee = to;
	d.head = (struct head){ .id = core_draw_id(t->core, t->now.wall_ms), .origin = t->core->config.self, .kind = fact->kind,
				.body_version = 1, .urgency = URGENCY_THUONG, .secrecy = SECRECY_THUONG, .signed_at_ms = t->now.wall_ms,
				.directory_version = t->core->directory_version, .hop_limit = HOP_LIMIT, .recipients = recipient,
				.recipient_count = 1 };
	s.draft = plan_draft(t->plan, &d);
	s.fact.draft = s.draft;
	if (keep != NULL)
		*keep = (struct sealed){ .draft = s.draft };
	return fact_forward(t, to, nobody, &s);
}

/* ---- completing ---- */

static enum err complete_mine(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct blob *relays)
{
	struct committee_id self = t->core->config.self;
	struct fact fact = { .kind = KIND_RECEIPT, .at_ms = t->now.wall_ms, .from = d->from, .note = "",
			     .document = { .origin = d->origin, .id = d->id, .digest = d->digest } };
	struct record r = { .family = FAMILY_RECEIPT };
	enum err e = fact_send(t, d->origin, &fact, relays, d->relay_count, &r.u.receipt.envelope);

	/* No way back at this moment: the receipt is kept, and given to whoever asks again. */
	if (e != ERR_OK && e != ERR_NO_ROUTE)
		return e;
	r.u.receipt.draft = r.u.receipt.envelope.draft;
	r.u.receipt.kind = KIND_RECEIPT;
	r.u.receipt.at_ms = t->now.wall_ms;
	core_put(t, key_receipt(place.role, place.serial, self), &r);
	notify(t, NOTICE_ARRIVED, fact.document, d->from, 0, &d->summary);
	return ERR_OK;
}

static enum err complete_onward(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct routing_answer *answer)
{
	struct draft draft = { .head = { .id = core_draw_id(t->core, t->now.wall_ms), .origin = t->core->config.self, .kind = KIND_RELAY,
					 .body_version = 1, .urgency = URGENCY_THUONG, .secrecy = SECRECY_THUONG,
					 .signed_at_ms = t->now.wall_ms, .directory_version = t->core->directory_version,
					 .hop_limit = HOP_LIMIT } };
	struct recipient *recipient = arena_alloc(t->plan->arena, sizeof *recipient);
	struct publication *published = arena_array(t->plan->arena, answer->route_count, sizeof *published);
	struct record relay = { .family = FAMILY_RELAY }, route = { .family = FAMILY_ROUTE };

	if (recipient == NULL || published == NULL)
		return ERR_NO_MEMORY;
	recipient->committee = d->origin;
	draft.head.recipients = recipient;
	draft.head.recipient_count = 1;
	draft.fact = (struct fact){ .kind = KIND_RELAY, .at_ms = t->now.wall_ms, .from = d->from, .relay_event = 1, .hop = d->relay_count + 1,
				    .note = "", .document = { .origin = d->origin, .id = d->id, .digest = d->digest } };
	relay.u.relay.envelope.draft = plan_draft(t->plan, &draft);
	core_put(t, key_serial(place.role, place.serial), &relay);
	for (uint32_t i = 0; i < answer->route_count; i++) {
		struct link *l = link_find(t->core, answer->routes[i].neighbour);
		struct rec_stream s = { .role = place.role, .serial = place.serial, .digest = d->digest,
					.targets = answer->routes[i].targets, .target_count = answer->routes[i].target_count,
					.has_files = manifest_has_files(d->manifest, d->manifest_count) };
		struct record envelope;
		enum err e;

		if (l == NULL)
			return ERR_BAD_TREE;
		e = core_get(t, FAMILY_ENVELOPE, key_serial(place.role, place.serial), &envelope);
		if (e != ERR_OK)
			return e;
		s.size_bytes = envelope.u.envelope.envelope.bytes.len_bytes;
		published[i].neighbour = l->neighbour;
		published[i].lane = lane_of(d->urgency);
		link_publish(t, l, published[i].lane, &s, &published[i].seq);
	}
	route.u.route = (struct rec_route){ .publications = published, .count = answer->route_count };
	core_put(t, key_serial(place.role, place.serial), &route);
	notify(t, NOTICE_RELAYED, draft.fact.document, d->from, 0, &d->summary);
	return ERR_OK;
}

enum err document_complete(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct blob *relays)
{
	struct routing_question q = { .recipients = d->recipients, .recipient_count = d->recipients_len, .targets = d->targets,
				      .target_count = d->target_count, .origin = d->origin, .from = d->from };
	struct record state = { .family = FAMILY_STATE };
	struct routing_answer answer;
	enum err e = document_route(t, &q, &answer);

	/* The directory may have changed since it was taken; what has no way now is not lost: the origin sees it open. */
	if (e != ERR_OK && e != ERR_NO_ROUTE && e != ERR_NOT_FOUND && e != ERR_PROTOCOL)
		return e;
	if (d->mine) {
		e = complete_mine(t, place, d, relays);
		if (e != ERR_OK)
			return e;
	}
	if (answer.route_count > 0) {
		e = complete_onward(t, place, d, &answer);
		if (e != ERR_OK)
			return e;
	}
	state.u.state.complete_at_ms = t->now.wall_ms;
	core_put(t, key_serial(place.role, place.serial), &state);
	return ERR_OK;
}
