/* A year, from 1 July 2025: it has the Ministry's first congress (8 August), a turn of the year
 * and Tết. All offices begin at eight on working days, are connected within a second, do what the
 * day has for them, and end within the minute: in virtual time a day's work needs no more, and
 * what is not done today is done on the next working day. At night nothing runs; each morning is a
 * boot. Now and then a process dies, a commit fails, a link is cut for the day, frames get lost,
 * a machine stays off for days. The holidays are written down here, apart from the code's. */
#include "tests/sim/year.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/sim/figures.h"
#include "tests/sim/keys.h"

enum {
	OPENS_MS = 8 * 3600 * 1000,
	HOUR_BEGINS_MS = 3000, /* after opening: links stand by then */
	HOUR_LASTS_MS = 40000,
	CLOSES_AFTER_MS = 60000,
	TERMS_MOST = 8,
	TABLES_DAY = 132, /* 2025-11-10 */
	LOOKED_EVERY = 20,
	OFF_BEFORE_END = 4,
	DRAINED_DAYS = 3,
	DIRECTORY_DAYS = 600
};

static const char *const holidays[] = { "2025-09-01", "2025-09-02", "2026-01-01", "2026-01-02",
					"2026-02-16", "2026-02-17", "2026-02-18", "2026-02-19",
					"2026-02-20", "2026-04-27", "2026-04-30", "2026-05-01" };

void year_date(int day, char out[16])
{
	time_t local = (time_t)((YEAR_START_MS + day * DAY_MS) / 1000) + 7 * 3600;
	struct tm tm;

	gmtime_r(&local, &tm);
	strftime(out, 16, "%Y-%m-%d", &tm);
}

static void make_calendar(struct year *y, bool weekly)
{
	for (int d = 0; d < YEAR_DAYS_MOST; d++) {
		char date[16];

		year_date(d, date);
		y->working[d] = (d + 1) % 7 != 5 && (d + 1) % 7 != 6; /* day 0 is a Tuesday */
		for (size_t i = 0; i < sizeof holidays / sizeof holidays[0]; i++)
			y->working[d] = y->working[d] && strcmp(holidays[i], date) != 0;
		/* worked for 2 January */
		y->working[d] = y->working[d] || strcmp(date, "2026-01-10") == 0;
		y->played[d] = y->working[d] && (!weekly || d % 7 == 0);
	}
}

bool year_is_open(const struct world *w)
{
	return w->year->open;
}

void year_schedule(struct world *w, int kind, uint32_t index, unsigned days)
{
	struct year *y = w->year;
	int day = y->day;

	for (; days > 0 && day < YEAR_DAYS_MOST - 1; days--) {
		do
			day++;
		while (day < YEAR_DAYS_MOST - 1 && !y->working[day]);
	}
	while (day < YEAR_DAYS_MOST - 1 && !y->played[day])
		day++;
	world_schedule(
		w, (struct sim_event){ .at_ms = day * DAY_MS + OPENS_MS + HOUR_BEGINS_MS +
						(int64_t)prng_below(&y->prng, HOUR_LASTS_MS),
				       .kind = SIM_YEAR,
				       .direction = kind,
				       .edge = kind == YEAR_STEP ? y->deliveries[index].step : 0,
				       .document = (int)index });
}

void year_event(struct world *w, const struct sim_event *e)
{
	struct year *y = w->year;
	uint32_t index = (uint32_t)e->document;

	if (!y->open) {
		year_schedule(w, e->direction, index, 1);
		return;
	}
	switch (e->direction) {
	case YEAR_SUBMIT:
		year_submit(w, index);
		break;
	case YEAR_STEP:
		if (e->edge == y->deliveries[index].step)
			year_step(w, index);
		break;
	case YEAR_PAPER:
		year_register(w, index);
		break;
	case YEAR_ASK:
		year_ask(w, index);
		break;
	case YEAR_ANSWER:
		year_answer(w, index);
		break;
	case YEAR_CRASH:
		y->crashes += w->members[index].running;
		member_crash(&w->members[index]);
		break;
	default:
		y->crashes++;
		memory_disk_fail(w->members[index].disk, 1 + (uint32_t)prng_below(&y->prng, 4),
				 ERR_STORE, prng_chance(&y->prng, 400));
	}
}

/* ---- a day ---- */

