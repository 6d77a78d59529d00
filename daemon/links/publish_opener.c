/* Opens what a PUBLISH frame carries; see daemon/links/publish_opener.h. A bad envelope gives an
 * event with a verdict, a bad frame none at all. */
#include "daemon/links/publish_opener.h"

#include <string.h>

#include "proto/body.h"
#include "proto/digest.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"

struct opening {
	const struct publish_opener *opener;
	struct arena *arena;
	int64_t wall_ms;
	int64_t corrected_at_ms; /* by its signer; 0: as the envelope says */
	bool aside;
};

static bool kind_is_fact(enum kind kind)
{
	return kind == KIND_RECEIPT || kind == KIND_REFUSAL || kind == KIND_STATUS ||
	       kind == KIND_RELAY || kind == KIND_DOUBT || kind == KIND_CORRECTION ||
	       kind == KIND_REPORT || kind == KIND_ASKED || kind == KIND_RETURNED ||
	       kind == KIND_GONE;
}

/* Relay records prove the route that the document took: each must be one, about this document, by a
 * good signer. */
static enum err open_relays(const struct opening *o, const struct publish_item *item,
			    const struct document_ref *about, struct ev_publish *e)
{
	struct relay_note *notes;

	e->relays = item->relays;
	e->relay_count = item->relay_count; /* HOP_LIMIT at most (proto/wire_decode.c) */
	notes =
	    arena_array(o->arena, item->relay_count == 0 ? 1 : item->relay_count, sizeof *notes);
	if (notes == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < item->relay_count; i++) {
		struct opened relay;
		enum err r = item->relays[i].len_bytes > RELAY_RECORD_MAX_BYTES
				 ? ERR_TOO_LARGE
				 : seal_open(o->opener->verifier, o->arena, item->relays[i],
					     o->wall_ms, &relay);

		if (r == ERR_OK && relay.kind != KIND_RELAY)
			r = ERR_FORMAT;
		if (r == ERR_OK)
			r = fact_unpack(o->arena, relay.kind, relay.body, &notes[i].fact);
		if (r == ERR_UNKNOWN_KEY)
			/* a relay whose key is in a directory that is not here yet */
			return ERR_DIRECTORY_AHEAD;
		/* One whose key has ended, or whose clock was ahead, shows the route and proves no
		 * custody: the document itself may be right. */
		notes[i].ahead = r == ERR_CLOCK;
		notes[i].no_custody =
		    r == ERR_CLOCK || r == ERR_KEY_REVOKED || r == ERR_KEY_NOT_VALID;
		if (notes[i].no_custody)
			r = relay.kind == KIND_RELAY
				? fact_unpack(o->arena, relay.kind, relay.body, &notes[i].fact)
				: ERR_FORMAT;
		if (r == ERR_OK && (!notes[i].no_custody || notes[i].ahead))
			notes[i].relay = relay.head.origin;
		if (r == ERR_NO_MEMORY)
			return r;
		/* The neighbour checked these before it stored them: what is wrong now is its
		 * fault, not the signer's. */
		if (r != ERR_OK ||
		    strcmp(notes[i].fact.document.origin.text, about->origin.text) != 0 ||
		    memcmp(notes[i].fact.document.id.bytes, about->id.bytes,
			   sizeof about->id.bytes) != 0)
			return ERR_CHAIN;
	}
	e->relay_notes = notes;
	return ERR_OK;
}

/* What is taken must fit a frame when it goes on, with our own relay record beside those that it
 * came with, and some of the targets: the others go in further items (routing/documents/rows.c). */
static enum err check_size(const struct publish_item *item, enum kind kind)
{
	struct publish_item onward = *item;
	size_t own = kind != KIND_DOCUMENT
			 ? 0
			 : ITEM_EACH_BYTES + RELAY_RECORD_MAX_BYTES +
			       ITEM_TARGETS_LEAST * (ITEM_EACH_BYTES + COMMITTEE_ID_MAX);

	onward.target_count = 0;
	return wire_item_bound(&onward) + own > ITEM_MAX_BYTES ? ERR_TOO_LARGE : ERR_OK;
}

/* The recipients that this publication serves must be the head's. Whether one is a member of a
 * group that the head names, the core knows. */
static enum err check_targets(const struct publish_item *item, const struct head *head)
{
	for (uint32_t i = 0; i < item->target_count; i++) {
		bool found = false;

		for (uint32_t k = 0; k < head->recipient_count && !found; k++)
			found =
			    head->recipients[k].group != GROUP_NONE ||
			    strcmp(head->recipients[k].committee.text, item->targets[i].text) == 0;
		if (!found)
			return ERR_CHAIN;
	}
	return ERR_OK;
}

