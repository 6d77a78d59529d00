/* See fact.h. */
#include "routing/decide/fact.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/types.h"
#include "routing/decide/doubt.h"
#include "routing/decide/status.h"
#include "routing/documents/documents.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

static void dropped(struct turn_view *t, struct link *l, const struct ev_publish *e, enum err why)
{
	struct document_ref none = { .origin = { "" } };

	l->violations++;
	notify(t, NOTICE_REFUSED, e->fact != NULL ? e->fact->document : none, e->neighbour,
	       (uint32_t)why, NULL);
}

static struct rec_receipt receipt_of(const struct ev_publish *e)
{
	return (struct rec_receipt){ .envelope = { .bytes = e->envelope },
				     .relays = e->relays,
				     .relay_count = e->relay_count,
				     .at_ms = e->fact->at_ms,
				     .kind = e->fact->kind,
				     .reason = e->fact->reason,
				     .rule = e->fact->rule,
				     .digest = e->digest };
}

static void feed_answer(struct turn_view *t, const struct fact *fact, struct doc_key doc,
			struct committee_id recipient)
{
	bool has = fact->kind == KIND_RECEIPT;

	feed_add(t, &(struct change){ .kind = has ? CHANGE_RECEIPT : CHANGE_REFUSED,
				      .role = doc.role,
				      .serial = doc.serial,
				      .committee = recipient,
				      .reason = has ? 0 : fact->reason });
}

/* What was there cannot be read any more, and is counted in the state already: this stands in its
 * place. What can be read says less than the state, where more than one is damaged; a state goes no
 * way back, and no refusal takes the place of a receipt that may have been there. */
static enum err answer_anew(struct turn_view *t, const struct ev_publish *e, struct doc_key doc,
			    const struct rec_document *d, struct committee_id recipient)
{
	struct record r = { .family = FAMILY_RECEIPT }, stored;
	struct rec_state before, after;
	bool refusal = e->fact->kind == KIND_REFUSAL;
	enum err result = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &stored);

	if (result != ERR_OK)
		return result;
	before = after = stored.u.state;
	if (refusal && (!id_equal(e->signer, recipient) || before.refused == 0))
		return ERR_OK;
	r.u.receipt = receipt_of(e);
	core_put(t, key_receipt(doc.role, doc.serial, recipient), &r);
	result = rebuild_answers(t, doc, d, &after);
	if (result == ERR_OK && after.delivered >= before.delivered &&
	    lifecycle_may_move(doc.role, lifecycle_of(doc.role, d, &before),
			       lifecycle_of(doc.role, d, &after)))
		result = document_state(t, doc, d, &before, &after);
	/* what it is asked waited for a receipt that nobody could read */
	return result == ERR_OK && !refusal ? told_delivered(t, doc, recipient) : result;
}

/* One recipient's answer to a document of ours; the first one counts, a receipt after a refusal
 * replaces it. */
static enum err record_answer(struct turn_view *t, const struct ev_publish *e, struct doc_key doc,
			      const struct rec_document *d, struct committee_id recipient)
{
	struct key receipt_key = key_receipt(doc.role, doc.serial, recipient),
		   state_key = key_serial(doc.role, doc.serial);
	struct record r = { .family = FAMILY_RECEIPT }, old, stored;
	struct rec_state state;
	enum err result = core_get(t, FAMILY_RECEIPT, receipt_key, &old);
	bool was_refused = result == ERR_OK && old.u.receipt.kind == KIND_REFUSAL;

	if (result == ERR_OK && !(was_refused && e->fact->kind == KIND_RECEIPT))
		return ERR_OK;
	if (result == ERR_DAMAGED)
		return answer_anew(t, e, doc, d, recipient);
	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
	result = core_get(t, FAMILY_STATE, state_key, &stored);
	if (result != ERR_OK)
		return result;
	state = stored.u.state;
	r.u.receipt = receipt_of(e);
	core_put(t, receipt_key, &r);
	if (was_refused)
		state.refused--;
	if (e->fact->kind == KIND_RECEIPT)
		state.delivered++;
	else
		state.refused++;
	notify(t, e->fact->kind == KIND_RECEIPT ? NOTICE_RECEIPT : NOTICE_REFUSED,
	       e->fact->document, recipient, e->fact->reason, &d->summary);
	feed_answer(t, e->fact, doc, recipient);
	if (state.closed_at_ms == 0 && state.delivered + state.refused >= d->recipient_count) {
		state.closed_at_ms = t->now.wall_ms;
		if (state.refused == 0) {
			notify(t, NOTICE_DELIVERED, e->fact->document, recipient, 0, &d->summary);
			feed_document(t, CHANGE_DELIVERED, doc.role, doc.serial, recipient);
		}
	}
	result = document_state(t, doc, d, &stored.u.state, &state);
	return result == ERR_OK && e->fact->kind == KIND_RECEIPT
		   ? told_delivered(t, doc, recipient)
		   : result;
}

