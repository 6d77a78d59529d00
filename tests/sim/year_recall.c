/* Documents are asked back in a year: by name or of all recipients at once, some before they have
 * come; each recipient's office agrees or declines, and who declined is asked again. Until an
 * answer comes, a client repeats itself; nothing else is done with a document meanwhile. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/year.h"
#include "tests/sim/year_work.h"

enum { RECALLS_PER_MILLE = 60, ASKED_BEFORE_END = 60 };

/* What is said to the first question and to the next. */
static const char *const answers[] = { "a", "a", "da", "dd", "d", "a" };

static uint32_t new_recall(struct year *y, uint32_t document, uint32_t asked, bool all)
{
	assert(y->recall_count < y->recall_most);
	y->recalls[y->recall_count] =
		(struct year_recall){ .document = document, .asked = asked, .all = all };
	y->pending++;
	return y->recall_count++;
}

void year_recall_draw(struct world *w, uint32_t document)
{
	struct year *y = w->year;
	struct year_document *d = &y->documents[document];
	uint32_t asked = d->addressed & (uint32_t)prng_next(&y->prng);
	bool all = prng_chance(&y->prng, 500) || asked == 0;

	if (!prng_chance(&y->prng, RECALLS_PER_MILLE))
		return;
	for (int i = 0; i < YEAR_MEMBERS; i++) {
		/* An office that has ended winds up, and is asked nothing more. */
		if ((d->addressed >> i & 1) != 0 && year_end_day(i) >= 0 &&
		    y->day > year_end_day(i) - ASKED_BEFORE_END)
			return;
	}
	for (uint32_t k = 0; k < (uint32_t)__builtin_popcount(d->addressed); k++)
		y->deliveries[d->deliveries + k].answers =
			answers[prng_below(&y->prng, sizeof answers / sizeof answers[0])];
	year_schedule(w, YEAR_ASK, new_recall(y, document, all ? d->addressed : asked, all),
		      (unsigned)prng_below(&y->prng, 10));
}

/* ---- the issuer ---- */

/* Its own document, by its disk. */
static bool find_own(const struct world *w, const struct year_document *d, struct ev_office *out)
{
	const struct member *m = &w->members[d->origin];
	struct arena *a = arena_new(64 << 10);
	struct record r;
	bool there;

	assert(a != NULL);
	there = member_get(m, a, FAMILY_IDENT, key_ident(d->id, m->id), &r);
	out->role = r.u.ident.role;
	out->serial = r.u.ident.serial;
	arena_destroy(a);
	return there;
}

static void release(void *owner)
{
	free(owner);
}

static void name_asked(struct world *w, const struct year_recall *c, struct ev_office *e)
{
	struct committee_id *list = calloc(YEAR_MEMBERS, sizeof *list);

	assert(list != NULL);
	for (int i = 0; i < YEAR_MEMBERS && !c->all; i++) {
		if ((c->asked >> i & 1) != 0)
			list[e->asked_count++] = w->members[i].id;
	}
	e->asked = list;
}

/* One question about a document after the other, so that an answer tells which of them was taken.
 */
void year_ask(struct world *w, uint32_t index)
{
	struct year *y = w->year;
	struct year_recall *c = &y->recalls[index];
	struct year_document *d = &y->documents[c->document];
	struct member *m = &w->members[d->origin];
	struct event event = { .type = EVENT_OFFICE };
	struct ev_office *e = &event.u.office;

	if (c->told)
		return;
	if (!m->running || (d->asking >= 0 && d->asking != (int32_t)index)) {
		year_schedule(w, YEAR_ASK, index, 1);
		return;
	}
	if (!find_own(w, d, e)) {
		world_violation(w, "recall", "%s has lost a document of its own", m->id.text);
		return;
	}
	d->asking = (int32_t)index;
	year_again(w, YEAR_ASK, index);
	e->reply.n = REPLY_ASK + index;
	e->next = OFFICE_RECALL_ASKED;
	e->note = "văn bản có sai sót, đề nghị trả lại";
	e->to = e->due_on = e->person = "";
	name_asked(w, c, e);
	assert(inbox_push(m->inbox, &event, release, (void *)(uintptr_t)e->asked) == ERR_OK);
	world_wake(w, m, 0);
}

