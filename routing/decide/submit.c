/* See submit.h. */
#include "routing/decide/submit.h"

#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/books/books.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/rules/rules.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/tree.h"

static struct act_reply *reply(struct turn_view *t, const struct ev_submit *e, enum err result,
			       struct committee_id at)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply = (struct act_reply){ .to = e->reply, .result = result, .id = e->id, .at = at };
	return &a->u.reply;
}

/* A submission, and what is found of it. */
struct offer {
	struct ev_submit e; /* with the number that it gets */
	struct given given; /* that number in its series */
	struct key series;  /* of those with the same number */
	bool numbered;	    /* `series` is one */
	struct slips_found slips;
	struct mandate mandate;
	text_t lists;	 /* rec_document.lists */
	uint32_t listed; /* how many recipients they mean, the last ones */
	enum err older[2]; /* what there is to say of the one that it concerns */
};

static bool is_automatic(const struct ev_submit *e)
{
	return e->number_template != NULL && e->number_template[0] != '\0';
}

/* Answers (given_is_answer) where the number is ours to give, and failures. */
static enum err find_number(struct turn_view *t, struct offer *o)
{
	struct summary *s = &o->e.summary;
	const struct given_question q = { .type_code = s->type_code,
					  .type_name = o->e.type_name,
					  .date = s->issued_on };

	return is_automatic(&o->e) ? given_next(t, &q, o->e.number_template, &o->given, &s->number)
				   : given_by_hand(t, &q, s->number, &o->given);
}

/* `self`: where the document lies, or will. A repeated answer has the warnings too, but that of a
 * gap, which is there no more. */
static enum err check_slips(struct turn_view *t, struct offer *o, struct doc_key self)
{
	const struct ev_submit *e = &o->e;
	const struct rec_document d = { .taken_at_ms = t->now.wall_ms, .summary = e->summary };
	struct policy_question q = { .summary = &e->summary,
				     .type_name = e->type_name,
				     .manifest = e->manifest,
				     .manifest_count = e->manifest_count,
				     .odd_name = e->odd_name,
				     .signed_for = e->signed_for,
				     .wall_ms = t->now.wall_ms,
				     .types = t->core->doctypes };
	enum err result = slips_own_symbol(t, &q.own_symbol), answered = ERR_OK;

	o->numbered = false;
	if (result == ERR_OK)
		result = number_of_document(t, &d, e->type_name, &o->series, &o->numbered);
	if (result == ERR_OK)
		result = slips_check(t, o->numbered ? &o->series : NULL, self, given_gap(&o->given),
				     &q, &o->slips);
	if (result == ERR_OK)
		result = slips_same_id(t, &e->id, self, &o->slips);
	if (result == ERR_OK)
		result = matter_warning(t, e->summary.reply_to, &answered);
	if (answered != ERR_OK && o->slips.count < WARNINGS_MAX)
		o->slips.codes[o->slips.count++] = answered;
	for (unsigned i = 0; i < 2; i++) {
		if (o->older[i] != ERR_OK && o->slips.count < WARNINGS_MAX)
			o->slips.codes[o->slips.count++] = o->older[i];
	}
	return result;
}

/* `superior` becomes the committee that it means; unknown and retired ones, and ourselves, are
 * refused by name. */
static enum err resolve_recipients(struct turn_view *t, const struct ev_submit *e,
				   struct recipient *out, struct committee_id *culprit)
{
	struct committee_id self = t->core->config.self;

