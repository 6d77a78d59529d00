/* See complete.h. */
#include "routing/documents/complete.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/concerns.h"
#include "routing/documents/document.h"
#include "routing/documents/early.h"
#include "routing/documents/facts.h"
#include "routing/documents/open_work.h"
#include "routing/documents/route.h"
#include "routing/documents/rows.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* Our own document: the refusal is ours too, signed and kept for each like any other answer. */
static enum err refuse_ours(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			    const struct fact *fact)
{
	struct record r = { .family = FAMILY_RECEIPT }, stored, known;
	struct rec_state state;
	uint32_t draft;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &stored);

	if (e != ERR_OK)
		return e;
	state = stored.u.state;
	draft = fact_draft(t, d->origin, fact);
	if (draft == 0)
		return ERR_NO_MEMORY;
	r.u.receipt = (struct rec_receipt){ .at_ms = t->now.wall_ms,
					    .kind = KIND_REFUSAL,
					    .reason = fact->reason };
	r.u.receipt.draft = r.u.receipt.envelope.draft = draft;
	for (uint32_t i = 0; i < fact->target_count; i++) {
		struct key receipt_key = key_receipt(doc.role, doc.serial, fact->targets[i]);

		e = core_get(t, FAMILY_RECEIPT, receipt_key, &known);
		if (e == ERR_OK || e == ERR_DAMAGED)
			continue; /* answered already */
		if (e != ERR_NOT_FOUND)
			return e;
		core_put(t, receipt_key, &r);
		feed_add(t, &(struct change){ .kind = CHANGE_REFUSED,
					      .role = doc.role,
					      .serial = doc.serial,
					      .committee = fact->targets[i],
					      .reason = fact->reason });
		state.refused++;
	}
	if (state.closed_at_ms == 0 && state.delivered + state.refused >= d->recipient_count)
		state.closed_at_ms = t->now.wall_ms;
	return document_state(t, doc, d, &stored.u.state, &state);
}

/* All that cannot be served for one reason: one refusal, or as many as their names need. */
static enum err refuse_all(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			   const struct routing_answer *answer, enum err why)
{
	struct committee_id *targets =
	    arena_array(t->plan->arena, answer->unserved_count, sizeof *targets);
	uint32_t count = 0;
	struct fact fact = { .kind = KIND_REFUSAL,
			     .at_ms = t->now.wall_ms,
			     .from = d->from,
			     .reason = (uint32_t)why,
			     .note = "",
			     .targets = targets,
			     .document = {
				 .origin = d->origin, .id = d->id, .digest = d->digest } };
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
		e = doc.role == ROLE_OUT ? refuse_ours(t, doc, d, &fact)
					 : fact_send(t, d->origin, &fact, NULL, 0, NULL);
		if (e == ERR_NO_ROUTE)
			e = ERR_OK;
	}
	return e;
}

enum err document_unserved(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			   const struct routing_answer *answer)
{
	static const enum err reasons[] = { ERR_UNKNOWN_RECIPIENT, ERR_RETIRED_RECIPIENT,
					    ERR_NO_ROUTE, ERR_REJECTED, ERR_SIGNED_LOST };
	enum err e = ERR_OK;

	for (size_t i = 0;
	     i < sizeof reasons / sizeof reasons[0] && answer->unserved_count > 0 && e == ERR_OK;
	     i++)
		e = refuse_all(t, doc, d, answer, reasons[i]);
	return e;
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

/* The office has still to do with it, unless what it did has come back before the files did
 * (routing/reconcile/take.h). */
static enum err begin_work(struct turn_view *t, struct doc_key doc)
{
	const struct office_stand arrived = { .work = OFFICE_ARRIVED };
	struct record r;
	enum err e = core_get(t, FAMILY_WORK, key_serial(doc.role, doc.serial), &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	return open_work_follow(t, doc, e == ERR_OK && r.u.work.n > 0 ? &r.u.work.stand : &arrived);
}

/* A receipt that we gave before our store was set back, and that came back before the files did
 * (routing/reconcile/take.h), is given once more instead of a second one. *since_ms: its time. */
static enum err receipt_before(struct turn_view *t, struct doc_key doc,
			       const struct rec_document *d, bool *given, int64_t *since_ms)
{
	const struct committee_id nobody = { "" };
	struct rec_stream again = { .role = ROLE_NONE };
	struct record r;
	enum err e = core_get(t, FAMILY_RECEIPT,
			      key_receipt(doc.role, doc.serial, t->core->config.self), &r);

	*given = e == ERR_OK && r.u.receipt.kind == KIND_RECEIPT && r.u.receipt.draft == 0;
	if (!*given)
		return e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	*since_ms = r.u.receipt.at_ms;
	again.fact = r.u.receipt.envelope;
	again.digest = r.u.receipt.digest;
	again.size_bytes = again.fact.bytes.len_bytes;
	e = fact_forward(t, d->origin, nobody, &again);
	return e == ERR_NO_ROUTE ? ERR_OK : e;
}

static enum err give_receipt(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			     const struct blob *relays)
{
	struct committee_id self = t->core->config.self;
	struct fact fact = { .kind = KIND_RECEIPT,
			     .at_ms = t->now.wall_ms,
			     .from = d->from,
			     .note = "",
			     .document = {
				 .origin = d->origin, .id = d->id, .digest = d->digest } };
	struct record r = { .family = FAMILY_RECEIPT };
	enum err e = fact_send(t, d->origin, &fact, relays, d->relay_count, &r.u.receipt.envelope);

