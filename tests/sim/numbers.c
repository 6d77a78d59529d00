/* Numbering in office worlds: clerks let the office number what goes out on paper, make numbers
 * void, jump ahead by hand, cancel and correct, two of them in one turn or in different ones, while
 * daemons are killed and disks are full. check_numbers.c has which numbers may come of it. Draws
 * from a sequence of its own. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "routing/state/plan.h"
#include "tests/sim/check.h"

enum {
	AGAIN_MS = 700,
	FIRST_MS = 1500,
	LAST_MS = 30000,
	GIVE_UP_MS = 90000,
	REPLY_NUMBER = 400000,
	MIDNIGHT_MS = 10000,
	AROUND_MS = 600,
	SKEW_MOST_MS = 3000 /* so that all have their midnight while clerks are at work */
};

const char *const number_types[NUMBER_TYPES] = { "NQ", "KH" };
static const char *const names[NUMBER_TYPES] = { "Nghị quyết", "Kế hoạch" };

static void draw_midnight(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0x94d049bb133111ebULL);
	world_schedule(
		w, (struct sim_event){ .at_ms = MIDNIGHT_MS, .kind = SIM_TERM, .member = -1 });
	for (int i = 0; i < w->member_count; i++) {
		struct member *m = &w->members[i];

		m->skew_ms %= SKEW_MOST_MS;
		if (prng_chance(&p, 700))
			world_schedule(w, (struct sim_event){
						  .at_ms = MIDNIGHT_MS - m->skew_ms - AROUND_MS +
							   (int64_t)prng_below(&p, 2 * AROUND_MS),
						  .kind = SIM_TERM,
						  .member = i });
	}
}

void numbers_midnight(struct world *w, int member)
{
	int members[MEMBERS_DRAWN];

	if (member >= 0) {
		w->term_crashes += w->members[member].running;
		if (w->members[member].index % 2 == 0)
			memory_disk_fail(w->members[member].disk, 1, ERR_STORE, w->seed % 2 == 0);
		else
			member_crash(&w->members[member]);
		return;
	}
	for (int i = 0; i < w->member_count; i++)
		members[i] = i;
	if (w->canary == CANARY_TERM_GOES_ON) {
		registry_level(w, -1, "");
		member_install(&w->members[0], w->version_count);
	} else {
		registry_begin_terms(w, members, (unsigned)w->member_count, "2026-2031", TERM_FROM);
	}
}

static void write_date(const struct member *m, struct number_act *a)
{
	time_t local = (time_t)(member_now(m).wall_ms / 1000) + 7 * 3600;
	struct tm tm;

	if (a->date[0] == '\0')
		a->version = member_version(m);
	if (!m->world->midnight)
		snprintf(a->date, sizeof a->date, "2026-09-01");
	if (a->date[0] != '\0')
		return;
	gmtime_r(&local, &tm);
	strftime(a->date, sizeof a->date, "%Y-%m-%d", &tm);
}

void numbers_draw(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0xa24baed4963ee407ULL);
	if (w->midnight)
		draw_midnight(w);
	w->number_count = 20 + (int)prng_below(&p, NUMBER_ACTS_MAX - 20);
	for (int i = 0; i < w->number_count; i++) {
		struct number_act *a = &w->numbers[i];
		uint64_t kind = prng_below(&p, 100);
		int64_t at_ms = FIRST_MS + (int64_t)prng_below(&p, LAST_MS);

		*a = (struct number_act){ .member = (int)prng_below(&p, (uint64_t)w->member_count),
					  .type = (int)prng_below(&p, NUMBER_TYPES),
					  .what = kind < 60   ? NUMBER_GIVEN
						  : kind < 75 ? NUMBER_VOID
							      : NUMBER_JUMP,
					  .cancel = prng_chance(&p, 150),
					  .change = prng_chance(&p, 150) };
		if (i > 0 && prng_chance(&p, 400)) { /* two clerks at the same instant */
			a->member = w->numbers[i - 1].member;
			a->type = w->numbers[i - 1].type;
			at_ms = w->numbers[i - 1].at_ms;
		}
		a->at_ms = at_ms;
		a->ahead = 1 + (unsigned)prng_below(&p, 3);
		prng_fill(&p, a->id.bytes, sizeof a->id.bytes);
		a->id.bytes[6] = (uint8_t)((a->id.bytes[6] & 0x0f) | 0x70);
		world_schedule(
			w, (struct sim_event){ .at_ms = at_ms, .kind = SIM_PAPER, .document = i });
	}
}

/* The highest that anybody was told at this office: what a clerk sees in the book. */
static unsigned told_last(const struct world *w, const struct number_act *a)
{
	unsigned last = 0;

	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *b = &w->numbers[i];

		if (b->member == a->member && b->type == a->type && b->told > last)
			last = b->told;
	}
	return last;
}

static bool is_over(const struct number_act *a)
{
	return a->refused || (a->told > 0 && (a->changed || !a->change) &&
			      (a->cancelled || !a->cancel || a->what == NUMBER_VOID));
}

/* A canary: what a program does that loses a number right before somebody goes ahead by hand, where
 * a number is missed least. */