	for (uint32_t i = 0; i < e->recipient_count; i++) {
		struct committee_id superior;
		bool retired = false;
		enum err r = ERR_OK;

		out[i] = e->recipients[i];
		if (out[i].group == GROUP_SUPERIOR) {
			r = tree_superior(&t->tree, self, &out[i].committee, NULL);
			out[i].group = GROUP_NONE;
			if (r == ERR_NOT_FOUND || (r == ERR_OK && id_empty(out[i].committee)))
				return ERR_NO_ROUTE;
		}
		if (r == ERR_OK && out[i].group == GROUP_NONE) {
			*culprit = out[i].committee;
			r = tree_superior(&t->tree, out[i].committee, &superior, &retired);
			if (r == ERR_NOT_FOUND || (r == ERR_OK && id_equal(out[i].committee, self)))
				return ERR_UNKNOWN_RECIPIENT;
			if (r == ERR_OK && retired)
				return ERR_RETIRED_RECIPIENT;
		}
		if (r != ERR_OK)
			return r;
	}
	return ERR_OK;
}

/* Named twice is named once: it is sent once in any case, and who reads the head sees no doubles.
 * Returns how many are left. */
static uint32_t drop_doubles(struct recipient *list, uint32_t count)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t k = 0;

		while (k < kept && (list[k].group != list[i].group ||
				    !id_equal(list[k].committee, list[i].committee)))
			k++;
		if (k == kept)
			list[kept++] = list[i];
	}
	return kept;
}

/* What becomes of it, with warnings, recipients and number. */
static struct act_reply *reply_accepted(struct turn_view *t, const struct offer *o,
					struct committee_id at, const struct recipient_list *list)
{
	struct act_reply *a = reply(t, &o->e, ERR_OK, at);

	slips_answer(t, &o->slips, a);
	a->may = o->mandate.judgement == COMPETENCE_ALLOWED;
	a->rule = o->mandate.rule;
	a->rule_gap = o->mandate.gap;
	a->lists = o->lists;
	a->recipients = list->ids;
	a->recipient_count = list->count;
	a->doc_number = o->e.summary.number;
	return a;
}

static enum err repeat(struct turn_view *t, const struct ev_submit *e,
		       const struct rec_ident *ident)
{
	struct committee_id nobody = { "" };
	struct offer o = { .e = *e };
	struct recipient_list list;
	struct routing_question q;
	struct record r;
	enum err result;

	if (ident->role != ROLE_OUT ||
	    memcmp(ident->submission.bytes, e->submission.bytes, sizeof e->submission.bytes) != 0) {
		reply(t, e, ERR_CONFLICT, nobody);
		return ERR_OK;
	}
	result = core_get(t, FAMILY_DOCUMENT, key_serial(ident->role, ident->serial), &r);
	if (result != ERR_OK)
		return result;
	if (is_automatic(e))
		o.e.summary.number = r.u.document.summary.number;
	o.lists = r.u.document.lists;
	q = document_question(&r.u.document);
	result = recipients_expand(&t->tree, &q.to, 0, &list);
	if (result == ERR_OK)
		result = check_slips(t, &o, (struct doc_key){ ident->role, ident->serial });
	if (result == ERR_OK)
		reply_accepted(t, &o, nobody, &list)->repeated = true;
	return result;
}

static void plan_files(struct turn_view *t, struct doc_key doc, const struct manifest_item *items,
		       uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct record r = { .family = FAMILY_FILE };

		if (!items[i].inlined)
			core_put(t, key_file(items[i].sha256, doc.role, doc.serial), &r);
	}
}

