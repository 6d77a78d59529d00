/* See take.h. */
#include "routing/reconcile/take.h"

#include <string.h>

#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/books/books.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/gone.h"
#include "routing/reconcile/own.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* ---- documents of ours ---- */

/* Its number stands in its series, and among those with the same number. */
static enum err number(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	const struct summary *s = &d->summary;
	const text_t type_name = s->type_name == NULL ? "" : s->type_name;
	const struct given_question q = { .type_code = s->type_code,
					  .type_name = type_name,
					  .date = s->issued_on };
	struct key series;
	struct given given;
	bool has;
	enum err e = number_of_document(t, d, type_name, &series, &has);

	if (e == ERR_OK && has)
		e = number_put(t, &series, doc);
	if (e == ERR_OK)
		e = given_by_hand(t, &q, s->number, &given);
	if (e == ERR_OK)
		given_take(t, &given);
	return given_is_answer(e) || e == ERR_FIELD ? ERR_OK : e;
}

/* In the register of the year in which it was sent. Which line it had nobody else knows. */
static enum err enter(struct turn_view *t, struct doc_key doc, struct rec_document *d)
{
	const struct rec_line line = { .kind = LINE_ENTRY,
				       .role = doc.role,
				       .serial = doc.serial,
				       .at_ms = d->signed_at_ms,
				       .person = "",
				       .note = "" };

	return register_enter(t, register_book(DIRECTION_OUT, d->secrecy), &line, &d->line);
}

static void keep(struct turn_view *t, const struct ev_publish *e, struct doc_key doc,
		 const struct rec_document *d)
{
	struct record r = { .family = FAMILY_IDENT };

	r.u.ident = (struct rec_ident){ .role = doc.role,
					.serial = doc.serial,
					.digest = e->digest,
					.submission = e->head->submission };
	core_put(t, key_ident(d->id, d->origin), &r);
	r = (struct record){ .family = FAMILY_DOCUMENT, .u.document = *d };
	core_put(t, key_serial(doc.role, doc.serial), &r);
	r = (struct record){ .family = FAMILY_ENVELOPE,
			     .u.envelope = { .envelope = { .bytes = e->envelope } } };
	core_put(t, key_serial(doc.role, doc.serial), &r);
	document_needs(t, doc, d);
	matter_answers(t, matter_answered(&d->summary), doc);
	concerns_index(t, d, doc);
	reminders_index(t, d, doc);
	if (t->core->config.expire_ms > 0) {
		r = (struct record){ .family = FAMILY_SWEEP };
		core_put(t,
			 key_sweep(d->signed_at_ms + t->core->config.expire_ms, SWEEP_EXPIRE,
				   doc.role, doc.serial),
			 &r);
	}
}

/* On all its routes: who has it knows it by its id. */
static enum err send(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct routing_question q = document_question(d);
	struct routing_answer answer;
	enum err e = document_route(t, &q, &answer);

	if (e == ERR_OK)
		e = document_publish(t, doc, d, &answer);
	return e == ERR_OK ? document_unserved(t, doc, d, &answer) : e;
}

enum err take_document(struct turn_view *t, const struct ev_publish *e)
{
	const struct head *h = e->head;
	struct doc_key doc = { ROLE_OUT, { t->core->next_serial } };
	struct rec_document d = { .origin = h->origin,
				  .id = h->id,
				  .urgency = h->urgency,
				  .secrecy = h->secrecy,
				  .signed_at_ms = h->signed_at_ms,
				  .taken_at_ms = h->signed_at_ms, /* it counts in that month */
				  .taken_passed_ms = passed_now(t->core, t->now),
				  .directory_version = h->directory_version,
				  .hop_limit = h->hop_limit,
				  .digest = e->digest,
				  .recipients = h->recipients,
				  .recipients_len = h->recipient_count,
				  .manifest = h->manifest,
				  .manifest_count = h->manifest_count,
				  .summary = e->summary };
	struct routing_question q = document_question(&d);
	struct recipient_list list;
	struct rec_state state;
	enum err r = recipients_expand(&t->tree, &q.to, 0, &list);

