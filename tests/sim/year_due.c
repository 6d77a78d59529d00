/* What is due in a year: tables of holidays, of which some committees' change within it; reminders,
 * of each deadline at most one of a kind, for the day that the model counts; and the index of what
 * an office has still to do. Working days are counted here by a calendar of its own. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "routing/rules/deadline.h"
#include "tests/sim/check.h"
#include "tests/sim/year.h"

enum {
	TABLES = 2,
	TABLE_MOST = 32,
	URGENT_MS = 3600 * 1000,
	SOON_DAYS = 2,
	TOLD_SLOTS = 1 << 21,
	DATE_BYTES = 11,
	LOCAL_OFF = 142,   /* 2025-11-20, a day off in the changed tables */
	LOCAL_WORKED = 144 /* 2025-11-22, a Saturday that is worked for it */
};

struct year_due {
	struct day_off days[TABLES][TABLE_MOST];
	struct working_days tables[TABLES];
	struct deadline_rules rules[TABLES];
	bool working[TABLES][YEAR_DAYS_MOST];
	uint64_t *told; /* what was reminded of; open addressing, 0: free */
	struct act_notify last;
	int last_member; /* −1: none yet */
};

static bool weekend(int day)
{
	return (day + 1) % 7 == 5 || (day + 1) % 7 == 6; /* day 0 is a Tuesday */
}

/* The table that an office keeps: where a day is other than its weekday says. */
static void write_table(struct year_due *u, int table)
{
	struct working_days *t = &u->tables[table];

	for (int d = 0; d < YEAR_DAYS_MOST; d++) {
		struct day_off *row = &u->days[table][t->count];
		char date[16];

		if (u->working[table][d] != weekend(d))
			continue;
		assert(t->count < TABLE_MOST);
		year_date(d, date);
		memcpy(row->date, date, DATE_BYTES);
		row->works = u->working[table][d];
		row->name = "ngày nghỉ";
		t->count++;
	}
	t->days = u->days[table];
	u->rules[table] = (struct deadline_rules){ .days = t,
						   .urgent_ms = URGENT_MS,
						   .soon_days = SOON_DAYS };
}

void year_due_begin(struct world *w)
{
	struct year_due *u = calloc(1, sizeof *u);

	assert(u != NULL);
	u->told = calloc(TOLD_SLOTS, sizeof *u->told);
	assert(u->told != NULL);
	u->last_member = -1;
	for (int i = 0; i < TABLES; i++)
		memcpy(u->working[i], w->year->working, sizeof u->working[i]);
	u->working[1][LOCAL_OFF] = false;
	u->working[1][LOCAL_WORKED] = true;
	for (int i = 0; i < TABLES; i++)
		write_table(u, i);
	w->year->due = u;
}

void year_due_release(struct year *y)
{
	if (y->due != NULL)
		free(y->due->told);
	free(y->due);
}

static int table_of(const struct year *y, int member)
{
	return y->tables_changed && member % 3 == 0;
}

void year_due_rules(struct world *w, struct member *m)
{
	core_set_deadlines(m->core, &w->year->due->rules[table_of(w->year, m->index)]);
}

void year_due_change(struct world *w)
{
	w->year->tables_changed = true;
	for (int i = 0; i < w->member_count; i++) {
		if (w->members[i].running)
			year_due_rules(w, &w->members[i]);
	}
}

/* ---- reminders ---- */

static uint64_t mixed(uint64_t h, uint64_t with)
{
	h = (h ^ with) * 0x9e3779b97f4a7c15ULL;
	return h ^ h >> 29;
}

/* False: it was there already. */
static bool remember(struct year_due *u, uint64_t what)
{
	size_t at = (size_t)(what % TOLD_SLOTS);

	while (u->told[at] != 0) {
		if (u->told[at] == what)
			return false;
		at = (at + 1) % TOLD_SLOTS;
	}
	u->told[at] = what;
	return true;
}

/* How often it was taken up: what was returned or finished and goes on is due anew. */
static uint64_t taken_up(const struct year_delivery *v)
{
	uint64_t n = 0;

	for (unsigned i = 0; i < v->told_count; i++)
		n += v->told[i] == '2' || v->told[i] == '6';
	return n;
}

/* The day that it must be due on, as far as the model knows; −1: it does not. */
static int due_day(const struct year *y, const struct year_delivery *v, uint32_t reason)
{
	const bool *working = y->due->working[table_of(y, v->member)];
	int day = v->arrived_day;

	switch (reason) {
	case DEADLINE_REGISTER:
		if (day < 0)
			return -1;
		do
			day++;
		while (day < YEAR_DAYS_MOST - 1 && !working[day]);
		return day;
	case DEADLINE_AT_ONCE:
		return day;
	case DEADLINE_DOCUMENT:
		return y->documents[v->document].due_day;
	default:
		return -1;
	}
}