/* The records of a new document of ours, and its rows. */
static enum err plan_records(struct turn_view *t, const struct offer *o, uint32_t draft_ref,
			     uint32_t recipient_count, const struct routing_answer *answer)
{
	const struct ev_submit *e = &o->e;
	const struct head *head = &t->plan->drafts[draft_ref - 1].head;
	struct doc_key doc = { .role = ROLE_OUT, .serial = { t->core->next_serial } };
	struct record document = { .family = FAMILY_DOCUMENT }, ident = { .family = FAMILY_IDENT },
		      envelope = { .family = FAMILY_ENVELOPE };
	struct rec_state state = { .complete_at_ms = t->now.wall_ms };
	struct rec_document *d = &document.u.document;
	const struct rec_line line = { .kind = LINE_ENTRY,
				       .role = doc.role,
				       .serial = doc.serial,
				       .at_ms = t->now.wall_ms,
				       .uid = e->uid,
				       .person = "",
				       .note = "" };
	enum err r;

	ident.u.ident = (struct rec_ident){ .role = doc.role,
					    .serial = doc.serial,
					    .draft = draft_ref,
					    .submission = e->submission };
	core_put(t, key_ident(e->id, head->origin), &ident);
	*d = (struct rec_document){ .origin = head->origin,
				    .id = e->id,
				    .urgency = e->urgency,
				    .secrecy = e->secrecy,
				    .signed_at_ms = head->signed_at_ms,
				    .taken_at_ms = t->now.wall_ms,
				    .taken_passed_ms = passed_now(t->core, t->now),
				    .directory_version = head->directory_version,
				    .hop_limit = head->hop_limit,
				    .draft = draft_ref,
				    .recipients = head->recipients,
				    .recipients_len = head->recipient_count,
				    .recipient_count = recipient_count,
				    .manifest = e->manifest,
				    .manifest_count = e->manifest_count,
				    .lists = o->lists,
				    .listed = o->listed,
				    .summary = e->summary };
	r = register_enter(t, register_book(DIRECTION_OUT, e->secrecy), &line, &d->line);
	if (r != ERR_OK)
		return r;
	core_put(t, key_serial(doc.role, doc.serial), &document);
	envelope.u.envelope.envelope.draft = draft_ref;
	core_put(t, key_serial(doc.role, doc.serial), &envelope);
	matter_answers(t, matter_answered(&e->summary), doc);
	concerns_index(t, d, doc);
	reminders_index(t, d, doc);
	plan_files(t, doc, e->manifest, e->manifest_count);
	if (t->core->config.expire_ms > 0) {
		struct record sweep = { .family = FAMILY_SWEEP };

		core_put(t,
			 key_sweep(t->now.wall_ms + t->core->config.expire_ms, SWEEP_EXPIRE,
				   doc.role, doc.serial),
			 &sweep);
	}
	r = document_state(t, doc, d, NULL, &state);
	if (r == ERR_OK && o->numbered)
		r = number_put_beside(t, &o->series, doc, &o->slips.others);
	if (r == ERR_OK)
		r = concerns_enter(t, d, e->uid);
	given_take(t, &o->given);
	sent_work_new(t, doc, d);
	feed_document(t, CHANGE_SENT, doc.role, doc.serial, t->core->config.self);
	return r == ERR_OK ? document_publish_first(t, doc, d, answer) : r;
}

static enum err log_send(struct turn_view *t, const struct ev_submit *e)
{
	static const char digits[] = "0123456789abcdef";
	char hex[2 * sizeof e->id.bytes + 1];

	for (size_t i = 0; i < sizeof e->id.bytes; i++) {
		hex[2 * i] = digits[e->id.bytes[i] >> 4];
		hex[2 * i + 1] = digits[e->id.bytes[i] & 15];
	}
	hex[sizeof hex - 1] = '\0';
	return core_log_act(t, e->uid, "send", hex);
}

static struct head draft_head(const struct turn_view *t, const struct ev_submit *e,
			      struct recipient *recipients, uint32_t count)
{
	return (struct head){ .id = e->id,
			      .origin = t->core->config.self,
			      .kind = KIND_DOCUMENT,
			      .body_version = e->body_version,
			      .urgency = e->urgency,
			      .secrecy = e->secrecy,
			      .signed_at_ms = t->now.wall_ms,
			      .directory_version = t->core->directory_version,
			      .hop_limit = HOP_LIMIT,
			      .recipients = recipients,
			      .recipient_count = count,
			      .manifest = e->manifest,
			      .manifest_count = e->manifest_count,
			      .submission = e->submission };
}