	/* No route back at this moment: the receipt is kept, and sent in answer to a duplicate. */
	if (e != ERR_OK && e != ERR_NO_ROUTE)
		return e;
	r.u.receipt.draft = r.u.receipt.envelope.draft;
	r.u.receipt.kind = KIND_RECEIPT;
	r.u.receipt.at_ms = t->now.wall_ms;
	core_put(t, key_receipt(doc.role, doc.serial, self), &r);
	return ERR_OK;
}

/* *since_ms: it has been here since then. */
static enum err complete_mine(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			      const struct blob *relays, int64_t *since_ms)
{
	const struct document_ref ref = { d->origin, d->id, d->digest };
	bool given;
	enum err e = receipt_before(t, doc, d, &given, since_ms);

	if (e == ERR_OK && !given)
		e = give_receipt(t, doc, d, relays);
	if (e != ERR_OK)
		return e;
	notify(t, NOTICE_ARRIVED, ref, d->from, 0, &d->summary);
	feed_document(t, CHANGE_ARRIVED, doc.role, doc.serial, d->origin);
	return begin_work(t, doc);
}

/* What was asked of it before it was here, and what it asks itself. */
static enum err ask_office(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	const struct rec_work nothing = { .to = "", .due_on = "", .note = "", .person = "" };
	struct document_ref ref = { d->origin, d->id, d->digest };
	struct key key = key_serial(doc.role, doc.serial);
	struct record work;
	enum err e = core_get(t, FAMILY_WORK, key, &work);

	if (e == ERR_NOT_FOUND) {
		work = (struct record){ .family = FAMILY_WORK, .u.work = nothing };
		e = early_take(t, doc, d, &work.u.work);
		if (e == ERR_OK)
			feed_office(t, OFFICE_RECALL_ASKED, doc.role, doc.serial, d->origin);
		if (e == ERR_OK)
			e = document_work(t, doc, d, &work.u.work);
		else if (e == ERR_DIGEST)
			notify(t, NOTICE_REFUSED, ref, d->origin, ERR_DIGEST, &d->summary);
	}
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DIGEST && e != ERR_DAMAGED)
		return e;
	return concerns_arrived(t, doc, d);
}

enum err document_complete(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			   const struct blob *relays)
{
	struct routing_question q = document_question(d);
	struct rec_state state = { .complete_at_ms = t->now.wall_ms };
	struct routing_answer answer;
	enum err e;

	/* The directory may have changed since it was taken: recipients that were ours to serve
	 * still are, whatever their route is now. */
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
		e = complete_mine(t, doc, d, relays, &state.complete_at_ms);
		if (e != ERR_OK)
			return e;
	}
	e = document_publish(t, doc, d, &answer);
	if (e == ERR_OK)
		e = document_unserved(t, doc, d, &answer);
	if (e == ERR_OK)
		e = document_state(t, doc, d, NULL, &state);
	return e == ERR_OK && d->mine ? ask_office(t, doc, d) : e;
}

enum err document_refuse(struct turn_view *t, const struct ev_publish *e, enum err why)
{
	return document_refuse_by(t, e, why, "");
}

enum err document_refuse_by(struct turn_view *t, const struct ev_publish *e, enum err why,
			    text_t rule)
{
	struct fact fact = { .kind = KIND_REFUSAL,
			     .at_ms = t->now.wall_ms,
			     .from = e->neighbour,
			     .reason = (uint32_t)why,
			     .rule = rule,
			     .note = "",
			     .targets = e->targets,
			     .target_count = e->target_count };
	struct committee_id to = e->neighbour;
	enum err r;

	fact.document.digest = e->digest;
	if (e->head != NULL) {
		fact.document.origin = e->head->origin;
		fact.document.id = e->head->id;
		to = e->head->origin;
		/* It does not go on at all: who would have had it as a member of a subtree is
		 * answered for too. */
		if (!document_is_about_routes(why) &&
		    names_subtree(e->head->recipients, e->head->recipient_count))
			fact.target_count = 0;
	}
	notify(t, NOTICE_REFUSED, fact.document, e->neighbour, (uint32_t)why, NULL);
	if (id_equal(to, t->core->config.self))
		return ERR_OK;
	r = fact_send(t, to, &fact, e->relays, e->relay_count, NULL);
	return r == ERR_NO_ROUTE ? ERR_OK : r;
}

void document_fetch(struct turn_view *t, const struct ev_publish *e, struct doc_key doc)
{
	struct record r = { .family = FAMILY_FETCH };

	r.u.fetch = (struct rec_fetch){ .role = doc.role, .serial = doc.serial };
	core_put(t, key_seq(e->neighbour, e->lane, e->seq), &r);
	plan_act(t->plan, ACT_FETCH)->neighbour = e->neighbour;
}

void document_needs(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct record r;

	for (uint32_t i = 0; i < d->manifest_count; i++) {
		memset(&r, 0, sizeof r);
		r.family = FAMILY_FILE;
		if (!d->manifest[i].inlined)
			core_put(t, key_file(d->manifest[i].sha256, doc.role, doc.serial), &r);
	}
	if (doc.role == ROLE_RELAY) {
		memset(&r, 0, sizeof r);
		r.family = FAMILY_SWEEP;
		core_put(t,
			 key_sweep(t->now.wall_ms + t->core->config.relay_retention_ms,
				   SWEEP_CONTENT, doc.role, doc.serial),
			 &r);
	}
}

bool document_is_about_routes(enum err e)
{
	return e == ERR_NO_ROUTE || e == ERR_NOT_ADDRESSED || e == ERR_UNKNOWN_RECIPIENT ||
	       e == ERR_RETIRED_RECIPIENT;
}
