/* See repair.h. */
#include "routing/reconcile/repair.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/books/books.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/content.h"
#include "routing/reconcile/hollow.h"
#include "routing/reconcile/last_number.h"
#include "routing/reconcile/rebuild.h"
#include "routing/reconcile/wanted.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/hollow.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"
#include "routing/target/target.h"

/* What cannot be read, or is not there, ends no turn: it is found again by the next survey. */
static enum err passed_over(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED || e == ERR_NO_ROUTE ? ERR_OK : e;
}

static enum err read_document(struct turn_view *t, struct doc_key doc, struct rec_document *d)
{
	struct record r;
	enum err e = core_get(t, FAMILY_DOCUMENT, key_serial(doc.role, doc.serial), &r);

	*d = r.u.document;
	return e;
}

static struct doc_key doc_of(const struct ev_damaged *e)
{
	return (struct doc_key){ e->role, e->serial };
}

/* Lanes that stood before it go on, and what could not be told of it. */
static void go_on(struct turn_view *t)
{
	told_begin(t);
	for (uint32_t i = 0; i < t->core->link_count; i++)
		t->core->links[i]->touched = true;
}

/* ---- asking for a document ---- */

/* Neighbours that may have it: those that got it from us, and the way to who issued it. */
static enum err ask_for_document(struct turn_view *t, const struct ev_damaged *e)
{
	struct content_askers asked = { .count = 0 };
	struct committee_id hop;
	struct record r;
	enum err result = core_get(t, FAMILY_ROUTE, key_serial(e->role, e->serial), &r);

	for (uint32_t i = 0; result == ERR_OK && i < r.u.route.count; i++)
		content_asker(t, &asked, r.u.route.publications[i].neighbour);
	if (passed_over(result) != ERR_OK)
		return result;
	result = ERR_NOT_FOUND;
	if (e->role != ROLE_OUT)
		result = tree_next_hop(&t->tree, t->core->config.self, e->origin, &hop);
	if (result == ERR_OK)
		content_asker(t, &asked, hop);
	if (passed_over(result) != ERR_OK)
		return result;
	return content_ask(t, &(struct document_ref){ e->origin, e->id, e->digest }, &asked);
}

/* ---- asking for what was said of it ---- */

static enum err ask_one(struct turn_view *t, const struct rec_document *d, struct committee_id whom,
			struct fact *fact)
{
	fact->kind = KIND_ASKED;
	fact->at_ms = t->now.wall_ms;
	fact->note = "";
	fact->document = (struct document_ref){ d->origin, d->id, d->digest };
	return passed_over(fact_send(t, whom, fact, NULL, 0, NULL));
}

/* Ours of a document of ours: each recipient that was told has it. */
static enum err ask_recipients(struct turn_view *t, const struct rec_document *d,
			       const struct fact *question)
{
	struct routing_question q = document_question(d);
	struct recipient_list list;
	enum err e = recipients_expand(&t->tree, &q.to, 0, &list);

	for (uint32_t i = 0; e == ERR_OK && i < list.count && plan_has_room(t->plan); i++) {
		struct fact fact = *question;

		e = ask_one(t, d, list.ids[i], &fact);
	}
	return e == ERR_STORE || e == ERR_NO_MEMORY ? e : ERR_OK;
}

static enum err receipt(struct turn_view *t, const struct ev_damaged *e)
{
	struct fact fact = { .asked_own = UINT32_MAX, .asked_yours = UINT32_MAX };
	struct committee_id recipient;
	struct rec_document d;
	struct doc_key doc;
	enum err result;

	if (!key_parse_receipt(&e->key, &doc.role, &doc.serial, &recipient))
		return ERR_OK;
	result = read_document(t, doc, &d);
	if (result != ERR_OK)
		return passed_over(result);
	if (doc.role == ROLE_IN)
		return ask_one(t, &d, d.origin, &fact);
	return doc.role == ROLE_OUT ? ask_one(t, &d, recipient, &fact) : ERR_OK;
}