static enum err write(struct turn_view *t, const struct offer *o, struct recipient *recipients,
		      uint32_t count, uint32_t in_all, const struct routing_answer *answer)
{
	struct draft draft = { .head = draft_head(t, &o->e, recipients, count),
			       .body = o->e.body,
			       .number = is_automatic(&o->e) ? o->e.summary.number : NULL };
	uint32_t draft_ref = plan_draft(t->plan, &draft);
	enum err r = plan_records(t, o, draft_ref, in_all, answer);

	return r == ERR_OK ? log_send(t, &o->e) : r;
}

/* ERR_TYPE_ENDED: no documents of its type are issued on its day. */
static enum err judge_type(struct turn_view *t, const struct ev_submit *e)
{
	const struct summary *s = &e->summary;
	char today[DATE_MAX + 1];

	date_of_ms(t->now.wall_ms, today);
	return doctype_table_judge(t->core->doctypes,
				   s->issued_on == NULL || s->issued_on[0] == '\0' ? today
										  : s->issued_on,
				   s->type_code == NULL ? "" : s->type_code,
				   e->type_name == NULL ? "" : e->type_name);
}

/* False, and answered: it concerns a document that it may not, or reminds of one. */
static enum err check_older(struct turn_view *t, struct offer *o, const struct recipient_list *to,
			    bool *may)
{
	enum err why;
	text_t by;
	enum err r = concerns_check(t, &o->e.summary, &why, &by);

	if (r == ERR_OK && why == ERR_OK)
		r = reminders_check(t, &o->e, to, &why, &by);
	*may = r == ERR_OK && why == ERR_OK;
	if (*may)
		return concerns_warn(t, &o->e, to, o->older);
	if (r == ERR_OK)
		reply(t, &o->e, why, (struct committee_id){ "" })->about = by;
	return r;
}

/* What is answered and no failure. */
static bool is_refusal(const struct ev_submit *e, enum err r)
{
	return r == ERR_NO_RECIPIENT || r == ERR_TOO_MANY_RECIPIENTS ||
	       (is_automatic(e) && given_is_answer(r));
}

static enum err accept(struct turn_view *t, const struct offer *offered,
		       struct recipient *recipients, uint32_t count)
{
	const struct ev_submit *e = &offered->e;
	struct committee_id self = t->core->config.self;
	struct routing_question q = { .to = { .origin = self,
					      .version = t->core->directory_version,
					      .recipients = recipients,
					      .count = count } };
	struct document_ref ref = { .origin = self, .id = e->id };
	const struct mandate_question m = { .to = &q.to,
					    .secrecy = e->secrecy,
					    .signed_at_ms = t->now.wall_ms,
					    .summary = &e->summary };
	struct routing_answer answer = { .route_count = 0 };
	struct recipient_list list;
	struct offer o = *offered;
	bool may = true;
	enum err r = recipients_expand(&t->tree, &q.to, 0, &list);

	if (r == ERR_OK && list.count == 0)
		r = ERR_NO_RECIPIENT; /* a group with nobody in it */
	q.expanded = &list;
	if (r == ERR_OK)
		r = document_route(t, &q, &answer);
	if (r == ERR_OK && answer.unserved_count > 0) {
		reply(t, e, answer.unserved[0].why, answer.unserved[0].committee);
		return ERR_OK;
	}
	if (r == ERR_OK)
		r = mandate_judge(t, &m, &o.mandate);
	if (r == ERR_OK && o.mandate.judgement == COMPETENCE_FORBIDDEN) {
		reply(t, e, ERR_COMPETENCE, (struct committee_id){ "" })->about = o.mandate.rule;
		return ERR_OK;
	}
	if (r == ERR_OK) {
		r = check_older(t, &o, &list, &may);
		if (r == ERR_OK && !may)
			return ERR_OK;
	}
	if (r == ERR_OK)
		r = find_number(t, &o);
	if (is_refusal(e, r)) {
		reply(t, e, r, (struct committee_id){ "" });
		return ERR_OK;
	}
	if (r == ERR_OK)
		r = check_slips(t, &o, (struct doc_key){ ROLE_OUT, { t->core->next_serial } });
	if (r != ERR_OK)
		return r;
	if (e->strict && o.slips.count > 0) {
		reply(t, e, (enum err)o.slips.codes[0], (struct committee_id){ "" });
		return ERR_OK;
	}
	if (!e->dry_run)
		r = write(t, &o, recipients, count, list.count, &answer);
	if (r != ERR_OK)
		return r;
	reply_accepted(t, &o, self, &list);
	if (!e->dry_run)
		notify(t, NOTICE_ACCEPTED, ref, self, 0, &o.e.summary);
	return ERR_OK;
}

