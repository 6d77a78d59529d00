/* See paper.h. */
#include "routing/decide/paper.h"

#include <stdio.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/calendar.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
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
#include "routing/target/target.h"

static struct act_reply *answer(struct turn_view *t, const struct ev_paper *e, enum err result,
				bool repeated)
{
	struct act *a = plan_act(t->plan, ACT_REPLY);

	a->u.reply = (struct act_reply){
		.to = e->reply, .result = result, .id = e->id, .repeated = repeated
	};
	return &a->u.reply;
}

static bool same_text(text_t a, text_t b)
{
	return strcmp(a, b) == 0;
}

static bool same_entry(const struct rec_paper *a, const struct rec_paper *b)
{
	return alike_same_document(a, b) && same_text(a->number, b->number) &&
	       same_text(a->party, b->party) && same_text(a->subject, b->subject) &&
	       same_text(entry_issued_on(a), entry_issued_on(b)) &&
	       a->secrecy == b->secrecy && entry_same_signing(a, b);
}

/* A file may be imported again with another note: it names the same documents. */
static bool has_note(const struct ev_paper *e, const struct rec_paper *there,
		     const struct rec_paper *wanted)
{
	return e->import || same_text(there->note == NULL ? "" : there->note,
				      wanted->note == NULL ? "" : wanted->note);
}

static void notify_paper(struct turn_view *t, const struct ev_paper *e, const struct rec_paper *p)
{
	struct document_ref ref = { .origin = t->core->config.self, .id = e->id };
	struct summary summary = { .number = p->number,
				   .type_code = p->type_code,
				   .subject = p->subject,
				   .issued_on = p->date,
				   .due_on = "" };

	/* Live events are for whoever may see figures, and who may not read the book of a secret
	 * one is not to know that it exists. */
	if (p->secrecy >= SECRECY_MAT)
		return;
	notify(t, NOTICE_PAPER, ref, t->core->config.self, 0, &summary);
}

static void feed_paper(struct turn_view *t, enum change_what what, const struct rec_paper *p,
		       struct serial serial)
{
	feed_add(t, &(struct change){ .kind = CHANGE_PAPER,
				      .what = what,
				      .role = ROLE_PAPER,
				      .serial = serial,
				      .committee = t->core->config.self,
				      .secret = p->secrecy >= SECRECY_MAT });
}

/* The number of the next entry of a month and direction. */
static enum err next_serial(struct turn_view *t, enum direction direction, struct month month,
			    struct serial *out)
{
	struct scan scan = scan_of(key_paper_cell(month, direction));
	struct serial last;
	uint32_t number = 1;
	struct record r;
	enum err e =
	    t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_PAPER, &scan, &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_OK && key_parse_paper(&scan.at, &last))
		number = (uint32_t)last.n + 1;
	/* A damaged one is passed over by the walk; its number is still its own. */
	do {
		*out = paper_serial(month, direction, number++);
		e = core_get(t, FAMILY_PAPER, key_paper(*out), &r);
	} while (e == ERR_OK || e == ERR_DAMAGED);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Decimal, from 1. */
static bool text_number(text_t text, uint32_t *out)
{
	uint64_t n = 0;

	for (; *text >= '0' && *text <= '9' && n <= UINT32_MAX; text++)
		n = n * 10 + (uint64_t)(*text - '0');
	*out = (uint32_t)n;
	return *text == '\0' && n > 0 && n <= UINT32_MAX;
}

/* NULL: no memory. */
static text_t number_text(struct turn_view *t, uint32_t n)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%u", n);
	return arena_text(t->plan->arena, digits, strlen(digits));
}

/* A day that has not come is no slip of paper: policy_paper refuses it. What comes in has the
 * symbol of whoever wrote it. */
