/* See own.h. */
#include "routing/reconcile/own.h"

#include "routing/base/limits.h"
#include "routing/books/books.h"
#include "routing/links/links.h"
#include "routing/reconcile/wanted.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/message.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { LINES_PER_TICK = 256, SERIES_PER_TICK = 256, ASK_AGAIN_MS = 30 * 1000 };

bool own_takes_back(const struct turn_view *t)
{
	return t->core->reconcile.stage != RECONCILE_NONE;
}

bool own_takes_answers(const struct turn_view *t)
{
	return own_takes_back(t) || t->core->stand.settled != 0;
}

static void go_to(struct turn_view *t, enum reconcile_stage stage)
{
	struct reconcile *r = &t->core->reconcile;

	r->stage = stage;
	r->begun = false;
	r->whom = 0;
	stand_write(t);
	t->core->next_tick_ms = t->now.mono_ms;
}

/* ---- neighbours ---- */

void own_came(struct turn_view *t, struct committee_id from)
{
	struct link *l = link_find(t->core, from);

	if (l != NULL && t->core->reconcile.stage == RECONCILE_NEIGHBOURS && !l->stand.reconciled)
		l->stand.came++;
}

void own_heard(struct turn_view *t, struct link *l, const struct msg_reconciled *m)
{
	struct reconcile *r = &t->core->reconcile;

	if (r->stage != RECONCILE_NEIGHBOURS || m->round != r->round || l->stand.reconciled)
		return;
	l->stand.reconciled = true;
	l->stand.gave = m->published;
	l->stand.lacks = m->gone;
	r->gone += m->gone;
	stand_write(t);
	stand_write_peer(t, l);
}

static void ask(struct turn_view *t, struct link *l)
{
	struct message m = { .type = MESSAGE_RECONCILE };

	l->stand.next_ask_ms = t->now.mono_ms + ASK_AGAIN_MS;
	l->stand.asked_round = t->core->reconcile.round;
	m.u.reconcile = (struct msg_reconcile){ .round = t->core->reconcile.round,
						.lost = l->stand.lost,
						.lists = true };
	link_say(t, l, &m);
}

void own_repair(struct turn_view *t, struct link *l)
{
	struct message m = { .type = MESSAGE_RECONCILE };
	struct msg_reconcile *r = &m.u.reconcile;

	if (!l->up || !l->stand.reconciles || t->core->reconcile.stage != RECONCILE_NONE ||
	    t->now.mono_ms < l->stand.next_ask_ms)
		return;
	l->stand.next_ask_ms = t->now.mono_ms + ASK_AGAIN_MS;
	l->stand.repairing = true;
	r->round = core_draw_number(t->core) | 1;
	stand_have(t, l, r->lost.have);
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		r->lost.last[lane] = UINT64_MAX; /* nothing of ours is asked back */
	link_say(t, l, &m);
}

/* Who is a neighbour no more has nobody's place to answer for. */
static void ask_neighbours(struct turn_view *t)
{
	uint32_t present = 0, done = 0;

	for (uint32_t i = 0; i < t->core->link_count; i++) {
		struct link *l = t->core->links[i];

		if (!l->present || l->ended)
			continue;
		present++;
		done += l->stand.reconciled;
		if (l->up && l->stand.reconciles && l->stand.marked && !l->stand.reconciled &&
		    t->now.mono_ms >= l->stand.next_ask_ms)
			ask(t, l);
	}
	if (present > 0 && done == present)
		go_to(t, RECONCILE_ASKING);
}

/* ---- numbers that nobody knows ---- */

/* From where to where lines may be missing in a book; at->number above *last: nowhere. */
static void missing(const struct turn_view *t, enum book book, struct line_key *at, uint32_t *last)
{
	const struct reconcile *r = &t->core->reconcile;
	const struct book_mark *had = &r->had[book], *known = &r->known[book];

	/* no neighbour may have heard of any, and lines come back with statuses all the same */
	*at = (struct line_key){ .book = book,
				 .year = known->year != 0 ? known->year : had->year,
				 .number = 1 };
	*last = known->last;
	if (had->year == at->year)
		at->number = had->last + 1;
	/* lines that came back lie between, and may lie behind */
	if (t->core->books[book].year == at->year && t->core->books[book].next > *last + 1)
		*last = t->core->books[book].next - 1;
}