/* The recipients that are named, and those that lists mean behind them. A refusal is answered. */
static enum err take_recipients(struct turn_view *t, const struct ev_submit *e)
{
	struct offer o = { .e = *e };
	struct committee_id culprit = { "" };
	struct recipient *recipients =
		arena_array(t->plan->arena,
			    e->lists.count > 0 ? RECIPIENTS_MAX : e->recipient_count,
			    sizeof *recipients);
	struct lists_found lists = { .about = "" };
	uint32_t named, count;
	enum err r = recipients == NULL ? ERR_NO_MEMORY
					: resolve_recipients(t, e, recipients, &culprit);

	if (r == ERR_UNKNOWN_RECIPIENT || r == ERR_RETIRED_RECIPIENT || r == ERR_NO_ROUTE) {
		reply(t, e, r, culprit);
		return ERR_OK;
	}
	if (r != ERR_OK)
		return r;
	named = count = drop_doubles(recipients, e->recipient_count);
	r = lists_find(t, &e->lists, &lists);
	if (r == ERR_OK)
		r = lists_expand(t, &lists, recipients, &count);
	switch (r) {
	case ERR_OK:
		o.lists = lists.count == 0 ? NULL : lists_names(t, &lists);
		o.listed = count - named;
		return lists.count > 0 && o.lists == NULL ? ERR_NO_MEMORY
							  : accept(t, &o, recipients, count);
	case ERR_LIST_UNKNOWN:
	case ERR_LIST_SEVERAL:
	case ERR_LIST_EMPTY:
	case ERR_LIST_MEMBER:
	case ERR_LIST_RETIRED:
	case ERR_TOO_MANY_RECIPIENTS:
		reply(t, e, r, culprit)->about = lists.about;
		return ERR_OK;
	default:
		return r;
	}
}

enum err decide_submit(struct turn_view *t, const struct ev_submit *e)
{
	struct committee_id nobody = { "" }, culprit = { "" };
	bool ended = false, taken = false;
	struct record r;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(e->id, t->core->config.self), &r);

	if (result == ERR_OK)
		return repeat(t, e, &r.u.ident);
	if (result == ERR_NOT_FOUND)
		result = document_id_taken(t, &e->id, &taken);
	if (result != ERR_OK)
		return result;
	if (taken) {
		reply(t, e, ERR_CONFLICT, nobody);
		return ERR_OK;
	}
	result = e->within_policy ? ERR_OK : policy_submit(e, t->core->config.attachment_max_bytes);
	if (result == ERR_OK)
		result = t->core->stand.alarm; /* nothing new until an operator has settled it */
	if (result == ERR_OK && !t->core->room.submissions)
		result = t->core->room.why;
	if (result == ERR_OK && t->core->directory_version == 0)
		result = ERR_NO_ROUTE; /* no directory yet: nobody is known */
	if (result == ERR_OK &&
	    tree_superior(&t->tree, t->core->config.self, &culprit, &ended) == ERR_OK && ended) {
		/* it gives away what it holds, and begins nothing new */
		nobody = t->core->config.self;
		result = ERR_RETIRED_RECIPIENT;
	}
	if (result == ERR_OK)
		result = guard_may_sign(t);
	if (result == ERR_OK)
		result = judge_type(t, e);
	if (result != ERR_OK) {
		reply(t, e, result, nobody);
		return ERR_OK;
	}
	return take_recipients(t, e);
}
