/* See recall.h. */
#include "routing/decide/recall.h"

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/books/books.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

/* Of one plan a row each; more are asked in several goes. */
enum { ASKED_MAX = PLAN_WRITES_MAX / 4 };

struct recall {
	struct doc_key key;
	struct rec_document document;
	struct rec_work work;
	struct committee_id *whom; /* still to be asked */
	uint32_t *asked;	   /* how often each was before */
	uint32_t count;
	uint32_t waiting, agreed; /* of the others */
	struct committee_id stranger;
	text_t list; /* that is to blame; NULL */
};

static void answer(struct turn_view *t, const struct ev_office *e, const struct recall *d,
		   enum err result)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);
	struct rec_work *work = arena_alloc(t->plan->arena, sizeof *work);

	a->u.reply = (struct act_reply){ .to = e->reply,
					 .result = work == NULL ? ERR_NO_MEMORY : result,
					 .id = d->document.id,
					 .doc_number = d->document.summary.number,
					 .at = d->stranger,
					 .about = result == ERR_RECALLED ? "15" : d->list,
					 .repeated = result == ERR_OK && d->count == 0,
					 .number = d->count,
					 .work = work };
	if (work != NULL)
		*work = d->work;
}

/* Answers (ERR_NOT_FOUND, ERR_NOT_ISSUER) and failures alike. */
static enum err load(struct turn_view *t, const struct ev_office *e, struct recall *d)
{
	struct key key = key_serial(e->role, e->serial);
	struct record r;
	enum err result;

	*d = (struct recall){ .key = { e->role, e->serial },
			      .work = { .to = "", .due_on = "", .note = "", .person = "" } };
	result = core_get(t, FAMILY_DOCUMENT, key, &r);
	if (result != ERR_OK)
		return result;
	d->document = r.u.document;
	if (e->role != ROLE_OUT)
		return ERR_NOT_ISSUER;
	result = core_get(t, FAMILY_STATE, key, &r); /* where it counts */
	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
	result = core_get(t, FAMILY_WORK, key, &r);
	if (result == ERR_OK)
		d->work = r.u.work;
	return result == ERR_NOT_FOUND ? ERR_OK : result;
}

