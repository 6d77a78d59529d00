/* What is entered on paper in a year, in and out, secret papers too; some of it is crossed out or
 * corrected later, and some numbers are entered under which nothing was issued or came. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/year.h"
#include "tests/sim/year_work.h"

/* What of an entry an answer is to. */
enum { ENTRY, ALTERATION, QUESTION, ACTS_ON_PAPER };

void year_paper_draw(struct world *w, uint32_t i)
{
	struct year *y = w->year;
	struct year_paper *p = &y->papers[i];
	uint64_t later = prng_below(&y->prng, 100);

	p->direction = prng_chance(&y->prng, 600) ? DIRECTION_IN : DIRECTION_OUT;
	p->secrecy = prng_chance(&y->prng, 200) ? SECRECY_MAT : SECRECY_THUONG;
	p->not_issued = prng_chance(&y->prng, 60);
	p->cancel = !p->not_issued && later < 3;
	/* Of a secret paper only its number is known. */
	p->change = !p->not_issued && later >= 3 && later < 10 &&
		    (p->secrecy == SECRECY_THUONG || p->direction == DIRECTION_IN);
	if (p->direction == DIRECTION_IN && !p->not_issued)
		snprintf(p->number, sizeof p->number, "%u-%s/TU", i + 1, year_kind(p->kind)->code);
}

static void add(const struct year_paper *p, struct ev_paper *e, char subject[64])
{
	bool secret = p->secrecy != SECRECY_THUONG, arrival = p->direction == DIRECTION_IN;

	e->action = p->not_issued ? PAPER_VOID : PAPER_ADD;
	e->paper.number = p->number;
	if (!arrival || p->number[0] == '\0')
		e->number_template = arrival ? "auto" : year_kind(p->kind)->template;
	/* Which arrival is next is asked first: repeated, it must be the same one. */
	e->dry_run = p->not_issued && arrival && p->number[0] == '\0';
	if (p->not_issued) {
		snprintf(subject, 64, "bỏ số, sổ mục %02x%02x%02x", p->id.bytes[13],
			 p->id.bytes[14], p->id.bytes[15]);
		e->reason = subject;
		return;
	}
	snprintf(subject, 64, "%s", secret ? YEAR_SECRET : "Văn bản giấy về công tác cán bộ");
	e->paper.subject = subject;
	e->paper.party = secret ? YEAR_SECRET : "Tỉnh ủy";
}

static void alter(const struct year_paper *p, struct ev_paper *e, char number[64])
{
	const char *symbol = strchr(p->number, '-');

	if (p->cancel) {
		e->action = PAPER_CANCEL;
		e->reason = "nhập nhầm";
		return;
	}
	e->action = PAPER_CHANGE;
	e->reason = "ghi sai";
	e->paper.date = e->paper.type_code = e->paper.type_name = "";
	if (p->direction == DIRECTION_OUT) {
		e->paper.subject = "Văn bản giấy về công tác tổ chức";
		return;
	}
	snprintf(number, 64, "9%.*s%s", (int)(symbol - p->number), p->number, symbol);
	e->paper.number = number;
}

static void release(void *owner)
{
	free(owner);
}

static bool is_done(const struct year_paper *p)
{
	return p->accepted && (p->altered || (!p->cancel && !p->change));
}

void year_register(struct world *w, uint32_t index)
{
	struct year_paper *p = &w->year->papers[index];
	struct member *m = &w->members[p->member];
	struct event event = { .type = EVENT_PAPER };
	struct ev_paper *e = &event.u.paper;
	char *text;

	if (is_done(p))
		return;
	year_again(w, YEAR_PAPER, index);
	if (!m->running)
		return;
	text = calloc(1, 64);
	assert(text != NULL);
	if (p->date[0] == '\0')
		year_date(w->year->day, p->date);
	e->id = p->id;
	e->reason = "";
	e->paper = (struct rec_paper){ .direction = p->direction,
				       .type_code = year_kind(p->kind)->code,
				       .type_name = year_kind(p->kind)->name,
				       .number = "",
				       .subject = "",
				       .date = p->date,
				       .party = "",
				       .secrecy = p->secrecy,
				       .reason = "" };
	if (p->accepted)
		alter(p, e, text);
	else
		add(p, e, text);
	e->reply.n = REPLY_PAPER + (uint64_t)index * ACTS_ON_PAPER +
		     (uint64_t)(p->accepted  ? ALTERATION
				: e->dry_run ? QUESTION
					     : ENTRY);
	assert(inbox_push(m->inbox, &event, release, text) == ERR_OK);
	world_wake(w, m, 0);
}

/* ---- what was answered ---- */

static void added(struct world *w, struct year_paper *p, const struct act_reply *r)
{
	struct year *y = w->year;
	bool arrival = p->not_issued && p->direction == DIRECTION_IN;

	if (arrival && strcmp(r->doc_number, p->number) != 0)
		world_violation(w, "register", "%s wanted arrival %s void, and was told %s",
				w->members[p->member].id.text, p->number, r->doc_number);
	p->accepted = true;
	p->told = r->doc_number == NULL ? 0 : (uint32_t)strtoul(r->doc_number, NULL, 10);
	y->voids += p->not_issued;
	if (is_done(p))
		y->pending--;
	else
		year_schedule(w, YEAR_PAPER, (uint32_t)(p - y->papers),
			      (unsigned)prng_below(&y->prng, 4));
}

/* The number is not to be had as it was wanted: somebody took the next arrival meanwhile, or a term
 * has begun since the day that was written on it. */
static bool wants_anew(const struct world *w, struct year_paper *p, enum err result)
{
	char today[16];

	year_date(w->year->day, today);
	if (result == ERR_NUMBER_USED && p->not_issued && p->direction == DIRECTION_IN) {
		p->number[0] = '\0';
		return true;
	}
	if (result != ERR_NO_NUMBER || p->direction != DIRECTION_OUT || strcmp(p->date, today) >= 0)
		return false;
	p->date[0] = '\0';
	return true;
}

void year_registered(struct world *w, uint64_t asked, const struct act_reply *r)
{
	struct year *y = w->year;
	struct year_paper *p = &y->papers[asked / ACTS_ON_PAPER];
	bool altering = asked % ACTS_ON_PAPER == ALTERATION,
	     question = asked % ACTS_ON_PAPER == QUESTION;

	if (altering != p->accepted || is_done(p) || r->result == ERR_NO_ROUTE ||
	    r->result == ERR_CLOCK_WRONG)
		return;
	if (question && r->result == ERR_OK) {
		if (p->number[0] == '\0')
			snprintf(p->number, sizeof p->number, "%s", r->doc_number);
		return;
	}
	if (!altering && wants_anew(w, p, r->result))
		return;
	if (r->result != ERR_OK) {
		world_violation(w, "year", "an entry on paper was answered with VT-%d",
				(int)r->result);
	} else if (altering) {
		p->altered = true;
		y->changes += p->change;
		y->pending--;
	} else {
		added(w, p, r);
	}
}