/* It was asked of all of them: their offices will answer, each on a day of its own. */
static void took(struct world *w, struct year_recall *c)
{
	struct year *y = w->year;
	struct year_document *d = &y->documents[c->document];

	c->told = true;
	c->n = ++d->asks;
	d->asking = -1;
	y->pending--;
	for (uint32_t k = 0; k < (uint32_t)__builtin_popcount(d->addressed); k++) {
		struct year_delivery *v = &y->deliveries[d->deliveries + k];

		if ((c->asked >> v->member & 1) == 0)
			continue;
		v->asked++;
		y->asked++;
		y->pending++;
		year_schedule(w, YEAR_ANSWER, d->deliveries + k, (unsigned)prng_below(&y->prng, 5));
	}
}

void year_asked(struct world *w, uint32_t index, const struct act_reply *r)
{
	struct year *y = w->year;
	struct year_recall *c = &y->recalls[index];
	struct year_document *d = &y->documents[c->document];

	if (c->told || r->result == ERR_CLOCK_WRONG)
		return;
	if (r->result != ERR_OK) {
		world_violation(w, "recall", "%s was answered with VT-%d",
				w->members[d->origin].id.text, (int)r->result);
	} else if (r->work->n == d->asks) {
		/* What was said to the last question has not come yet. */
		if (!r->repeated || d->asks == 0)
			world_violation(w, "recall", "%s has asked nobody",
					w->members[d->origin].id.text);
		d->asking = -1;
	} else if (r->work->n != d->asks + 1 ||
		   (!r->repeated && r->number != (uint64_t)__builtin_popcount(c->asked))) {
		world_violation(w, "recall", "%s asked %d, and was told of %d in question %u",
				w->members[d->origin].id.text, __builtin_popcount(c->asked),
				(int)r->number, r->work->n);
	} else {
		took(w, c);
	}
}

/* ---- a recipient ---- */

void year_answer(struct world *w, uint32_t index)
{
	struct year_delivery *v = &w->year->deliveries[index];
	struct member *m = &w->members[v->member];
	struct event event = { .type = EVENT_OFFICE };
	struct ev_office *e = &event.u.office;

	if (v->answered == v->asked)
		return;
	if (!m->running || v->acting == ACTING_STEP || !year_in_inbox(w, v, e)) {
		year_schedule(w, YEAR_ANSWER, index, 1);
		return;
	}
	v->acting = ACTING_ANSWER;
	year_again(w, YEAR_ANSWER, index);
	e->reply.n = REPLY_ANSWER + (uint64_t)index * STEPS_NUMBERED + v->answered;
	e->next = v->answers[v->answered] == 'a' ? OFFICE_RECALL_AGREED : OFFICE_RECALL_DECLINED;
	e->note = e->next == OFFICE_RECALL_AGREED ? "" : "đã triển khai thực hiện";
	e->to = e->due_on = e->person = "";
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

static void said(struct world *w, struct year_delivery *v, const struct act_reply *r)
{
	struct year *y = w->year;
	char what = v->answers[v->answered++];

	v->told[v->told_count++] = what;
	v->arrival = r->work->line.number;
	v->acting = ACTING_NOT;
	y->pending--;
	if (what == 'a') {
		y->agreed++;
		v->frozen = true;
		y->pending++; /* what is tried next, and must be refused */
		year_schedule(w, YEAR_STEP, (uint32_t)(v - y->deliveries),
			      (unsigned)prng_below(&y->prng, 3));
		return;
	}
	y->declined++;
	if (v->answers[v->answered] != '\0')
		year_schedule(w, YEAR_ASK, new_recall(y, v->document, 1u << v->member, false),
			      (unsigned)prng_below(&y->prng, 8));
}

void year_answered(struct world *w, uint64_t asked, const struct act_reply *r)
{
	struct year_delivery *v = &w->year->deliveries[asked / STEPS_NUMBERED];

	if (asked % STEPS_NUMBERED != v->answered || v->acting != ACTING_ANSWER ||
	    r->result == ERR_CLOCK_WRONG)
		return;
	if (r->result == ERR_NOT_ASKED ||
	    (r->result == ERR_OK && r->repeated && r->work->n == v->told_count)) {
		v->acting = ACTING_NOT; /* the question has not come yet */
	} else if (r->result != ERR_OK || r->work->n != v->told_count + 1u) {
		world_violation(w, "recall", "%s: %c after %s was answered with VT-%d, %u",
				w->members[v->member].id.text, v->answers[v->answered], v->told,
				(int)r->result, r->work->n);
	} else {
		said(w, v, r);
	}
}
