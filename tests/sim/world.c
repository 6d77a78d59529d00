/* A seed from its beginning to its verdict; see world.h. */
#include "tests/sim/world.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/sim/figures.h"
#include "tests/sim/keys.h"
#include "tests/sim/places.h"
#include "tests/sim/year.h"

enum {
	ACTIVE_MS = 20000,
	SETTLE_MS = 900000,
	SAID_MS = 30000,
	EVENTS_MAX = 3000000,
	FAULT_EVERY_MS = 150,
	CONNECT_EVERY_MS = 300
};

/* Three days and two hours before the month ends; directories hold until it is long over. */
#define FIGURES_BEFORE_MS (74 * 3600000LL)
#define FIGURES_LAST_MS	  (40 * 86400000LL)

void world_violation(struct world *w, const char *checker, const char *format, ...)
{
	va_list args;
	int n;

	if (w->violation[0] != '\0')
		return;
	n = snprintf(w->violation, sizeof w->violation, "%s: ", checker);
	va_start(args, format);
	vsnprintf(w->violation + n, sizeof w->violation - (size_t)n, format, args);
	va_end(args);
}

/* ---- events in order of time, then of their making ---- */

static bool before(const struct sim_event *a, const struct sim_event *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

void world_schedule(struct world *w, struct sim_event e)
{
	size_t at = w->heap_count++;

	if (w->heap_count > w->heap_capacity) {
		w->heap_capacity = w->heap_capacity == 0 ? 1024 : w->heap_capacity * 2;
		w->heap = realloc(w->heap, w->heap_capacity * sizeof *w->heap);
		assert(w->heap != NULL);
	}
	e.order = w->order++;
	while (at > 0 && before(&e, &w->heap[(at - 1) / 2])) {
		w->heap[at] = w->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	w->heap[at] = e;
}

static struct sim_event take_first(struct world *w)
{
	struct sim_event first = w->heap[0], last = w->heap[--w->heap_count];
	size_t at = 0;

	for (;;) {
		size_t child = 2 * at + 1;

		if (child >= w->heap_count)
			break;
		if (child + 1 < w->heap_count && before(&w->heap[child + 1], &w->heap[child]))
			child++;
		if (!before(&w->heap[child], &last))
			break;
		w->heap[at] = w->heap[child];
		at = child;
	}
	w->heap[at] = last;
	return first;
}

void world_wake(struct world *w, struct member *m, int64_t in_ms)
{
	int64_t at_ms = w->now_ms + in_ms;

	if (!m->running || m->wake_ms <= at_ms)
		return;
	m->wake_ms = at_ms;
	world_schedule(w,
		       (struct sim_event){ .at_ms = at_ms, .kind = SIM_WAKE, .member = m->index });
}

static void connect_all(struct world *w)
{
	for (int i = 0; i < w->edge_count; i++)
		network_connect(w, i);
	if (w->year == NULL || year_is_open(w))
		world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + CONNECT_EVERY_MS,
						      .kind = SIM_CONNECT });
}

static void restart(struct world *w, struct member *m)
{
	if (w->year == NULL || year_is_open(w))
		member_start(m);
}

static void strike(struct world *w)
{
	if (w->healed)
		return;
	faults_strike(w);
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms + FAULT_EVERY_MS,
					      .kind = SIM_FAULT });
}

static void change(struct world *w, enum event_kind how)
{
	if (w->healed)
		return;
	if (how == SIM_RELOCATE)
		registry_relocate(w);
	else
		(w->mandates ? mandates_change : registry_change)(w);
}