	if (r != ERR_OK)
		return r;
	d.recipient_count = list.count;
	r = enter(t, doc, &d);
	if (r != ERR_OK)
		return r;
	keep(t, e, doc, &d);
	r = gone_came(t, d.id, d.origin);
	if (r == ERR_OK)
		r = number(t, doc, &d);
	if (r == ERR_OK)
		r = concerns_enter(t, &d, 0);
	if (r != ERR_OK)
		return r;
	state = (struct rec_state){ .complete_at_ms = d.taken_at_ms,
				    .content_dropped =
					    manifest_has_files(d.manifest, d.manifest_count) };
	r = document_state(t, doc, &d, NULL, &state);
	if (r != ERR_OK)
		return r;
	sent_work_new(t, doc, &d);
	feed_document(t, CHANGE_SENT, doc.role, doc.serial, t->core->config.self);
	t->core->reconcile.returned++;
	own_came(t, e->neighbour);
	stand_write(t);
	if (!state.content_dropped)
		return send(t, doc, &d);
	document_fetch(t, e, doc);
	return ERR_OK;
}

enum err take_whole(struct turn_view *t, struct doc_key doc, const struct rec_document *d)
{
	struct rec_state before;
	struct record r;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &r);

	if (e != ERR_OK || !r.u.state.content_dropped)
		return e;
	before = r.u.state;
	r.u.state.content_dropped = false;
	e = document_state(t, doc, d, &before, &r.u.state);
	return e == ERR_OK ? send(t, doc, d) : e;
}

/* ---- statuses of ours ---- */

/* A document of another's that our office has worked on: the line that it had comes back too. */
static enum err enter_arrival(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			      const struct fact *f, struct rec_work *w)
{
	struct rec_line line = { .kind = LINE_ENTRY,
				 .role = doc.role,
				 .serial = doc.serial,
				 .at_ms = f->at_ms,
				 .person = f->status.person,
				 .note = f->note };
	struct line_key at = { .book = register_book(DIRECTION_IN, d->secrecy),
			       .year = (uint16_t)month_year(month_of_ms(f->at_ms)),
			       .number = f->status.arrival };
	bool taken = true;
	enum err e = ERR_OK;

	if (w->line.number != 0)
		return ERR_OK;
	if (at.number != 0)
		e = register_return(t, at, &line, &taken);
	/* Another one has its number by now: an operator went on before all was known. */
	if (e == ERR_OK && taken)
		e = register_enter(t, at.book, &line, &at);
	if (e == ERR_OK)
		w->line = at;
	return e;
}

