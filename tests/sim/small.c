/* The operations of small worlds; see small.h. */
#include "tests/sim/small.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "daemon/store/memory.h"
#include "tests/sim/keys.h"
#include "tests/sim/world.h"

enum { TOP, ISSUER, OFFICE, MEMBERS };
enum { EDGE_ISSUER, EDGE_OFFICE }; /* of the top to each */
enum { UP, DOWN };		   /* directions of an edge */
enum { INLINE_BYTES = 600, FILE_BYTES = 7000, BOOT_MS = 100 };

#define CLOCK_MS (7 * 3600000LL)

/* What happens at this moment, and nothing that takes time. */
static void at_once(struct world *w)
{
	world_run_until(w, w->now_ms);
}

/* ---- documents ---- */

static struct wanted *add_document(struct world *w, int origin)
{
	int i = w->document_count++;
	struct wanted *d = &w->documents[i];

	assert(i < DOCUMENTS_MAX);
	d->origin = origin;
	d->repeat = 1;
	d->urgency = URGENCY_THUONG;
	snprintf(d->number, sizeof d->number, "%d-CV/X", i);
	for (unsigned k = 0; k < 6; k++)
		d->id.bytes[k] =
			(uint8_t)((uint64_t)(w->start_wall_ms + w->now_ms) >> (8 * (5 - k)));
	d->id.bytes[6] = 0x70;
	d->id.bytes[8] = 0x80;
	d->id.bytes[15] = (uint8_t)(i + 1);
	d->part_count = 1;
	d->part_bytes[0] = INLINE_BYTES;
	d->part_seed[0] = (uint64_t)i;
	return d;
}

static void hand_in(struct world *w, const struct wanted *d)
{
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms,
					      .kind = SIM_SUBMIT,
					      .document = (int)(d - w->documents) });
	at_once(w);
}

/* To the top, and over it to the other one, with a file. */
static struct wanted *add_upwards(struct world *w)
{
	struct wanted *d = add_document(w, ISSUER);

	d->part_count = 2;
	d->part_bytes[1] = FILE_BYTES;
	d->part_seed[1] = 1000 + d->part_seed[0];
	d->recipients[0].committee = w->members[TOP].id;
	d->recipients[1].committee = w->members[OFFICE].id;
	d->recipient_count = 2;
	d->addressed = 1u << TOP | 1u << OFFICE;
	return d;
}

static void submit_up(struct world *w)
{
	hand_in(w, add_upwards(w));
}

static void submit_down(struct world *w)
{
	struct wanted *d = add_document(w, TOP);

	d->urgency = URGENCY_HOA_TOC;
	d->recipients[0].group = GROUP_SUBORDINATES;
	d->recipient_count = 1;
	d->addressed = 1u << ISSUER | 1u << OFFICE;
	hand_in(w, d);
}

/* ---- time ---- */

static void step(struct world *w)
{
	world_run_until(w, w->now_ms + SMALL_STEP_MS);
}

static void quiet(struct world *w)
{
	world_run_until(w, w->now_ms + SMALL_QUIET_MS);
}

/* ---- what goes wrong ---- */

/* What is on its way between the issuer and the top never comes, and the connection stands. */
static void drop(struct world *w)
{
	for (size_t i = 0; i < w->heap_count; i++) {
		struct sim_event *e = &w->heap[i];

		if (e->kind == SIM_FRAME && e->edge == EDGE_ISSUER)
			e->generation = UINT64_MAX; /* of no connection */
	}
}

/* From the office nothing comes up any more, and what is on its way does not; or it does again. */
static void cut(struct world *w)
{
	w->edges[EDGE_OFFICE].cut[UP] = !w->edges[EDGE_OFFICE].cut[UP];
}

static void crash(struct world *w)
{
	member_crash(&w->members[TOP]);
}

/* What the two write next is on their disks, and they are told that it is not. */
static void fail(struct world *w)
{
	memory_disk_fail(w->members[ISSUER].disk, 1, ERR_STORE, true);
	memory_disk_fail(w->members[OFFICE].disk, 1, ERR_STORE, true);
}

/* Ahead, right again, behind, right again. */
static void set_clock(struct world *w)
{
	static const int64_t by[] = { CLOCK_MS, 0, -CLOCK_MS, 0 };
	struct member *m = &w->members[ISSUER];

	m->clock_ms = by[w->small->clocks++ % 4];
	w->clocks_wrong += m->clock_ms != 0;
	world_wake(w, m, 0);
	at_once(w);
}

static void put_back(struct world *w)
{
	w->setback = true;
	setback_restore(w);
}

/* ---- versions of the directory ---- */

static void install(struct world *w)
{
	member_install(&w->members[TOP], w->version_count);
	at_once(w);
}

/* The office's committee stands below the issuer's, or below the top again. */
static void move(struct world *w)
{
	bool below = world_parent(w, w->version_count, OFFICE) == ISSUER;

	registry_move(w, OFFICE, below ? TOP : ISSUER);
	install(w);
}

/* The issuer has a new key, beside the old one; when it has as many as may be, the directory is
 * renewed. */
static void renew_key(struct world *w)
{
	registry_renew(w, ISSUER);
	install(w);
}

/* ---- offices ---- */

static bool has_act(const struct world *w, int document, enum office_status next)
{
	for (int i = 0; i < w->act_count; i++) {
		if (w->acts[i].document == document && w->acts[i].next == next)
			return true;
	}
	return false;
}

static void act(struct world *w, int document, int member, enum office_status next)
{
	assert(w->act_count < OFFICE_ACTS_MAX);
	w->acts[w->act_count] =
		(struct office_act){ .document = document, .member = member, .next = next };
	world_schedule(w, (struct sim_event){ .at_ms = w->now_ms,
					      .kind = SIM_OFFICE,
					      .document = w->act_count++ });
	at_once(w);
}

