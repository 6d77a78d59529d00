/* See unheard.h. */
#include "routing/reconcile/unheard.h"

#include "routing/reconcile/wanted.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

enum { DOWN_WAITED_MS = 10 * 60 * 1000, ROUND_BITS = 4 };

/* Wall time from each round to the next. */
static const int64_t pauses_ms[] = { 24LL * 3600 * 1000, 3 * 24LL * 3600 * 1000,
				     10 * 24LL * 3600 * 1000 };
enum { ROUNDS = sizeof pauses_ms / sizeof pauses_ms[0] + 1 };

enum err unheard_load(struct turn_view *t)
{
	struct unheard *u = &t->core->unheard;
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(UNHEARD_NOTE), &r);

	*u = (struct unheard){ .booted_ms = t->now.mono_ms };
	if (e == ERR_OK) {
		u->round = (uint32_t)(r.u.note.number & ((1u << ROUND_BITS) - 1));
		u->next_ms = (int64_t)(r.u.note.number >> ROUND_BITS);
	}
	if (u->round > ROUNDS)
		u->round = ROUNDS;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

/* One that has been down for long does not hold up the others. */
static bool neighbours_answer(const struct turn_view *t)
{
	bool down_counts = t->now.mono_ms - t->core->unheard.booted_ms < DOWN_WAITED_MS;
	uint32_t answering = 0;

	for (uint32_t i = 0; i < t->core->link_count; i++) {
		const struct link *l = t->core->links[i];

		if (!l->present || l->ended || (!l->up && !down_counts))
			continue;
		if (!l->up || !l->stand.reconciles)
			return false;
		answering++;
	}
	return answering > 0;
}

/* A time that a clock which was wrong has set is not waited for. */
static bool is_due(const struct turn_view *t)
{
	const struct unheard *u = &t->core->unheard;

	return u->round != 0 && (t->now.wall_ms >= u->next_ms ||
				 u->next_ms - t->now.wall_ms > pauses_ms[ROUNDS - 2]);
}

static void round_over(struct turn_view *t)
{
	struct unheard *u = &t->core->unheard;
	struct record r = { .family = FAMILY_META };

	if (u->round == ROUNDS) {
		u->round = 0;
		core_erase(t, FAMILY_META, key_name(UNHEARD_NOTE));
		return;
	}
	u->next_ms = t->now.wall_ms + pauses_ms[u->round - 1];
	u->round++;
	r.u.note.number = (uint64_t)u->next_ms << ROUND_BITS | u->round;
	core_put(t, key_name(UNHEARD_NOTE), &r);
}

enum err unheard_tick(struct turn_view *t)
{
	struct reconcile *r = &t->core->reconcile;
	bool over = false;
	enum err e;

	/* a way back asks for the same, by the same walk */
	if (r->stage != RECONCILE_NONE || !is_due(t) || !neighbours_answer(t))
		return ERR_OK;
	e = wanted_ask_all(t, &over);
	if (e != ERR_OK || !over)
		return e;
	r->begun = false;
	r->whom = 0;
	round_over(t);
	return ERR_OK;
}