static void trouble(struct world *w)
{
	struct year *y = w->year;
	uint32_t who = (uint32_t)prng_below(&y->prng, YEAR_MEMBERS);
	bool frames = prng_chance(&y->prng, 80);

	for (int f = 0; f < FAULT_COUNT; f++)
		w->active[f] = frames && f <= FAULT_DELAY && prng_chance(&y->prng, 500);
	if (prng_chance(&y->prng, 120))
		year_schedule(w, YEAR_CRASH, who, 0);
	if (prng_chance(&y->prng, 60))
		year_schedule(w, YEAR_COMMIT, who, 0);
	if (prng_chance(&y->prng, 100)) {
		struct edge *e = &w->edges[prng_below(&y->prng, (uint64_t)w->edge_count)];

		e->cut[0] = e->cut[1] = true;
		y->cuts++;
	}
	if (prng_chance(&y->prng, 30))
		y->off[who] = y->day + 1 + (int)prng_below(&y->prng, 4);
}

/* Of all whose day has come since the last time; named by the first of them. */
static void begin_terms(struct world *w)
{
	struct year *y = w->year;
	int members[TERMS_MOST], day = YEAR_DAYS_MOST;
	unsigned count = 0;
	char date[16];

	for (int i = 0; i < YEAR_MEMBERS; i++) {
		int at = year_term_day(i);

		if (at < 0 || at > y->day || (y->terms_begun >> i & 1) != 0)
			continue;
		y->terms_begun |= 1u << i;
		members[count++] = i;
		day = at < day ? at : day;
	}
	if (count == 0)
		return;
	year_date(day, date);
	registry_begin_terms(w, members, count, "2025-2030",
			     arena_text(w->arena, date, strlen(date)));
}

static void change_tree(struct world *w)
{
	struct year *y = w->year;

	if (!y->joined && y->day >= YEAR_JOIN_DAY) {
		y->joined = true;
		registry_join(w, YEAR_JOINS);
		member_install(&w->members[0], w->version_count);
	}
	if (!y->moved && y->day >= YEAR_MOVE_DAY) {
		y->moved = true;
		registry_move(w, YEAR_MOVES, YEAR_MOVES_TO);
		member_install(&w->members[0], w->version_count);
	}
}

/* Whoever ends has had its machine off for some days, so that something is on its way to it. */
static void switch_off(struct world *w)
{
	struct year *y = w->year;

	for (int i = 0; i < YEAR_MEMBERS; i++) {
		int at = year_end_day(i);

		if (at >= 0 && y->day >= at - OFF_BEFORE_END && y->off[i] < at)
			y->off[i] = at;
		y->away[i] = y->away[i] || y->drained[i] >= DRAINED_DAYS;
	}
}

/* In the evening: what an operator looks at who is to switch it off for good. */
static bool has_drained(const struct world *w, int member)
{
	struct link_view v;

	if (!year_is_clear(w, member) ||
	    core_directory_version(w->members[member].core) < w->year->ended[member])
		return false;
	for (uint32_t k = 0; core_link(w->members[member].core, k, &v); k++) {
		if (v.queued[LANE_FACTS] + v.queued[LANE_URGENT] + v.queued[LANE_NORMAL] != 0)
			return false;
	}
	return true;
}

static void end_committees(struct world *w)
{
	struct year *y = w->year;

	for (int i = 0; i < YEAR_MEMBERS; i++) {
		int at = year_end_day(i);

		if (at < 0 || y->ended[i] != 0 || y->day < at)
			continue;
		if (i == YEAR_MERGES)
			registry_merge(w, i, YEAR_MERGES_INTO);
		else
			registry_end(w, i);
		y->ended[i] = w->version_count;
		member_install(&w->members[0], w->version_count);
	}
}

static void play_day(struct world *w, bool calm)
{
	struct year *y = w->year;
	int64_t opens_ms = y->day * DAY_MS + OPENS_MS;
	world_run_until(w, opens_ms);
	y->open = true;
	y->days++;
	memset(w->active, 0, sizeof w->active);
	if (!calm)
		trouble(w);
	switch_off(w);
	for (int i = 0; i < w->member_count; i++) {
		if ((y->off[i] <= y->day || calm) && (i != YEAR_JOINS || y->joined) && !y->away[i])
			member_start(&w->members[i]);
	}
	begin_terms(w);
	change_tree(w);
	end_committees(w);
	if (!y->tables_changed && y->day >= TABLES_DAY)
		year_due_change(w);
	world_schedule(w, (struct sim_event){ .at_ms = opens_ms + 1, .kind = SIM_CONNECT });
	world_run_until(w, opens_ms + CLOSES_AFTER_MS);
	y->open = false;
	for (int i = 0; i < w->edge_count; i++)
		w->edges[i].cut[0] = w->edges[i].cut[1] = false;
	for (int i = 0; i < w->member_count; i++) {
		if (y->ended[i] != 0 && w->members[i].running)
			y->drained[i] = has_drained(w, i) ? y->drained[i] + 1 : 0;
		member_stop(&w->members[i]);
	}
}

