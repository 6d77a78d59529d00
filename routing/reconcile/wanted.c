/* See wanted.h. */
#include "routing/reconcile/wanted.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/content.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { DOCUMENTS_PER_TICK = 64, SCRATCH_BYTES = 1 << 20 };

/* ---- asking ---- */

enum err wanted_last_status(struct turn_view *t, struct doc_key doc, struct committee_id office,
			    uint32_t *n)
{
	struct scan scan = scan_of(key_statuses(doc.role, doc.serial, office));
	struct committee_id signer;
	struct serial serial;
	struct record r;
	enum role role;
	enum err e;

	*n = 0;
	scan.report_damage = true; /* its number is in the key */
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_STATUS, &scan, &r);
	if ((e == ERR_OK || e == ERR_DAMAGED) &&
	    !key_parse_status(&scan.at, &role, &serial, &signer, n))
		*n = 0;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err has_answer(struct turn_view *t, struct doc_key doc, struct committee_id of,
			   bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_RECEIPT, key_receipt(doc.role, doc.serial, of), &r);

	*yes = e == ERR_OK;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err ask(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
		    struct committee_id whom)
{
	struct fact fact = { .kind = KIND_ASKED,
			     .at_ms = t->now.wall_ms,
			     .note = "",
			     .document = { d->origin, d->id, d->digest } };
	enum err e = wanted_last_status(t, doc, t->core->config.self, &fact.asked_own);

	if (e == ERR_OK)
		e = wanted_last_status(t, doc, whom, &fact.asked_yours);
	if (e == ERR_OK && doc.role == ROLE_OUT)
		e = has_answer(t, doc, whom, &fact.asked_answered);
	if (e == ERR_OK)
		e = fact_send(t, whom, &fact, NULL, 0, NULL);
	return e == ERR_NO_ROUTE ? ERR_OK : e;
}

/* Its recipients from *whom on, as far as this plan has room. *over: all of them. */
static enum err ask_recipients(struct turn_view *t, struct doc_key doc,
			       const struct rec_document *d, bool only_silent, uint32_t *whom,
			       bool *over)
{
	struct routing_question q = document_question(d);
	struct recipient_list list;
	enum err e = recipients_expand(&t->tree, &q.to, 0, &list);

	*over = true;
	if (e != ERR_OK) /* a group of a tree that is not known any more */
		return e == ERR_STORE || e == ERR_NO_MEMORY ? e : ERR_OK;
	for (; *whom < list.count && e == ERR_OK; ++*whom) {
		bool answered = false;

		if (!plan_has_room(t->plan)) {
			*over = false;
			return ERR_OK;
		}
		if (only_silent)
			e = has_answer(t, doc, list.ids[*whom], &answered);
		if (e == ERR_OK && !answered)
			e = ask(t, doc, d, list.ids[*whom]);
	}
	*whom = 0;
	return e;
}

enum err wanted_ask_about(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	uint32_t whom = 0;
	bool over;

	if (doc.role == ROLE_OUT)
		return ask_recipients(t, doc, d, false, &whom, &over);
	return doc.role == ROLE_IN && d->mine ? ask(t, doc, d, d->origin) : ERR_OK;
}

/* What has been asked for already is answered first: the lane is not filled with questions. */
bool wanted_lanes_are_full(const struct turn_view *t)
{
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		const struct stream_out *out = &t->core->links[i]->out[LANE_FACTS];

		if (out->last - out->acked > WANTED_QUEUED_MOST)
			return true;
	}
	return false;
}

enum err wanted_ask_all(struct turn_view *t, bool *over)
{
	struct reconcile *r = &t->core->reconcile;
	struct key all = { .len_bytes = 0 };
	enum err e = ERR_OK;