/* Both ends keep a status under the same number: it is said again from the one before it on. */
static enum err status(struct turn_view *t, const struct ev_damaged *e)
{
	struct fact fact = { .asked_own = UINT32_MAX,
			     .asked_yours = UINT32_MAX,
			     .asked_answered = true };
	struct committee_id office;
	struct rec_document d;
	struct doc_key doc;
	enum err result;
	uint32_t n;

	if (!key_parse_status(&e->key, &doc.role, &doc.serial, &office, &n) || n == 0)
		return ERR_OK;
	result = read_document(t, doc, &d);
	if (result != ERR_OK)
		return passed_over(result);
	if (!id_equal(office, t->core->config.self)) {
		fact.asked_yours = n - 1;
		return ask_one(t, &d, office, &fact);
	}
	fact.asked_own = n - 1;
	return doc.role == ROLE_OUT ? ask_recipients(t, &d, &fact)
				    : ask_one(t, &d, d.origin, &fact);
}

/* ---- what the record that it leads to says ---- */

static enum err ident(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r = { .family = FAMILY_IDENT };
	struct rec_document d;
	enum err result = ERR_NOT_FOUND;

	r.u.ident = (struct rec_ident){ .role = e->role,
					.serial = e->serial,
					.digest = e->digest,
					.submission = e->submission };
	core_put(t, e->key, &r);
	/* what was said of it meanwhile could not be kept */
	if (e->role != ROLE_PAPER && guard_may_sign(t) == ERR_OK)
		result = read_document(t, doc_of(e), &d);
	if (result == ERR_OK)
		result = wanted_ask_about(t, doc_of(e), &d);
	return passed_over(result);
}

static enum err fetch(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r = { .family = FAMILY_FETCH };

	r.u.fetch = (struct rec_fetch){ .role = e->role, .serial = e->serial };
	core_put(t, e->key, &r);
	return ERR_OK;
}

static enum err key(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r = { .family = FAMILY_KEY, .u.key = { .committee = e->origin } };

	core_put(t, e->key, &r);
	return ERR_OK;
}

/* A row brings the document without names then: for all who lie that way. */
static enum err row(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r = { .family = FAMILY_STREAM }, envelope;
	struct rec_document d;
	enum err result = read_document(t, doc_of(e), &d);

	if (result == ERR_OK)
		result = core_get(t, FAMILY_ENVELOPE, key_serial(e->role, e->serial), &envelope);
	if (result != ERR_OK)
		return passed_over(result);
	r.u.stream =
		(struct rec_stream){ .role = e->role,
				     .serial = e->serial,
				     .digest = d.digest,
				     .size_bytes = envelope.u.envelope.envelope.bytes.len_bytes,
				     .queued_at_ms = d.taken_at_ms,
				     .passed_ms = d.taken_passed_ms,
				     .has_files =
					     manifest_has_files(d.manifest, d.manifest_count) };
	core_put(t, e->key, &r);
	return ERR_OK;
}

static enum err line_of_paper(struct turn_view *t, const struct ev_damaged *e,
			      struct rec_line *line)
{
	struct record r;
	enum err result = core_get(t, FAMILY_PAPER, key_paper(e->serial), &r);

	line->at_ms = r.u.paper.added_at_ms;
	line->uid = r.u.paper.uid;
	return result;
}

static enum err line_of_document(struct turn_view *t, const struct ev_damaged *e,
				 struct rec_line *line)
{
	struct record work;
	struct rec_document d;
	enum err result = read_document(t, doc_of(e), &d);

	line->at_ms = d.taken_at_ms;
	if (result != ERR_OK || e->role != ROLE_IN)
		return result;
	result = core_get(t, FAMILY_WORK, key_serial(e->role, e->serial), &work);
	if (result == ERR_OK && work.u.work.accepted_at_ms != 0)
		line->at_ms = work.u.work.accepted_at_ms;
	return passed_over(result);
}

/* Its number, and of what; who entered it stands in the document's own first status. */
static enum err line(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r = { .family = FAMILY_LINE };
	struct line_key at;
	enum err result;

	if (!key_parse_line(&e->key, &at) || at.addition != 0)
		return ERR_OK;
	r.u.line = (struct rec_line){
		.kind = LINE_ENTRY, .role = e->role, .serial = e->serial, .person = "", .note = ""
	};
	result = e->role == ROLE_PAPER ? line_of_paper(t, e, &r.u.line)
				       : line_of_document(t, e, &r.u.line);
	if (result == ERR_OK)
		register_mend(t, at, &r.u.line);
	return passed_over(result);
}

