/* One turn; see turn.h. The order of the steps in turn_run is the promise of the whole program:
 * nothing leaves before its commit. */
#include "daemon/turn.h"

#include <assert.h>
#include <stdlib.h>

#include "proto/seal.h"
#include "routing/state/plan_cost.h"

enum step {
	STEP_NONE,    /* between turns */
	STEP_SEALING, /* decided; the job has the plan's arena and drafts */
	STEP_SEALED,  /* the job is back */
};

struct turn {
	struct job seal; /* first */
	enum step step;
	enum err sealed; /* what the job says */
	struct turn_parts parts;
	struct plan *plan;
	struct queued batch[TURN_EVENTS_MAX];
	uint32_t batch_count;
	struct turn_figures figures;
	struct store_room room;
};

struct turn *turn_new(const struct turn_parts *parts)
{
	struct turn *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->parts = *parts;
	t->plan = plan_new(parts->store->ops->lookup(parts->store));
	if (t->plan == NULL) {
		free(t);
		return NULL;
	}
	return t;
}

static void release_batch(struct turn *t)
{
	for (uint32_t i = 0; i < t->batch_count; i++) {
		if (t->batch[i].release != NULL)
			t->batch[i].release(t->batch[i].owner);
	}
	t->batch_count = 0;
}

void turn_destroy(struct turn *t)
{
	if (t == NULL)
		return;
	release_batch(t);
	plan_destroy(t->plan);
	free(t);
}

static void count(struct turn *t, const struct event *e)
{
	if (e->type == EVENT_PUBLISH && e->u.publish.aside)
		return; /* counted when it came */
	if (e->type == EVENT_SUBMIT ||
	    (e->type == EVENT_PUBLISH && e->u.publish.lane != LANE_FACTS))
		t->figures.documents_taken++;
	else if (e->type == EVENT_PUBLISH)
		t->figures.facts_taken++;
}

/* of the store, by one event: a document to every neighbour */
enum { EVENT_MOST_BYTES = 512 * 1024, LINK_MOST_BYTES = 8 * 1024 };

/* Does what one more event may cost still fit beside what is planned? The first always comes: what
 * finds no room at all is refused, or held. */
static bool has_store_room(struct turn *t)
{
	uint64_t left = t->room.documents ? t->room.left_bytes : t->room.left_facts_bytes;
	uint64_t most =
		     EVENT_MOST_BYTES + (uint64_t)LINK_MOST_BYTES * core_link_count(t->parts.core),
		 cost = plan_cost_bytes(t->plan);

	return t->batch_count == 0 || cost == 0 || (cost < left && most < left - cost);
}

/* Before each turn: a second is long enough to fill what is left. */
static enum err look_for_room(struct turn *t)
{
	struct store_room *room = &t->room;
	enum err e = t->parts.store->ops->room(t->parts.store, room);

	if (e == ERR_OK)
		core_set_room(t->parts.core, (struct core_room){ room->submissions, room->documents,
								 room->facts, room->why,
								 room->left_bytes,
								 room->left_why });
	return e;
}

static enum err take_events(struct turn *t, struct now now)
{
	struct event tick = { .type = EVENT_TICK };
	enum err e = ERR_OK;

	if (now.mono_ms >= core_deadline_ms(t->parts.core))
		e = core_take(t->parts.core, now, &tick, t->plan);
	/* What finds no room in this plan stays in the inbox for the next turn. */
	while (e == ERR_OK && t->batch_count < TURN_EVENTS_MAX && plan_has_room(t->plan) &&
	       has_store_room(t) && inbox_take(t->parts.inbox, &t->batch[t->batch_count], 1) == 1) {
		const struct event *event = &t->batch[t->batch_count].event;

		t->batch_count++;
		count(t, event);
		e = core_take(t->parts.core, now, event, t->plan);
	}
	if (e == ERR_OK)
		e = core_finish(t->parts.core, now, t->plan);
	return e;
}

/* One read transaction for all lookups of the turn: one for each lookup cost as much as the lookup.
 * It ends before the commit, which could not reuse freed pages while it is open. */
static enum err decide(struct turn *t, struct now now)
{
	struct store *store = t->parts.store;
	enum err e = store->ops->read_begin(store);

	if (e != ERR_OK)
		return e;
	e = take_events(t, now);
	store->ops->read_end(store);
	return e;
}

/* The pump reads what it publishes: again one view, of what is committed now. */
static enum err act(struct turn *t)
{
	struct store *store = t->parts.store;
	enum err e;

	if (t->plan->act_count == 0)
		return ERR_OK;
	e = store->ops->read_begin(store);
	if (e != ERR_OK)
		return e;
	e = outbox_perform(t->parts.outbox, t->plan);
	store->ops->read_end(store);
	return e;
}

/* ---- sealing: here, or on a worker; the one place where something is signed ---- */

static void work_seal(struct job *j)
{
	struct turn *t = (struct turn *)j;

	t->sealed =
	    seal_drafts(t->parts.signer, t->plan->arena, t->plan->drafts, t->plan->draft_count);
}

static void sealed(struct job *j)
{
	struct turn *t = (struct turn *)j;

	assert(t->step == STEP_SEALING);
	t->step = STEP_SEALED;
}

static void seal(struct turn *t)
{
	t->seal = (struct job){ .work = work_seal, .done = sealed };
	t->sealed = ERR_OK;
	t->step = STEP_SEALING;
	if (t->plan->draft_count > 0 && signer_is_slow(t->parts.signer) &&
	    t->parts.runner.run != NULL) {
		t->parts.runner.run(t->parts.runner.ctx, &t->seal);
		return;
	}
	if (t->plan->draft_count > 0)
		work_seal(&t->seal);
	sealed(&t->seal);
}