static void step(struct world *w)
{
	struct sim_event e = take_first(w);
	struct member *m = &w->members[e.member < 0 ? 0 : e.member];

	w->now_ms = e.at_ms > w->now_ms ? e.at_ms : w->now_ms;
	switch (e.kind) {
	case SIM_FRAME:
		network_deliver(w, &e);
		free(e.bytes);
		break;
	case SIM_WAKE:
		if (m->running && m->wake_ms == e.at_ms)
			member_turn(m);
		break;
	case SIM_RESTART:
		restart(w, m);
		break;
	case SIM_DISK:
		disks_landed(w, &e);
		break;
	case SIM_TERM:
		numbers_midnight(w, e.member);
		break;
	case SIM_YEAR:
		year_event(w, &e);
		break;
	case SIM_FIGURES:
		figures_event(w, &e);
		break;
	case SIM_SUBMIT:
		workload_submit(w, e.document);
		break;
	case SIM_FAULT:
		strike(w);
		break;
	case SIM_PAPER:
		(w->offices ? numbers_act : clerks_submit)(w, e.document);
		break;
	case SIM_OFFICE:
		offices_act(w, e.document);
		break;
	case SIM_RECOUNT:
		clerks_recount(w, e.member);
		break;
	case SIM_VISIT:
		visits_connect(w, &e);
		break;
	case SIM_VISIT_FRAME:
		visits_deliver(w, &e);
		free(e.bytes);
		break;
	case SIM_COPY:
		setback_copy(w);
		break;
	case SIM_BACK:
		setback_restore(w);
		break;
	case SIM_CLOCK:
		clocks_strike(w, e.member, e.document == 0);
		break;
	case SIM_RELOCATE:
	case SIM_CHANGE:
		change(w, e.kind);
		break;
	case SIM_CONNECT:
		connect_all(w);
		break;
	}
}

static void run_until(struct world *w, int64_t until_ms, bool stop_when_done)
{
	int64_t looked_ms = w->now_ms;

	while (w->heap_count > 0 && w->heap[0].at_ms <= until_ms && w->violation[0] == '\0') {
		step(w);
		w->events_done++;
		if (w->events_done > EVENTS_MAX && w->year == NULL) {
			world_violation(w, "liveness", "more than %d events: a livelock",
					EVENTS_MAX);
			return;
		}
		if (stop_when_done && w->now_ms - looked_ms >= 1000) {
			looked_ms = w->now_ms;
			if (workload_done(w))
				return;
		}
	}
}

void world_run_until(struct world *w, int64_t until_ms)
{
	run_until(w, until_ms, false);
	if (w->now_ms < until_ms && w->violation[0] == '\0')
		w->now_ms = until_ms;
}

/* ---- making ---- */

static void make_tree(struct world *w)
{
	w->member_count = 3 + (int)prng_below(&w->prng, MEMBERS_DRAWN - 2);
	for (int i = 0; i < w->member_count; i++) {
		/* Any earlier one: all shapes from a chain to a star. */
		int superior = i == 0 ? -1 : (int)prng_below(&w->prng, (uint64_t)i);

		member_create(w, i, superior);
		if (superior >= 0)
			w->edges[w->edge_count++] =
			    (struct edge){ .superior = superior, .subordinate = i };
	}
}

/* The last commits are on their disks: what one side has acknowledged the other has written. */
static void drain_members(struct world *w)
{
	for (int i = 0; i < w->member_count; i++) {
		struct member *m = &w->members[i];

		if (m->running && turn_drain(m->turn, member_now(m)) != ERR_OK)
			member_crash(m);
	}
}

static void check_end(struct world *w)
{
	if (w->figures == NULL) { /* over days that pass in a moment not all that waited is taken */
		check_convergence(w);
		check_loss(w);
		check_receipts(w);
		check_office(w);
		check_recalls(w);
		check_matters(w);
	}
	check_duplicates(w);
	check_order(w);
	check_entitlement(w);
	check_authenticity(w);
	if (w->damaging)
		check_damages(w);
	check_paper(w);
	check_numbers(w);
	check_mandates(w);
	for (int i = 0; i < w->member_count; i++) {
		places_disk(&w->members[i]);
		check_target(w, &w->members[i]);
		check_directory(w, &w->members[i]);
		check_feed(w, &w->members[i]);
		check_chain(w, &w->members[i]);
		check_followed(w, &w->members[i]);
	}
}

static bool has_figures(uint64_t seed)
{
	return seed >= FIGURE_SEEDS && seed < DAMAGE_SEEDS;
}

