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

/* The files it needs, and when a relay may let them go. */
static void plan_needs(struct turn_view *t, struct doc_place place, const struct rec_document *d)
{
	struct record r;

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

/* ---- a tree that changed while the document was under way ---- */

/* Were these ours to serve when we took it? Then its other copy is only a repetition. */
static bool was_ours(const struct rec_document *d, struct committee_id target)
{
	bool ours = false;

	for (uint32_t i = 0; i < d->target_count && !ours; i++)
		ours = id_equal(d->targets[i], target);
	for (uint32_t i = 0; i < d->also_count && !ours; i++)
		ours = id_equal(d->also[i], target);
	for (uint32_t i = 0; i < d->recipients_len && !ours && d->target_count == 0; i++)
		ours = d->recipients[i].group == GROUP_NONE && id_equal(d->recipients[i].committee, target);
	return ours;
}

/* Not complete yet: who was not named to us before is noted, and served when it is. */
static enum err name_also(struct turn_view *t, const struct ev_publish *e, struct doc_place place)
{
	struct record r;
	struct rec_document *d = &r.u.document;
	struct routing_question q;
	struct committee_id *also;
	uint32_t count;
	enum err result = core_get(t, FAMILY_DOCUMENT, key_serial(place.role, place.serial), &r);

	if (result != ERR_OK)
		return result;
	count = d->also_count;
	also = arena_array(t->plan->arena, count + e->target_count, sizeof *also);
	if (also == NULL)
		return ERR_NO_MEMORY;
	if (count > 0)
		memcpy(also, d->also, count * sizeof *also);
	q = document_question(d);
	for (uint32_t i = 0; i < e->target_count && count < RECIPIENTS_MAX; i++) {
		bool recipient = false;

		if (was_ours(d, e->targets[i]) || id_equal(e->targets[i], t->core->config.self))
			continue;
		result = recipients_contain(t, &q.to, e->targets[i], &recipient);
		if (result != ERR_OK)
			return result;
		if (recipient) /* whatever the neighbour says: nobody gets what was not signed for it */
			also[count++] = e->targets[i];
	}
	if (count == d->also_count)
		return ERR_OK;
	d->also = also;
	d->also_count = count;
	core_put(t, key_serial(place.role, place.serial), &r);
	return ERR_OK;
}

/* A relay that had let the content go gets it back: taken anew under its old number, for those who are named now. */
static enum err retake(struct turn_view *t, const struct ev_publish *e, struct doc_place place, const struct rec_document *old)
{
	struct routing_question q = document_question(old);
	struct committee_id *targets = arena_array(t->plan->arena, e->target_count, sizeof *targets);
	struct rec_document d = *old;
	struct record r = { .family = FAMILY_DOCUMENT };

	if (targets == NULL)
		return ERR_NO_MEMORY;
	/* Its relay records grow with each time that it comes back: one too many is no frame that a neighbour would take. */
	if (e->relay_count >= HOP_LIMIT || e->relay_count >= old->hop_limit)
		return refuse(t, e, ERR_HOP_LIMIT);
	d.targets = targets; /* `from` stays: how it first came is what our signed record says */
	d.target_count = 0;
	for (uint32_t i = 0; i < e->target_count; i++) {
		bool recipient = false;
		enum err result = recipients_contain(t, &q.to, e->targets[i], &recipient);

		if (result != ERR_OK)
			return result;
		if (recipient)
			targets[d.target_count++] = e->targets[i];
	}
	d.also_count = 0;
	d.relay_count = e->relay_count;
	r.u.document = d;
	core_put(t, key_serial(place.role, place.serial), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_ENVELOPE;
	r.u.envelope = (struct rec_envelope){ .envelope = { .bytes = e->envelope }, .relays = e->relays, .relay_count = e->relay_count };
	core_put(t, key_serial(place.role, place.serial), &r);
	core_erase(t, FAMILY_STATE, key_serial(place.role, place.serial)); /* like any that is not complete yet */
	plan_needs(t, place, &d);
	if (!manifest_has_files(d.manifest, d.manifest_count))
		return document_complete(t, place, &d, e->relays);
	plan_fetch(t, e, place);
	return ERR_OK;
}

/* Is it waiting for this neighbour already, with this committee among those it is for? A place of a stream that has ended since may hold
 * another document by now. */
static enum err is_queued(struct turn_view *t, struct doc_place place, const struct rec_route *route, struct committee_id neighbour,
			  struct committee_id target, bool *queued)
{
	*queued = false;
	for (uint32_t i = 0; i < route->count && !*queued; i++) {
		const struct publication *p = &route->publications[i];
		struct record r;
		enum err e;

		if (!id_equal(p->neighbour, neighbour))
			continue;
		e = core_get(t, FAMILY_STREAM, key_seq(p->neighbour, p->lane, p->seq), &r);
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (e == ERR_OK && (r.u.stream.role != place.role || r.u.stream.serial.n != place.serial.n))
			continue;
		for (uint32_t k = 0; e == ERR_OK && k < r.u.stream.target_count && !*queued; k++)
			*queued = id_equal(r.u.stream.targets[k], target);
	}
	return ERR_OK;
}

static enum err hand_on_one(struct turn_view *t, const struct routing_question *q, struct doc_place place, const struct rec_route *route,
			    struct committee_id target, struct routing_answer *answer)
{
	struct routing_answer one = { .route_count = 0 };
	bool queued = false;
	enum err e = route_target(t, q, target, &one);

	if (e == ERR_OK && one.route_count > 0)
		e = is_queued(t, place, route, one.routes[0].neighbour, target, &queued);
	return e == ERR_OK && !queued ? route_target(t, q, target, answer) : e;
}

/* Complete here, and now named to us for committees that were not ours to serve, or handed back by the neighbour that was to serve them:
 * the way there has changed. */
static enum err hand_on(struct turn_view *t, const struct ev_publish *e, struct doc_place place, const struct rec_state *state)
{
	struct record document, route = { .family = FAMILY_ROUTE };
	struct routing_answer answer = { .route_count = 0 };
	struct routing_question q;
	bool handed_back = false;
	enum err result = core_get(t, FAMILY_DOCUMENT, key_serial(place.role, place.serial), &document);

	if (result != ERR_OK)
		return result;
	result = core_get(t, FAMILY_ROUTE, key_serial(place.role, place.serial), &route);
	if (result == ERR_NOT_FOUND) {
		route.u.route.count = 0;
		result = ERR_OK;
	}
	for (uint32_t i = 0; result == ERR_OK && i < route.u.route.count && !handed_back; i++)
		handed_back = id_equal(route.u.route.publications[i].neighbour, e->neighbour);
	q = document_question(&document.u.document);
	q.from = e->neighbour;
	q.targets = e->targets;
	q.target_count = e->target_count;
	for (uint32_t i = 0; i < e->target_count && result == ERR_OK; i++) {
		bool recipient = false;

		/* Under the directory that it was signed by nothing has moved: only a repetition. Else it may be the way that is new, and one copy
		 * too many is known for what it is. */
		if (!handed_back && document.u.document.directory_version == t->core->directory_version &&
		    was_ours(&document.u.document, e->targets[i]))
			continue;
		result = recipients_contain(t, &q.to, e->targets[i], &recipient);
		if (result == ERR_OK && recipient && !id_equal(e->targets[i], t->core->config.self))
			result = hand_on_one(t, &q, place, &route.u.route, e->targets[i], &answer);
	}
	if (result == ERR_OK && state->content_dropped && answer.route_count > 0 && place.role == ROLE_RELAY)
		return retake(t, e, place, &document.u.document);
	if (result == ERR_OK)
		result = document_publish(t, place, &document.u.document, &answer);
	return result == ERR_OK ? document_unserved(t, place, &document.u.document, &answer) : result;
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
		return name_also(t, e, place);
	}
	if (e->target_count > 0) {
		result = hand_on(t, e, place, &r.u.state);
		if (result != ERR_OK)
			return result;
	}
	/* Unless it is taken anew, and its files are still to come from here. */
	result = core_get(t, FAMILY_FETCH, key_seq(e->neighbour, e->lane, e->seq), &r);
	if (result == ERR_NOT_FOUND && manifest_has_files(e->head->manifest, e->head->manifest_count))
		say_complete(t, l, e);
	else if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
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
	plan_needs(t, place, d);
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

/* What cannot be served although it was named to us is refused at once, with the document taken for the others. */
static enum err route_new(struct turn_view *t, const struct ev_publish *e, struct routing_answer *answer)
{
	struct routing_question q = { .to = { .origin = e->head->origin, .version = e->head->directory_version,
					      .recipients = e->head->recipients, .count = e->head->recipient_count },
				      .targets = e->targets, .target_count = e->target_count, .from = e->neighbour };
	enum err result = document_route(t, &q, answer);

	if (result != ERR_OK)
		return result;
	if (answer->mine || answer->route_count > 0)
		return ERR_OK;
	return answer->unserved_count > 0 ? answer->unserved[0].why : ERR_NOT_ADDRESSED;
}

/* An error of the store or of memory, as opposed to an answer about the document. */
static bool is_failure(enum err e)
{
	return e != ERR_OK && e != ERR_PROTOCOL && e != ERR_NO_ROUTE && e != ERR_NOT_ADDRESSED && e != ERR_UNKNOWN_RECIPIENT &&
	       e != ERR_RETIRED_RECIPIENT;
}

enum err document_must_wait(struct turn_view *t, const struct link *l, const struct ev_publish *e, bool *wait)
{
	struct routing_answer answer;
	enum err result;

	*wait = false;
	if (e->verdict != ERR_OK || e->head->kind != KIND_DOCUMENT || l->peer_directory_version == t->core->directory_version)
		return ERR_OK;
	result = route_new(t, e, &answer);
	*wait = result != ERR_OK || answer.unserved_count > 0;
	return is_failure(result) ? result : ERR_OK;
}

enum err decide_document(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
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
	/* Known first: what a changed tree hands back has our own record on it, and is no loop. */
	result = core_get(t, FAMILY_IDENT, key_ident(e->head->id, e->head->origin), &r);
	if (result == ERR_OK)
		return known(t, l, e, &r.u.ident);
	if (result != ERR_NOT_FOUND)
		return result;
	result = policy_document(e->head, t->core->config.self, e->relay_notes, e->relay_count, t->core->config.attachment_max_bytes);
	if (result != ERR_OK)
		return refuse(t, e, result);
	result = route_new(t, e, &answer);
	if (result == ERR_OK)
		return take(t, e, answer.mine);
	return is_failure(result) ? result : refuse(t, e, result);
}
