/* A document in its right place in a neighbour's stream: known already, refused, still to be fetched, or complete at once. */
#include <string.h>

#include "routing/core_internal.h"
#include "routing/policy.h"

/* A signed refusal to whoever made the envelope, or, when that is not proven, to the neighbour that passed it on. */
static enum err refuse(struct turn_view *t, const struct ev_publish *e, enum err why)
{
	struct fact fact = { .kind = KIND_REFUSAL, .at_ms = t->now.wall_ms, .from = e->neighbour, .reason = (uint32_t)why, .note = "",
			     .targets = e->targets, .target_count = e->target_count };
	struct committee_id to = e->neighbour;
	enum err r;

	fact.document.digest = e->digest;
	if (e->head != NULL) {
		fact.document.origin = e->head->origin;
		fact.document.id = e->head->id;
		to = e->head->origin;
	}
	notify(t, NOTICE_REFUSED, fact.document, e->neighbour, (uint32_t)why, NULL);
	if (id_equal(to, t->core->config.self))
		return ERR_OK;
	r = fact_send(t, to, &fact, e->relays, e->relay_count, NULL);
	return r == ERR_NO_ROUTE ? ERR_OK : r;
}

static void say_complete(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	uint64_t *seq = arena_alloc(t->plan->arena, sizeof *seq);
	struct message m = { .type = MESSAGE_COMPLETE };

	if (seq == NULL)
		return; /* it will ask: PINNED */
	*seq = e->seq;
	m.u.seqs = (struct msg_seqs){ .lane = e->lane, .stream = e->stream, .seqs = seq, .count = 1 };
	link_say(t, l, &m);
}

static void plan_fetch(struct turn_view *t, const struct ev_publish *e, struct doc_place place)
{
	struct record r = { .family = FAMILY_FETCH };

	r.u.fetch = (struct rec_fetch){ .role = place.role, .serial = place.serial };
	core_put(t, key_seq(e->neighbour, e->lane, e->seq), &r);
	plan_act(t->plan, ACT_FETCH)->neighbour = e->neighbour;
}

/* Known already. The same envelope: the same answer, byte for byte. Another one under the same id: a conflict. */
static enum err known(struct turn_view *t, struct link *l, const struct ev_publish *e, const struct rec_ident *ident)
{
	struct doc_place place = { ident->role, ident->serial };
	struct rec_stream again = { .role = ROLE_NONE };
	struct record r;
	enum err result;

	if (memcmp(ident->digest.bytes, e->digest.bytes, sizeof e->digest.bytes) != 0 && ident->draft == 0)
		return refuse(t, e, ERR_CONFLICT);
	result = core_get(t, FAMILY_STATE, key_serial(place.role, place.serial), &r);
	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
	if (result == ERR_NOT_FOUND || r.u.state.complete_at_ms == 0) {
		/* Still being fetched from elsewhere; this hop may be the quicker one. */
		if (manifest_has_files(e->head->manifest, e->head->manifest_count))
			plan_fetch(t, e, place);
		return ERR_OK;
	}
	if (manifest_has_files(e->head->manifest, e->head->manifest_count))
		say_complete(t, l, e);
	result = core_get(t, FAMILY_RECEIPT, key_receipt(place.role, place.serial, t->core->config.self), &r);
	if (result == ERR_NOT_FOUND)
		return ERR_OK; /* passing through: its receipts come by themselves */
	if (result != ERR_OK)
		return result;
	again.fact = r.u.receipt.envelope;
	again.draft = r.u.receipt.envelope.draft;
	again.relays = e->relays;
	again.relay_count = e->relay_count;
	if (again.draft == 0) {
		again.digest = r.u.receipt.digest;
		again.size_bytes = again.fact.bytes.len_bytes;
	}
	result = fact_forward(t, e->head->origin, (struct committee_id){ "" }, &again);
	return result == ERR_NO_ROUTE ? ERR_OK : result;
}

