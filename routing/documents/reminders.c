/* See reminders.h. */
#include "routing/documents/reminders.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/documents/document.h"
#include "routing/documents/recipients.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

enum { COUNTED_MAX = 1000, NEWER_READ_MAX = 256 };

/* What cannot be read says nothing. */
static enum err skip_unread(enum err e)
{
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* What it reminds of: only who issued that reminds of it. NULL: of nothing. */
static const struct document_ref *reminded_of(const struct rec_document *d)
{
	const struct summary *s = &d->summary;

	return s->reminds != NULL && s->reminds[0] != '\0' && s->reply_to != NULL &&
			       id_equal(s->reply_to->origin, d->origin)
		       ? s->reply_to
		       : NULL;
}

void reminders_index(struct turn_view *t, const struct rec_document *d, struct doc_key doc)
{
	const struct document_ref *of = reminded_of(d);
	struct record r = { .family = FAMILY_NUMBER };
	struct committee_id whom;

	if (of != NULL && id_parse(d->summary.reminds, strlen(d->summary.reminds), &whom) == ERR_OK)
		core_put(t, matter_reminder_key(&of->id, doc.role, whom, doc.serial), &r);
}

/* ---- which there were ---- */

enum err reminders_of(const struct lookup *lookup, struct arena *a, const struct rec_document *of,
		      enum role role, struct committee_id whom, struct reminded *out)
{
	struct scan scan = scan_of(matter_reminder_prefix(&of->id, role, whom));
	enum err e = ERR_OK;

	*out = (struct reminded){ .last_number = "" };
	while (e == ERR_OK && out->count < COUNTED_MAX) {
		const struct document_ref *about;
		struct serial serial;
		struct record r;
		struct key key;

		e = lookup->next(lookup->ctx, a, FAMILY_NUMBER, &scan, &r);
		if (e != ERR_OK || !matter_reminder_parse(&scan.at, &serial))
			continue;
		key = key_serial(role, serial);
		e = skip_unread(lookup->get(lookup->ctx, a, FAMILY_DOCUMENT, &key, &r));
		if (e != ERR_OK || r.family != FAMILY_DOCUMENT)
			continue;
		about = reminded_of(&r.u.document);
		if (about == NULL || !id_equal(about->origin, of->origin))
			continue; /* an id of another issuer */
		out->count++;
		if (r.u.document.signed_at_ms < out->last_at_ms)
			continue;
		out->last_at_ms = r.u.document.signed_at_ms;
		out->last_id = r.u.document.id;
		out->last_number =
			r.u.document.summary.number == NULL ? "" : r.u.document.summary.number;
	}
	return skip_unread(e);
}

/* ---- whether there may be one ---- */

/* What a newer document of ours asks of those who have this one; NONE: it is not here, or asks for
 * nothing that ends the work. */
static enum err newer_business(const struct remind_question *q, const struct doc_id *id,
			       enum business *out)
{
	const struct lookup *l = &q->tree->lookup;
	struct key key = key_ident(*id, q->self);
	struct record r;
	enum err e = l->get(l->ctx, q->tree->arena, FAMILY_IDENT, &key, &r);

	*out = BUSINESS_NONE;
	if (e != ERR_OK || r.u.ident.role != ROLE_OUT)
		return skip_unread(e);
	key = key_serial(r.u.ident.role, r.u.ident.serial);
	e = l->get(l->ctx, q->tree->arena, FAMILY_DOCUMENT, &key, &r);
	if (e == ERR_OK)
		*out = r.u.document.summary.business;
	return skip_unread(e);
}

static bool ends_work(enum business b)
{
	return b == BUSINESS_RECALL || b == BUSINESS_REPLACE;
}

/* Where the recipient stands by what it said, and how often it answered a recall by status. */
static enum err stand_of(const struct remind_question *q, struct office_stand *stand,
			 uint32_t *answered)
{
	struct scan scan = scan_of(key_statuses(q->key.role, q->key.serial, q->whom));
	const struct lookup *l = &q->tree->lookup;
	struct record r;
	enum err e;

	*stand = (struct office_stand){ .work = OFFICE_NONE };
	*answered = 0;
	while ((e = l->next(l->ctx, q->tree->arena, FAMILY_STATUS, &scan, &r)) == ERR_OK) {
		enum office_status s = office_status_of(r.u.status.code);
		enum business asked = BUSINESS_RECALL;

		if (doc_id_valid(&r.u.status.status.request)) {
			e = newer_business(q, &r.u.status.status.request, &asked);
			if (e != ERR_OK)
				return e;
		} else if (s == OFFICE_RECALL_AGREED || s == OFFICE_RECALL_DECLINED) {
			++*answered;
		}
		if (ends_work(asked)) /* agreed to an update, the work goes on */
			office_status_apply(stand, s);
	}
	return skip_unread(e);
}

/* Has a newer document of ours recalled or replaced it? */
static enum err is_superseded(const struct remind_question *q, bool *yes)
{
	const struct doc_id *id = &q->document->id;
	struct scan scan = scan_of(matter_prefix(MATTER_CONCERNED, id));
	const struct lookup *l = &q->tree->lookup;
	enum err e = ERR_OK;