static enum err check_slips(struct turn_view *t, const struct rec_paper *p, struct serial serial,
			    uint32_t gap, struct slips_found *out)
{
	const struct summary summary = { .number = p->number,
					 .type_code = p->type_code,
					 .subject = p->subject,
					 .issued_on = entry_issued_on(p),
					 .due_on = "" };
	struct policy_question q = { .summary = &summary,
				     .type_name = p->type_name,
				     .own_symbol = "",
				     .signed_for = p->signer_competence != NULL &&
						   signing_is_for_committee(p->signer_competence),
				     .wall_ms = t->now.wall_ms,
				     .types = t->core->doctypes };
	struct received received;
	struct key series;
	bool has = false;
	enum err e = p->direction == DIRECTION_OUT ? slips_own_symbol(t, &q.own_symbol) : ERR_OK;

	if (e == ERR_OK)
		e = number_of_paper(t, p, &series, &has);
	if (e == ERR_OK)
		e = slips_check(t, has ? &series : NULL, (struct doc_key){ ROLE_PAPER, serial },
				gap, &q, out);
	same_number_paper(p, serial, &received);
	if (e == ERR_OK)
		e = slips_received(t, &received, out);
	if (e == ERR_OK)
		e = slips_same_id(t, &p->id, received.self, out);
	return e == ERR_OK ? entry_check_answer(t, p, out) : e;
}

static enum err index_number(struct turn_view *t, const struct rec_paper *p, struct serial serial,
			     bool there)
{
	struct doc_key doc = { ROLE_PAPER, serial };
	struct received received;
	struct key series;
	bool has;
	enum err e = number_of_paper(t, p, &series, &has);

	same_number_paper(p, serial, &received);
	if (there) {
		same_number_put(t, &received);
		matter_answers(t, &p->reply_id, doc);
	} else {
		same_number_drop(t, &received);
		matter_answers_no_more(t, &p->reply_id, doc);
	}
	if (e != ERR_OK || !has)
		return e;
	return there ? number_put(t, &series, doc) : number_drop(t, &series, doc);
}

static enum err write(struct turn_view *t, const struct ev_paper *e, struct rec_paper *p,
		      struct serial serial, const struct given *given)
{
	struct target_cell nowhere = { .version = 0 }, cell = target_of_paper(p);
	struct record r = { .family = FAMILY_IDENT };
	struct key key = key_paper(serial);
	const struct rec_line line = { .kind = p->not_issued ? LINE_VOID : LINE_ENTRY,
				       .role = ROLE_PAPER,
				       .serial = serial,
				       .at_ms = t->now.wall_ms,
				       .uid = e->uid,
				       .person = "",
				       .note = p->not_issued ? p->reason : "" };
	enum err result;

	result = register_enter(t, register_book(p->direction, p->secrecy), &line, &p->line);
	if (result != ERR_OK)
		return result;
	r.u.ident = (struct rec_ident){ .role = ROLE_PAPER, .serial = serial };
	core_put(t, key_ident(e->id, t->core->config.self), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_PAPER;
	r.u.paper = *p;
	core_put(t, key, &r);
	result = counter_move(t, FAMILY_PAPER, &key, &nowhere, &cell);
	if (result == ERR_OK)
		result = alike_put(t, p, serial);
	if (result == ERR_OK)
		result = index_number(t, p, serial, true);
	given_take(t, given);
	if (result == ERR_OK)
		result = core_log_act(t, e->uid, p->not_issued ? "register-void" : "paper-add",
				      p->number);
	return result;
}

/* Writes the entry, or only checks it; the client gets the result with its warnings. */
static enum err accept(struct turn_view *t, const struct ev_paper *e, struct rec_paper *p,
		       struct serial serial, const struct given *given,
		       const struct rec_paper *twin)
{
	struct act_reply *a;
	struct slips_found slips;
	enum err result = check_slips(t, p, serial, given_gap(given), &slips);

	if (result != ERR_OK)
		return result;
	if (e->strict && slips.count > 0) {
		answer(t, e, (enum err)slips.codes[0], false);
		return ERR_OK;
	}
	p->id = e->id;
	p->uid = e->uid;
	p->added_at_ms = t->now.wall_ms;
	if (!e->dry_run) {
		result = write(t, e, p, serial, given);
		if (result != ERR_OK)
			return result;
		notify_paper(t, e, p);
		feed_paper(t, p->not_issued ? CHANGE_VOID : CHANGE_ADDED, p, serial);
	}
	a = answer(t, e, ERR_OK, false);
	a->alike = twin;
	a->doc_number = p->number;
	slips_answer(t, &slips, a);
	return ERR_OK;
}

static bool is_automatic(const struct ev_paper *e)
{
	return e->number_template != NULL && e->number_template[0] != '\0';
}

/* What came in has its issuer's number. Answers, where it is ours to give, and failures. */
static enum err find_number(struct turn_view *t, const struct ev_paper *e, struct rec_paper *p,
			    struct given *given)
{
	const struct given_question q = { .type_code = p->type_code,
					  .type_name = p->type_name,
					  .date = p->date,
					  .secret = p->secrecy >= SECRECY_MAT };