static enum err led_to(struct turn_view *t, const struct ev_damaged *e)
{
	if (!e->found)
		return ERR_OK;
	switch (e->family) {
	case FAMILY_IDENT:
		return ident(t, e);
	case FAMILY_FETCH:
		return fetch(t, e);
	case FAMILY_KEY:
		return key(t, e);
	case FAMILY_STREAM:
		return row(t, e);
	default:
		return line(t, e);
	}
}

/* ---- what is known of the document ---- */

static enum err told(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r = { .family = FAMILY_TOLD };
	struct committee_id whom;
	struct doc_key doc;
	struct record work;
	enum err result;

	if (!key_parse_receipt(&e->key, &doc.role, &doc.serial, &whom))
		return ERR_OK;
	/* asked back once at least, or nobody would have been told of ours; the last is said again,
	 * of others' all, for nobody knows what waited: who has it knows it by its number */
	result = core_get(t, FAMILY_WORK, key_serial(doc.role, doc.serial), &work);
	if (passed_over(result) != ERR_OK)
		return result;
	if (result == ERR_OK && work.u.work.n > 0)
		r.u.told.unsent = doc.role == ROLE_OUT ? work.u.work.n : 1;
	r.u.told.asked = doc.role == ROLE_OUT;
	core_put(t, e->key, &r);
	told_begin(t);
	return ERR_OK;
}

static enum err open_work(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct record r = { .family = FAMILY_OPEN };

	if (doc.role == ROLE_OUT) {
		core_erase(t, FAMILY_OPEN, key_serial(doc.role, doc.serial));
		return sent_work_index(t, doc, d);
	}
	core_put(t, key_serial(doc.role, doc.serial), &r);
	return ERR_OK;
}

/* What was said of it meanwhile could not be kept. */
static enum err state(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	enum err e = rebuild_state(t, doc, d);

	return e == ERR_OK && guard_may_sign(t) == ERR_OK ? wanted_ask_about(t, doc, d) : e;
}

static enum err of_document(struct turn_view *t, const struct ev_damaged *e)
{
	struct rec_document d;
	struct doc_key doc;
	enum err result;

	/* a relay's word that it holds one of ours, of which it sends no other */
	if (!key_parse_serial(&e->key, &doc.role, &doc.serial))
		return ERR_OK;
	result = read_document(t, doc, &d);
	if (result != ERR_OK)
		return passed_over(result);
	switch (e->family) {
	case FAMILY_STATE:
		return state(t, doc, &d);
	case FAMILY_WORK:
		return rebuild_work(t, doc, &d);
	case FAMILY_ROUTE:
		return rebuild_route(t, doc, &d);
	case FAMILY_OPEN:
		return open_work(t, doc, &d);
	default:
		return guard_may_sign(t) == ERR_OK ? document_sign_again(t, doc, &d) : ERR_OK;
	}
}

/* ---- all of them ---- */

/* What others have. Not while questions of before wait for a neighbour that is away. */
static enum err ask_for(struct turn_view *t, const struct ev_damaged *e)
{
	if (guard_may_sign(t) != ERR_OK || wanted_lanes_are_full(t))
		return ERR_OK;
	switch (e->family) {
	case FAMILY_DOCUMENT:
	case FAMILY_ENVELOPE:
		return e->found ? ask_for_document(t, e) : ERR_OK;
	case FAMILY_RECEIPT:
		return receipt(t, e);
	case FAMILY_STATUS:
		return status(t, e);
	default:
		return ERR_OK;
	}
}