/* A refusal speaks for its signer, and, from a relay on the path, for those the relay was to
 * serve. */
static enum err record_refusal(struct turn_view *t, const struct ev_publish *e, struct doc_key doc,
			       const struct rec_document *d)
{
	struct routing_question q = document_question(d);
	struct tree_view then = tree_at(&t->tree, d->directory_version);
	struct recipient_list all;
	enum err result = recipients_expand(&t->tree, &q.to, 0, &all);

	for (uint32_t i = 0; i < all.count && result == ERR_OK; i++) {
		bool named = e->fact->target_count == 0, on_path = false;

		for (uint32_t k = 0; k < e->fact->target_count && !named; k++)
			named = id_equal(e->fact->targets[k], all.ids[i]);
		if (!named && !id_equal(all.ids[i], e->signer))
			continue;
		/* The signer may lie on the path under the earlier tree, or under the present
		 * one. */
		result = tree_on_path(&then, t->core->config.self, all.ids[i], e->signer, &on_path);
		if ((result == ERR_OK && !on_path) || result == ERR_NOT_FOUND ||
		    result == ERR_NO_ROUTE)
			result = tree_on_path(&t->tree, t->core->config.self, all.ids[i], e->signer,
					      &on_path);
		if (result == ERR_OK && on_path)
			result = record_answer(t, e, doc, d, all.ids[i]);
		if (result == ERR_NOT_FOUND || result == ERR_NO_ROUTE)
			result = ERR_OK; /* no longer in the directory */
	}
	return result;
}

static enum err record_held(struct turn_view *t, const struct ev_publish *e, struct doc_key doc)
{
	struct record r = { .family = FAMILY_RELAY };

	r.u.relay.envelope.bytes = e->envelope;
	core_put(t, key_receipt(doc.role, doc.serial, e->signer), &r);
	notify(t, NOTICE_HELD, e->fact->document, e->signer, 0, NULL);
	return ERR_OK;
}

static enum err take_status(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	enum err fault;
	enum err r = decide_status(t, e, &fault);

	if (r == ERR_OK && fault != ERR_OK)
		dropped(t, l, e, fault);
	return r;
}

static enum err take_ours(struct turn_view *t, struct link *l, const struct ev_publish *e,
			  struct doc_key doc, const struct rec_document *d)
{
	struct routing_question q = document_question(d);
	bool recipient = false;
	enum err result;

	switch (e->fact->kind) {
	case KIND_REFUSAL:
		return record_refusal(t, e, doc, d);
	case KIND_RELAY:
		return record_held(t, e, doc);
	default: /* KIND_RECEIPT: decide_fact has looked */
		result = recipients_contain(&t->tree, &q.to, e->signer, &recipient);
		if (result != ERR_OK)
			return result;
		if (recipient)
			return record_answer(t, e, doc, d, e->signer);
		dropped(t, l, e, ERR_NOT_ADDRESSED);
		return ERR_OK;
	}
}

enum err fact_must_wait(struct turn_view *t, const struct link *l, const struct ev_publish *e,
			bool *wait)
{
	struct committee_id hop;
	enum err r;

	*wait = false;
	if (e->verdict != ERR_OK || l->peer_directory_version == t->core->directory_version ||
	    e->head->recipient_count != 1 || e->head->recipients[0].group != GROUP_NONE ||
	    id_equal(e->head->recipients[0].committee, t->core->config.self))
		return ERR_OK;
	r = tree_next_hop(&t->tree, t->core->config.self, e->head->recipients[0].committee, &hop);
	*wait = r != ERR_OK || id_equal(hop, l->neighbour);
	return r == ERR_NOT_FOUND || r == ERR_NO_ROUTE ? ERR_OK : r;
}

