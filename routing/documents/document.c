/* What decisions about documents share: what completing one means, who cannot be served, and facts on their way. */
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

bool names_subtree(const struct recipient *recipients, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		if (recipients[i].group == GROUP_SUBTREE)
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

enum err document_state(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct rec_state *before,
			const struct rec_state *after)
{
	struct target_place from = target_of_document(place.role, d, before), to = target_of_document(place.role, d, after);
	struct key key = key_serial(place.role, place.serial);
	struct record r = { .family = FAMILY_STATE };

	r.u.state = *after;
	if (before == NULL && place.role == ROLE_OUT)
		core_append(t, key, &r); /* the newest of ours: their states begin in the order of their serials */
	else
		core_put(t, key, &r);
	return counter_move(t, FAMILY_DOCUMENT, &key, &from, &to);
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
	if (l == NULL || !l->present || id_equal(hop, from))
		return ERR_NO_ROUTE;
	copy.to = to;
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

/* Our own document: the refusal is ours too, signed and kept for each like any other answer. */
static enum err refuse_ours(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct fact *fact)
{
	struct recipient *recipient = arena_alloc(t->plan->arena, sizeof *recipient);
	struct record r = { .family = FAMILY_RECEIPT }, stored, known;
	struct draft draft = { .fact = *fact };
	struct rec_state state;
	enum err e = core_get(t, FAMILY_STATE, key_serial(place.role, place.serial), &stored);

	if (e != ERR_OK || recipient == NULL)
		return e != ERR_OK ? e : ERR_NO_MEMORY;
	state = stored.u.state;
	recipient->group = GROUP_NONE;
	recipient->committee = d->origin;
	draft.head = (struct head){ .id = core_draw_id(t->core, t->now.wall_ms), .origin = d->origin, .kind = KIND_REFUSAL, .body_version = 1,
				    .urgency = URGENCY_THUONG, .secrecy = SECRECY_THUONG, .signed_at_ms = t->now.wall_ms,
				    .directory_version = t->core->directory_version, .hop_limit = HOP_LIMIT, .recipients = recipient,
				    .recipient_count = 1 };
	r.u.receipt = (struct rec_receipt){ .at_ms = t->now.wall_ms, .kind = KIND_REFUSAL, .reason = fact->reason };
	r.u.receipt.draft = r.u.receipt.envelope.draft = plan_draft(t->plan, &draft);
	for (uint32_t i = 0; i < fact->target_count; i++) {
		struct key receipt_key = key_receipt(place.role, place.serial, fact->targets[i]);

		e = core_get(t, FAMILY_RECEIPT, receipt_key, &known);
		if (e == ERR_OK)
			continue; /* answered already */
		if (e != ERR_NOT_FOUND)
			return e;
		core_put(t, receipt_key, &r);
		state.refused++;
	}
	if (state.closed_at_ms == 0 && state.delivered + state.refused >= d->recipient_count)
		state.closed_at_ms = t->now.wall_ms;
	return document_state(t, place, d, &stored.u.state, &state);
}

/* All that cannot be served for one reason: one refusal, or as many as their names need. */
static enum err refuse_all(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct routing_answer *answer,
			   enum err why)
{
	struct committee_id *targets = arena_array(t->plan->arena, answer->unserved_count, sizeof *targets);
	uint32_t count = 0;
	struct fact fact = { .kind = KIND_REFUSAL, .at_ms = t->now.wall_ms, .from = d->from, .reason = (uint32_t)why, .note = "", .targets = targets,
			     .document = { .origin = d->origin, .id = d->id, .digest = d->digest } };
	enum err e = ERR_OK;

	if (targets == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < answer->unserved_count; i++) {
		if (answer->unserved[i].why == why)
			targets[count++] = answer->unserved[i].committee;
	}
	if (count > 0)
		notify(t, NOTICE_REFUSED, fact.document, targets[0], fact.reason, &d->summary);
	for (uint32_t at = 0; at < count && e == ERR_OK; at += fact.target_count) {
		fact.targets = targets + at;
		fact.target_count = count - at < RECIPIENTS_MAX ? count - at : RECIPIENTS_MAX;
		e = place.role == ROLE_OUT ? refuse_ours(t, place, d, &fact) : fact_send(t, d->origin, &fact, NULL, 0, NULL);
		if (e == ERR_NO_ROUTE)
			e = ERR_OK;
	}
	return e;
}

enum err document_unserved(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct routing_answer *answer)
{
	static const enum err reasons[] = { ERR_UNKNOWN_RECIPIENT, ERR_RETIRED_RECIPIENT, ERR_NO_ROUTE, ERR_REJECTED };
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof reasons / sizeof reasons[0] && answer->unserved_count > 0 && e == ERR_OK; i++)
		e = refuse_all(t, place, d, answer, reasons[i]);
	return e;
}

struct routing_question document_question(const struct rec_document *d)
{
	return (struct routing_question){ .to = { .origin = d->origin, .version = d->directory_version, .recipients = d->recipients,
						  .count = d->recipients_len },
					  .targets = d->targets, .target_count = d->target_count, .from = d->from };
}

/* Is this one served by an answer already? */
static bool is_routed(const struct routing_answer *answer, struct committee_id id)
{
	for (uint32_t i = 0; i < answer->route_count; i++) {
		const struct route *r = &answer->routes[i];

		for (uint32_t k = 0; k < r->target_count; k++) {
			if (id_equal(r->targets[k], id))
				return true;
		}
	}
	return false;
}

enum err document_complete(struct turn_view *t, struct doc_place place, const struct rec_document *d, const struct blob *relays)
{
	struct routing_question q = document_question(d);
	struct rec_state state = { .complete_at_ms = t->now.wall_ms };
	struct routing_answer answer;
	enum err e;

	/* The directory may have changed since it was taken: what was ours to serve still is, whichever way it lies now. */
	q.taken = d->target_count > 0;
	e = document_route(t, &q, &answer);
	q.taken = true;
	for (uint32_t i = 0; i < d->also_count && e == ERR_OK; i++) {
		if (!is_routed(&answer, d->also[i]))
			e = route_target(t, &q, d->also[i], &answer);
	}
	if (e != ERR_OK && e != ERR_PROTOCOL)
		return e;
	if (d->mine) {
		e = complete_mine(t, place, d, relays);
		if (e != ERR_OK)
			return e;
	}
	e = document_publish(t, place, d, &answer);
	if (e == ERR_OK)
		e = document_unserved(t, place, d, &answer);
	if (e != ERR_OK)
		return e;
	return document_state(t, place, d, NULL, &state);
}
