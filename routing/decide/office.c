/* See office.h. */
#include "routing/decide/office.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/books/books.h"
#include "routing/decide/recall.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* The document, and what is known of the work on it. */
struct desk {
	struct doc_key key;
	struct rec_document document;
	struct rec_work work;
	struct slips_found slips; /* when it is accepted */
};

/* The code that says where it stands: an agreed recall goes before the work. */
static text_t stands_at(const struct desk *d)
{
	if (office_stand_frozen(&d->work.stand))
		return office_status_code(OFFICE_RECALL_AGREED);
	return office_status_code(d->work.stand.work == OFFICE_NONE ? OFFICE_ARRIVED
								    : d->work.stand.work);
}

static void answer(struct turn_view *t, const struct ev_office *e, const struct desk *d,
		   enum err result, bool repeated)
{
	bool by_status =
	    result == ERR_BAD_STATE || result == ERR_RECALLED || result == ERR_NOT_ASKED;
	struct act *a = plan_act(t->plan, ACT_REPLY);
	struct rec_work *work = arena_alloc(t->plan->arena, sizeof *work);

	a->u.reply = (struct act_reply){ .to = e->reply,
					 .result = work == NULL ? ERR_NO_MEMORY : result,
					 .id = d->document.id,
					 .doc_number = d->document.summary.number,
					 .about = by_status ? stands_at(d) : NULL,
					 .repeated = repeated,
					 .work = work };
	if (e->next == OFFICE_ACCEPTED)
		a->u.reply.doc_subject = d->document.summary.subject;
	if (work != NULL)
		*work = d->work;
	if (result == ERR_OK)
		slips_answer(t, &d->slips, &a->u.reply);
}

/* Answers (ERR_NOT_FOUND, ERR_NOT_RECIPIENT, ERR_NOT_YET) and failures alike. */
static enum err load(struct turn_view *t, struct doc_key doc, struct desk *d)
{
	struct record r;
	struct key key = key_serial(doc.role, doc.serial);
	enum err result;

	*d = (struct desk){ .key = doc,
			    .work = { .to = "", .due_on = "", .note = "", .person = "" } };
	if (doc.role != ROLE_IN)
		return doc.role == ROLE_OUT ? ERR_OWN_DOCUMENT : ERR_NOT_RECIPIENT;
	result = core_get(t, FAMILY_DOCUMENT, key, &r);
	if (result != ERR_OK)
		return result;
	d->document = r.u.document;
	if (!d->document.mine)
		return ERR_NOT_RECIPIENT;
	result = core_get(t, FAMILY_STATE, key, &r);
	if (result != ERR_OK || r.u.state.complete_at_ms == 0)
		return result == ERR_OK || result == ERR_NOT_FOUND ? ERR_NOT_YET : result;
	result = core_get(t, FAMILY_WORK, key, &r);
	if (result == ERR_OK)
		d->work = r.u.work;
	return result == ERR_NOT_FOUND ? ERR_OK : result;
}

/* Who answers a newer document that asks for something answers for the one that it concerns. A
 * status 13 goes before it; what was answered already is as it is. */
static enum err turn_to_older(struct turn_view *t, const struct ev_office *e, struct desk *d)
{
	const struct rec_document newer = d->document;
	enum office_status answer;
	struct doc_key older;
	struct desk found;
	enum err r;

	if ((e->next != OFFICE_RECALL_AGREED && e->next != OFFICE_RECALL_DECLINED) ||
	    d->work.stand.recall == OFFICE_RECALL_ASKED)
		return ERR_OK;
	r = concerns_find(t, &newer, &older);
	if (r == ERR_OK)
		r = load(t, older, &found);
	if (r == ERR_OK)
		r = concerns_answer(t, older, &newer.id, &answer);
	if (r != ERR_OK)
		return r == ERR_STORE || r == ERR_NO_MEMORY ? r : ERR_OK;
	if (answer == OFFICE_NONE && found.work.stand.recall == OFFICE_RECALL_ASKED &&
	    found.work.stand.asks == BUSINESS_NONE)
		return ERR_OK;
	*d = found;
	if (answer == OFFICE_NONE && !office_stand_frozen(&d->work.stand) &&
	    (!d->work.stand.replaced || newer.summary.business == BUSINESS_RECALL))
		answer = OFFICE_RECALL_ASKED;
	d->work.stand.recall = answer == OFFICE_NONE ? d->work.stand.recall : answer;
	if (answer != OFFICE_NONE) {
		d->work.stand.asks = newer.summary.business;
		d->work.request = newer.id;
	}
	return ERR_OK;
}