static enum err make_again(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r;

	switch (e->family) {
	case FAMILY_FILE:
	case FAMILY_SWEEP:
	case FAMILY_SUBORDINATE:
	case FAMILY_CHANGED:
	case FAMILY_DROPPED:
	case FAMILY_NUMBER:
		r = (struct record){ .family = e->family };
		core_put(t, e->key, &r);
		return ERR_OK;
	case FAMILY_IDENT:
	case FAMILY_FETCH:
	case FAMILY_KEY:
	case FAMILY_STREAM:
	case FAMILY_LINE:
		return led_to(t, e);
	case FAMILY_TOLD:
		return told(t, e);
	case FAMILY_SERIES:
		last_number_want(t, &e->key);
		return ERR_OK;
	case FAMILY_FEED:
		return feed_leave_out(t, &e->key, passed_now(t->core, t->now));
	case FAMILY_STATE:
	case FAMILY_WORK:
	case FAMILY_ROUTE:
	case FAMILY_OPEN:
	case FAMILY_RELAY:
		return of_document(t, e);
	default:
		return ask_for(t, e);
	}
}

enum err repair_record(struct turn_view *t, const struct ev_damaged *e)
{
	struct record r;
	enum err result = core_get(t, e->family, e->key, &r);

	if (result != ERR_DAMAGED)
		return result == ERR_NOT_FOUND ? ERR_OK : result;
	go_on(t);
	result = make_again(t, e);
	if (result == ERR_OK && e->family == FAMILY_ENVELOPE)
		result = hollow_look(t, e);
	/* Whatever else stands in the way of it now: it is tried again. */
	return result == ERR_STORE || result == ERR_NO_MEMORY ? result : ERR_OK;
}

/* ---- it has come ---- */

static enum err taken_ms(struct turn_view *t, struct doc_key doc, const struct ev_publish *e,
			 int64_t *out)
{
	struct record r;
	enum err result = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &r);

	*out = doc.role == ROLE_OUT ? e->head->signed_at_ms : t->now.wall_ms;
	if (result == ERR_OK && r.u.state.complete_at_ms != 0)
		*out = r.u.state.complete_at_ms;
	return passed_over(result);
}

/* Which lists it was sent to stood here alone. */
static enum err document_anew(struct turn_view *t, struct doc_key doc, const struct ev_publish *e,
			      struct rec_document *d)
{
	const struct head *h = e->head;
	enum err result;

	*d = (struct rec_document){ .origin = h->origin,
				    .id = h->id,
				    .urgency = h->urgency,
				    .secrecy = h->secrecy,
				    .signed_at_ms = h->signed_at_ms,
				    .directory_version = h->directory_version,
				    .hop_limit = h->hop_limit,
				    .digest = e->digest,
				    .mine = doc.role == ROLE_IN,
				    .recipients = h->recipients,
				    .recipients_len = h->recipient_count,
				    .manifest = h->manifest,
				    .manifest_count = h->manifest_count,
				    .summary = e->summary };
	result = taken_ms(t, doc, e, &d->taken_at_ms);
	d->taken_passed_ms = passed_now(t->core, t->now);
	if (doc.role != ROLE_OUT) {
		d->from = e->neighbour;
		d->from_lane = e->lane;
		d->from_seq = e->seq;
		return result;
	}
	if (result == ERR_OK) {
		struct routing_question q = document_question(d);
		struct recipient_list list;

		result = recipients_expand(&t->tree, &q.to, 0, &list);
		d->recipient_count = list.count;
	}
	return result == ERR_OK
		       ? rebuild_find_line(t, doc, register_book(DIRECTION_OUT, d->secrecy),
					   d->signed_at_ms, &d->line)
		       : result;
}

/* Of the relays that it came over those before us: what others have put behind it comes from its
 * way back. */
static uint32_t relays_before_us(const struct turn_view *t, const struct ev_publish *e)
{
	uint32_t count = e->relay_notes == NULL ? 0 : e->relay_count;

	for (uint32_t i = 0; i < count; i++) {
		if (id_equal(e->relay_notes[i].relay, t->core->config.self))
			return i;
	}
	return count;
}

/* Both records say how many relay records there are. */
static enum err write_both(struct turn_view *t, struct doc_key doc, const struct ev_publish *e,
			   struct rec_document *d, bool lost)
{
	struct key at = key_serial(doc.role, doc.serial);
	struct record r, document = { .family = FAMILY_DOCUMENT };
	enum err result = core_get(t, FAMILY_ENVELOPE, at, &r);
	bool hollow = result == ERR_OK && hollow_is(&r.u.envelope);
	uint32_t count = doc.role == ROLE_OUT ? 0 : relays_before_us(t, e);