/* The key has ended since it signed: the signature counts when a relay, other than its signer,
 * showed the envelope before that (docs/PROTOCOL.md "Keys and trust"). */
static bool in_custody(const struct opened *opened, const struct ev_publish *e)
{
	for (uint32_t i = 0; i < e->relay_count; i++) {
		const struct relay_note *n = &e->relay_notes[i];

		if (!n->no_custody && n->fact.at_ms < opened->custody_before_ms &&
		    strcmp(n->relay.text, opened->signer.committee.text) != 0 &&
		    digest_equal(&n->fact.document.digest, &opened->digest))
			return true;
	}
	return false;
}

/* A doubt that is for us brings the fact that is doubted: did we sign it? Whatever its time says,
 * and whatever has become of the key. */
static enum err open_doubted(const struct opening *o, const struct opened *opened,
			     struct fact *fact, struct ev_publish *e)
{
	struct opened *doubted = arena_alloc(o->arena, sizeof *doubted);
	enum err r;

	if (opened->head.recipient_count != 1 ||
	    strcmp(opened->head.recipients[0].committee.text, o->opener->self.text) != 0)
		return ERR_OK;
	if (doubted == NULL)
		return ERR_NO_MEMORY;
	r = seal_open(o->opener->verifier, o->arena, fact->envelope, o->wall_ms, doubted);
	if (r == ERR_NO_MEMORY)
		return r;
	e->doubt_ours =
	    (r == ERR_OK || r == ERR_CLOCK || r == ERR_KEY_NOT_VALID || r == ERR_KEY_REVOKED) &&
	    digest_equal(&doubted->digest, &fact->doubted) && doubted->kind == fact->doubted_kind &&
	    strcmp(doubted->signer.committee.text, o->opener->self.text) == 0;
	if (e->doubt_ours)
		fact->doubted_at_ms = doubted->head.signed_at_ms;
	return ERR_OK;
}

/* What comes back to us in KIND_RETURNED is a status or a receipt that we signed, and the key may
 * have ended since; or it is nothing. */
static enum err open_returned(const struct opening *o, const struct opened *outer,
			      const struct fact *fact, struct ev_publish *e)
{
	struct opened *ours = arena_alloc(o->arena, sizeof *ours);
	struct fact *inside = arena_alloc(o->arena, sizeof *inside);
	enum err r;

	if (ours == NULL || inside == NULL)
		return ERR_NO_MEMORY;
	if (outer->head.recipient_count != 1 ||
	    strcmp(outer->head.recipients[0].committee.text, o->opener->self.text) != 0)
		return ERR_OK;
	r = seal_open(o->opener->verifier, o->arena, fact->envelope, o->wall_ms, ours);
	if (r == ERR_NO_MEMORY)
		return r;
	/* whatever our clock said then */
	if ((r != ERR_OK && r != ERR_KEY_NOT_VALID && r != ERR_CLOCK) ||
	    (ours->kind != KIND_STATUS && ours->kind != KIND_RECEIPT) ||
	    strcmp(ours->signer.committee.text, o->opener->self.text) != 0)
		return ERR_OK;
	r = fact_unpack(o->arena, ours->kind, ours->body, inside);
	if (r == ERR_OK)
		e->returned = inside;
	e->returned_digest = ours->digest;
	return r == ERR_NO_MEMORY ? r : ERR_OK;
}

static bool has_files(const struct head *head)
{
	for (uint32_t i = 0; i < head->manifest_count; i++) {
		if (!head->manifest[i].inlined)
			return true;
	}
	return false;
}

/* The part of a body that this kind of envelope must have right. */
static enum err open_body(const struct opening *o, const struct opened *opened,
			  struct ev_publish *e, struct document_ref *about)
{
	struct document_body body;
	struct fact *fact;
	text_t field;
	enum err r;