	*given = (struct given){ .counted = false };
	if (p->direction != DIRECTION_OUT)
		return is_automatic(e) ? ERR_NO_NUMBER : ERR_OK;
	return is_automatic(e) ? given_next(t, &q, e->number_template, given, &p->number)
			       : given_by_hand(t, &q, p->number, given);
}

static enum err check(struct turn_view *t, const struct ev_paper *e, struct rec_paper *p)
{
	enum err result;

	if (is_automatic(e))
		p->number = e->number_template; /* for the policy: until it has one */
	result = policy_paper(p, t->now.wall_ms);
	if (result == ERR_OK && p->direction == DIRECTION_OUT && !p->not_issued)
		result = doctype_table_judge(t->core->doctypes, p->date, p->type_code,
					     p->type_name);
	if (result == ERR_OK && !t->core->room.submissions)
		result = t->core->room.why;
	/* The clock says whether the date has come, and so of which series the number is. */
	if (result == ERR_OK && is_automatic(e) && guard_verdict(t) == CLOCK_WRONG)
		result = ERR_CLOCK_WRONG;
	return result;
}

/* Nobody said when it was issued, or on the day that `there` has. */
static bool same_issued(const struct rec_paper *p, const struct rec_paper *there)
{
	return same_text(entry_issued_on(p), p->date) ||
	       same_text(entry_issued_on(p), entry_issued_on(there));
}

/* One just like it stands there. Of an import that says nothing else it is that entry. */
static void answer_there(struct turn_view *t, const struct ev_paper *e, const struct rec_paper *p,
			 const struct rec_paper *there)
{
	const struct rec_paper unsigned_one = { .number = "" };
	bool same = e->import && same_text(p->subject, there->subject) &&
		    p->secrecy == there->secrecy && same_issued(p, there) &&
		    (entry_same_signing(p, &unsigned_one) || entry_same_signing(p, there));
	struct act_reply *a = answer(t, e, same ? ERR_OK : ERR_REGISTERED, same);

	if (!same)
		return;
	a->id = there->id;
	a->doc_number = there->number;
}

static enum err add(struct turn_view *t, const struct ev_paper *e)
{
	struct alike_found found = { .there = NULL };
	struct rec_paper p = e->paper;
	struct given given;
	struct serial serial;
	struct month month;
	bool refused;
	enum err result = check(t, e, &p);

	p.id = e->id;
	refused = result != ERR_OK;
	if (!refused) {
		result = find_number(t, e, &p, &given);
		refused = is_automatic(e) && given_is_answer(result);
	}
	if (refused) {
		answer(t, e, result, false);
		return ERR_OK;
	}
	if (result != ERR_OK)
		return result;
	if (p.secrecy >= SECRECY_MAT)
		entry_hide(&p);
	(void)date_month(p.date, &month); /* policy_paper has checked it */
	if (!e->again)
		result = alike_find(t, &p, month, &found);
	if (result == ERR_BUSY || (result == ERR_OK && found.there != NULL)) {
		if (result == ERR_BUSY)
			answer(t, e, ERR_BUSY, false);
		else
			answer_there(t, e, &p, found.there);
		return ERR_OK;
	}
	if (result == ERR_OK)
		result = counter_version_on(t, p.date, &p.directory_version);
	if (result == ERR_OK)
		result = next_serial(t, p.direction, month, &serial);
	return result == ERR_OK ? accept(t, e, &p, serial, &given, found.twin) : result;
}

/* The line stays, with an addition that says why it counts no more, or what it should say. */
static enum err add_line(struct turn_view *t, const struct ev_paper *e, const struct rec_paper *p,
			 struct serial serial, enum line_kind kind)
{
	const struct rec_line line = { .kind = kind,
				       .role = ROLE_PAPER,
				       .serial = serial,
				       .at_ms = t->now.wall_ms,
				       .uid = e->uid,
				       .person = "",
				       .note = e->reason };
	struct line_key at = p->line;

