/* Counting worlds: clerks register documents on paper, by mistake too, and operators ask for
 * recounts, over the turn of a month; and the model of which entries there must be. Draws from a
 * sequence of its own. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "tests/sim/check.h"

enum { AGAIN_MS = 1200, LAST_MS = 20000, REPLY_PAPER = 100000, REPLY_RECOUNT = 200000 };

static const char *const dates[] = { "2026-09-30", "2026-09-01", "2026-08-31", "2025-12-31",
				     "2026-01-01" };

static void draw(struct world *w, struct prng *p, int i)
{
	struct entry *e = &w->entries[i];
	int of = i > 0 && prng_chance(p, 150) ? (int)prng_below(p, (uint64_t)i) : i;

	e->member = (int)prng_below(p, (uint64_t)w->member_count);
	prng_fill(p, e->id.bytes, sizeof e->id.bytes);
	e->id.bytes[6] = (uint8_t)((e->id.bytes[6] & 0x0f) | 0x70);
	e->direction = prng_chance(p, 500) ? DIRECTION_IN : DIRECTION_OUT;
	e->date = dates[prng_below(p, sizeof dates / sizeof dates[0])];
	e->secrecy = prng_chance(p, 150) ? SECRECY_MAT : SECRECY_THUONG;
	e->cancel = prng_chance(p, 200);
	snprintf(e->number, sizeof e->number, "%d-CV/P", i);
	if (of != i) {
		/* The same document by another hand: refused as registered, unless the first was
		 * cancelled or came later. */
		e->member = w->entries[of].member;
		e->direction = w->entries[of].direction;
		e->date = w->entries[of].date;
		memcpy(e->number, w->entries[of].number, sizeof e->number);
	}
	world_schedule(w, (struct sim_event){ .at_ms = 1000 + (int64_t)prng_below(p, LAST_MS),
					      .kind = SIM_PAPER,
					      .document = i });
}

void clerks_draw(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0x9e3779b97f4a7c15ULL);
	w->entry_count = 5 + (int)prng_below(&p, ENTRIES_MAX - 5);
	for (int i = 0; i < w->entry_count; i++)
		draw(w, &p, i);
	for (int i = 0; i < w->member_count * 3; i++)
		world_schedule(w, (struct sim_event){
				      .at_ms = 2000 + (int64_t)prng_below(&p, LAST_MS),
				      .kind = SIM_RECOUNT,
				      .member = (int)prng_below(&p, (uint64_t)w->member_count) });
}

/* Until it is told an answer, a client repeats itself under the same id. */
void clerks_submit(struct world *w, int index)
{
	struct entry *e = &w->entries[index];
	struct member *m = &w->members[e->member];
	struct event event = { .type = EVENT_PAPER };
	struct ev_paper *p = &event.u.paper;

	if (e->refused || e->cancelled || (e->accepted && !e->cancel))
		return;
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + AGAIN_MS,
					      .kind = SIM_PAPER,
					      .document = index });
	if (!m->running)
		return;
	p->reply.n = REPLY_PAPER + (uint64_t)index;
	p->action = e->accepted ? PAPER_CANCEL : PAPER_ADD;
	p->id = e->id;
	p->reason = e->accepted ? "nhập nhầm" : "";
	p->paper = (struct rec_paper){ .direction = e->direction,
				       .type_code = "CV",
				       .type_name = "Công văn",
				       .number = e->number,
				       .subject = "giấy",
				       .date = e->date,
				       .party = "",
				       .secrecy = e->secrecy,
				       .reason = "" };
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

void clerks_recount(struct world *w, int member)
{
	struct member *m = &w->members[member];
	struct event event = { .type = EVENT_OPERATE };

	if (!m->running)
		return;
	event.u.operate.reply.n = REPLY_RECOUNT + (uint64_t)member;
	event.u.operate.operation = OPERATION_RECOUNT;
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
}

bool clerks_replied(struct world *w, const struct act_reply *r)
{
	struct entry *e;

	if (r->to.n < REPLY_PAPER)
		return false;
	if (r->to.n >= REPLY_RECOUNT) {
		w->recounts += r->result == ERR_OK;
		if (r->result != ERR_BUSY && (r->result != ERR_OK || r->recount == NULL ||
					      r->recount->difference_count != 0))
			world_violation(w, "target", "a recount at %s differs",
					w->members[r->to.n - REPLY_RECOUNT].id.text);
		return true;
	}
	e = &w->entries[r->to.n - REPLY_PAPER];
	if (r->result == ERR_REGISTERED && !e->accepted)
		e->refused = true;
	else if (r->result != ERR_OK)
		world_violation(w, "target", "an entry on paper was answered with VT-%d",
				(int)r->result);
	else if (e->accepted)
		e->cancelled = true;
	else
		e->accepted = true;
	return true;
}

bool clerks_done(const struct world *w)
{
	for (int i = 0; i < w->entry_count; i++) {
		const struct entry *e = &w->entries[i];

		if (w->members[e->member].running && !e->refused && !e->cancelled &&
		    (!e->accepted || e->cancel))
			return false;
	}
	return true;
}

/* ---- what must be there ---- */

static const struct entry *find(const struct world *w, const struct rec_paper *p)
{
	for (int i = 0; i < w->entry_count; i++) {
		if (memcmp(&w->entries[i].id, &p->id, sizeof p->id) == 0)
			return &w->entries[i];
	}
	return NULL;
}

static int seen; /* of one member; the simulator has one thread */

static void look(struct world *w, const struct member *m, const struct key *key,
		 const struct record *r)
{
	const struct entry *e = find(w, &r->u.paper);

	(void)key;
	seen++;
	if (e == NULL || e->member != m->index || !e->accepted)
		world_violation(w, "target", "%s has %s on paper, which nobody registered",
				m->id.text, r->u.paper.number);
	else if (strcmp(e->number, r->u.paper.number) != 0 ||
		 strcmp(e->date, r->u.paper.date) != 0 || e->direction != r->u.paper.direction ||
		 e->cancelled != (r->u.paper.cancelled_at_ms != 0))
		world_violation(w, "target", "%s has %s on paper otherwise than it was registered",
				m->id.text, e->number);
}

void check_paper(struct world *w)
{
	if (w->offices)
		return; /* check_numbers has them */
	for (int k = 0; k < w->member_count; k++) {
		int wanted = 0;

		for (int i = 0; i < w->entry_count; i++)
			wanted += w->entries[i].member == k && w->entries[i].accepted;
		seen = 0;
		check_each(w, &w->members[k], FAMILY_PAPER, check_all(), look);
		if (seen != wanted)
			world_violation(w, "target", "%s has %d entries on paper of %d",
					w->members[k].id.text, seen, wanted);
	}
}