static void choose_kind(struct world *w, uint64_t seed)
{
	w->seed = seed;
	w->mandates = seed >= MANDATE_SEEDS && seed < FIGURE_SEEDS;
	w->offices = seed >= OFFICE_SEEDS && !w->mandates;
	w->setback = seed >= SETBACK_SEEDS && seed < OFFICE_SEEDS;
	w->recalls = w->offices && seed >= RECALL_SEEDS && seed < MANDATE_SEEDS;
	w->midnight = w->offices && seed >= TERM_SEEDS && seed < RECALL_SEEDS;
	w->wide = seed >= WIDE_SEEDS && seed < SETBACK_SEEDS;
	w->counting = seed >= COUNTING_SEEDS && seed < WIDE_SEEDS;
	w->damaging = seed >= DAMAGE_SEEDS;
	w->changing = w->damaging ? false
		      : w->counting || seed >= FIGURE_SEEDS
			      ? seed % 2 == 1
			      : seed >= CHANGING_SEEDS && seed < SETBACK_SEEDS;
	w->directory_valid_ms = has_figures(seed) ? FIGURES_LAST_MS : 86400000;
	w->start_wall_ms = w->counting || w->midnight ? MONTH_ENDS_MS - 10000
			   : has_figures(seed)	      ? MONTH_ENDS_MS - FIGURES_BEFORE_MS
						      : START_WALL_MS;
}

void world_begin(struct world *w, uint64_t seed)
{
	bool verbose = w->verbose;
	enum canary canary = w->canary;

	memset(w, 0, sizeof *w);
	w->verbose = verbose;
	w->canary = canary;
	choose_kind(w, seed);
	prng_seed(&w->prng, seed);
	prng_seed(&w->content, ~seed);
	prng_seed(&w->damages, seed ^ 0x64616d616765ULL);
	prng_seed(&w->disks, seed ^ 0x6469736b73ULL);
	w->arena = arena_new(64 << 20);
	assert(w->arena != NULL);
}

void world_start(struct world *w, int64_t connect_ms)
{
	for (int i = 0; i < w->member_count; i++) {
		if (w->versions[0].parent[i] != NOT_THERE)
			member_start(&w->members[i]);
	}
	world_schedule(w, (struct sim_event){ .at_ms = connect_ms, .kind = SIM_CONNECT });
}

bool world_finish(struct world *w)
{
	faults_heal(w);
	if (w->setback) {
		run_until(w, w->now_ms + SAID_MS, false);
		setback_count_lost(w);
		(void)setback_done(w);
	}
	run_until(w, w->now_ms + SETTLE_MS, true);
	drain_members(w);
	if (w->setback) {
		setback_count_lost(w);
		check_setback(w);
	}
	for (int i = 0; i < w->document_count; i++)
		workload_resolve(w, &w->documents[i]);
	check_end(w);
	if (w->figures != NULL && w->violation[0] == '\0')
		figures_finish(w);
	return w->violation[0] == '\0';
}

bool world_run(struct world *w, uint64_t seed)
{
	world_begin(w, seed);
	make_tree(w);
	if (w->mandates)
		mandates_begin(w);
	keys_make_directory(w);
	faults_draw(w);
	w->active[FAULT_CRASH] = w->active[FAULT_CRASH] || w->damaging;
	workload_draw(w);
	if (w->changing)
		registry_draw(w);
	if (w->counting)
		clerks_draw(w);
	if (w->setback)
		setback_draw(w);
	if (w->offices)
		offices_draw(w);
	if (w->offices)
		numbers_draw(w);
	if (has_figures(seed)) {
		figures_begin(w, 0);
		figures_draw(w);
	}
	if (w->mandates)
		mandates_draw(w);
	clocks_draw(w);
	world_start(w, 1);
	world_schedule(w, (struct sim_event){ .at_ms = 2000, .kind = SIM_FAULT });
	run_until(w, ACTIVE_MS, false);
	return world_finish(w);
}

void world_free(struct world *w)
{
	for (size_t i = 0; i < w->heap_count; i++)
		free(w->heap[i].bytes);
	free(w->heap);
	for (unsigned i = 0; i < KEPT_FRAMES; i++)
		free(w->kept[i].bytes);
	for (int i = 0; i < w->member_count; i++)
		member_free(&w->members[i]);
	year_release(w);
	figures_release(w);
	memory_disk_destroy(w->copy);
	signer_destroy(w->evil);
	arena_destroy(w->arena);
}