/* Is what is open still what the configuration names? Nothing is promised into files that no folder
 * has. */
static enum err guard(const struct turn *t)
{
	enum err e = t->parts.store->ops->check(t->parts.store);

	return e == ERR_OK && t->parts.files != NULL ? t->parts.files->ops->check(t->parts.files)
						     : e;
}

static enum err commit(struct turn *t)
{
	enum err e;

	if (plan_is_empty(t->plan))
		return ERR_OK;
	e = guard(t);
	if (e != ERR_OK)
		return e;
	t->figures.commits++;
	e = t->parts.store->ops->commit(t->parts.store, t->plan);
	if (e == ERR_OK && t->parts.committed != NULL)
		t->parts.committed(t->parts.ctx, t->plan);
	return e;
}

/* The second half. */
static enum err finish(struct turn *t)
{
	enum err e = t->sealed;

	assert(t->step == STEP_SEALED);
	if (e == ERR_OK)
		plan_resolve(t->plan);
#ifdef VANTHU_CANARY_EARLY_ACK
	/* The canary of the tests: what a daemon would do that acknowledges before it has anything
	 * on disk. */
	if (e == ERR_OK)
		e = outbox_perform_early(t->parts.outbox, t->plan);
#endif
	if (e == ERR_OK)
		e = commit(t);
	if (e == ERR_OK)
		e = act(t);
	return e;
}

static struct reply_to reply_of(const struct event *e)
{
	switch (e->type) {
	case EVENT_SUBMIT:
		return e->u.submit.reply;
	case EVENT_DIRECTORY:
		return e->u.directory.reply;
	case EVENT_OPERATE:
		return e->u.operate.reply;
	case EVENT_PAPER:
		return e->u.paper.reply;
	case EVENT_PAPERS:
		return e->u.papers.reply;
	case EVENT_OFFICE:
		return e->u.office.reply;
	case EVENT_DECLARE:
		return e->u.declare.reply;
	case EVENT_RESEND:
		return e->u.resend.reply;
	case EVENT_NONE:
	case EVENT_CONNECTED:
	case EVENT_DISCONNECTED:
	case EVENT_MESSAGE:
	case EVENT_PUBLISH:
	case EVENT_FETCHED:
	case EVENT_FAULT:
	case EVENT_TICK:
	case EVENT_BAD_DIRECTORY:
	case EVENT_DROPPED:
		break; /* no client waits for it */
	}
	return (struct reply_to){ 0 };
}

/* None of what was planned has happened. */
static enum err refuse_batch(struct turn *t, enum err why)
{
	enum err e;

	plan_clear(t->plan);
	for (uint32_t i = 0; i < t->batch_count; i++) {
		struct reply_to to = reply_of(&t->batch[i].event);

		if (to.n != 0)
			plan_act(t->plan, ACT_REPLY)->u.reply =
			    (struct act_reply){ .to = to, .result = why };
	}
	e = outbox_perform(t->parts.outbox, t->plan);
	release_batch(t);
	plan_clear(t->plan);
	return e;
}

enum err turn_refuse(struct turn *t, enum err why)
{
	assert(t->step == STEP_NONE);
	t->batch_count = inbox_take(t->parts.inbox, t->batch, TURN_EVENTS_MAX);
	return refuse_batch(t, why);
}

/* The first half. */
static enum err begin(struct turn *t, struct now now)
{
	enum err e = guard(t);

	t->figures.turns++;
	if (e == ERR_OK)
		e = look_for_room(t);
	if (e == ERR_OK)
		e = decide(t, now);
	if (e == ERR_OK)
		seal(t);
	return e;
}

enum err turn_run(struct turn *t, struct now now)
{
	enum err e = t->step == STEP_NONE ? begin(t, now) : ERR_OK;

	if (t->step == STEP_SEALING)
		return ERR_OK;
	if (e == ERR_OK)
		e = finish(t);
	t->step = STEP_NONE;
	if (e == ERR_STORE_GONE && refuse_batch(t, e) != ERR_OK)
		e = ERR_STORE;
	release_batch(t);
	plan_clear(t->plan);
	return e;
}

enum err turn_run_whole(struct turn *t, struct now now)
{
	struct job_runner runner = t->parts.runner;
	enum err e;

	assert(t->step == STEP_NONE);
	t->parts.runner = (struct job_runner){ 0 };
	e = turn_run(t, now);
	t->parts.runner = runner;
	return e;
}

bool turn_is_sealing(const struct turn *t)
{
	return t->step != STEP_NONE;
}

enum err turn_boot(struct turn *t, struct now now)
{
	struct job_runner runner = t->parts.runner;
	enum err e = core_load(t->parts.core, now, t->plan);

	t->parts.runner = (struct job_runner){ 0 }; /* nobody collects jobs yet */
	if (e == ERR_OK) {
		seal(t);
		e = finish(t);
	}
	t->step = STEP_NONE;
	t->parts.runner = runner;
	plan_clear(t->plan);
	return e;
}

const struct store_room *turn_room(const struct turn *t)
{
	return &t->room;
}

struct turn_figures turn_figures(const struct turn *t)
{
	return t->figures;
}

void turn_set_runner(struct turn *t, struct job_runner runner)
{
	t->parts.runner = runner;
}

void turn_set_signer(struct turn *t, struct signer *signer)
{
	assert(t->step != STEP_SEALING); /* acts may bring another */
	t->parts.signer = signer;
}