static bool same_list(const text_t *a, uint32_t a_count, const text_t *b, uint32_t b_count)
{
	bool same = a_count == b_count;

	for (uint32_t i = 0; same && i < a_count; i++)
		same = strcmp(a[i], b[i]) == 0;
	return same;
}

/* Our last status of the document, when it is this act with another remark: then it is no
 * repetition, or the reason that was corrected would be lost in silence. */
static enum err says_other(struct turn_view *t, const struct ev_office *e, const struct desk *d,
			   bool *other)
{
	struct record r;
	enum err result = core_get(t, FAMILY_STATUS,
				   key_status(d->key.role, d->key.serial, t->core->config.self,
					      d->work.n),
				   &r);

	*other = result == ERR_OK && office_status_of(r.u.status.code) == e->next &&
		 strcmp(r.u.status.note, e->note) != 0;
	return result == ERR_NOT_FOUND || result == ERR_DAMAGED ? ERR_OK : result;
}

/* The same act again: a client that did not hear the answer asks once more. */
static bool is_repeated(const struct ev_office *e, const struct rec_work *w)
{
	enum office_status now = e->next >= OFFICE_RECALL_ASKED ? w->stand.recall : w->stand.work;

	if (now != e->next)
		return false;
	switch (e->next) {
	case OFFICE_ASSIGNED:
		return strcmp(e->to, w->to) == 0 && strcmp(e->due_on, w->due_on) == 0 &&
		       strcmp(e->note, w->note) == 0 &&
		       same_list(e->with, e->with_count, w->with, w->with_count);
	case OFFICE_FINISHED:
		return memcmp(&e->answer, &w->answer, sizeof e->answer) == 0;
	default:
		return true;
	}
}

/* What goes into the register a second time: the clerk may want to return it. */
static enum err check_slips(struct turn_view *t, const struct ev_office *e, struct desk *d)
{
	struct received received;
	enum err r;

	if (e->next != OFFICE_ACCEPTED)
		return ERR_OK;
	same_number_document(&d->document, d->key, &received);
	r = slips_received(t, &received, &d->slips);
	return r == ERR_OK ? slips_same_id(t, &d->document.id, d->key, &d->slips) : r;
}

/* Assigned to another without a deadline, the one that it has stays; due_none takes it away. */
static const char due_none[] = "none";

static void keep_deadline(struct ev_office *e, const struct rec_work *w)
{
	if (e->next == OFFICE_ASSIGNED && e->due_on[0] == '\0')
		e->due_on = w->due_on;
	else if (e->next == OFFICE_ASSIGNED && strcmp(e->due_on, due_none) == 0)
		e->due_on = "";
}

/* What the clerk gave, before anything is written. `due_on`: as it was until now, perhaps past. */
static enum err check(const struct turn_view *t, const struct ev_office *e, text_t due_on)
{
	bool reasoned = e->next == OFFICE_RETURNED || e->next == OFFICE_RECALL_DECLINED;
	char today[DATE_MAX + 1];
	struct month month;
	enum err r = policy_text(e->note, NOTE_MAX, reasoned);

	if (r == ERR_OK)
		r = policy_text(e->to, PERSON_MAX, e->next == OFFICE_ASSIGNED);
	if (r == ERR_OK)
		r = policy_text(e->person, PERSON_MAX, false);
	for (uint32_t i = 0; i < e->with_count && r == ERR_OK; i++)
		r = policy_text(e->with[i], PERSON_MAX, true);
	if (r != ERR_OK || e->due_on[0] == '\0' || strcmp(e->due_on, due_on) == 0)
		return r;
	date_of_ms(t->now.wall_ms, today);
	if (!date_month(e->due_on, &month))
		return ERR_BAD_DATE;
	return strcmp(e->due_on, today) < 0 ? ERR_DUE_PAST : ERR_OK;
}

static enum err may_act(struct turn_view *t, const struct ev_office *e, const struct desk *d)
{
	enum err r;

	if (office_stand_frozen(&d->work.stand))
		return ERR_RECALLED;
	if (!office_status_may_follow(&d->work.stand, e->next))
		return e->next >= OFFICE_RECALL_ASKED ? ERR_NOT_ASKED
		       : d->work.stand.replaced	      ? ERR_REPLACED
						      : ERR_BAD_STATE;
	r = check(t, e, d->work.due_on);
	if (r == ERR_OK)
		r = t->core->stand.alarm; /* a number given now may be given already */
	if (r == ERR_OK && !t->core->room.submissions)
		r = t->core->room.why;
	if (r == ERR_OK && d->work.n >= STATUSES_MAX)
		r = ERR_BUSY;
	return r == ERR_OK ? guard_may_sign(t) : r;
}

