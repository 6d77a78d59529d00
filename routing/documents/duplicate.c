/* See duplicate.h. */
#include "routing/documents/duplicate.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/documents/complete.h"
#include "routing/documents/document.h"
#include "routing/documents/facts.h"
#include "routing/documents/recipients.h"
#include "routing/documents/route.h"
#include "routing/documents/rows.h"
#include "routing/documents/told.h"
#include "routing/links/links.h"
#include "routing/state/event.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

struct names {
	const struct committee_id *ids;
	uint32_t count;
};

/* A duplicate and what was found about it. */
struct copy {
	const struct ev_publish *event;
	struct doc_key doc;
	struct rec_document document;
	struct names names;
	bool moved; /* the tree may have changed since it was signed */
};

/* ---- names ---- */

/* Does an item that names nobody mean this one? */
static enum err is_left_to_us(struct turn_view *t, struct committee_id neighbour,
			    struct committee_id id, bool *yes)
{
	struct committee_id hop;
	enum err e = tree_next_hop(&t->tree, t->core->config.self, id, &hop);

	*yes =
	    e != ERR_OK || !id_equal(hop, neighbour); /* one that leads nowhere is ours to refuse */
	return e == ERR_NOT_FOUND || e == ERR_NO_ROUTE ? ERR_OK : e;
}

enum err document_names(struct turn_view *t, const struct ev_publish *e,
			const struct committee_id **names, uint32_t *count)
{
	const struct head *h = e->head;
	struct addressed to = { .origin = h->origin,
				.version = h->directory_version,
				.recipients = h->recipients,
				.count = h->recipient_count };
	uint32_t most = e->target_count > 0 ? e->target_count : h->recipient_count;
	struct committee_id *ids = arena_array(t->plan->arena, most, sizeof *ids);

	*names = ids;
	*count = 0;
	if (ids == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < most; i++) {
		struct committee_id id =
		    e->target_count > 0 ? e->targets[i] : h->recipients[i].committee;
		bool meant = false;
		enum err r = ERR_OK;

		if (id_equal(id, t->core->config.self))
			continue;
		/* whatever the neighbour says: nobody gets what was not signed for it */
		if (e->target_count > 0)
			r = recipients_contain(&t->tree, &to, id, &meant);
		else if (h->recipients[i].group == GROUP_NONE)
			r = is_left_to_us(t, e->neighbour, id, &meant);
		if (r != ERR_OK)
			return r;
		if (meant)
			ids[(*count)++] = id;
	}
	return ERR_OK;
}

static bool is_among(const struct committee_id *ids, uint32_t count, struct committee_id id)
{
	for (uint32_t i = 0; i < count; i++) {
		if (id_equal(ids[i], id))
			return true;
	}
	return false;
}

/* Do we answer for this one? */
static enum err is_ours(struct turn_view *t, const struct rec_document *d, struct committee_id id,
			bool *ours)
{
	*ours = is_among(d->targets, d->target_count, id) || is_among(d->also, d->also_count, id);
	for (uint32_t i = 0; i < d->recipients_len && !*ours && d->target_count == 0; i++) {
		if (d->recipients[i].group == GROUP_NONE &&
		    id_equal(d->recipients[i].committee, id))
			return is_left_to_us(t, d->from, id, ours);
	}
	return ERR_OK;
}

/* Those of the copy that are not ours, each once. While files are still to come the tree may
 * change: what was ours by it only is noted too. */
static enum err not_ours(struct turn_view *t, const struct copy *c, bool fetching,
			 struct names *out)
{
	struct committee_id *ids = arena_array(t->plan->arena, c->names.count, sizeof *ids);
	const struct rec_document *d = &c->document;

	*out = (struct names){ ids, 0 };
	if (ids == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < c->names.count; i++) {
		struct committee_id id = c->names.ids[i];
		bool ours = is_among(d->targets, d->target_count, id) ||
			    is_among(d->also, d->also_count, id);
		enum err e = fetching || ours ? ERR_OK : is_ours(t, d, id, &ours);

		if (e != ERR_OK)
			return e;
		if (!ours && !is_among(ids, out->count, id))
			ids[out->count++] = id;
	}
	return ERR_OK;
}

/* From now on we answer for these too. */
static enum err note_also(struct turn_view *t, struct copy *c, const struct names *more)
{
	struct rec_document *d = &c->document;
	struct record r = { .family = FAMILY_DOCUMENT };
	struct committee_id *also;