/* What an answer is to: a status 13, or the newer document that it names, where that is here. */
static enum err find_request(struct turn_view *t, const struct rec_document *d,
			     const struct fact *f, struct rec_work *w)
{
	const struct doc_id *request = &f->status.request;
	struct record r;
	enum err e;

	w->stand.asks = BUSINESS_NONE;
	w->request = *request;
	if (!doc_id_valid(request))
		return ERR_OK;
	e = core_get(t, FAMILY_IDENT, key_ident(*request, d->origin), &r);
	if (e == ERR_OK)
		e = core_get(t, FAMILY_DOCUMENT, key_serial(r.u.ident.role, r.u.ident.serial), &r);
	if (e == ERR_OK)
		w->stand.asks = r.u.document.summary.business;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

enum err take_advance(struct turn_view *t, const struct rec_document *d, const struct fact *f,
		      struct rec_work *w)
{
	enum office_status s = office_status_of(f->code);
	enum err e = s == OFFICE_RECALL_AGREED || s == OFFICE_RECALL_DECLINED
			     ? find_request(t, d, f, w)
			     : ERR_OK;

	office_status_apply(&w->stand, s);
	w->n = f->status.n;
	w->since_ms = f->at_ms;
	w->person = f->status.person;
	switch (s) {
	case OFFICE_ACCEPTED:
		w->accepted_at_ms = w->accepted_at_ms == 0 ? f->at_ms : w->accepted_at_ms;
		break;
	case OFFICE_ASSIGNED:
		w->due_on = f->status.due_on;
		w->note = f->note;
		break;
	case OFFICE_PROCESSING:
		w->finished_at_ms = 0;
		w->answer = (struct doc_id){ { 0 } };
		break;
	case OFFICE_FINISHED:
		w->finished_at_ms = f->at_ms;
		w->answer = f->status.answer;
		break;
	case OFFICE_RECALL_AGREED:
		if (w->stand.asks != BUSINESS_REPLACE)
			break;
		w->stand.replaced = true;
		w->replaced_by = w->request;
		break;
	default:
		break;
	}
	return e;
}

static enum err of_theirs(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			  const struct fact *f, struct rec_work *w)
{
	enum office_status s = office_status_of(f->code);
	struct received received;
	enum err e = ERR_OK;

	if (s == OFFICE_ACCEPTED)
		e = enter_arrival(t, doc, d, f, w);
	if (e != ERR_OK)
		return e;
	e = take_advance(t, d, f, w);
	if (e != ERR_OK)
		return e;
	same_number_document(d, doc, &received);
	if (s == OFFICE_ACCEPTED)
		same_number_put(t, &received);
	e = document_work(t, doc, d, w);
	if (e != ERR_OK)
		return e;
	if (s == OFFICE_RECALL_AGREED)
		retention_recalled(t, doc, &w->stand);
	matter_finished(t, &f->status.answer, doc);
	return open_work_follow(t, doc, &w->stand);
}

/* We asked it back; `of` is one of those that were asked. */
static enum err of_ours(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			const struct fact *f, struct rec_work *w)
{
	struct line_key at = d->line;
	const struct rec_line line = { .kind = LINE_ADDITION,
				       .role = doc.role,
				       .serial = doc.serial,
				       .status = OFFICE_RECALL_ASKED,
				       .at_ms = f->at_ms,
				       .person = f->status.person,
				       .note = f->note };
	enum err e = ERR_OK;

	office_status_apply(&w->stand, OFFICE_RECALL_ASKED);
	w->n = f->status.n;
	w->since_ms = f->at_ms;
	w->person = f->status.person;
	w->recall_reason = f->note;
	at.book = register_book(DIRECTION_OUT, d->secrecy);
	if (at.number != 0)
		e = register_add(t, at, &line);
	if (e == ERR_BUSY || e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		e = ERR_OK; /* the status itself says it */
	return e == ERR_OK ? document_work(t, doc, d, w) : e;
}

/* It was asked; `again`: by this status too, which was not known. */
static enum err note_asked(struct turn_view *t, struct doc_key doc, struct committee_id whom,
			   bool again)
{
	struct key key = key_receipt(doc.role, doc.serial, whom);
	struct record r;
	enum err e = core_get(t, FAMILY_TOLD, key, &r);

	if (e == ERR_OK && !again)
		return ERR_OK;
	if (e == ERR_NOT_FOUND || e == ERR_DAMAGED)
		r = (struct record){ .family = FAMILY_TOLD };
	else if (e != ERR_OK)
		return e;
	r.u.told.asked++;
	core_put(t, key, &r);
	return ERR_OK;
}

/* `again`: it was here, and could not be read any more; nobody is told of it twice. */
static void put_status(struct turn_view *t, struct doc_key doc, const struct fact *f,
		       struct blob envelope, bool again)
{
	struct record r = { .family = FAMILY_STATUS };

	r.u.status = (struct rec_status){ .at_ms = f->at_ms, .note = f->note, .status = f->status };
	if (doc.role != ROLE_OUT) /* ours has many envelopes, one for each that is asked */
		r.u.status.envelope.bytes = envelope;
	memcpy(r.u.status.code, f->code, sizeof r.u.status.code);
	core_put(t, key_status(doc.role, doc.serial, t->core->config.self, f->status.n), &r);
	if (!again)
		feed_office(t, office_status_of(f->code), doc.role, doc.serial,
			    t->core->config.self);
}

static enum err find(struct turn_view *t, const struct document_ref *ref, struct doc_key *doc,
		     struct rec_document *d)
{
	struct record r;
	enum err e = core_get(t, FAMILY_IDENT, key_ident(ref->id, ref->origin), &r);

	if (e != ERR_OK)
		return e;
	*doc = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	if (doc->role != ROLE_OUT && doc->role != ROLE_IN)
		return ERR_NOT_FOUND;
	e = core_get(t, FAMILY_DOCUMENT, key_serial(doc->role, doc->serial), &r);
	*d = r.u.document;
	return e;
}

struct returned {
	bool wanted; /* ours to have given of this document */
	bool known;
	bool again; /* it was known, and cannot be read any more */
};

static enum err look_at(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			const struct fact *f, struct returned *out)
{
	enum office_status s = office_status_of(f->code);
	struct record r;
	enum err e;

	*out = (struct returned){ .known = false };
	out->wanted = f->status.n != 0 && f->status.n <= STATUSES_MAX && s != OFFICE_NONE &&
		      office_status_from_issuer(s) == (doc.role == ROLE_OUT) &&
		      (doc.role == ROLE_OUT || d->mine);
	if (!out->wanted)
		return ERR_OK;
	e = core_get(t, FAMILY_STATUS,
		     key_status(doc.role, doc.serial, t->core->config.self, f->status.n), &r);
	out->known = e == ERR_OK;
	out->again = e == ERR_DAMAGED;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static enum err take_status(struct turn_view *t, const struct ev_publish *e, const struct fact *f)
{
	struct rec_work w = { .to = "", .due_on = "", .note = "", .person = "" };
	struct doc_key doc;
	struct rec_document d;
	struct record r;
	struct returned it;
	enum err result = find(t, &f->document, &doc, &d);

	if (result == ERR_OK)
		result = look_at(t, doc, &d, f, &it);
	if (result != ERR_OK || !it.wanted)
		return result;
	if (doc.role == ROLE_OUT) {
		struct routing_question q = document_question(&d);
		bool recipient = false;

		result = recipients_contain(&t->tree, &q.to, e->signer, &recipient);
		if (result != ERR_OK || !recipient)
			return result;
		result = note_asked(t, doc, e->signer, !it.known && !it.again);
		if (result != ERR_OK)
			return result;
	}
	if (it.known)
		return ERR_OK;
	result = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &r);
	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result; /* it is asked for again once that is whole */
	result = core_get(t, FAMILY_WORK, key_serial(doc.role, doc.serial), &r);
	if (result == ERR_OK)
		w = r.u.work;
	else if (result != ERR_NOT_FOUND)
		return result;
	put_status(t, doc, f, e->fact->envelope, it.again);
	if (f->status.n <= w.n) /* one that was missing in between */
		return ERR_OK;
	return doc.role == ROLE_OUT ? of_ours(t, doc, &d, f, &w) : of_theirs(t, doc, &d, f, &w);
}

/* ---- a receipt of ours ---- */

/* The document was here since then, whatever the copy of it says that came back. */
static enum err was_here(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			 int64_t at_ms)
{
	struct rec_state before;
	struct record r;
	enum err e = core_get(t, FAMILY_STATE, key_serial(doc.role, doc.serial), &r);

	if (e != ERR_OK || r.u.state.complete_at_ms <= at_ms)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	before = r.u.state;
	r.u.state.complete_at_ms = at_ms;
	return document_state(t, doc, d, &before, &r.u.state);
}

/* The issuer has the first one, and keeps that; so do we. */
static enum err take_receipt(struct turn_view *t, const struct ev_publish *e, const struct fact *f)
{
	struct record r;
	struct rec_document d;
	struct doc_key doc;
	struct key key;
	enum err result = find(t, &f->document, &doc, &d);

	if (result != ERR_OK || doc.role != ROLE_IN || !d.mine)
		return result;
	key = key_receipt(doc.role, doc.serial, t->core->config.self);
	result = core_get(t, FAMILY_RECEIPT, key, &r);
	if (result != ERR_OK && result != ERR_NOT_FOUND && result != ERR_DAMAGED)
		return result;
	/* Whatever its time says: clocks were wrong before. */
	if (result == ERR_OK &&
	    memcmp(&r.u.receipt.digest, &e->returned_digest, sizeof e->returned_digest) == 0)
		return ERR_OK;
	r = (struct record){ .family = FAMILY_RECEIPT };
	r.u.receipt = (struct rec_receipt){ .envelope = { .bytes = e->fact->envelope },
					    .at_ms = f->at_ms,
					    .kind = KIND_RECEIPT,
					    .digest = e->returned_digest };
	core_put(t, key, &r);
	return was_here(t, doc, &d, f->at_ms);
}

enum err take_returned(struct turn_view *t, const struct ev_publish *e)
{
	const struct fact *f = e->returned;
	enum err r;

	if (f == NULL || memcmp(&f->document.id, &e->fact->document.id, sizeof f->document.id) != 0)
		return ERR_OK;
	r = f->kind == KIND_STATUS ? take_status(t, e, f) : take_receipt(t, e, f);
	return r == ERR_NOT_FOUND || r == ERR_DAMAGED ? ERR_OK : r;
}
