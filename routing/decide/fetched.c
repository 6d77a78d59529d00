/* See fetched.h. */
#include "routing/decide/fetched.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* For whom we refuse it: ourselves and those that were ours to serve; by no name, all beyond us. */
static enum err speak_for(struct turn_view *t, const struct rec_document *d, struct fact *fact)
{
	uint32_t count = d->target_count + d->also_count;
	struct committee_id *ids;

	if (d->target_count == 0 || count > RECIPIENTS_MAX ||
	    names_subtree(d->recipients, d->recipients_len))
		return ERR_OK;
	ids = arena_array(t->plan->arena, count, sizeof *ids);
	if (ids == NULL)
		return ERR_NO_MEMORY;
	memcpy(ids, d->targets, d->target_count * sizeof *ids);
	if (d->also_count > 0)
		memcpy(ids + d->target_count, d->also, d->also_count * sizeof *ids);
	fact->targets = ids;
	fact->target_count = count;
	return ERR_OK;
}

/* The bytes that the signer published are not what the signer's manifest says: refused, and
 * remembered as refused. */
static enum err refuse_content(struct turn_view *t, struct doc_key doc,
			       const struct rec_document *d, const struct blob *relays,
			       enum err why)
{
	struct fact fact = { .kind = KIND_REFUSAL,
			     .at_ms = t->now.wall_ms,
			     .from = d->from,
			     .reason = (uint32_t)why,
			     .note = "",
			     .document = {
				 .origin = d->origin, .id = d->id, .digest = d->digest } };
	struct rec_state state = { .content_dropped = true, .refused = 1 };
	struct record r = { .family = FAMILY_RECEIPT };
	enum err e = speak_for(t, d, &fact);

	if (e == ERR_OK)
		e = fact_send(t, d->origin, &fact, relays, d->relay_count, &r.u.receipt.envelope);
	if (e != ERR_OK && e != ERR_NO_ROUTE)
		return e;
	r.u.receipt.draft = r.u.receipt.envelope.draft;
	r.u.receipt.kind = KIND_REFUSAL;
	r.u.receipt.reason = (uint32_t)why;
	r.u.receipt.at_ms = t->now.wall_ms;
	core_put(t, key_receipt(doc.role, doc.serial, t->core->config.self), &r);
	notify(t, NOTICE_REFUSED, fact.document, d->from, (uint32_t)why, &d->summary);
	return document_state(t, doc, d, NULL, &state);
}

enum err decide_fetched(struct turn_view *t, const struct ev_fetched *e)
{
	struct key fetch_key = key_seq(e->neighbour, e->lane, e->seq);
	struct doc_key doc = { e->role, e->serial };
	struct link *l = link_find(t->core, e->neighbour);
	struct record r, state, envelope;
	enum err result = core_get(t, FAMILY_FETCH, fetch_key, &r);

	if (result == ERR_NOT_FOUND)
		return ERR_OK; /* a duplicate event */
	if (result == ERR_OK && (r.u.fetch.role != e->role || r.u.fetch.serial.n != e->serial.n))
		return ERR_OK; /* the sequence number is another document's by now */
	if (result == ERR_OK && guard_may_sign(t) != ERR_OK)
		return ERR_OK; /* its receipt would be signed: repeated after a while */
	if (result == ERR_OK)
		result = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (result == ERR_OK)
		result = core_get(t, FAMILY_ENVELOPE, key_serial(doc.role, doc.serial), &envelope);
	if (result == ERR_DAMAGED)
		return ERR_OK; /* FETCH stays, and the event is repeated after a while */
	if (result != ERR_OK)
		return result;
	result = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &state);
	if (result == ERR_DAMAGED)
		return ERR_OK;
	if (result == ERR_OK && state.u.state.content_wanted && e->result == ERR_OK)
		result = content_here(t, doc, &r.u.document, &state.u.state);
	else if (result == ERR_OK && doc.role == ROLE_OUT && e->result == ERR_OK)
		result = take_whole(t, doc, &r.u.document); /* one of ours that came back */
	else if (result == ERR_NOT_FOUND) {
		const struct blob *relays = envelope.u.envelope.relays;

		result = e->result == ERR_OK
				 ? document_complete(t, doc, &r.u.document, relays)
				 : refuse_content(t, doc, &r.u.document, relays, e->result);
	}
	if (result != ERR_OK)
		return result;
	core_erase(t, FAMILY_FETCH, fetch_key);
	if (l != NULL && l->up) {
		uint64_t *seq = arena_alloc(t->plan->arena, sizeof *seq);
		struct message m = { .type = MESSAGE_COMPLETE };

		if (seq == NULL)
			return ERR_NO_MEMORY;
		*seq = e->seq;
		m.u.seqs = (struct msg_seqs){
			.lane = e->lane, .stream = l->in[e->lane].id, .seqs = seq, .count = 1
		};
		link_say(t, l, &m);
	}
	/* its fetch slot is free for the next document */
	plan_act(t->plan, ACT_FETCH)->neighbour = e->neighbour;
	return ERR_OK;
}