	if (hollow)
		result = ERR_DAMAGED;
	else if (result == ERR_OK)
		count = r.u.envelope.relay_count;
	else if (result != ERR_DAMAGED)
		count = d->relay_count;
	else if (!lost && count > d->relay_count)
		count = d->relay_count;
	if (count >= HOP_LIMIT || (d->hop_limit != 0 && count > d->hop_limit))
		return ERR_HOP_LIMIT;
	if (lost || count != d->relay_count) {
		d->relay_count = count;
		document.u.document = *d;
		core_put(t, at, &document);
	}
	if (result != ERR_DAMAGED)
		return passed_over(result);
	r = (struct record){ .family = FAMILY_ENVELOPE };
	r.u.envelope = (struct rec_envelope){ .envelope = { .bytes = e->envelope },
					      .relays = e->relays,
					      .relay_count = count };
	core_put(t, at, &r);
	return ERR_OK;
}

static enum err document(struct turn_view *t, const struct ev_publish *e,
			 const struct rec_ident *ident)
{
	struct doc_key doc = { ident->role, ident->serial };
	struct rec_document d;
	enum err result;
	bool lost;

	if (ident->draft != 0 || memcmp(&ident->digest, &e->digest, sizeof e->digest) != 0)
		return ERR_OK;
	result = read_document(t, doc, &d);
	lost = result == ERR_DAMAGED;
	if (lost)
		result = document_anew(t, doc, e, &d);
	if (result == ERR_OK)
		result = write_both(t, doc, e, &d, lost);
	if (result != ERR_OK)
		return passed_over(result);
	go_on(t);
	if (!lost)
		return ERR_OK;
	counter_want_rebuild(t);
	return wanted_ask_about(t, doc, &d); /* what was said of it meanwhile could not be kept */
}

enum err repair_by(struct turn_view *t, const struct ev_publish *e)
{
	struct record r;
	enum err result;

	/* One signed ahead of our clock was believed once, and its signature is good. */
	if ((t->core->unsound == ERR_OK && t->core->accepted == 0) || e->lane == LANE_FACTS ||
	    (e->verdict != ERR_OK && e->verdict != ERR_CLOCK) || e->head == NULL ||
	    e->head->kind != KIND_DOCUMENT || guard_may_sign(t) != ERR_OK)
		return ERR_OK;
	result = core_get(t, FAMILY_IDENT, key_ident(e->head->id, e->head->origin), &r);
	if (result == ERR_OK)
		result = document(t, e, &r.u.ident);
	return result == ERR_STORE || result == ERR_NO_MEMORY ? result : ERR_OK;
}

enum err repair_hollow(struct turn_view *t, const struct ev_publish *e,
		       const struct rec_ident *ident)
{
	struct record r;
	enum err result;

	if (guard_may_sign(t) != ERR_OK || ident->role == ROLE_PAPER)
		return ERR_OK;
	result = core_get(t, FAMILY_ENVELOPE, key_serial(ident->role, ident->serial), &r);
	if (result == ERR_OK && hollow_is(&r.u.envelope))
		result = document(t, e, ident);
	return result == ERR_STORE || result == ERR_NO_MEMORY ? result : ERR_OK;
}

/* ---- what we said comes back ---- */

enum err repair_wants(struct turn_view *t, const struct fact *f, bool *yes)
{
	struct committee_id self = t->core->config.self;
	struct record r;
	struct doc_key doc;
	enum err e;

	*yes = false;
	if (f == NULL)
		return ERR_OK;
	e = core_get(t, FAMILY_IDENT, key_ident(f->document.id, f->document.origin), &r);
	if (e != ERR_OK)
		return passed_over(e);
	doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	if (f->kind == KIND_STATUS)
		e = core_get(t, FAMILY_STATUS, key_status(doc.role, doc.serial, self, f->status.n),
			     &r);
	else
		e = core_get(t, FAMILY_RECEIPT, key_receipt(doc.role, doc.serial, self), &r);
	*yes = e == ERR_DAMAGED;
	return passed_over(e);
}