	*yes = false;
	for (unsigned i = 0; i < NEWER_READ_MAX && e == ERR_OK && !*yes; i++) {
		struct doc_key newer;
		struct record r;
		struct key key;

		e = l->next(l->ctx, q->tree->arena, FAMILY_NUMBER, &scan, &r);
		if (e != ERR_OK || !matter_parse(&scan.at, &newer.role, &newer.serial) ||
		    newer.role != ROLE_OUT)
			continue;
		key = key_serial(newer.role, newer.serial);
		e = l->get(l->ctx, q->tree->arena, FAMILY_DOCUMENT, &key, &r);
		*yes = e == ERR_OK && ends_work(r.u.document.summary.business);
		e = skip_unread(e);
	}
	return skip_unread(e);
}

/* Who declined works on it, and may be reminded. */
static enum err is_asked_back(const struct remind_question *q, const struct office_stand *stand,
			      uint32_t answered, bool *yes)
{
	struct key key = key_receipt(q->key.role, q->key.serial, q->whom);
	const struct lookup *l = &q->tree->lookup;
	struct record r;
	enum err e = l->get(l->ctx, q->tree->arena, FAMILY_TOLD, &key, &r);

	*yes = e == ERR_OK && r.u.told.asked > answered;
	if (*yes || skip_unread(e) != ERR_OK || stand->recall == OFFICE_RECALL_DECLINED)
		return skip_unread(e);
	return is_superseded(q, yes);
}

static enum err is_delivered(const struct remind_question *q, bool *yes)
{
	struct key key = key_receipt(q->key.role, q->key.serial, q->whom);
	const struct lookup *l = &q->tree->lookup;
	struct record r;
	enum err e = l->get(l->ctx, q->tree->arena, FAMILY_RECEIPT, &key, &r);

	*yes = e == ERR_OK && r.u.receipt.kind == KIND_RECEIPT;
	return skip_unread(e);
}

/* Of who is late by so many days. */
static enum err find_superior(const struct remind_question *q, struct remind_answer *out)
{
	struct committee_id superior;
	bool above = false, retired = false;
	enum err e;

	if (q->rules->remind_superior_days == 0 ||
	    out->late_days < (int32_t)q->rules->remind_superior_days)
		return ERR_OK;
	e = tree_is_below(q->tree, q->whom, q->self, &above); /* ours: nobody is told of it */
	if (e == ERR_OK && !above)
		e = tree_superior(q->tree, q->whom, &superior, NULL);
	if (e != ERR_OK || above || id_empty(superior) || id_equal(superior, q->self))
		return skip_unread(e);
	e = tree_superior(q->tree, superior, &(struct committee_id){ "" }, &retired);
	if (e == ERR_OK && !retired)
		out->superior = superior;
	return skip_unread(e);
}

static const struct working_days *days_of(const struct remind_question *q)
{
	static const struct working_days no_table = { .count = 0 };

	return q->rules->days == NULL ? &no_table : q->rules->days;
}

/* Its day, and whether it is near enough by what is configured for the side of the recipient. */
static enum err judge_day(const struct remind_question *q, struct remind_answer *out)
{
	const struct deadline_of of = { .stand = { .work = OFFICE_ACCEPTED },
					.document_due_on = q->document->summary.due_on };
	struct deadline_rules rules = *q->rules;
	bool below = false, near;
	enum deadline_state state;
	enum err e = skip_unread(tree_is_below(q->tree, q->self, q->whom, &below));

	out->deadline = deadline_next(&rules, &of);
	out->late_days = deadline_late_days(&rules, &out->deadline, q->wall_ms);
	rules.soon_days = below ? rules.remind_down_days : rules.remind_up_days;
	out->wanted = rules.soon_days > 0 && working_day(days_of(q), day_of_ms(q->wall_ms));
	state = deadline_state_at(&rules, &out->deadline, q->wall_ms);
	near = rules.soon_days > 0 && state >= DEADLINE_SOON;
	if (state == DEADLINE_OPEN)
		out->verdict = REMIND_NO_DAY;
	else if (!near && (state != DEADLINE_OVERDUE || out->late_days < 1))
		out->verdict = REMIND_NOT_YET; /* late is who let a working day pass */
	return e;
}

/* One a day at most, and `every` working days between two. One before the day has passed does not
 * hold up the first one after it. */
static void judge_pause(const struct remind_question *q, struct remind_answer *out)
{
	const struct working_days *days = days_of(q);
	struct day last = day_of_ms(out->reminded.last_at_ms), today = day_of_ms(q->wall_ms);
	uint32_t every = q->rules->remind_every_days;
	struct day next;

	if (every == 0 ||
	    (q->wall_ms > out->deadline.at_ms && out->reminded.last_at_ms <= out->deadline.at_ms))
		every = 1;
	if (working_days_between(days, last, today) >= (int32_t)every)
		return;
	next = working_days_add(days, last, every);
	out->verdict = REMIND_LATER;
	date_of_ms(day_begin_ms(next), out->next_on);
}

enum err reminders_judge(const struct remind_question *q, struct remind_answer *out)
{
	struct office_stand stand;
	uint32_t answered;
	bool delivered = false, back = false;
	enum err e;