	about->origin = opened->head.origin;
	about->id = opened->head.id;
	if (opened->kind == KIND_DOCUMENT) {
		/* A relay forwards bodies of a version that it does not know; the summary is only
		 * for listings. */
		if (opened->head.body_version != DOCUMENT_BODY_VERSION) {
			e->summary = (struct summary){ .number = "",
						       .type_code = "",
						       .subject = "",
						       .issued_on = "",
						       .due_on = "",
						       .type_name = "",
						       .signer_name = "",
						       .files = "",
						       .signer_competence = "" };
			return ERR_OK;
		}
		r = document_body_unpack(o->arena, opened->body, &body);
		if (r == ERR_OK && body.part_count != opened->head.manifest_count)
			r = ERR_FORMAT;
		for (uint32_t i = 0; r == ERR_OK && i < body.part_count; i++) {
			const struct manifest_item *item = &opened->head.manifest[i];
			struct digest d = digest_of(body.parts[i].content);

			if (item->inlined && (item->size_bytes != body.parts[i].content.len_bytes ||
					      !digest_equal(&d, &item->sha256)))
				r = ERR_DIGEST;
		}
		if (r == ERR_OK) {
			e->summary = document_summary(&body);
			e->body_fault = document_body_texts(&body, &field);
		}
		return r;
	}
	if (!kind_is_fact(opened->kind))
		return ERR_UNSUPPORTED;
	fact = arena_alloc(o->arena, sizeof *fact);
	if (fact == NULL)
		return ERR_NO_MEMORY;
	r = fact_unpack(o->arena, opened->kind, opened->body, fact);
	if (r == ERR_OK && fact->kind == KIND_DOUBT && fact->envelope.len_bytes > 0)
		r = open_doubted(o, opened, fact, e);
	if (r == ERR_OK && fact->kind == KIND_RETURNED)
		r = open_returned(o, opened, fact, e);
	if (r == ERR_OK) {
		e->fact = fact;
		*about = fact->document;
	}
	return r;
}

static enum err open_item(const struct opening *o, const struct msg_publish *m,
			  const struct publish_item *item, struct ev_publish *e)
{
	struct opened *opened = arena_alloc(o->arena, sizeof *opened);
	struct document_ref about = { .origin = { "" } };

	if (opened == NULL)
		return ERR_NO_MEMORY;
	e->lane = m->lane;
	e->stream = m->stream;
	e->neighbour_directory = m->directory_version;
	e->seq = item->seq;
	e->envelope = item->envelope;
	e->targets = item->targets;
	e->target_count = item->target_count;
	e->chain = item->chain;
	e->opened_under = o->opener->directory_version;
	e->aside = o->aside;
	e->verdict = seal_open_corrected(o->opener->verifier, o->arena, item->envelope, o->wall_ms,
					 o->corrected_at_ms, opened);
	e->digest = opened->digest;
	if (e->verdict == ERR_NO_MEMORY)
		return ERR_NO_MEMORY;
	/* A head without a good signature proves nothing, not even to whom a refusal would go. */
	if (e->verdict == ERR_OK || e->verdict == ERR_KEY_REVOKED ||
	    e->verdict == ERR_KEY_NOT_VALID || e->verdict == ERR_CLOCK) {
		e->head = &opened->head;
		e->signer = opened->signer.committee;
		e->has_files = has_files(&opened->head);
	}
	if (e->verdict == ERR_OK || e->verdict == ERR_CLOCK || opened->custody_before_ms != 0) {
		enum err inside = open_body(o, opened, e, &about);

		if (inside == ERR_OK)
			inside = open_relays(o, item, &about, e);
		if (inside == ERR_OK)
			inside = check_targets(item, &opened->head);
		if (inside == ERR_OK)
			inside = check_size(item, opened->kind);
		if (inside != ERR_OK || e->verdict == ERR_OK ||
		    (e->verdict != ERR_CLOCK && in_custody(opened, e)))
			e->verdict = inside;
	}
	return e->verdict == ERR_NO_MEMORY ? ERR_NO_MEMORY : ERR_OK;
}

enum err publish_opener_open(const struct publish_opener *opener, struct arena *a,
			     struct committee_id neighbour, struct publish_opener_frame frame,
			     struct publish_opener_events *out)
{
	struct opening o = { .opener = opener,
			     .arena = a,
			     .wall_ms = frame.wall_ms,
			     .aside = frame.aside,
			     .corrected_at_ms = frame.corrected_at_ms };
	struct message m;
	enum err r = wire_decode(a, frame.bytes, &m);

	*out = (struct publish_opener_events){ .list = NULL };
	if (r != ERR_OK)
		return r;
	if (m.type != MESSAGE_PUBLISH)
		return ERR_PROTOCOL;
	out->list = arena_array(a, m.u.publish.item_count == 0 ? 1 : m.u.publish.item_count,
				sizeof *out->list);
	if (out->list == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < m.u.publish.item_count; i++) {
		struct event *e = &out->list[i];

		e->type = EVENT_PUBLISH;
		e->u.publish.neighbour = neighbour;
		r = open_item(&o, &m.u.publish, &m.u.publish.items[i], &e->u.publish);
		if (r != ERR_OK)
			return r;
		out->count++;
	}
	return ERR_OK;
}