/* ---- the register ---- */

static enum err enter(struct turn_view *t, const struct ev_office *e, struct desk *d)
{
	struct rec_line line = { .kind = LINE_ENTRY,
				 .role = d->key.role,
				 .serial = d->key.serial,
				 .at_ms = t->now.wall_ms,
				 .uid = e->uid,
				 .person = e->person,
				 .note = e->note };

	if (d->work.line.number != 0) { /* it was returned by mistake: it has its number */
		line.kind = LINE_ADDITION;
		line.status = e->next;
		return register_add(t, d->work.line, &line);
	}
	return register_enter(t, register_book(DIRECTION_IN, d->document.secrecy), &line,
			      &d->work.line);
}

/* What of the work the register says: that a registered document was returned, and how a recall or
 * a newer document was answered. */
static enum err note_in_register(struct turn_view *t, const struct ev_office *e, struct desk *d)
{
	struct rec_line line = { .kind = LINE_ADDITION,
				 .role = d->key.role,
				 .serial = d->key.serial,
				 .status = e->next,
				 .at_ms = t->now.wall_ms,
				 .uid = e->uid,
				 .person = e->person,
				 .note = e->note };
	enum err r = ERR_OK;

	if (e->next == OFFICE_ACCEPTED)
		return enter(t, e, d);
	if (e->next > OFFICE_RECALL_ASKED && doc_id_valid(&d->work.request)) {
		line.business = d->work.stand.asks;
		r = concerns_number(t, d->document.origin, &d->work.request, &line.newer);
	}
	if (r != ERR_OK)
		return r;
	if (d->work.line.number == 0 ||
	    (e->next != OFFICE_RETURNED && e->next < OFFICE_RECALL_ASKED))
		return ERR_OK;
	return register_add(t, d->work.line, &line);
}

/* ---- the work and its history ---- */