	if (at.number == 0)
		return ERR_OK; /* of an older build, which had no registers */
	at.book = register_book(p->direction, p->secrecy);
	return register_add(t, at, &line);
}

static enum err cancel(struct turn_view *t, const struct ev_paper *e, struct serial serial)
{
	struct target_cell before, nowhere = { .version = 0 };
	struct key key = key_paper(serial);
	struct record r;
	enum err result = core_get(t, FAMILY_PAPER, key, &r);

	if (result != ERR_OK)
		return result;
	if (r.u.paper.cancelled_at_ms != 0) {
		answer(t, e, ERR_OK, true);
		return ERR_OK;
	}
	if (policy_text(e->reason, SUBJECT_MAX, true) != ERR_OK) {
		answer(t, e, ERR_FIELD, false);
		return ERR_OK;
	}
	if (!e->dry_run) {
		before = target_of_paper(&r.u.paper);
		result = add_line(t, e, &r.u.paper, serial, LINE_VOID);
		if (result != ERR_OK)
			return result;
		result = index_number(t, &r.u.paper, serial, false);
		if (result != ERR_OK)
			return result;
		r.u.paper.cancelled_at_ms = t->now.wall_ms;
		r.u.paper.reason = e->reason;
		core_put(t, key, &r);
		result = counter_move(t, FAMILY_PAPER, &key, &before, &nowhere);
		if (result == ERR_OK)
			result = core_log_act(t, e->uid, "paper-cancel", r.u.paper.number);
		if (result != ERR_OK)
			return result;
		notify_paper(t, e, &r.u.paper);
		feed_paper(t, CHANGE_CANCELLED, &r.u.paper, serial);
	}
	answer(t, e, ERR_OK, false);
	return ERR_OK;
}

/* ---- a correction ---- */

/* What is corrected; what is "" stays as it is. */
static void apply(struct rec_paper *p, const struct rec_paper *wanted)
{
	if (wanted->type_name[0] != '\0') {
		p->type_code = wanted->type_code;
		p->type_name = wanted->type_name;
	}
	p->number = wanted->number[0] != '\0' ? wanted->number : p->number;
	p->subject = wanted->subject[0] != '\0' ? wanted->subject : p->subject;
	p->date = wanted->date[0] != '\0' ? wanted->date : p->date;
	p->party = wanted->party[0] != '\0' ? wanted->party : p->party;
	if (wanted->issued_on != NULL && wanted->issued_on[0] != '\0')
		p->issued_on = wanted->issued_on;
}

/* The old record stays as it was written, so the line of the register does; what is counted, looked
 * for and indexed is the new one. */
static enum err write_change(struct turn_view *t, const struct ev_paper *e, struct rec_paper *old,
			     struct rec_paper *p, struct serial to, const struct given *given)
{
	struct target_cell before = target_of_paper(old), nowhere = { .version = 0 },
			   after = target_of_paper(p);
	struct record r = { .family = FAMILY_IDENT };
	struct key from = key_paper(p->previous), key = key_paper(to);
	enum err result = add_line(t, e, p, to, LINE_ADDITION);