	if (more->count == 0)
		return ERR_OK;
	also = arena_array(t->plan->arena, (size_t)d->also_count + more->count, sizeof *also);
	if (also == NULL)
		return ERR_NO_MEMORY;
	if (d->also_count > 0)
		memcpy(also, d->also, d->also_count * sizeof *also);
	memcpy(also + d->also_count, more->ids, more->count * sizeof *also);
	d->also = also;
	d->also_count += more->count;
	r.u.document = *d;
	core_put(t, key_serial(c->doc.role, c->doc.serial), &r);
	return ERR_OK;
}

/* ---- still being fetched ---- */

/* Is the document being fetched from this neighbour under an earlier sequence number? Then nothing
 * is fetched under the new one: its files are not sent twice, and the publisher keeps both rows
 * until the first is complete (follows_another). A FETCH row before the stream's base is about to
 * be erased (pins_forget_fetches). */
static enum err is_being_fetched(struct turn_view *t, const struct link *l, const struct copy *c,
				 bool *yes)
{
	const struct rec_document *d = &c->document;
	struct record r;
	enum err e;

	*yes = false;
	if (!id_equal(d->from, c->event->neighbour) || d->from_lane != c->event->lane ||
	    d->from_seq <= l->in[d->from_lane].base)
		return ERR_OK;
	e = core_get(t, FAMILY_FETCH, key_seq(d->from, d->from_lane, d->from_seq), &r);
	/* one that cannot be read is being fetched: it is made again */
	*yes = e == ERR_DAMAGED || (e == ERR_OK && r.u.fetch.role == c->doc.role &&
				    r.u.fetch.serial.n == c->doc.serial.n);
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err while_fetching(struct turn_view *t, const struct link *l, struct copy *c)
{
	struct names more;
	bool under_way = false;
	enum err e = not_ours(t, c, true, &more);

	if (e == ERR_OK)
		e = note_also(t, c, &more);
	if (e == ERR_OK)
		e = is_being_fetched(t, l, c, &under_way);
	/* What it was being fetched under is released there (routing/reconcile/own.h). */
	if (e == ERR_OK && under_way && l->stand.repairing &&
	    (c->document.from_lane != c->event->lane || c->document.from_seq != c->event->seq)) {
		core_erase(t, FAMILY_FETCH,
			   key_seq(c->document.from, c->document.from_lane, c->document.from_seq));
		under_way = false;
	}
	/* This hop may be the quicker one. */
	if (e == ERR_OK && !under_way &&
	    manifest_has_files(c->document.manifest, c->document.manifest_count))
		document_fetch(t, c->event, c->doc);
	return e;
}

/* ---- whole ---- */

/* A relay that had dropped the content gets it again: the document is taken under its old serial,
 * for the recipients named now. */
static enum err retake(struct turn_view *t, const struct copy *c, const struct rec_state *state,
		       const struct names *names)
{
	const struct ev_publish *e = c->event;
	struct rec_document d = c->document;
	struct record r = { .family = FAMILY_DOCUMENT };
	enum err result;

	/* Its relay records grow with each time that it comes back: one too many is no frame that a
	 * neighbour would take. */
	if (e->relay_count >= HOP_LIMIT || e->relay_count >= d.hop_limit)
		return document_refuse(t, e, ERR_HOP_LIMIT);
	d.taken_passed_ms = passed_now(t->core, t->now);
	d.targets = names->ids; /* `from` stays: how it first came is what our signed record says */
	d.target_count = names->count;
	d.also_count = 0;
	d.relay_count = e->relay_count;
	r.u.document = d;
	core_put(t, key_serial(c->doc.role, c->doc.serial), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_ENVELOPE;
	r.u.envelope = (struct rec_envelope){ .envelope = { .bytes = e->envelope },
					      .relays = e->relays,
					      .relay_count = e->relay_count };
	core_put(t, key_serial(c->doc.role, c->doc.serial), &r);
	result = document_state(t, c->doc, &d, state, NULL); /* not complete any more */
	if (result != ERR_OK)
		return result;
	document_needs(t, c->doc, &d);
	if (!manifest_has_files(d.manifest, d.manifest_count))
		return document_complete(t, c->doc, &d, e->relays);
	document_fetch(t, e, c->doc);
	return ERR_OK;
}

/* One that came here too, and whose content has gone since, given back or into an archive: what was
 * done with it stands, so it is not taken once more. Who is named now hears that it ended here. */
static enum err refuse_gone(struct turn_view *t, const struct copy *c, const struct names *names)
{
	struct ev_publish named = *c->event;

	named.targets = names->ids;
	named.target_count = names->count;
	return document_refuse(t, &named, ERR_NOT_HERE);
}

/* Does the neighbour that was to serve some of it give them back? */
static enum err is_returned(struct turn_view *t, const struct copy *c, bool *yes)
{
	struct record route;
	enum err e = core_get(t, FAMILY_ROUTE, key_serial(c->doc.role, c->doc.serial), &route);

	*yes = false;
	for (uint32_t i = 0; e == ERR_OK && i < route.u.route.count && !*yes; i++)
		*yes = id_equal(route.u.route.publications[i].neighbour, c->event->neighbour);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* The duplicate names committees that were not ours to serve, or whose route has changed. */
static enum err hand_on(struct turn_view *t, struct copy *c, const struct rec_state *state,
			bool *further)
{
	struct routing_question q = document_question(&c->document);
	struct routing_answer answer = { .route_count = 0 };
	struct names names = c->names, more = { .count = 0 };
	bool all = c->moved;
	enum err e = c->moved ? ERR_OK : is_returned(t, c, &all);

	if (e == ERR_OK && !c->moved)
		e = not_ours(t, c, false, &more);
	if (e == ERR_OK)
		e = note_also(t, c, &more);
	if (!all)
		names = more;
	*further = more.count > 0;
	q.from = c->event->neighbour;
	q.targets = names.ids;
	q.target_count = names.count;
	q.taken = c->moved;
	for (uint32_t i = 0; i < names.count && e == ERR_OK; i++)
		e = route_target(t, &q, names.ids[i], &answer);
	if (e == ERR_OK && state->content_dropped && answer.route_count > 0)
		return c->doc.role == ROLE_RELAY ? retake(t, c, state, &names)
						 : refuse_gone(t, c, &names);
	if (e == ERR_OK)
		e = document_publish(t, c->doc, &c->document, &answer);
	return e == ERR_OK ? document_unserved(t, c->doc, &c->document, &answer) : e;
}

/* ---- refused ---- */

/* Its bytes are not what was signed, and no copy of it ever will be: who is named now hears that
 * too. */
static enum err refuse_more(struct turn_view *t, struct copy *c, bool *further)
{
	struct ev_publish named = *c->event;
	struct record r;
	struct names more;
	enum err e = not_ours(t, c, false, &more);

	if (e != ERR_OK || more.count == 0)
		return e;
	*further = true;
	e = core_get(t, FAMILY_RECEIPT,
		     key_receipt(c->doc.role, c->doc.serial, t->core->config.self), &r);
	if (e == ERR_DAMAGED)
		return ERR_OK;
	if (e == ERR_OK)
		e = note_also(t, c, &more);
	named.targets = more.ids;
	named.target_count = more.count;
	return e == ERR_OK ? document_refuse(t, &named, (enum err)r.u.receipt.reason) : e;
}

/* ---- all of them ---- */

/* Sends Complete: nothing will be fetched under this sequence number. Not when the document was
 * taken again, and its files are still to come from this neighbour. */
static enum err say_complete(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	uint64_t *seq = arena_alloc(t->plan->arena, sizeof *seq);
	struct message m = { .type = MESSAGE_COMPLETE };
	struct record r;
	enum err result = core_get(t, FAMILY_FETCH, key_seq(e->neighbour, e->lane, e->seq), &r);

	if (result != ERR_NOT_FOUND || seq == NULL) /* it will ask: PINNED */
		return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
	*seq = e->seq;
	m.u.seqs =
	    (struct msg_seqs){ .lane = e->lane, .stream = e->stream, .seqs = seq, .count = 1 };
	link_say(t, l, &m);
	return ERR_OK;
}

/* Our receipt once more by the key that we have now. What we keep stays: the origin has one of the
 * two, and takes no second. */
static enum err receipt_anew(struct turn_view *t, const struct copy *c, int64_t at_ms)
{
	const struct rec_document *d = &c->document;
	const struct fact fact = { .kind = KIND_RECEIPT,
				   .at_ms = at_ms,
				   .from = d->from,
				   .note = "",
				   .document = { d->origin, d->id, d->digest } };
	enum err e = fact_send(t, d->origin, &fact, c->event->relays, c->event->relay_count, NULL);

	return e == ERR_NO_ROUTE ? ERR_OK : e;
}

/* The same envelope: the same answer, byte for byte, as long as the key counts that signed it. */
static enum err answer_again(struct turn_view *t, const struct copy *c)
{
	const struct ev_publish *e = c->event;
	struct rec_stream again = { .role = ROLE_NONE,
				    .relays = e->relays,
				    .relay_count = e->relay_count };
	struct record r;
	struct digest digest;
	bool ended = false;
	enum err result =
	    core_get(t, FAMILY_RECEIPT,
		     key_receipt(c->doc.role, c->doc.serial, t->core->config.self), &r);

	/* passing through: its receipts come by themselves; or it is made again first */
	if (result == ERR_NOT_FOUND || result == ERR_DAMAGED)
		return ERR_OK;
	if (result == ERR_OK && r.u.receipt.kind == KIND_RECEIPT && guard_may_sign(t) == ERR_OK)
		result = fact_key_ended(t, &r.u.receipt.envelope, &digest, &ended);
	if (result != ERR_OK)
		return result;
	if (ended)
		return receipt_anew(t, c, r.u.receipt.at_ms);
	again.fact = r.u.receipt.envelope;
	again.draft = r.u.receipt.envelope.draft;
	if (again.draft == 0) {
		again.digest = r.u.receipt.digest;
		again.size_bytes = again.fact.bytes.len_bytes;
	}
	result = fact_forward(t, e->head->origin, (struct committee_id){ "" }, &again);
	return result == ERR_NO_ROUTE ? ERR_OK : result;
}

/* What our office has said of it goes out once more after the receipt: the issuer may have lost it,
 * or refused it because the key that had signed it was revoked. What it has it knows by its
 * number. */
static enum err say_again(struct turn_view *t, const struct copy *c)
{
	struct record r;
	enum err e = c->doc.role == ROLE_IN && c->document.mine
			 ? core_get(t, FAMILY_WORK, key_serial(c->doc.role, c->doc.serial), &r)
			 : ERR_NOT_FOUND;

	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED || (e == ERR_OK && r.u.work.n == 0))
		return ERR_OK;
	if (e == ERR_OK)
		e = told_again(t, c->doc, c->event->head->origin);
	return e;
}

enum err document_known(struct turn_view *t, struct link *l, const struct ev_publish *e)
{
	return manifest_has_files(e->head->manifest, e->head->manifest_count)
		       ? say_complete(t, l, e)
		       : ERR_OK;
}

enum err document_duplicate(struct turn_view *t, struct link *l, const struct ev_publish *e,
			    const struct rec_ident *ident)
{
	struct copy c = { .event = e,
			  .doc = { ident->role, ident->serial },
			  .moved = e->head->directory_version != t->core->directory_version };
	struct record document, state;
	bool further = false;
	enum err result;

	if (memcmp(ident->digest.bytes, e->digest.bytes, sizeof e->digest.bytes) != 0 &&
	    ident->draft == 0)
		return document_refuse(t, e, ERR_CONFLICT);
	result = core_get(t, FAMILY_DOCUMENT, key_serial(c.doc.role, c.doc.serial), &document);
	if (result == ERR_OK)
		result = document_names(t, e, &c.names.ids, &c.names.count);
	if (result != ERR_OK)
		return result;
	c.document = document.u.document;
	result = core_get(t, FAMILY_STATE, key_serial(c.doc.role, c.doc.serial), &state);
	if (result == ERR_NOT_FOUND)
		return while_fetching(t, l, &c);
	/* Asked for again (routing/reconcile/content.h): it comes without names. One that names
	 * somebody besides is handed on all the same, and complete when the files have come. */
	if (result == ERR_OK && state.u.state.content_wanted &&
	    manifest_has_files(e->head->manifest, e->head->manifest_count)) {
		document_fetch(t, e, c.doc);
		if (e->target_count == 0)
			return ERR_OK;
	}
	if (result == ERR_OK)
		result = state.u.state.complete_at_ms == 0
			     ? refuse_more(t, &c, &further)
			     : hand_on(t, &c, &state.u.state, &further);
	if (result == ERR_OK && manifest_has_files(e->head->manifest, e->head->manifest_count))
		result = say_complete(t, l, e);
	if (result == ERR_OK && !further)
		result = answer_again(t, &c);
	return result == ERR_OK && !further ? say_again(t, &c) : result;
}
