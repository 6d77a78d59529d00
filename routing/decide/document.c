/* See document.h. */
#include "routing/decide/document.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/types.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

static void plan_taken(struct turn_view *t, const struct ev_publish *e, struct doc_key doc,
		       const struct rec_document *d)
{
	struct record r = { .family = FAMILY_IDENT };

	r.u.ident = (struct rec_ident){ .role = doc.role,
					.serial = doc.serial,
					.digest = e->digest,
					.submission = e->head->submission };
	core_put(t, key_ident(e->head->id, e->head->origin), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_DOCUMENT;
	r.u.document = *d;
	core_put(t, key_serial(doc.role, doc.serial), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_ENVELOPE;
	r.u.envelope = (struct rec_envelope){ .envelope = { .bytes = e->envelope },
					      .relays = e->relays,
					      .relay_count = e->relay_count };
	core_put(t, key_serial(doc.role, doc.serial), &r);
	document_needs(t, doc, d);
	if (!d->mine)
		return;
	matter_answers(t, matter_answered(&e->summary), doc);
	concerns_index(t, d, doc);
	reminders_index(t, d, doc);
}

static enum err take(struct turn_view *t, const struct ev_publish *e, bool mine)
{
	const struct head *h = e->head;
	struct doc_key doc = { mine ? ROLE_IN : ROLE_RELAY, { t->core->next_serial } };
	struct rec_document d = { .origin = h->origin,
				  .id = h->id,
				  .urgency = h->urgency,
				  .secrecy = h->secrecy,
				  .signed_at_ms = h->signed_at_ms,
				  .taken_at_ms = t->now.wall_ms,
				  .taken_passed_ms = passed_now(t->core, t->now),
				  .directory_version = h->directory_version,
				  .hop_limit = h->hop_limit,
				  .digest = e->digest,
				  .from = e->neighbour,
				  .from_lane = e->lane,
				  .from_seq = e->seq,
				  .mine = mine,
				  .recipients = h->recipients,
				  .recipients_len = h->recipient_count,
				  .targets = e->targets,
				  .target_count = e->target_count,
				  .manifest = h->manifest,
				  .manifest_count = h->manifest_count,
				  .relay_count = e->relay_count,
				  .summary = e->summary };

	enum err gone = gone_came(t, h->id, h->origin);

	if (gone != ERR_OK)
		return gone;
	own_came(t, e->neighbour);
	if (manifest_has_files(h->manifest, h->manifest_count)) {
		/* Whom we answer for from now on is a matter of the tree of this moment, and its
		 * files may take long. */
		enum err r =
		    e->target_count > 0 ? ERR_OK : document_names(t, e, &d.also, &d.also_count);

		if (r != ERR_OK)
			return r;
		plan_taken(t, e, doc, &d);
		document_fetch(t, e, doc);
		return ERR_OK;
	}
	plan_taken(t, e, doc, &d);
	return document_complete(t, doc, &d, e->relays);
}

/* An office cannot read it as it was meant, or it is none that its issuer may issue. We refuse it
 * for ourselves; for whom else it is they say themselves, so it is passed on unread. */
static enum err refuse_for_us(struct turn_view *t, const struct ev_publish *e,
			      const struct routing_answer *answer, enum err why, text_t rule)
{
	struct doc_key doc = { ROLE_RELAY, { t->core->next_serial } };
	struct fact fact = {
		.kind = KIND_REFUSAL,
		.at_ms = t->now.wall_ms,
		.from = e->neighbour,
		.reason = (uint32_t)why,
		.rule = rule,
		.note = "",
		.targets = &t->core->config.self,
		.target_count = 1,
		.document = { .origin = e->head->origin, .id = e->head->id, .digest = e->digest }
	};
	struct record r = { .family = FAMILY_RECEIPT };
	enum err result;

	if (answer->route_count == 0 && answer->unserved_count == 0)
		return document_refuse_by(t, e, why, rule);
	result =
	    fact_send(t, e->head->origin, &fact, e->relays, e->relay_count, &r.u.receipt.envelope);
	if (result != ERR_OK && result != ERR_NO_ROUTE)
		return result;
	r.u.receipt.draft = r.u.receipt.envelope.draft;
	r.u.receipt.kind = KIND_REFUSAL;
	r.u.receipt.reason = fact.reason;
	r.u.receipt.rule = rule;
	r.u.receipt.at_ms = t->now.wall_ms;
	core_put(t, key_receipt(doc.role, doc.serial, t->core->config.self), &r);
	notify(t, NOTICE_REFUSED, fact.document, t->core->config.self, fact.reason, &e->summary);
	return take(t, e, false);
}

/* Named to us to serve, and behind who named them; the tree has changed since it was signed, and
 * the neighbour may have made its row before that. */
static bool goes_back(const struct turn_view *t, const struct ev_publish *e,
		      const struct routing_answer *answer)
{
	bool behind = false;

	for (uint32_t i = 0; i < answer->unserved_count && !behind; i++)
		behind = answer->unserved[i].why == ERR_NO_ROUTE;
	/* An item that was set aside was taken before the directories agreed: the neighbour has
	 * released it. */
	return behind && (e->aside || e->head->directory_version != t->core->directory_version);
}

/* Recipients named to us that cannot be served are refused, or returned to the neighbour, and the
 * document is taken for the others. */
static enum err route_new(struct turn_view *t, const struct ev_publish *e,
			  struct routing_answer *answer)
{
	struct routing_question q = { .to = { .origin = e->head->origin,
					      .version = e->head->directory_version,
					      .recipients = e->head->recipients,
					      .count = e->head->recipient_count },
				      .targets = e->targets,
				      .target_count = e->target_count,
				      .from = e->neighbour };
	enum err result = document_route(t, &q, answer);

	if (result != ERR_OK)
		return result;
	if (answer->mine || answer->route_count > 0 || goes_back(t, e, answer))
		return ERR_OK;
	return answer->unserved_count > 0 ? answer->unserved[0].why : ERR_NOT_ADDRESSED;
}

/* An error of the store or of memory, as opposed to an answer about the document. */
static bool is_failure(enum err e)
{
	return e != ERR_OK && e != ERR_PROTOCOL && !document_is_about_routes(e);
}

/* May its issuer issue it? The first hop, which stands next to the issuer, answers for all beyond
 * it; a recipient further on for itself. A body of a version that is not known says nothing. */
static enum err take_if_issued(struct turn_view *t, const struct ev_publish *e,
			       const struct routing_answer *routed)
{
	struct addressed to = { .origin = e->head->origin,
				.version = e->head->directory_version,
				.recipients = e->head->recipients,
				.count = e->head->recipient_count };
	const struct mandate_question q = { .to = &to,
					    .secrecy = e->head->secrecy,
					    .signed_at_ms = e->head->signed_at_ms,
					    .summary = &e->summary };
	struct mandate mandate = { .judgement = COMPETENCE_UNKNOWN, .rule = "" };
	bool first = id_equal(e->neighbour, e->head->origin);
	enum err result = ERR_OK;

	if (first || routed->mine)
		result = mandate_judge(t, &q, &mandate);
	if (result != ERR_OK)
		return result;
	if (mandate.judgement != COMPETENCE_FORBIDDEN)
		return take(t, e, routed->mine);
	return first ? document_refuse_by(t, e, ERR_COMPETENCE, mandate.rule)
		     : refuse_for_us(t, e, routed, ERR_COMPETENCE, mandate.rule);
}

enum err document_must_wait(struct turn_view *t, const struct link *l, const struct ev_publish *e,
			    struct routing_answer *answer, const struct routing_answer **routed,
			    bool *wait)
{
	enum err result;

	*routed = NULL;
	*wait = false;
	if (e->verdict != ERR_OK || e->head->kind != KIND_DOCUMENT ||
	    l->peer_directory_version == t->core->directory_version)
		return ERR_OK;
	result = route_new(t, e, answer);
	*wait = result != ERR_OK || answer->unserved_count > 0;
	*routed = *wait ? NULL : answer;
	return is_failure(result) ? result : ERR_OK;
}

/* One of ours comes back to a store that was set back (routing/reconcile/reconcile.h). What is
 * known needs nothing more, while we ask for it; what is not comes back late too, where there
 * ever was a way back: it was set aside elsewhere. Otherwise it is a loop, as before. */
static enum err take_back(struct turn_view *t, struct link *l, const struct ev_publish *e,
			  bool *taken)
{
	struct record r;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(e->head->id, e->head->origin), &r);

	*taken = own_takes_back(t) || (result == ERR_NOT_FOUND && own_takes_answers(t));
	if (result == ERR_OK)
		return *taken ? document_known(t, l, e) : ERR_OK;
	if (result == ERR_NOT_FOUND)
		return *taken ? take_document(t, e) : ERR_OK;
	return result;
}

enum err decide_document(struct turn_view *t, struct link *l, const struct ev_publish *e,
			 const struct routing_answer *routed)
{
	struct routing_answer answer;
	struct record r;
	bool taken = false;
	enum err known, result;

	if (e->verdict != ERR_OK) {
		/* Nobody else signed it, or nobody knows who did: the neighbour answers for what it
		 * should have checked. */
		if (e->head == NULL || id_equal(e->signer, e->neighbour))
			l->violations++;
		return document_refuse(t, e, e->verdict);
	}
	if (e->head->kind != KIND_DOCUMENT)
		return document_refuse(t, e, ERR_PROTOCOL);
	known = core_get(t, FAMILY_IDENT, key_ident(e->head->id, e->head->origin), &r);
	result = known == ERR_OK ? repair_hollow(t, e, &r.u.ident) : ERR_OK;
	if (result == ERR_OK && id_equal(e->head->origin, t->core->config.self))
		result = take_back(t, l, e, &taken);
	if (result != ERR_OK || taken)
		return result;
	/* Known first: a document returned after a change of the tree has our own relay record, and
	 * is no loop. */
	if (known == ERR_OK)
		return document_duplicate(t, l, e, &r.u.ident);
	if (known != ERR_NOT_FOUND)
		return known;
	result = policy_document(e->head, t->core->config.self, e->relay_notes, e->relay_count,
				 t->core->config.attachment_max_bytes);
	if (result != ERR_OK)
		return document_refuse(t, e, result);
	if (routed == NULL) {
		result = route_new(t, e, &answer);
		routed = &answer;
	}
	if (result == ERR_OK && routed->mine && e->body_fault != ERR_OK)
		return refuse_for_us(t, e, routed, e->body_fault, "");
	if (result == ERR_OK)
		return take_if_issued(t, e, routed);
	return is_failure(result) ? result : document_refuse(t, e, result);
}