	*out = (struct remind_answer){ .verdict = REMIND_NOW };
	e = judge_day(q, out);
	if (e == ERR_OK)
		e = reminders_of(&q->tree->lookup, q->tree->arena, q->document, q->key.role,
				 q->whom, &out->reminded);
	if (e == ERR_OK)
		e = stand_of(q, &stand, &answered);
	if (e == ERR_OK)
		e = is_asked_back(q, &stand, answered, &back);
	if (e == ERR_OK)
		e = is_delivered(q, &delivered);
	if (e == ERR_OK)
		e = find_superior(q, out);
	if (e != ERR_OK || out->verdict == REMIND_NO_DAY)
		return e;
	if (!deadline_is_open(&stand))
		out->verdict = REMIND_DONE;
	else if (back)
		out->verdict = REMIND_ASKED_BACK;
	else if (!delivered)
		out->verdict = REMIND_UNDELIVERED;
	else if (out->verdict == REMIND_NOW && out->reminded.count > 0)
		judge_pause(q, out);
	return ERR_OK;
}

/* ---- what is submitted ---- */

/* The document that it reminds of, ours. ERR_NOT_FOUND: there is none. */
static enum err find_ours(struct turn_view *t, const struct document_ref *of, struct doc_key *key,
			  struct rec_document *out)
{
	struct record r;
	enum err e;

	if (of == NULL || !id_equal(of->origin, t->core->config.self))
		return ERR_NOT_FOUND;
	e = core_get(t, FAMILY_IDENT, key_ident(of->id, of->origin), &r);
	if (e == ERR_OK && r.u.ident.role != ROLE_OUT)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK)
		return e;
	*key = (struct doc_key){ r.u.ident.role, r.u.ident.serial };
	e = core_get(t, FAMILY_DOCUMENT, key_serial(key->role, key->serial), &r);
	if (e == ERR_OK)
		*out = r.u.document;
	return e;
}

/* It goes to who is late, and to nobody besides but the superior of that one; it asks for no answer
 * by a day, and does nothing else. */
static enum err is_in_order(struct turn_view *t, const struct ev_submit *e,
			    const struct rec_document *of, struct committee_id whom,
			    const struct recipient_list *to, bool *yes)
{
	struct routing_question q = document_question(of);
	struct committee_id superior = { "" };
	uint32_t at;
	bool had = false;
	enum err r = skip_unread(recipients_contain(&t->tree, &q.to, whom, &had));

	if (r == ERR_OK)
		r = skip_unread(tree_superior(&t->tree, whom, &superior, NULL));
	*yes = had && recipients_find(to, whom, &at) && to->count <= 2 &&
	       (e->summary.due_on == NULL || e->summary.due_on[0] == '\0') &&
	       e->summary.business <= BUSINESS_NEW;
	for (uint32_t i = 0; i < to->count && *yes; i++)
		*yes = id_equal(to->ids[i], whom) || id_equal(to->ids[i], superior);
	return r;
}

enum err reminders_check(struct turn_view *t, const struct ev_submit *e,
			 const struct recipient_list *to, enum err *out, text_t *about)
{
	const struct summary *s = &e->summary;
	struct remind_question q = { .tree = &t->tree,
				     .rules = &t->core->deadlines,
				     .self = t->core->config.self,
				     .wall_ms = t->now.wall_ms };
	struct remind_answer answer;
	struct rec_document of;
	bool fine = false;
	enum err r;

	*out = ERR_OK;
	*about = "";
	if (s->reminds == NULL || s->reminds[0] == '\0')
		return ERR_OK;
	*out = ERR_REMINDER;
	*about = s->reminds;
	r = id_parse(s->reminds, strlen(s->reminds), &q.whom);
	if (r != ERR_OK)
		return ERR_OK;
	r = find_ours(t, s->reply_to, &q.key, &of);
	if (r == ERR_OK)
		r = is_in_order(t, e, &of, q.whom, to, &fine);
	if (r != ERR_OK || !fine)
		return skip_unread(r);
	q.document = &of;
	r = reminders_judge(&q, &answer);
	if (r != ERR_OK)
		return r;
	*out = answer.verdict == REMIND_NOW	? ERR_OK
	       : answer.verdict == REMIND_LATER ? ERR_REMINDED
						: ERR_REMIND_NOTHING;
	if (answer.verdict == REMIND_LATER)
		*about = arena_text(t->plan->arena, answer.next_on, strlen(answer.next_on));
	return *about == NULL ? ERR_NO_MEMORY : ERR_OK;
}