	*over = false;
	if (guard_may_sign(t) != ERR_OK || wanted_lanes_are_full(t))
		return ERR_OK;
	t->core->next_tick_ms = t->now.mono_ms;
	for (unsigned i = 0; i < DOCUMENTS_PER_TICK && e == ERR_OK && plan_has_room(t->plan); i++) {
		struct scan scan = r->begun ? scan_from(all, r->at) : scan_of(all);
		struct record record;
		struct doc_key doc;
		bool done = true;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_DOCUMENT, &scan, &record);
		if (e != ERR_OK || !key_parse_serial(&scan.at, &doc.role, &doc.serial))
			continue;
		if (record.u.document.taken_at_ms < t->now.wall_ms - WANTED_SINCE_MS)
			done = true;
		else if (doc.role == ROLE_OUT)
			e = ask_recipients(t, doc, &record.u.document, false, &r->whom, &done);
		else if (doc.role == ROLE_IN && record.u.document.mine)
			e = ask(t, doc, &record.u.document, record.u.document.origin);
		if (!done)
			break;
		r->at = scan.at;
		r->begun = true;
	}
	*over = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static int64_t after_ms(const struct turn_view *t)
{
	return t->core->config.wanted_after_ms != 0 ? t->core->config.wanted_after_ms
						    : WANTED_AFTER_MS;
}

static enum err look_at_waiting(struct turn_view *t, struct doc_key doc,
				const struct rec_document *d, bool *done)
{
	struct wanted_round *w = &t->core->wanted;
	struct record state;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &state);

	*done = true;
	if (e != ERR_OK || state.u.state.closed_at_ms != 0 || state.u.state.expired ||
	    passed_now(t->core, t->now) - d->taken_passed_ms < after_ms(t))
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	return ask_recipients(t, doc, d, true, &w->whom, done);
}

enum err wanted_tick(struct turn_view *t)
{
	struct wanted_round *w = &t->core->wanted;
	struct key all = key_role(ROLE_OUT);
	enum err e = ERR_OK;

	if (t->now.mono_ms < w->next_ms || guard_may_sign(t) != ERR_OK || wanted_lanes_are_full(t))
		return ERR_OK;
	for (unsigned i = 0; i < DOCUMENTS_PER_TICK && e == ERR_OK && plan_has_room(t->plan); i++) {
		struct scan scan = w->begun ? scan_from(all, w->at) : scan_of(all);
		struct record record;
		struct doc_key doc;
		bool done;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_DOCUMENT, &scan, &record);
		if (e != ERR_OK || !key_parse_serial(&scan.at, &doc.role, &doc.serial))
			continue;
		e = look_at_waiting(t, doc, &record.u.document, &done);
		if (!done)
			break;
		w->at = scan.at;
		w->begun = true;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	*w = (struct wanted_round){ .next_ms = t->now.mono_ms + after_ms(t) };
	return ERR_OK;
}

/* ---- answering ---- */

/* What it said of the document and does not know any more: each in a fact of ours. */
static enum err give_back(struct turn_view *t, const struct ev_publish *e, struct doc_key doc)
{
	struct fact fact = { .kind = KIND_RETURNED,
			     .at_ms = t->now.wall_ms,
			     .note = "",
			     .document = e->fact->document };
	struct scan scan =
		scan_from(key_statuses(doc.role, doc.serial, e->signer),
			  key_status(doc.role, doc.serial, e->signer, e->fact->asked_own));
	enum err r = ERR_OK;

	while (r == ERR_OK && plan_has_room(t->plan)) {
		struct record record;

		r = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STATUS, &scan, &record);
		if (r == ERR_DAMAGED) {
			r = ERR_OK;
			continue;
		}
		if (r != ERR_OK)
			break;
		fact.envelope = record.u.status.envelope.bytes;
		if (record.u.status.envelope.draft == 0 && fact.envelope.len_bytes > 0 &&
		    fact.envelope.len_bytes <= RETURNED_ENVELOPE_MAX_BYTES)
			r = fact_send(t, e->signer, &fact, NULL, 0, NULL);
	}
	return r == ERR_NOT_FOUND || r == ERR_NO_ROUTE ? ERR_OK : r;
}

/* The receipt that it gave first: its store has forgotten it. */
static enum err return_receipt(struct turn_view *t, const struct ev_publish *e, struct doc_key doc)
{
	struct fact fact = { .kind = KIND_RETURNED,
			     .at_ms = t->now.wall_ms,
			     .note = "",
			     .document = e->fact->document };
	struct record r;
	enum err result =
		core_get(t, FAMILY_RECEIPT, key_receipt(doc.role, doc.serial, e->signer), &r);

