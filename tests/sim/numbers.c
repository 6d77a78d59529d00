/* Numbering in office worlds: clerks let the office number what goes out on paper, make numbers
 * void, jump ahead by hand, cancel and correct, two of them in one turn or in different ones, while
 * daemons are killed and disks are full; and the model of which numbers may have come of it, which
 * shares no code with what it checks. Draws from a sequence of its own. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/check.h"

enum {
	AGAIN_MS = 700,
	FIRST_MS = 1500,
	LAST_MS = 30000,
	GIVE_UP_MS = 90000,
	REPLY_NUMBER = 400000
};

static const char *const types[NUMBER_TYPES] = { "NQ", "KH" };
static const char *const names[NUMBER_TYPES] = { "Nghị quyết", "Kế hoạch" };

void numbers_draw(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0xa24baed4963ee407ULL);
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
	if (a->what == NUMBER_JUMP && a->number[0] == '\0')
		snprintf(a->number, sizeof a->number, "%u-%s/Q", told_last(w, a) + a->ahead,
			 types[a->type]);
	snprintf(a->subject, sizeof a->subject, "việc %d", index);
	snprintf(a->template, sizeof a->template, "auto-%s/Q", types[a->type]);
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
				       .type_code = types[a->type],
				       .type_name = names[a->type],
				       .number = a->number,
				       .subject = a->subject,
				       .date = "2026-09-01",
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
		} else if (a->change && !a->changed) {
			a->changed = true;
		} else {
			a->cancelled = true;
		}
		break;
	case ERR_NUMBER_USED:
	case ERR_CHANGE_CANCELLED:
		a->refused = a->told == 0;
		a->changed = a->changed || a->told > 0;
		break;
	case ERR_CLOCK_WRONG:
	case ERR_OWN_KEY:
	case ERR_OWN_KEY_UNKNOWN:
	case ERR_BUSY:
	case ERR_DISK_FULL:
	case ERR_MAP_FULL:
		break; /* later */
	default:
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

/* ---- what must be there ---- */

enum { NUMBERS_MAX = 2 * NUMBER_ACTS_MAX * 4 };
static unsigned standing[NUMBER_TYPES][NUMBERS_MAX]; /* entries that never were corrected away */
static unsigned lines, last_line;

static int type_in(const char *number)
{
	for (int i = 0; i < NUMBER_TYPES; i++) {
		char ending[16];

		snprintf(ending, sizeof ending, "-%s/Q", types[i]);
		if (strlen(number) > strlen(ending) &&
		    strcmp(number + strlen(number) - strlen(ending), ending) == 0)
			return i;
	}
	return -1;
}

static void look(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	const struct rec_paper *p = &r->u.paper;
	int type = type_in(p->number);
	unsigned long n = strtoul(p->number, NULL, 10);

	(void)w;
	(void)m;
	(void)key;
	if (type < 0 || n >= NUMBERS_MAX || p->next.n != 0)
		return;
	standing[type][n]++;
}

static void look_line(struct world *w, const struct member *m, const struct key *key,
		      const struct record *r)
{
	struct line_key at;

	(void)r;
	if (!key_parse_line(key, &at) || at.book != BOOK_OUT || at.addition != 0)
		return;
	if (at.number != last_line + 1)
		world_violation(w, "numbers", "%s: line %u of the register follows %u", m->id.text,
				at.number, last_line);
	last_line = at.number;
	lines++;
}

/* Was this number skipped by somebody who was told so? One whose first answer was lost, or that
 * is the first of its series, may have skipped as many as it went ahead. */
static bool is_skipped(const struct world *w, int member, int type, unsigned n)
{
	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *a = &w->numbers[i];
		unsigned at = (unsigned)strtoul(a->number, NULL, 10),
			 gap = a->gap_known && a->gap > 0 ? a->gap : a->ahead - 1;

		if (a->member == member && a->type == type && a->what == NUMBER_JUMP && n < at &&
		    n + gap >= at)
			return true;
	}
	return false;
}

static bool is_by_hand(const struct world *w, int member, int type, unsigned n)
{
	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *a = &w->numbers[i];

		if (a->member == member && a->type == type && a->what == NUMBER_JUMP &&
		    (unsigned)strtoul(a->number, NULL, 10) == n)
			return true;
	}
	return false;
}

static void check_told(struct world *w, int member)
{
	for (int i = 0; i < w->number_count; i++) {
		const struct number_act *a = &w->numbers[i];

		if (a->member == member && a->told > 0 &&
		    (a->told >= NUMBERS_MAX || standing[a->type][a->told] == 0))
			world_violation(w, "numbers", "%s: %u-%s was told and is not there",
					w->members[member].id.text, a->told, types[a->type]);
	}
}

static void check_series(struct world *w, int member, int type)
{
	unsigned last = 0;

	for (unsigned n = 1; n < NUMBERS_MAX; n++)
		last = standing[type][n] > 0 ? n : last;
	for (unsigned n = 1; n <= last; n++) {
		/* by hand a second one is taken, with a warning */
		if (standing[type][n] > 1 && !is_by_hand(w, member, type, n))
			world_violation(w, "numbers", "%s: %u-%s was given %u times",
					w->members[member].id.text, n, types[type],
					standing[type][n]);
		if (standing[type][n] == 0 && !is_skipped(w, member, type, n))
			world_violation(w, "numbers", "%s: %u-%s is missing and nobody skipped it",
					w->members[member].id.text, n, types[type]);
	}
	w->numbers_seen += last;
}

void check_numbers(struct world *w)
{
	for (int k = 0; k < w->member_count; k++) {
		memset(standing, 0, sizeof standing);
		last_line = 0;
		check_each(w, &w->members[k], FAMILY_PAPER, check_all(), look);
		check_each(w, &w->members[k], FAMILY_LINE, check_all(), look_line);
		check_told(w, k);
		for (int type = 0; type < NUMBER_TYPES; type++)
			check_series(w, k, type);
	}
}
