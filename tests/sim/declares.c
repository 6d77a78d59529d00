/* The plan's other targets in figure worlds: offices declare while reports go up, get lost and are
 * doubled, and correct themselves at the end. What was declared is written down here as it was
 * given; a disk above may hold nothing else, and at the end the last. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "routing/base/arena.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "routing/state/plan.h"
#include "tests/sim/figures.h"

enum { TARGETS = 3, ALL_MOST = 1000, DECLARES_MOST = 12, SETTLES_MS = 5000 };

#define VIETNAM_MS (7 * 3600000LL)
#define A_DAY_MS   86400000LL

static const struct target_row rows[TARGETS] = {
	{ .from = "2020-01-01",
	  .id = "machines",
	  .share = 10000,
	  .name_vi = "Máy được bảo vệ",
	  .name_en = "Machines",
	  .first = 0 },
	{ .from = "2020-01-01",
	  .id = "officers",
	  .share = 10000,
	  .name_vi = "Cán bộ được tập huấn",
	  .name_en = "Officers",
	  .first = 1 },
	{ .from = "2020-01-01",
	  .id = "systems",
	  .share = 10000,
	  .name_vi = "Hệ thống dùng chung",
	  .name_en = "Systems",
	  .first = 2 },
};

const struct target_table *declares_table(void)
{
	static const struct target_table table = { .rows = rows, .count = TARGETS };

	return &table;
}

void declares_draw(struct world *w)
{
	struct figures *f = w->figures;

	for (int i = (int)prng_below(&f->declares, DECLARES_MOST); i > 0; i--)
		world_schedule(w, (struct sim_event){
					  .at_ms = 1000 + (int64_t)prng_below(&f->declares, 19000),
					  .kind = SIM_FIGURES,
					  .direction = FIGURES_DECLARE });
}

/* As of today by the right clock, which may be a day that has not come by the member's. */
static struct said_declaration *give(struct world *w, struct member *m, unsigned target,
				     uint64_t done, uint64_t all)
{
	struct figures *f = w->figures;
	struct event event = { .type = EVENT_DECLARE };
	struct said_declaration *s;

	if (!m->running || f->said_count == SAID_MOST)
		return NULL;
	s = &f->said[f->said_count++];
	*s = (struct said_declaration){ .member = m->index, .target = rows[target].id };
	s->done = done;
	s->all = all;
	date_of_ms(w->start_wall_ms + w->skipped_ms + w->now_ms, s->as_of);
	event.u.declare = (struct ev_declare){ .name = s->target,
					       .done = done,
					       .all = all,
					       .as_of = s->as_of,
					       .person = "",
					       .correction = true,
					       .reply = { REPLY_FIGURES } };
	f->asked[m->index] = true;
	assert(inbox_push(m->inbox, &event, NULL, NULL) == ERR_OK);
	world_wake(w, m, 0);
	return s;
}

void declares_event(struct world *w)
{
	struct prng *p = &w->figures->declares;
	struct member *m = &w->members[prng_below(p, (uint64_t)w->member_count)];
	uint64_t all = 1 + prng_below(p, ALL_MOST);

	(void)give(w, m, (unsigned)prng_below(p, TARGETS), prng_below(p, all + 1), all);
}

void declares_finish(struct world *w)
{
	for (int i = 0; i < w->member_count; i++) {
		unsigned target = (unsigned)i % TARGETS;
		struct said_declaration *last;

		/* nothing at first, and then put right */
		(void)give(w, &w->members[i], target, 0, ALL_MOST + 1);
		last = give(w, &w->members[i], target, 1 + (uint64_t)i, ALL_MOST + 1);
		w->figures->last_said[i] = last;
	}
	world_run_until(w, w->now_ms + SETTLES_MS);
}

/* ---- what is held ---- */

static bool is_said(const struct said_declaration *s, int member, const struct declaration *d)
{
	return s->member == member && s->done == d->done && s->all == d->all &&
	       strcmp(s->target, d->name) == 0 && strcmp(s->as_of, d->as_of) == 0;
}

void check_declared(struct world *w, const struct member *m, int signer, const struct report *held)
{
	const struct figures *f = w->figures;

	for (uint32_t i = 0; i < held->declared_count; i++) {
		const struct declaration *d = &held->declared[i];
		bool said = false;

		for (unsigned k = 0; k < f->said_count && !said; k++)
			said = is_said(&f->said[k], signer, d);
		if (!said)
			world_violation(w, "declared",
					"%s has %s %llu/%llu of %s, who never "
					"said so",
					m->id.text, d->name, (unsigned long long)d->done,
					(unsigned long long)d->all, w->members[signer].id.text);
	}
}

/* The last of its target on the declarer's own disk: a clock that was wrong may have refused it. */
static bool has_it(const struct member *m, const struct said_declaration *s)
{
	struct arena *a = arena_new(1 << 20);
	struct record r;
	bool last = false;

	assert(a != NULL);
	for (uint64_t n = 1; member_get(m, a, FAMILY_DECLARED, key_declared(s->target, n), &r); n++)
		last = is_said(s, m->index, &r.u.declared.said);
	arena_destroy(a);
	return last;
}

void check_last_declared(struct world *w, int superior, int member, const struct report *held)
{
	const struct said_declaration *s = w->figures->last_said[member];
	const struct member *m = &w->members[member];

	if (s == NULL)
		return;
	if (!has_it(m, s)) {
		if (w->clocks_wrong == 0)
			world_violation(w, "declared", "%s has not what it declared last",
					m->id.text);
		return;
	}
	for (uint32_t i = 0; i < held->declared_count; i++) {
		if (is_said(s, member, &held->declared[i])) {
			w->figures->declared++;
			return;
		}
	}
	world_violation(w, "declared", "%s has not what %s declared last: %s %llu/%llu",
			w->members[superior].id.text, m->id.text, s->target,
			(unsigned long long)s->done, (unsigned long long)s->all);
}

/* A canary: what a program has that never takes a declaration that puts the last one right. */
void declares_keep_first(struct world *w)
{
	struct edge *e = &w->edges[w->edge_count - 1];
	struct member *m = &w->members[e->superior];
	struct record r = { .family = FAMILY_REPORT };
	struct key key = key_committee(w->members[e->subordinate].id);
	struct report *held = &r.u.report.summary;
	struct arena *a = arena_new(4 << 20);
	struct plan *plan;
	struct store *s;

	assert(a != NULL && store_memory_open(m->disk, &s) == ERR_OK);
	plan = plan_new(s->ops->lookup(s));
	if (plan != NULL && member_get(m, a, FAMILY_REPORT, key, &r) && held->declared_count > 0) {
		struct declaration *old = arena_array(a, held->declared_count, sizeof *old);

		memcpy(old, held->declared, held->declared_count * sizeof *old);
		for (uint32_t i = 0; i < held->declared_count; i++) {
			if (old[i].all == ALL_MOST + 1)
				old[i].done = 0;
		}
		held->declared = old;
		plan_put(plan, key, &r);
		assert(s->ops->commit(s, plan) == ERR_OK);
	}
	plan_destroy(plan);
	s->ops->close(s);
	arena_destroy(a);
}