	if (result == ERR_OK)
		result = index_number(t, old, p->previous, false);
	if (result != ERR_OK)
		return result;
	old->next = to;
	r.u.ident = (struct rec_ident){ .role = ROLE_PAPER, .serial = to };
	core_put(t, key_ident(e->id, t->core->config.self), &r);
	memset(&r, 0, sizeof r);
	r.family = FAMILY_PAPER;
	r.u.paper = *old;
	core_put(t, from, &r);
	r.u.paper = *p;
	core_put(t, key, &r);
	result = counter_move(t, FAMILY_PAPER, &from, &before, &nowhere);
	if (result == ERR_OK)
		result = counter_move(t, FAMILY_PAPER, &key, &nowhere, &after);
	if (result == ERR_OK)
		result = alike_put(t, p, to);
	if (result == ERR_OK)
		result = index_number(t, p, to, true);
	given_take(t, given);
	if (result == ERR_OK)
		result = core_log_act(t, e->uid, "paper-change", p->number);
	if (result == ERR_OK) {
		notify_paper(t, e, p);
		feed_paper(t, CHANGE_CORRECTED, p, to);
	}
	return result;
}

/* Is it already so, or may it not become so? *month: of the new date. */
static enum err check_change(struct turn_view *t, const struct ev_paper *e,
			     const struct rec_paper *old, struct rec_paper *p, struct month *month)
{
	bool secret = old->secrecy >= SECRECY_MAT;
	enum err result = ERR_OK;

	if (old->cancelled_at_ms != 0)
		return ERR_CHANGE_CANCELLED;
	if (secret && (e->paper.subject[0] != '\0' || e->paper.party[0] != '\0'))
		return ERR_CHANGE_SECRET;
	apply(p, &e->paper);
	if (policy_text(e->reason, SUBJECT_MAX, false) != ERR_OK)
		result = ERR_FIELD;
	if (result == ERR_OK)
		result = policy_paper(p, t->now.wall_ms);
	if (result == ERR_OK && !t->core->room.submissions)
		result = t->core->room.why;
	(void)date_month(p->date, month); /* policy_paper has checked it */
	return result;
}

/* Its number was counted when it was given, in the series that there was then. */
static bool keeps_number(const struct rec_paper *old, const struct rec_paper *p)
{
	return same_text(old->number, p->number) && same_text(old->type_code, p->type_code) &&
	       same_text(old->type_name, p->type_name) && same_text(old->date, p->date);
}

static enum err plan_change(struct turn_view *t, const struct ev_paper *e, struct rec_paper *old,
			    struct serial serial, struct rec_paper *p, struct month month)
{
	struct alike_found found = { .there = NULL };
	struct slips_found slips;
	struct given given = { .counted = false };
	struct act_reply *a;
	struct serial to;
	enum err result = keeps_number(old, p) ? ERR_OK : find_number(t, e, p, &given);

	if (result == ERR_OK && !e->again)
		result = alike_find(t, p, month, &found);
	if (result == ERR_OK)
		result = counter_version_on(t, p->date, &p->directory_version);
	if (result == ERR_BUSY || (result == ERR_OK && found.there != NULL)) {
		answer(t, e, result == ERR_BUSY ? ERR_BUSY : ERR_REGISTERED, false);
		return ERR_OK;
	}
	if (result == ERR_OK)
		result = next_serial(t, p->direction, month, &to);
	if (result == ERR_OK)
		result = check_slips(t, p, serial, given_gap(&given), &slips);
	if (result == ERR_OK && e->strict && slips.count > 0) {
		answer(t, e, (enum err)slips.codes[0], false);
		return ERR_OK;
	}
	p->previous = serial;
	p->uid = e->uid;
	p->changed_at_ms = t->now.wall_ms;
	p->why = e->reason;
	if (result == ERR_OK && !e->dry_run)
		result = write_change(t, e, old, p, to, &given);
	if (result != ERR_OK)
		return result;
	a = answer(t, e, ERR_OK, false);
	a->alike = found.twin;
	a->doc_number = p->number;
	slips_answer(t, &slips, a);
	return ERR_OK;
}

/* One that says nothing new is a repetition: the first one was taken. */
static enum err change(struct turn_view *t, const struct ev_paper *e, struct serial serial)
{
	struct rec_paper *old = arena_alloc(t->plan->arena, 2 * sizeof *old), *p;
	struct month month;
	struct record r;
	enum err result = old == NULL ? ERR_NO_MEMORY
				      : core_get(t, FAMILY_PAPER, key_paper(serial), &r);