/* ---- a year ---- */

static void begin(struct world *w, uint64_t seed, bool weekly)
{
	memset(w, 0, sizeof *w);
	w->seed = seed;
	w->year = calloc(1, sizeof *w->year);
	w->arena = arena_new(64 << 20);
	assert(w->year != NULL && w->arena != NULL);
	w->start_wall_ms = YEAR_START_MS;
	w->directory_valid_ms = DIRECTORY_DAYS * DAY_MS;
	prng_seed(&w->prng, seed);
	prng_seed(&w->content, ~seed);
	prng_seed(&w->year->prng, seed * 0x9e3779b97f4a7c15ULL);
	make_calendar(w->year, weekly);
	year_due_begin(w);
	w->member_count = YEAR_MEMBERS;
	for (int i = 0; i < YEAR_MEMBERS; i++) {
		int superior = year_superior(i);

		member_create(w, i, superior);
		if (superior >= 0)
			w->edges[w->edge_count++] =
				(struct edge){ .superior = superior, .subordinate = i };
	}
	keys_make_directory(w);
	figures_begin(w, YEAR_SILENT);
}

static void check(struct world *w)
{
	if (w->violation[0] == '\0' && w->year->pending > 0)
		world_violation(w, "year", "%u things were never done", w->year->pending);
	year_check_books(w);
	year_check_numbers(w);
	year_check_work(w);
	year_check_open(w);
	for (int i = 0; i < w->member_count && w->violation[0] == '\0'; i++) {
		check_target(w, &w->members[i]);
		check_directory(w, &w->members[i]);
		check_feed(w, &w->members[i]);
		check_chain(w, &w->members[i]);
		check_followed(w, &w->members[i]);
	}
	if (w->violation[0] == '\0')
		check_all_figures(w);
}

static void print(const struct world *w, const struct year_run *run)
{
	const struct year *y = w->year;
	bool good = w->violation[0] == '\0';

	printf("%s - year %llu: %u documents of %d committees, %u at a recipient, %u on paper, %u "
	       "days worked%s%s\n",
	       good ? "ok" : "not ok", (unsigned long long)run->seed, y->document_count,
	       w->member_count, y->delivery_count, y->paper_count, y->days, good ? "" : " # ",
	       w->violation);
	printf("# %u answers; statuses %u, lines %u; accepted late %u, returned %u, refused steps "
	       "%u; asked back %u, agreed %u, declined %u, refused after it %u; on paper corrected "
	       "%u, void %u; reminders %u, still open %u; of who "
	       "has ended refused %u, never came %u, not sent %u; processes died %u, links cut %u; "
	       "%llu "
	       "events\n",
	       y->answers, y->statuses, y->lines, y->late, y->returned, y->refused, y->asked,
	       y->agreed, y->declined, y->frozen, y->changes, y->voids, y->reminders, y->still_open,
	       y->too_late, y->unserved, y->given_up, y->crashes, y->cuts,
	       (unsigned long long)w->events_done);
	printf("# reports of the last day %u; of those that are missing above %u got lost\n",
	       w->figures->count, w->figures->lost);
}

bool year_run(struct world *w, const struct year_run *run)
{
	struct year *y;

	begin(w, run->seed, run->weekly);
	y = w->year;
	year_draw(w, run->documents);
	for (y->day = 0; y->day < YEAR_DAYS_MOST && w->violation[0] == '\0'; y->day++) {
		bool calm = y->day >= YEAR_DAYS;

		if (!y->played[y->day])
			continue;
		play_day(w, calm);
		if (y->days % LOOKED_EVERY == 0 && w->violation[0] == '\0')
			year_check_open(w);
		if (calm && y->pending == 0)
			break;
	}
	/* and one more, for what the last day left under way */
	y->day++;
	figures_watch(w);
	if (w->violation[0] == '\0')
		play_day(w, true);
	check(w);
	print(w, run);
	if (w->violation[0] != '\0')
		return false;
	return !run->plants || year_plants(w, check);
}