static void advance(const struct turn_view *t, const struct ev_office *e, struct rec_work *w)
{
	office_status_apply(&w->stand, e->next);
	w->n++;
	w->since_ms = t->now.wall_ms;
	w->person = e->person;
	switch (e->next) {
	case OFFICE_ACCEPTED:
		w->accepted_at_ms = w->accepted_at_ms == 0 ? t->now.wall_ms : w->accepted_at_ms;
		break;
	case OFFICE_ASSIGNED:
		w->to = e->to;
		w->with = e->with;
		w->with_count = e->with_count;
		w->due_on = e->due_on;
		w->note = e->note;
		break;
	case OFFICE_PROCESSING: /* it goes on: what answered it did not end it */
		w->finished_at_ms = 0;
		w->answer = (struct doc_id){ { 0 } };
		break;
	case OFFICE_FINISHED:
		w->finished_at_ms = t->now.wall_ms;
		w->answer = e->answer;
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
}

/* The newer document that is answered; zero: a status 13 is, or it is no answer. */
static struct doc_id request_of(const struct ev_office *e, const struct desk *d)
{
	return e->next < OFFICE_RECALL_ASKED ? (struct doc_id){ { 0 } } : d->work.request;
}

/* To the issuer, and kept here. No route to it at this moment: it goes when there is one. */
static enum err say(struct turn_view *t, const struct ev_office *e, const struct desk *d)
{
	struct fact fact = { .kind = KIND_STATUS,
			     .at_ms = t->now.wall_ms,
			     .note = e->note,
			     .status = { .n = d->work.n,
					 .arrival = d->work.line.number,
					 .person = e->person,
					 .due_on = e->due_on,
					 .answer = e->answer,
					 .request = request_of(e, d) },
			     .document = { .origin = d->document.origin,
					   .id = d->document.id,
					   .digest = d->document.digest } };
	struct record r = { .family = FAMILY_STATUS };
	bool waits = false;
	enum err result;

	memcpy(fact.code, office_status_code(e->next), sizeof fact.code);
	result = told_waits(t, d->key, d->document.origin, &waits);
	if (result == ERR_OK && !waits)
		result = fact_send(t, d->document.origin, &fact, NULL, 0, &r.u.status.envelope);
	else if (result == ERR_OK)
		r.u.status.envelope.draft = fact_draft(t, d->document.origin, &fact);
	if (result != ERR_OK && result != ERR_NO_ROUTE)
		return result;
	r.u.status = (struct rec_status){ .envelope = r.u.status.envelope,
					  .at_ms = t->now.wall_ms,
					  .uid = e->uid,
					  .note = e->note,
					  .status = fact.status };
	memcpy(r.u.status.code, fact.code, sizeof r.u.status.code);
	core_put(t,
		 key_status(d->key.role, d->key.serial, t->core->config.self, d->work.n), &r);
	return result == ERR_NO_ROUTE ? told_wait(t, d->key, d->document.origin, d->work.n)
				      : ERR_OK;
}

static enum err write(struct turn_view *t, const struct ev_office *e, struct desk *d)
{
	struct document_ref ref = { .origin = d->document.origin, .id = d->document.id };
	struct received received;
	struct rec_work work;
	enum err result;

	advance(t, e, &d->work);
	result = say(t, e, d);
	if (result != ERR_OK)
		return result;
	same_number_document(&d->document, d->key, &received);
	if (e->next == OFFICE_ACCEPTED)
		same_number_put(t, &received);
	work = d->work;
	/* Something else may have waited for its turn. */
	result = concerns_next(t, d->key, &d->document, &work);
	if (result == ERR_OK)
		result = document_work(t, d->key, &d->document, &work);
	if (result != ERR_OK)
		return result;
	if (e->next == OFFICE_RECALL_AGREED)
		retention_recalled(t, d->key, &d->work.stand);
	result = open_work_follow(t, d->key, &d->work.stand);
	if (result != ERR_OK)
		return result;
	matter_finished(t, &e->answer, d->key);
	notify(t, NOTICE_STATUS, ref, t->core->config.self, (uint32_t)e->next,
	       &d->document.summary);
	feed_office(t, e->next, d->key.role, d->key.serial, t->core->config.self);
	return core_log_act_of(t, e->uid, e->person, office_status_code(e->next),
			       d->document.summary.number);
}

/* What a dry run answers with: as it would be. */
static enum err try_out(struct turn_view *t, const struct ev_office *e, struct desk *d)
{
	enum err r = ERR_OK;

	if (e->next == OFFICE_ACCEPTED && d->work.line.number == 0)
		r = register_next(t, register_book(DIRECTION_IN, d->document.secrecy),
				  &d->work.line);
	if (r == ERR_OK)
		advance(t, e, &d->work);
	return r;
}

static bool is_answer(enum err r)
{
	return r == ERR_NOT_FOUND || r == ERR_NOT_RECIPIENT || r == ERR_OWN_DOCUMENT ||
	       r == ERR_NOT_YET || r == ERR_DAMAGED;
}

enum err decide_office(struct turn_view *t, const struct ev_office *asked)
{
	struct ev_office wanted = *asked;
	const struct ev_office *e = &wanted;
	struct desk d;
	bool other = false;
	enum err r;

	if (e->next == OFFICE_RECALL_ASKED)
		return decide_recall(t, e);
	r = load(t, (struct doc_key){ e->role, e->serial }, &d);
	keep_deadline(&wanted, &d.work);
	if (r == ERR_OK)
		r = turn_to_older(t, e, &d);
	if (r == ERR_OK)
		r = says_other(t, e, &d, &other);
	if (r == ERR_OK)
		r = check_slips(t, e, &d);
	if (r == ERR_OK && !other && is_repeated(e, &d.work) &&
	    (!office_stand_frozen(&d.work.stand) || e->next == OFFICE_RECALL_AGREED)) {
		answer(t, e, &d, ERR_OK, true);
		return ERR_OK;
	}
	if (r != ERR_OK && !is_answer(r))
		return r;
	if (r == ERR_OK)
		r = may_act(t, e, &d);
	if (r == ERR_OK && e->dry_run)
		r = try_out(t, e, &d);
	if (r != ERR_OK || e->dry_run) {
		answer(t, e, &d, r, false);
		return r == ERR_STORE ? r : ERR_OK;
	}
	/* Before anything else is planned: an end of the book that cannot be read is an answer. */
	r = note_in_register(t, e, &d);
	if (r == ERR_OK)
		r = write(t, e, &d);
	else if (r != ERR_STORE && r != ERR_NO_MEMORY) {
		answer(t, e, &d, r, false);
		return ERR_OK;
	}
	if (r == ERR_OK)
		answer(t, e, &d, ERR_OK, false);
	return r;
}