	if (result != ERR_OK)
		return result;
	p = old + 1;
	*p = *old = r.u.paper;
	result = check_change(t, e, old, p, &month);
	if (result != ERR_OK) {
		answer(t, e, result, false);
		return ERR_OK;
	}
	if (same_entry(old, p) && same_text(old->type_code, p->type_code)) {
		answer(t, e, ERR_OK, true)->doc_number = p->number;
		return ERR_OK;
	}
	return plan_change(t, e, old, serial, p, month);
}

/* ---- a number that nothing was issued under ---- */

/* Does it stand in the book, on paper or digital, cancelled or void? */
static enum err is_used(struct turn_view *t, const struct rec_paper *p, struct month month,
			bool *used)
{
	const struct doc_key none = { .role = ROLE_NONE };
	struct number_others others = { .count = 0 };
	struct alike_found found = { .used = NULL };
	struct key series;
	bool has = false;
	enum err result = number_of_paper(t, p, &series, &has);

	if (result == ERR_OK && has)
		result = number_others(t, &series, none, &others);
	if (result == ERR_OK && others.count == 0)
		result = alike_find(t, p, month, &found);
	*used = others.count > 0 || found.used != NULL;
	return result;
}

/* An entry that was cancelled when it was made: it counts nowhere, and its number is given. */
static enum err void_out(struct turn_view *t, const struct ev_paper *e)
{
	struct rec_paper p = e->paper;
	struct given given = { .counted = false };
	struct serial serial;
	struct month month;
	bool used = false;
	enum err result;

	p.id = e->id;
	p.subject = e->reason; /* for the policy */
	result = check(t, e, &p);
	p.not_issued = true;
	p.cancelled_at_ms = t->now.wall_ms;
	p.reason = e->reason;
	if (result == ERR_OK)
		result = find_number(t, e, &p, &given);
	if (result == ERR_OK && !given.counted)
		result = ERR_FIELD; /* of no form, so of no series */
	if (result == ERR_OK && (given.unknown || t->core->numbering.alike_unknown))
		result = ERR_BUSY; /* what is used is not known yet */
	p.subject = p.party = "";
	if (result != ERR_OK && result != ERR_DAMAGED && result != ERR_STORE) {
		answer(t, e, result, false);
		return ERR_OK;
	}
	(void)date_month(p.date, &month);
	if (result == ERR_OK)
		result = is_used(t, &p, month, &used);
	if (result == ERR_OK && used) {
		answer(t, e, ERR_NUMBER_USED, false);
		return ERR_OK;
	}
	if (result == ERR_OK)
		result = next_serial(t, p.direction, month, &serial);
	return result == ERR_OK ? accept(t, e, &p, serial, &given, NULL) : result;
}

/* Arrival numbers have no gap: only the next one can be void. */
static enum err void_in(struct turn_view *t, const struct ev_paper *e)
{
	const struct rec_line line = { .kind = LINE_VOID,
				       .at_ms = t->now.wall_ms,
				       .uid = e->uid,
				       .person = "",
				       .note = e->reason };
	enum book book = register_book(DIRECTION_IN, e->paper.secrecy);
	struct act_reply *a;
	struct line_key at, wanted;
	struct record r;
	text_t number;
	bool repeated = false;
	enum err result = register_next(t, book, &at);

	if (result != ERR_OK)
		return result;
	wanted = at;
	if (!is_automatic(e) && !text_number(e->paper.number, &wanted.number))
		result = ERR_FIELD;
	else if (wanted.number > at.number)
		result = ERR_NUMBER_AHEAD;
	else if (wanted.number < at.number)
		result = core_get(t, FAMILY_LINE, key_line(wanted), &r);
	if (wanted.number < at.number && result == ERR_OK) {
		repeated = r.u.line.kind == LINE_VOID && r.u.line.role == ROLE_NONE &&
			   same_text(r.u.line.note, e->reason);
		result = repeated ? ERR_OK : ERR_NUMBER_USED;
	}
	if (result == ERR_OK && !repeated && !t->core->room.submissions)
		result = t->core->room.why;
	if (result == ERR_STORE || result == ERR_DAMAGED)
		return result;
	number = number_text(t, wanted.number);
	if (number == NULL)
		return ERR_NO_MEMORY;
	if (result == ERR_OK && !repeated && !e->dry_run) {
		result = register_enter(t, book, &line, &at);
		if (result == ERR_OK)
			result = core_log_act(t, e->uid, "register-void", number);
		if (result != ERR_OK)
			return result;
	}
	a = answer(t, e, result, repeated);
	a->doc_number = number;
	return ERR_OK;
}

static enum err make_void(struct turn_view *t, const struct ev_paper *e)
{
	if (policy_text(e->reason, SUBJECT_MAX, true) != ERR_OK) {
		answer(t, e, ERR_FIELD, false);
		return ERR_OK;
	}
	return e->paper.direction == DIRECTION_OUT ? void_out(t, e) : void_in(t, e);
}

/* The entry as it was first written: a registration that is repeated says that one. */
static enum err first_of(struct turn_view *t, struct record *r)
{
	enum err e = ERR_OK;