static void plan_taken(struct turn_view *t, const struct ev_publish *e, struct doc_place place, const struct rec_document *d)
{
	struct record r = { .family = FAMILY_IDENT };

	r.u.ident = (struct rec_ident){ .role = place.role, .serial = place.serial, .digest = e->digest, .submission = e->head->submission };
	core_put(t, key_ident(e->head->id, e->head->origin), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_DOCUMENT;
	r.u.document = *d;
	core_append(t, key_serial(place.role, place.serial), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_ENVELOPE;
	r.u.envelope = (struct rec_envelope){ .envelope = { .bytes = e->envelope }, .relays = e->relays, .relay_count = e->relay_count };
	core_append(t, key_serial(place.role, place.serial), &r);
	for (uint32_t i = 0; i < d->manifest_count; i++) {
		memset(&r, 0, sizeof r);
		r.family = FAMILY_FILE;
		if (!d->manifest[i].inlined)
			core_put(t, key_file(d->manifest[i].sha256, place.role, place.serial), &r);
	}
	if (place.role == ROLE_RELAY) {
		memset(&r, 0, sizeof r);
		r.family = FAMILY_SWEEP;
		core_put(t, key_sweep(t->now.wall_ms + t->core->config.relay_retention_ms, place.role, place.serial), &r);
	}
}

static enum err take(struct turn_view *t, const struct ev_publish *e, bool mine)
{
	const struct head *h = e->head;
	struct doc_place place = { mine ? ROLE_IN : ROLE_RELAY, { t->core->next_serial } };
	struct rec_document d = { .origin = h->origin, .id = h->id, .urgency = h->urgency, .secrecy = h->secrecy,
				  .signed_at_ms = h->signed_at_ms, .taken_at_ms = t->now.wall_ms, .directory_version = h->directory_version,
				  .hop_limit = h->hop_limit, .digest = e->digest, .from = e->neighbour, .from_lane = e->lane,
				  .from_seq = e->seq, .mine = mine, .recipients = h->recipients, .recipients_len = h->recipient_count,
				  .targets = e->targets, .target_count = e->target_count, .manifest = h->manifest,
				  .manifest_count = h->manifest_count, .relay_count = e->relay_count, .summary = e->summary };

	plan_taken(t, e, place, &d);
	if (manifest_has_files(h->manifest, h->manifest_count)) {
		plan_fetch(t, e, place);
		return ERR_OK;
	}
	return document_complete(t, place, &d, e->relays);
}

enum err decide_document(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	struct routing_question q = { .targets = e->targets, .target_count = e->target_count, .from = e->neighbour };
	struct routing_answer answer;
	struct record r;
	enum err result;

	if (e->verdict != ERR_OK) {
		/* Nobody else signed it, or nobody knows who did: the neighbour answers for what it should have checked. */
		if (e->head == NULL || id_equal(e->signer, e->neighbour))
			l->violations++;
		return refuse(t, e, e->verdict);
	}
	if (e->head->kind != KIND_DOCUMENT)
		return refuse(t, e, ERR_PROTOCOL);
	result = policy_document(e->head, t->core->config.self, e->relay_notes, e->relay_count, t->core->config.attachment_max_bytes);
	if (result != ERR_OK)
		return refuse(t, e, result);
	result = core_get(t, FAMILY_IDENT, key_ident(e->head->id, e->head->origin), &r);
	if (result == ERR_OK)
		return known(t, l, e, &r.u.ident);
	if (result != ERR_NOT_FOUND)
		return result;
	q.recipients = e->head->recipients;
	q.recipient_count = e->head->recipient_count;
	q.origin = e->head->origin;
	result = document_route(t, &q, &answer);
	if (result == ERR_NOT_FOUND)
		return refuse(t, e, ERR_UNKNOWN_RECIPIENT);
	if (result == ERR_NO_ROUTE || result == ERR_PROTOCOL)
		return refuse(t, e, result);
	if (result != ERR_OK)
		return result;
	if (!answer.mine && answer.route_count == 0)
		return refuse(t, e, ERR_NOT_ADDRESSED);
	return take(t, e, answer.mine);
}