	if (result != ERR_OK || r.u.receipt.kind != KIND_RECEIPT ||
	    r.u.receipt.envelope.bytes.len_bytes == 0)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	fact.envelope = r.u.receipt.envelope.bytes;
	result = fact_send(t, e->signer, &fact, NULL, 0, NULL);
	return result == ERR_NO_ROUTE ? ERR_OK : result;
}

/* Our receipt or refusal, as it was signed. */
static enum err answer_again(struct turn_view *t, const struct ev_publish *e, struct doc_key doc)
{
	const struct committee_id nobody = { "" };
	struct rec_stream again = { .role = ROLE_NONE };
	struct record r;
	enum err result = core_get(t, FAMILY_RECEIPT,
				   key_receipt(doc.role, doc.serial, t->core->config.self), &r);

	if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		return ERR_OK; /* none was given yet */
	if (result != ERR_OK)
		return result;
	again.fact = r.u.receipt.envelope;
	again.draft = r.u.receipt.envelope.draft;
	if (again.draft == 0) {
		again.digest = r.u.receipt.digest;
		again.size_bytes = again.fact.bytes.len_bytes;
	}
	result = fact_forward(t, e->signer, nobody, &again);
	return result == ERR_NO_ROUTE ? ERR_OK : result;
}

/* What our office said, from the first that the other does not have. */
static enum err say_again(struct turn_view *t, const struct ev_publish *e, struct doc_key doc)
{
	uint32_t own = 0;
	enum err r = wanted_last_status(t, doc, t->core->config.self, &own);

	if (r != ERR_OK || own <= e->fact->asked_yours)
		return r;
	if (doc.role == ROLE_OUT) {
		struct record told;

		/* only to who was asked */
		r = core_get(t, FAMILY_TOLD, key_receipt(doc.role, doc.serial, e->signer), &told);
		if (r != ERR_OK || told.u.told.asked == 0)
			return r == ERR_NOT_FOUND || r == ERR_DAMAGED ? ERR_OK : r;
		r = told_wait(t, doc, e->signer, own);
	} else {
		r = told_wait(t, doc, e->signer, e->fact->asked_yours + 1);
	}
	told_begin(t);
	return r;
}

/* From the issuer to a recipient, or the other way round; others have nothing to ask. */
static enum err may_ask(struct turn_view *t, const struct ev_publish *e, struct doc_key doc,
			const struct rec_document *d, bool *may)
{
	struct routing_question q = document_question(d);

	*may = doc.role != ROLE_OUT && id_equal(e->signer, d->origin);
	return doc.role == ROLE_OUT ? recipients_contain(&t->tree, &q.to, e->signer, may) : ERR_OK;
}

enum err wanted_answer(struct turn_view *t, const struct ev_publish *e)
{
	const struct document_ref *ref = &e->fact->document;
	struct doc_key doc;
	struct record r;
	bool may = false;
	enum err result;

	if (e->fact->asked_content)
		return content_give(t, e);
	result = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &r);
	if (result == ERR_OK && memcmp(&r.u.ident.digest, &ref->digest, sizeof ref->digest) != 0)
		result = ERR_NOT_FOUND;
	if (result != ERR_OK)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	result = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);
	if (result == ERR_OK)
		result = may_ask(t, e, doc, &r.u.document, &may);
	if (result != ERR_OK || !may || guard_may_sign(t) != ERR_OK)
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	if (doc.role != ROLE_OUT && !e->fact->asked_answered)
		result = answer_again(t, e, doc);
	if (result == ERR_OK && (doc.role == ROLE_OUT || r.u.document.mine))
		result = say_again(t, e, doc);
	if (result == ERR_OK && doc.role == ROLE_OUT && !e->fact->asked_answered)
		result = return_receipt(t, e, doc);
	return result == ERR_OK ? give_back(t, e, doc) : result;
}