	for (unsigned n = 0; e == ERR_OK && r->u.paper.previous.n != 0 && n < LINE_ADDITIONS_MAX;
	     n++)
		e = core_get(t, FAMILY_PAPER, key_paper(r->u.paper.previous), r);
	return e;
}

/* The id is known: a duplicate of the entry, or another entry under the same id. */
static enum err repeat(struct turn_view *t, const struct ev_paper *e, struct serial serial)
{
	struct rec_paper wanted = e->paper;
	const struct given_question asked = { .type_code = wanted.type_code, .date = wanted.date };
	struct act_reply *a;
	struct slips_found slips;
	struct record r;
	text_t symbol = "";
	bool cancelled, is_void = e->action == PAPER_VOID;
	enum err result = core_get(t, FAMILY_PAPER, key_paper(serial), &r);

	if (result == ERR_OK)
		result = check_slips(t, &r.u.paper, serial, 0, &slips);
	cancelled = result == ERR_OK && r.u.paper.cancelled_at_ms != 0;
	if (result == ERR_OK)
		result = first_of(t, &r);
	if (result == ERR_OK)
		result = slips_own_symbol(t, &symbol);
	if (result != ERR_OK)
		return result;
	if (is_automatic(e) &&
	    given_fits(t, &asked, e->number_template, symbol, r.u.paper.number))
		wanted.number = r.u.paper.number; /* the one that it was given */
	else if (is_automatic(e))
		wanted.number = "";
	if (wanted.secrecy >= SECRECY_MAT || is_void)
		entry_hide(&wanted);
	result = !same_entry(&r.u.paper, &wanted) || !has_note(e, &r.u.paper, &wanted) ||
				 is_void != r.u.paper.not_issued
			 ? ERR_CONFLICT
		 : cancelled && !is_void ? ERR_ENTRY_CANCELLED
					 : ERR_OK;
	a = answer(t, e, result, true);
	if (result == ERR_OK) {
		slips_answer(t, &slips, a);
		a->doc_number = r.u.paper.number;
	}
	return ERR_OK;
}

static enum err known_or_new(struct turn_view *t, const struct ev_paper *e)
{
	const bool adds = e->action == PAPER_ADD || e->action == PAPER_VOID;
	bool taken = false;
	struct record r;
	enum err result = core_get(t, FAMILY_IDENT, key_ident(e->id, t->core->config.self), &r);

	if (result != ERR_OK && result != ERR_NOT_FOUND)
		return result;
	/* An entry numbers nothing that a neighbour holds, but it would be lost when the store is
	 * put right by a newer copy. */
	if (t->core->stand.alarm != ERR_OK &&
	    (result == ERR_NOT_FOUND || !adds)) {
		answer(t, e, t->core->stand.alarm, false);
		return ERR_OK;
	}
	if (result == ERR_NOT_FOUND && adds) {
		enum err found = document_id_taken(t, &e->id, &taken);

		if (found != ERR_OK)
			return found;
		if (!taken)
			return e->action == PAPER_ADD ? add(t, e) : make_void(t, e);
	}
	if (result == ERR_NOT_FOUND || r.u.ident.role != ROLE_PAPER) {
		answer(t, e, adds ? ERR_CONFLICT : ERR_NOT_FOUND, false);
		return ERR_OK;
	}
	if (e->action == PAPER_CHANGE)
		return change(t, e, r.u.ident.serial);
	return adds ? repeat(t, e, r.u.ident.serial) : cancel(t, e, r.u.ident.serial);
}

enum err decide_paper(struct turn_view *t, const struct ev_paper *e)
{
	enum err result = known_or_new(t, e);

	/* Found damaged before anything was planned: no reason to end the process, and again when
	 * the client retries. */
	if (result == ERR_DAMAGED) {
		answer(t, e, result, false);
		result = ERR_OK;
	}
	return result;
}