/* How often its office has answered a recall of this document, and what it said last. */
static enum err answers_of(struct turn_view *t, const struct recall *d, struct committee_id office,
			   uint32_t *count, enum office_status *last)
{
	struct scan scan = scan_of(key_statuses(d->key.role, d->key.serial, office));
	struct record r;
	enum err e;

	*count = 0;
	*last = OFFICE_NONE;
	while ((e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STATUS, &scan, &r)) ==
	       ERR_OK) {
		enum office_status s = office_status_of(r.u.status.code);

		if ((s != OFFICE_RECALL_AGREED && s != OFFICE_RECALL_DECLINED) ||
		    doc_id_valid(&r.u.status.status.request))
			continue; /* or it answers a newer document */
		++*count;
		*last = s;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err consider(struct turn_view *t, struct recall *d, struct committee_id who)
{
	struct key key = key_receipt(d->key.role, d->key.serial, who);
	uint32_t answered = 0;
	enum office_status last = OFFICE_NONE;
	struct record r;
	enum err e = core_get(t, FAMILY_TOLD, key, &r);

	if (e == ERR_NOT_FOUND)
		r.u.told.asked = 0;
	else if (e == ERR_OK)
		e = answers_of(t, d, who, &answered, &last);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (last == OFFICE_RECALL_AGREED) {
		d->agreed++;
		return ERR_OK;
	}
	if (r.u.told.asked > answered) {
		d->waiting++;
		return ERR_OK;
	}
	d->asked[d->count] = r.u.told.asked;
	d->whom[d->count++] = who;
	return ERR_OK;
}

static bool is_named(const struct ev_office *e, const struct lists_found *lists,
		     struct committee_id id)
{
	bool named = (e->asked_count == 0 && lists->count == 0) || lists_have(lists, id);

	for (uint32_t k = 0; k < e->asked_count && !named; k++)
		named = id_equal(e->asked[k], id);
	return named;
}

/* Those named and those that are of the lists, or all recipients: each once. */
static enum err choose(struct turn_view *t, const struct ev_office *e, struct recall *d)
{
	struct routing_question q = document_question(&d->document);
	struct recipient_list all;
	struct lists_found lists;
	uint32_t at;
	enum err r = lists_find(t, &e->lists, &lists);

	d->list = lists.count > 0 || r != ERR_OK ? lists.about : NULL;
	if (r == ERR_OK)
		r = recipients_expand(&t->tree, &q.to, ASKED_MAX, &all);
	if (r != ERR_OK)
		return r;
	d->whom = arena_array(t->plan->arena, all.count, sizeof *d->whom);
	d->asked = arena_array(t->plan->arena, all.count, sizeof *d->asked);
	if (d->whom == NULL || d->asked == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < e->asked_count; i++) {
		if (!recipients_find(&all, e->asked[i], &at)) {
			d->stranger = e->asked[i];
			return ERR_NOT_RECIPIENT;
		}
	}
	for (uint32_t i = 0; i < all.count && r == ERR_OK; i++) {
		if (is_named(e, &lists, all.ids[i]) &&
		    !id_equal(all.ids[i], t->core->config.self))
			r = consider(t, d, all.ids[i]);
	}
	if (r == ERR_OK && d->count == 0 && d->waiting == 0)
		return d->agreed > 0 ? ERR_RECALLED : ERR_NOT_RECIPIENT;
	return r;
}

static enum err may_ask(struct turn_view *t, const struct ev_office *e, struct recall *d)
{
	enum err r = policy_text(e->note, NOTE_MAX, true);

	if (r == ERR_OK)
		r = policy_text(e->person, PERSON_MAX, false);
	if (r == ERR_OK)
		r = choose(t, e, d);
	if (r != ERR_OK || d->count == 0)
		return r;
	if (!t->core->room.submissions)
		return t->core->room.why;
	if (d->work.n >= STATUSES_MAX)
		return ERR_BUSY;
	return guard_may_sign(t);
}

/* In the register of outgoing documents; an older build took it without a line. */
static enum err enter(struct turn_view *t, const struct ev_office *e, const struct recall *d)
{
	const struct rec_line line = { .kind = LINE_ADDITION,
				       .role = d->key.role,
				       .serial = d->key.serial,
				       .status = OFFICE_RECALL_ASKED,
				       .at_ms = t->now.wall_ms,
				       .uid = e->uid,
				       .person = e->person,
				       .note = e->note };

	struct line_key at = d->document.line;

	at.book = register_book(DIRECTION_OUT, d->document.secrecy);
	return at.number == 0 ? ERR_OK : register_add(t, at, &line);
}

static void advance(const struct turn_view *t, const struct ev_office *e, struct rec_work *w)
{
	office_status_apply(&w->stand, OFFICE_RECALL_ASKED);
	w->n++;
	w->since_ms = t->now.wall_ms;
	w->person = e->person;
	w->recall_reason = e->note;
}

static enum err write(struct turn_view *t, const struct ev_office *e, struct recall *d)
{
	struct document_ref ref = { .origin = d->document.origin, .id = d->document.id };
	struct record status = { .family = FAMILY_STATUS };
	enum err result;

	advance(t, e, &d->work);
	status.u.status = (struct rec_status){ .code = "13",
					       .at_ms = t->now.wall_ms,
					       .uid = e->uid,
					       .note = e->note,
					       .status = { .n = d->work.n,
							   .person = e->person,
							   .due_on = "" } };
	core_put(t, key_status(d->key.role, d->key.serial, t->core->config.self, d->work.n),
		 &status);
	result = document_work(t, d->key, &d->document, &d->work);
	if (result != ERR_OK)
		return result;
	for (uint32_t i = 0; i < d->count; i++) {
		struct record told = { .family = FAMILY_TOLD,
				       .u.told = { d->asked[i] + 1, d->work.n } };

		core_put(t, key_receipt(d->key.role, d->key.serial, d->whom[i]), &told);
	}
	told_begin(t);
	notify(t, NOTICE_STATUS, ref, t->core->config.self, OFFICE_RECALL_ASKED,
	       &d->document.summary);
	feed_office(t, OFFICE_RECALL_ASKED, d->key.role, d->key.serial, t->core->config.self);
	return core_log_act_of(t, e->uid, e->person, "13", d->document.summary.number);
}

enum err decide_recall(struct turn_view *t, const struct ev_office *e)
{
	struct recall d;
	enum err r = load(t, e, &d);

	if (r == ERR_OK)
		r = may_ask(t, e, &d);
	if (r == ERR_OK && d.count > 0 && !e->dry_run)
		r = enter(t, e, &d);
	if (r == ERR_STORE || r == ERR_NO_MEMORY)
		return r;
	if (r == ERR_OK && e->dry_run && d.count > 0)
		advance(t, e, &d.work);
	if (r == ERR_OK && d.count > 0 && !e->dry_run)
		r = write(t, e, &d);
	else {
		answer(t, e, &d, r);
		return ERR_OK;
	}
	if (r == ERR_OK)
		answer(t, e, &d, ERR_OK);
	return r;
}