static void lose_number(struct member *m)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct lookup l = m->store->ops->lookup(m->store);
	struct plan *plan = plan_new(l);
	struct record r;

	assert(plan != NULL);
	while (l.next(l.ctx, plan->arena, FAMILY_SERIES, &scan, &r) == ERR_OK) {
		if (scan.at.bytes[scan.at.len_bytes - 2] != 'q')
			continue;
		r.u.series.last++;
		plan_put(plan, scan.at, &r);
	}
	assert(plan_is_empty(plan) || m->store->ops->commit(m->store, plan) == ERR_OK);
	plan_destroy(plan);
}

/* Until an answer comes, the client repeats itself. */
void numbers_act(struct world *w, int index)
{
	struct number_act *a = &w->numbers[index];
	struct member *m = &w->members[a->member];
	struct event event = { .type = EVENT_PAPER };
	struct ev_paper *e = &event.u.paper;

	if (is_over(a) || w->now_ms > GIVE_UP_MS)
		return;
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + AGAIN_MS,
					      .kind = SIM_PAPER,
					      .document = index });
	if (!m->running)
		return;
	if (a->what == NUMBER_JUMP && a->number[0] == '\0' && w->canary == CANARY_SKIPS_NUMBER)
		lose_number(m);
	if (a->what == NUMBER_JUMP && a->number[0] == '\0')
		snprintf(a->number, sizeof a->number, "%u-%s/Q", told_last(w, a) + a->ahead,
			 number_types[a->type]);
	write_date(m, a);
	snprintf(a->subject, sizeof a->subject, "việc %d", index);
	snprintf(a->template, sizeof a->template, "auto-%s/Q", number_types[a->type]);
	*e = (struct ev_paper){ .reply = { REPLY_NUMBER + (uint64_t)index },
				.id = a->id,
				.action = a->told == 0
						  ? a->what == NUMBER_VOID ? PAPER_VOID : PAPER_ADD
					  : a->change && !a->changed ? PAPER_CHANGE
								     : PAPER_CANCEL,
				.number_template =
					a->what == NUMBER_JUMP || a->told > 0 ? "" : a->template,
				.again = true };
	e->reason = e->action == PAPER_ADD ? "" : "thử";
	e->paper = (struct rec_paper){ .direction = DIRECTION_OUT,
				       .type_code = number_types[a->type],
				       .type_name = names[a->type],
				       .number = a->number,
				       .subject = a->subject,
				       .date = a->date,
				       .party = "",
				       .secrecy = SECRECY_THUONG,
				       .reason = "" };
	if (e->action == PAPER_CHANGE)
		e->paper = (struct rec_paper){ .type_code = "",
					       .type_name = "",
					       .number = "",
					       .subject = "đã sửa",
					       .date = "",
					       .party = "" };
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

/* Of two clerks at the same instant: the one who is told later. */
static bool is_second(const struct world *w, const struct number_act *a)
{
	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *b = &w->numbers[i];

		if (b != a && b->told > 0 && b->member == a->member && b->type == a->type &&
		    b->at_ms == a->at_ms)
			return true;
	}
	return false;
}

/* A first answer leaves with what it was decided with. When it was lost and is given again it was
 * decided soon after it was asked for, by hand from a book of that time. */
static bool is_maybe_in_term(const struct world *w, const struct number_act *a, bool repeated)
{
	if (!w->midnight || strcmp(a->date, TERM_FROM) < 0)
		return false;
	return member_version(&w->members[a->member]) > 1 &&
	       (!repeated || a->what != NUMBER_JUMP || a->version > 1);
}

bool numbers_replied(struct world *w, const struct act_reply *r)
{
	struct number_act *a;

	if (r->to.n < REPLY_NUMBER)
		return false;
	a = &w->numbers[r->to.n - REPLY_NUMBER];
	switch (r->result) {
	case ERR_OK:
		if (a->told == 0) {
			a->told = (unsigned)strtoul(r->doc_number, NULL, 10);
			a->gap = r->gap;
			a->gap_known = !r->repeated;
			a->maybe_in_term = is_maybe_in_term(w, a, r->repeated);
			a->in_term = a->maybe_in_term &&
				     (a->version > 1 ||
				      (!r->repeated && w->members[a->member].version_seen > 1));
			w->same_instant += is_second(w, a);
		} else if (a->change && !a->changed) {
			a->changed = true;
			a->altered++;
		} else {
			a->cancelled = true;
			a->altered++;
		}
		break;
	case ERR_NUMBER_USED:
	case ERR_CHANGE_CANCELLED:
		a->refused = a->told == 0;
		a->changed = a->changed || a->told > 0;
		break;
	case ERR_NO_NUMBER: /* a term has begun since */
	case ERR_FUTURE:    /* its clock was put back */
		if (w->midnight && a->told > 0 && r->result == ERR_FUTURE)
			break; /* what it has is corrected later */
		if (!w->midnight || a->told > 0)
			world_violation(w, "numbers", "no number on %s", a->date);
		a->date[0] = '\0';
		break;
	case ERR_CLOCK_WRONG:
	case ERR_OWN_KEY:
	case ERR_OWN_KEY_UNKNOWN:
	case ERR_BUSY:
	case ERR_DISK_FULL:
	case ERR_MAP_FULL:
		break; /* later */
	default:
		if (damages_answer(w, r->result))
			break;
		world_violation(w, "numbers", "an act was answered with VT-%d", (int)r->result);
	}
	return true;
}

bool numbers_done(const struct world *w)
{
	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *a = &w->numbers[i];

		if (!is_over(a) && w->members[a->member].running && w->now_ms < GIVE_UP_MS)
			return false;
	}
	return true;
}