static enum err take_about_ours(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	struct committee_id self = t->core->config.self;
	struct doc_key doc;
	struct record r;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(e->fact->document.id, self), &r);
	if (result == ERR_NOT_FOUND ||
	    (result == ERR_OK &&
	     (r.u.ident.role != ROLE_OUT || !id_equal(e->fact->document.origin, self)))) {
		dropped(t, l, e, ERR_NOT_FOUND);
		return ERR_OK;
	}
	if (result != ERR_OK)
		return result;
	doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	if (memcmp(r.u.ident.digest.bytes, e->fact->document.digest.bytes,
		   sizeof e->fact->document.digest.bytes) != 0) {
		dropped(t, l, e, ERR_DIGEST);
		return ERR_OK;
	}
	result = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	return result == ERR_OK ? take_ours(t, l, e, doc, &r.u.document) : result;
}

/* What is wrong with it is its signer's fault, whoever passed it on; that it came again is not. */
static enum err take_report(struct turn_view *t, const struct ev_publish *e)
{
	struct document_ref none = { .origin = { "" } };
	enum err why;
	enum err result = reported_take(t, e, &why);

	if (result == ERR_OK && why != ERR_OK)
		notify(t, NOTICE_REFUSED, none,
		       why == ERR_REPORT_AGAIN ? e->neighbour : e->signer, (uint32_t)why, NULL);
	return result;
}

/* It went up from here, so somebody below shows it again: passed on, it would come straight from
 * its signer, and be our fault. A question of ours may come back on its way to who has moved. */
static bool is_own_report(const struct turn_view *t, const struct ev_publish *e)
{
	return id_equal(e->signer, t->core->config.self) && !e->fact->report->asks;
}

/* What we said ourselves comes back only where it was lost. */
static enum err returned(struct turn_view *t, const struct ev_publish *e)
{
	bool wanted = own_takes_answers(t);
	enum err r = wanted ? ERR_OK : repair_wants(t, e->returned, &wanted);

	return r == ERR_OK && wanted ? take_returned(t, e) : r;
}

enum err decide_fact(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	struct committee_id to, nobody = { "" };
	enum err result;

	if (e->verdict != ERR_OK || e->fact == NULL || e->head->recipient_count != 1 ||
	    e->head->recipients[0].group != GROUP_NONE) {
		dropped(t, l, e, e->verdict != ERR_OK ? e->verdict : ERR_PROTOCOL);
		return ERR_OK;
	}
	to = e->head->recipients[0].committee;
	if (e->fact->kind == KIND_REPORT) {
		result = take_report(t, e);
		if (result != ERR_OK || id_equal(to, t->core->config.self) || is_own_report(t, e))
			return result;
	}
	if (!id_equal(to, t->core->config.self)) {
		struct rec_stream s = { .role = ROLE_NONE,
					.digest = e->digest,
					.size_bytes = e->envelope.len_bytes,
					.fact = { .bytes = e->envelope },
					.relays = e->relays,
					.relay_count = e->relay_count };

		/* Of what was set aside we have answered for since: its recipient may have moved
		 * meanwhile, and its way may lead back. */
		result = fact_forward(t, to, e->aside ? nobody : e->neighbour, &s);
		/* the next report makes up for one that finds no way */
		if (result == ERR_NO_ROUTE ||
		    (e->fact->kind == KIND_REPORT &&
		     (result == ERR_DAMAGED || result == ERR_BAD_TREE))) {
			dropped(t, l, e, result);
			return ERR_OK;
		}
		return result;
	}
	if (e->fact->kind == KIND_DOUBT)
		return decide_doubt(t, e);
	if (e->fact->kind == KIND_CORRECTION)
		return decide_correction(t, e);
	if (e->fact->kind == KIND_ASKED)
		return wanted_answer(t, e);
	if (e->fact->kind == KIND_GONE)
		return gone_take(t, e);
	if (e->fact->kind == KIND_RETURNED)
		return returned(t, e);
	result = e->fact->kind == KIND_STATUS ? take_status(t, l, e) : take_about_ours(t, l, e);
	/* Of a document whose record is damaged nothing can be kept. What else there is goes on:
	 * all damage is found before anything is written. */
	if (result == ERR_DAMAGED) {
		notify(t, NOTICE_REFUSED, e->fact->document, e->neighbour, (uint32_t)result, NULL);
		result = ERR_OK;
	}
	return result;
}