static enum err fill_book(struct turn_view *t, enum book book, unsigned *left)
{
	struct reconcile *r = &t->core->reconcile;
	const struct rec_line line = { .kind = LINE_VOID,
				       .role = ROLE_NONE,
				       .at_ms = t->now.wall_ms,
				       .person = "",
				       .note = LINE_NOTE_RESTORED };
	struct line_key at;
	uint32_t last;
	bool taken;
	enum err e = ERR_OK;

	missing(t, book, &at, &last);
	for (; at.number <= last && *left > 0 && e == ERR_OK; at.number++) {
		e = register_return(t, at, &line, &taken);
		r->voided[book] += e == ERR_OK && !taken;
		--*left;
		/* what was filled is not looked at again */
		r->had[book] = (struct book_mark){ .year = at.year, .last = at.number };
	}
	return e == ERR_DAMAGED ? ERR_OK : e;
}

/* As many numbers as there are lines of outgoing documents that nobody knows may have been given in
 * any series: each goes on behind them. */
static enum err pass_series(struct turn_view *t, bool *over)
{
	struct reconcile *r = &t->core->reconcile;
	const uint64_t unknown = r->voided[BOOK_OUT] + r->voided[BOOK_SECRET_OUT];
	struct key all = { .len_bytes = 0 };
	struct scan scan = r->begun ? scan_from(all, r->at) : scan_of(all);
	enum err e = unknown == 0 ? ERR_NOT_FOUND : ERR_OK;

	for (unsigned i = 0; i < SERIES_PER_TICK && e == ERR_OK && plan_has_room(t->plan); i++) {
		struct record record;

		e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_SERIES, &scan, &record);
		if (e != ERR_OK)
			break;
		r->at = scan.at;
		r->begun = true;
		record.u.series.last += unknown;
		core_put(t, scan.at, &record);
	}
	*over = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err fill(struct turn_view *t)
{
	struct reconcile *r = &t->core->reconcile;
	unsigned left = LINES_PER_TICK;
	enum err e = ERR_OK;
	bool over = false;

	for (enum book book = BOOK_OUT; book < BOOK_COUNT && e == ERR_OK && left > 0; book++)
		e = fill_book(t, book, &left);
	if (e != ERR_OK)
		return e;
	stand_write(t);
	t->core->next_tick_ms = t->now.mono_ms;
	if (left == 0)
		return ERR_OK;
	e = pass_series(t, &over);
	if (e != ERR_OK || !over)
		return e;
	r->ended_ms = t->now.wall_ms;
	go_to(t, RECONCILE_NONE);
	if (t->core->stand.alarm == ERR_BEHIND)
		stand_settle(t);
	return ERR_OK;
}

enum err own_tick(struct turn_view *t)
{
	struct reconcile *r = &t->core->reconcile;
	bool over = false;
	enum err e = ERR_OK;

	switch (r->stage) {
	case RECONCILE_NONE:
		return ERR_OK;
	case RECONCILE_NEIGHBOURS:
		ask_neighbours(t);
		return ERR_OK;
	case RECONCILE_ASKING:
		e = wanted_ask_all(t, &over);
		if (e != ERR_OK || !over)
			return e;
		r->until_ms = t->now.mono_ms + RECONCILE_ANSWERS_MS;
		go_to(t, RECONCILE_WAITING);
		return ERR_OK;
	case RECONCILE_WAITING:
		if (r->until_ms == 0) /* a restart forgets since when */
			r->until_ms = t->now.mono_ms + RECONCILE_ANSWERS_MS;
		if (t->now.mono_ms >= r->until_ms)
			go_to(t, RECONCILE_FILLING);
		return ERR_OK;
	case RECONCILE_FILLING:
		return fill(t);
	}
	return ERR_OK;
}