/* What the office has still to do with a document; OFFICE_NONE: nothing. */
static enum office_status next_of(const struct world *w, int i)
{
	const struct wanted *d = &w->documents[i];
	bool asked = has_act(w, i, OFFICE_RECALL_ASKED) || d->older != 0;

	if (asked)
		return has_act(w, i, OFFICE_RECALL_AGREED) ? OFFICE_NONE : OFFICE_RECALL_AGREED;
	if (!has_act(w, i, OFFICE_ACCEPTED))
		return OFFICE_ACCEPTED;
	return has_act(w, i, OFFICE_FINISHED) ? OFFICE_NONE : OFFICE_FINISHED;
}

/* The newest that its clerk sees and that is not done with. */
static void work(struct world *w)
{
	for (int i = w->document_count - 1; i >= 0; i--) {
		enum office_status next = next_of(w, i);

		if (w->documents[i].origin != ISSUER || next == OFFICE_NONE ||
		    !offices_sees(&w->members[OFFICE], &w->documents[i]))
			continue;
		act(w, i, OFFICE, next);
		return;
	}
}

static bool may_ask(const struct world *w, int i)
{
	return w->documents[i].origin == ISSUER && !w->documents[i].has_newer &&
	       !has_act(w, i, OFFICE_RECALL_ASKED);
}

/* The issuer asks its newest back, has come or not; every second time another takes the place of
 * its oldest. */
static void recall(struct world *w)
{
	bool replace = w->small->recalls++ % 2 == 1;
	int found = -1;

	for (int i = 0; i < w->document_count; i++) {
		if (may_ask(w, i) && (found < 0 || !replace))
			found = i;
	}
	if (found < 0)
		return;
	if (!replace) {
		act(w, found, ISSUER, OFFICE_RECALL_ASKED);
		return;
	}
	struct wanted *d = add_upwards(w);

	d->older = found + 1;
	d->business = BUSINESS_REPLACE;
	w->documents[found].has_newer = true;
	hand_in(w, d);
}

struct small_operation {
	const char *name;
	void (*operate)(struct world *w);
};

static const struct small_operation operations[] = {
	{ "up", submit_up },	{ "down", submit_down }, { "step", step },   { "quiet", quiet },
	{ "drop", drop },	{ "cut", cut },		 { "crash", crash }, { "fail", fail },
	{ "clock", set_clock }, { "back", put_back },	 { "office", work }, { "recall", recall },
};
_Static_assert(sizeof operations / sizeof operations[0] == SMALL_OPERATIONS, "one each");

/* What the other kinds have in their places. */
static const struct {
	enum small_kind kind;
	unsigned operation;
	struct small_operation is;
} others[] = {
	{ SMALL_CHANGING, 8, { "move", move } },
	{ SMALL_CHANGING, 9, { "key", renew_key } },
	{ SMALL_ISSUER_BACK, 9, { "issuer back", put_back } },
	{ SMALL_OFFICE_BACK, 9, { "office back", put_back } },
};

enum { OTHERS = sizeof others / sizeof others[0] };

static const struct small_operation *operation_of(enum small_kind kind, unsigned operation)
{
	for (unsigned i = 0; i < OTHERS; i++) {
		if (others[i].kind == kind && others[i].operation == operation)
			return &others[i].is;
	}
	return &operations[operation];
}

/* ---- a sequence ---- */

static enum small_kind kind_of(uint64_t sequence)
{
	return (enum small_kind)(sequence / SMALL_OF_KIND);
}

const char *small_name(uint64_t sequence, unsigned n)
{
	return operation_of(kind_of(sequence), small_operation_of(sequence, n))->name;
}

bool small_is_new(uint64_t sequence)
{
	enum small_kind kind = kind_of(sequence);

	for (unsigned i = 0; i < SMALL_LENGTH; i++) {
		unsigned operation = small_operation_of(sequence, i);

		if (operation_of(kind, operation) != &operations[operation])
			return true;
	}
	return kind == SMALL_SETBACK;
}

unsigned small_operation_of(uint64_t sequence, unsigned n)
{
	for (unsigned i = n + 1; i < SMALL_LENGTH; i++)
		sequence /= SMALL_OPERATIONS;
	return (unsigned)(sequence % SMALL_OPERATIONS);
}

void small_operate(struct world *w, unsigned operation)
{
	if (w->violation[0] != '\0')
		return;
	operation_of(w->small->kind, operation)->operate(w);
}

void small_begin(struct world *w, struct small *s, uint64_t sequence)
{
	world_begin(w, RECALL_SEEDS + 1);
	*s = (struct small){ .kind = kind_of(sequence) };
	w->small = s;
	w->changing = s->kind == SMALL_CHANGING;
	w->hasty = 1u << ISSUER;
	w->drops = 1u << OFFICE;
	for (int i = 0; i < MEMBERS; i++)
		member_create(w, i, i == TOP ? -1 : TOP);
	w->member_count = MEMBERS;
	w->edges[EDGE_ISSUER] = (struct edge){ .superior = TOP, .subordinate = ISSUER };
	w->edges[EDGE_OFFICE] = (struct edge){ .superior = TOP, .subordinate = OFFICE };
	w->edge_count = 2;
	keys_make_directory(w);
	world_start(w, BOOT_MS);
	quiet(w);
	submit_up(w);
	quiet(w);
	work(w);
	quiet(w);
	w->setback_member = s->kind == SMALL_ISSUER_BACK   ? ISSUER
			    : s->kind == SMALL_OFFICE_BACK ? OFFICE
							   : TOP;
	setback_copy(w);
	submit_up(w);
	submit_down(w);
	quiet(w);
	work(w);
	quiet(w);
	submit_up(w);
}