static void reminded(struct world *w, const struct member *m, const struct act_notify *n)
{
	struct year *y = w->year;
	bool untold;
	const struct year_delivery *v = year_find(w, &n->document.id, m->index, &untold);
	uint64_t what;
	char date[16];
	int day;

	if (untold)
		return;
	if (v == NULL) {
		world_violation(w, "due", "%s is reminded of what it never got", m->id.text);
		return;
	}
	what = mixed(mixed(mixed(1, (uint64_t)(v - y->deliveries)), (uint64_t)n->due_at_ms),
		     taken_up(v) << 8 | (uint64_t)n->what);
	y->reminders++;
	y->due->last = *n;
	y->due->last_member = m->index;
	if (!remember(y->due, what | 1))
		world_violation(w, "due", "%s is reminded twice of %s", m->id.text, n->due_on);
	day = due_day(y, v, n->due_reason);
	if (day >= 0)
		year_date(day, date);
	else
		memcpy(date, n->due_on, DATE_BYTES);
	if (n->due_reason == DEADLINE_OFFICE && v->acting == ACTING_NOT)
		memcpy(date, v->due_on, DATE_BYTES);
	if (strcmp(date, n->due_on) != 0)
		world_violation(w, "due", "%s: due on %s for reason %u, should be %s", m->id.text,
				n->due_on, n->due_reason, date);
}

void year_noticed(struct world *w, const struct member *m, const struct act_notify *n)
{
	struct year_delivery *v;
	bool untold;

	switch (n->what) {
	case NOTICE_ARRIVED:
		v = year_find(w, &n->document.id, m->index, &untold);
		if (v != NULL && v->arrived_day < 0)
			v->arrived_day = w->year->day;
		break;
	case NOTICE_DUE_SOON:
	case NOTICE_OVERDUE:
		reminded(w, m, n);
		break;
	case NOTICE_PAPER:
		if (strcmp(n->summary.subject, YEAR_SECRET) == 0)
			world_violation(w, "secret", "%s tells what a secret paper says",
					m->id.text);
		break;
	default:
		break;
	}
}

void year_remind_again(struct world *w)
{
	struct year_due *u = w->year->due;

	const struct act_notify last = u->last;

	/* What was taken up anew since is reminded of once more, rightly. */
	for (unsigned i = 0; i < 2 && u->last_member >= 0; i++)
		reminded(w, &w->members[u->last_member], &last);
}

void year_remind_by_old_table(struct world *w)
{
	struct year *y = w->year;

	for (uint32_t i = 0; i < y->delivery_count; i++) {
		struct year_delivery *v = &y->deliveries[i];
		int32_t arrived = v->arrived_day;
		struct act_notify n = { .what = NOTICE_OVERDUE,
					.due_reason = DEADLINE_REGISTER,
					.due_at_ms = 1 };
		char date[16];

		if (arrived < 0 || table_of(y, v->member) == 0)
			continue;
		n.document.id = y->documents[v->document].id;
		year_date(LOCAL_OFF, date);
		memcpy(n.due_on, date, DATE_BYTES);
		/* as if it had come the day before: by the old table it is due on the holiday */
		v->arrived_day = LOCAL_OFF - 1;
		reminded(w, &w->members[v->member], &n);
		v->arrived_day = arrived;
		return;
	}
}

/* ---- what is still to be done ---- */

static bool is_open(const struct year_delivery *v)
{
	char work = '0';

	for (unsigned i = 0; i < v->told_count; i++)
		work = v->told[i] >= '2' && v->told[i] <= '6' ? v->told[i] : work;
	return !v->frozen && work != '2' && work != '6';
}

static uint32_t rows; /* of one member that the model knows to be open; one thread */

static void each_row(struct world *w, const struct member *m, const struct key *key,
		     const struct record *r)
{
	struct arena *a = arena_new(1 << 20);
	const struct year_delivery *v = NULL;
	bool untold = false;
	struct serial serial;
	struct record d;
	enum role role;

	(void)r;
	assert(a != NULL && key_parse_serial(key, &role, &serial));
	if (role != ROLE_IN) { /* of ours: what recipients have still to do */
		arena_destroy(a);
		return;
	}
	if (member_get(m, a, FAMILY_DOCUMENT, *key, &d))
		v = year_find(w, &d.u.document.id, m->index, &untold);
	if (v == NULL && !untold)
		world_violation(w, "open", "%s has still to do what it never got", m->id.text);
	else if (!untold && v->acting == ACTING_NOT && !is_open(v))
		world_violation(w, "open", "%s has still to do with a document after %s",
				m->id.text, v->told);
	else if (!untold)
		rows += v->acting == ACTING_NOT && v->arrived_day >= 0;
	arena_destroy(a);
}

void year_check_open(struct world *w)
{
	struct year *y = w->year;

	y->still_open = 0;
	for (int i = 0; i < w->member_count && w->violation[0] == '\0'; i++) {
		uint32_t wanted = 0;

		rows = 0;
		check_each(w, &w->members[i], FAMILY_OPEN, check_all(), each_row);
		for (uint32_t k = 0; k < y->delivery_count; k++) {
			const struct year_delivery *v = &y->deliveries[k];

			wanted += v->member == i && v->acting == ACTING_NOT &&
				  v->arrived_day >= 0 && is_open(v);
		}
		if (rows != wanted)
			world_violation(w, "open", "%s has %u documents still to do, should be %u",
					w->members[i].id.text, rows, wanted);
		y->still_open += wanted;
	}
}
