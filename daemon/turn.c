/* Turns in a pipeline; see turn.h. The order of the steps is the promise of the whole program:
 * nothing leaves before its commit. Only start_commit makes a plan land, and only land lets its
 * acts out. */
#include "daemon/turn.h"

#include <assert.h>
#include <stdlib.h>

#include "daemon/flight.h"
#include "proto/seal.h"
#include "routing/state/plan_cost.h"

enum {
	/* While an older one is on its way, a turn is sealed ahead when it has so many events: the
	 * signature is then no more than a few µs for each. Fewer wait, others will join them. */
	SEAL_AHEAD_EVENTS = 64,
	/* And when so many hundredths are over of what the commit before took: on a slow disk a
	 * turn that is closed at once has little of what comes meanwhile. */
	SEAL_AHEAD_PERCENT = 70,
	/* So small a turn is committed on this thread, when nothing else goes on. */
	CALM_EVENTS = 4,
	/* What is decided and not on the disk, as plan_cost counts it. */
	IN_FLIGHT_MOST_BYTES = 32 << 20,
};

struct turn {
	struct turn_parts parts;
	struct flight flight;
	struct turn_figures figures;
	struct store_room room;
	int64_t now_ms, commit_ms; /* of this step, monotonic; what the last commit took */
};

struct turn *turn_new(const struct turn_parts *parts)
{
	struct turn *t = calloc(1, sizeof *t);

	if (t == NULL)
		return NULL;
	t->parts = *parts;
	if (!flight_begin(&t->flight, parts->store->ops->lookup(parts->store), t)) {
		turn_destroy(t);
		return NULL;
	}
	return t;
}

void turn_destroy(struct turn *t)
{
	if (t == NULL)
		return;
	flight_free(&t->flight);
	free(t);
}

/* ---- decide ---- */

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
static bool has_store_room(const struct turn *t, const struct slot *s)
{
	uint64_t left = t->room.documents ? t->room.left_bytes : t->room.left_facts_bytes;
	uint64_t most = EVENT_MOST_BYTES +
			(uint64_t)LINK_MOST_BYTES * core_link_count(t->parts.core),
		 cost = plan_cost_bytes(s->plan);

	if (s->batch_count == 0 || cost == 0)
		return true;
	cost += flight_cost_bytes(&t->flight);
	return cost < left && most < left - cost && cost < IN_FLIGHT_MOST_BYTES;
}

static bool is_full(const struct turn *t, const struct slot *s)
{
	return s->batch_count == TURN_EVENTS_MAX || s->plan->alone || !plan_has_room(s->plan) ||
	       !has_store_room(t, s);
}

static uint64_t less(uint64_t bytes, uint64_t by)
{
	return bytes > by && bytes != UINT64_MAX ? bytes - by : bytes == UINT64_MAX ? bytes : 0;
}

/* Before each turn: a second is long enough to fill what is left. */
static enum err look_for_room(struct turn *t)
{
	struct store_room *room = &t->room;
	uint64_t flying = flight_cost_bytes(&t->flight);
	enum err e = t->parts.store->ops->room(t->parts.store, room);

	if (e == ERR_OK)
		core_set_room(t->parts.core,
			      (struct core_room){ room->submissions, room->documents, room->facts,
						  room->why, less(room->left_bytes, flying),
						  room->left_why });
	return e;
}

/* What an operator or the registry wants changes more than a document does. */
static bool goes_alone(enum event_type type)
{
	return type == EVENT_DIRECTORY || type == EVENT_OPERATE || type == EVENT_DECLARE ||
	       type == EVENT_BAD_DIRECTORY;
}

/* What was put behind the batch. */
static enum err take_one(struct turn *t, struct slot *s, struct now now)
{
	const struct queued *q = &s->batch[s->batch_count++];

	s->urgent += inbox_event_is_urgent(&q->event);
	s->patient += inbox_event_is_patient(&q->event);
	count(t, &q->event);
	if (goes_alone(q->event.type))
		plan_goes_alone(s->plan);
	return core_take(t->parts.core, now, &q->event, s->plan);
}

static bool tick_is_due(const struct turn *t, const struct slot *s, struct now now)
{
	return (s == NULL || !s->ticked) && now.mono_ms >= core_deadline_ms(t->parts.core);
}

/* One tick a turn, however long it is open: what a tick may write is bounded, and is looked at for
 * room only with the events that follow it. */
static enum err take_events(struct turn *t, struct slot *s, struct now now)
{
	struct event tick = { .type = EVENT_TICK };
	enum err e = ERR_OK;

	if (tick_is_due(t, s, now)) {
		s->ticked = true;
		e = core_take(t->parts.core, now, &tick, s->plan);
	}
	/* What finds no room in this plan stays in the inbox for the next turn. */
	while (e == ERR_OK && !is_full(t, s) &&
	       inbox_take(t->parts.inbox, &s->batch[s->batch_count], 1) == 1)
		e = take_one(t, s, now);
	return e;
}

/* Is what is open still what the configuration names? Nothing is promised into files that no folder
 * has. */
static enum err guard(const struct turn *t)
{
	enum err e = t->parts.store->ops->check(t->parts.store);

	return e == ERR_OK && t->parts.files != NULL ? t->parts.files->ops->check(t->parts.files)
						     : e;
}

/* The next turn, when one may begin; *out NULL: none. */
static enum err open_turn(struct turn *t, struct slot **out)
{
	enum err e;

	*out = NULL;
	if (t->flight.count == IN_FLIGHT_MAX || turn_is_quiet(t))
		return ERR_OK;
	e = guard(t);
	if (e == ERR_STORE_GONE && flight_job_is_out(&t->flight))
		return ERR_OK; /* the commit that is under way says it, too */
	if (e == ERR_OK)
		e = look_for_room(t);
	if (e != ERR_OK)
		return e;
	*out = flight_open(&t->flight);
	t->figures.turns++;
	return ERR_OK;
}

/* One read transaction for all lookups: one for each lookup cost as much as the lookup. It is
 * short: a commit cannot use freed pages again while it is open. */
static enum err take(struct turn *t, struct now now)
{
	struct store *store = t->parts.store;
	struct slot *s = flight_youngest(&t->flight, STEP_OPEN);
	enum err e = ERR_OK;

	if (inbox_count(t->parts.inbox) == 0 && !tick_is_due(t, s, now))
		return ERR_OK;
	if (s == NULL)
		e = open_turn(t, &s);
	if (e != ERR_OK || s == NULL || is_full(t, s))
		return e;
	e = store->ops->read_begin(store);
	if (e != ERR_OK)
		return e;
	e = take_events(t, s, now);
	store->ops->read_end(store);
	return e;
}

/* ---- seal: here, or on a worker; the one place where something is signed ---- */

static void work_seal(struct job *j)
{
	struct slot *s = (struct slot *)j;

	s->result = seal_drafts(((struct turn *)s->owner)->parts.signer, s->plan->arena,
				s->plan->drafts, s->plan->draft_count);
}

static void sealed(struct job *j)
{
	struct slot *s = (struct slot *)j;

	assert(s->step == STEP_SEALING);
	s->step = STEP_SEALED;
	if (s->result == ERR_OK)
		s->result = core_sealed(((struct turn *)s->owner)->parts.core, s->plan);
}

static void seal(struct turn *t, struct slot *s)
{
	s->seal = (struct job){ .work = work_seal, .done = sealed };
	s->step = STEP_SEALING;
	if (s->plan->draft_count > 0 && signer_is_slow(t->parts.signer) &&
	    t->parts.runner.run != NULL) {
		t->parts.runner.run(t->parts.runner.ctx, &s->seal);
		return;
	}
	if (s->plan->draft_count > 0)
		work_seal(&s->seal);
	sealed(&s->seal);
}

/* Ends the deciding: acknowledgements, credit, pumps, once for the whole turn. */
static enum err close_turn(struct turn *t, struct slot *s, struct now now)
{
	struct store *store = t->parts.store;
	enum err e = store->ops->read_begin(store);

	if (e != ERR_OK)
		return e;
	e = core_finish(t->parts.core, now, s->plan);
	store->ops->read_end(store);
	if (e != ERR_OK)
		return e;
	s->cost_bytes = plan_cost_bytes(s->plan);
	seal(t, s);
	return ERR_OK;
}

/* Is it time? */
static bool is_due(struct turn *t, const struct slot *s, enum pace pace)
{
	const struct slot *before =
		t->flight.count > 1 ? flight_at(&t->flight, t->flight.count - 2) : NULL;

	if (before != NULL && before->step != STEP_COMMITTING)
		return false; /* one waits already: whatever comes joins the open one */
	if (is_full(t, s))
		return true;
	if (before == NULL)
		return pace != PACE_HOLD;
	return s->batch_count >= SEAL_AHEAD_EVENTS &&
	       (t->now_ms - before->begun_ms) * 100 >= t->commit_ms * SEAL_AHEAD_PERCENT;
}

/* ---- commit ---- */

static void work_commit(struct job *j)
{
	struct slot *s = (struct slot *)((char *)j - offsetof(struct slot, commit));
	struct store *store = ((struct turn *)s->owner)->parts.store;

	s->result = store->ops->commit(store, s->plan);
}

static void committed(struct job *j)
{
	struct slot *s = (struct slot *)((char *)j - offsetof(struct slot, commit));

	assert(s->step == STEP_COMMITTING);
	s->step = STEP_LANDED;
}

/* It is the oldest that is not on the disk. */
static enum err start_commit(struct turn *t, struct slot *s, bool here)
{
	enum err e = s->result;

	assert(s->step == STEP_SEALED);
#ifdef VANTHU_CANARY_EARLY_ACK
	/* The canary of the tests: what a daemon would do that acknowledges before it has anything
	 * on disk. */
	if (e == ERR_OK)
		e = outbox_perform_early(t->parts.outbox, s->plan);
#endif
	if (e == ERR_OK && !plan_is_empty(s->plan))
		e = guard(t);
	if (e != ERR_OK)
		return e;
	s->step = STEP_COMMITTING;
	s->begun_ms = t->now_ms;
	s->commit = (struct job){ .work = work_commit, .done = committed };
	if (plan_is_empty(s->plan)) {
		committed(&s->commit);
		return ERR_OK;
	}
	t->figures.commits++;
	if (!here && t->parts.committer.run != NULL) {
		t->parts.committer.run(t->parts.committer.ctx, &s->commit);
		return ERR_OK;
	}
	work_commit(&s->commit);
	committed(&s->commit);
	return ERR_OK;
}

/* ---- act ---- */

/* The pump reads what it publishes: again one view, of what is committed now. */
static enum err act(struct turn *t, const struct slot *s)
{
	struct store *store = t->parts.store;
	enum err e;

	if (s->plan->act_count == 0)
		return ERR_OK;
	e = store->ops->read_begin(store);
	if (e != ERR_OK)
		return e;
	e = outbox_perform(t->parts.outbox, s->plan);
	store->ops->read_end(store);
	return e;
}

/* The oldest is on the disk. The disk goes on with the next one, before the acts of this one. */
static enum err land(struct turn *t)
{
	struct slot *s = flight_at(&t->flight, 0);
	struct slot *next = t->flight.count > 1 ? flight_at(&t->flight, 1) : NULL;
	enum err e = s->result, begun = ERR_OK;

	assert(s->step == STEP_LANDED);
	if (e != ERR_OK)
		return e;
	/* If that one cannot even begin, this one is on the disk all the same, and says so. */
	t->commit_ms = t->now_ms - s->begun_ms;
	if (next != NULL && next->step == STEP_SEALED && t->parts.committer.run != NULL)
		begun = start_commit(t, next, false);
	core_landed(t->parts.core, s->plan);
	if (t->parts.committed != NULL)
		t->parts.committed(t->parts.ctx, s->plan);
	e = act(t, s);
	if (e == ERR_OK)
		flight_drop_oldest(&t->flight);
	return e == ERR_OK ? begun : e;
}

/* As far as it goes without a job's end. */
static enum err go_on(struct turn *t, enum pace pace)
{
	enum err e = ERR_OK;

	while (e == ERR_OK && t->flight.count > 0) {
		struct slot *s = flight_at(&t->flight, 0);

		if (s->step == STEP_SEALED)
			e = start_commit(t, s,
					 pace == PACE_CALM && t->flight.count == 1 &&
						 s->batch_count <= CALM_EVENTS);
		if (e != ERR_OK || s->step != STEP_LANDED)
			return e;
		e = land(t);
	}
	return e;
}

/* ---- when nothing is committed any more ---- */

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
	case EVENT_ACCEPT:
		return e->u.accept.reply;
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
	case EVENT_CONTENT_LOST:
	case EVENT_DAMAGED:
		break; /* no client waits for it */
	}
	return (struct reply_to){ 0 };
}

/* None of what was planned has happened. */
static void refuse_all(struct turn *t, enum err why)
{
	for (; t->flight.count > 0; flight_drop_oldest(&t->flight)) {
		const struct slot *s = flight_at(&t->flight, 0);

		for (uint32_t i = 0; i < s->batch_count; i++) {
			struct act_reply r = { .to = reply_of(&s->batch[i].event), .result = why };

			if (r.to.n != 0)
				outbox_reply(t->parts.outbox, &r);
		}
	}
}

void turn_refuse(struct turn *t, enum err why)
{
	struct slot *s;

	if (flight_job_is_out(&t->flight))
		return;
	refuse_all(t, why);
	s = flight_open(&t->flight);
	s->batch_count = inbox_take(t->parts.inbox, s->batch, TURN_EVENTS_MAX);
	refuse_all(t, why);
}

/* What came of it that nobody else needs, as far as no job has it. */
static enum err failed(struct turn *t, enum err e)
{
	if (flight_job_is_out(&t->flight))
		return e;
	if (e == ERR_STORE_GONE)
		refuse_all(t, e);
	while (t->flight.count > 0)
		flight_drop_oldest(&t->flight);
	return e;
}

/* ---- the whole ---- */

static enum err step(struct turn *t, struct now now, enum pace pace)
{
	struct slot *s;
	enum err e;

	t->now_ms = now.mono_ms;
	e = go_on(t, pace);

	if (e == ERR_OK)
		e = take(t, now);
	s = flight_youngest(&t->flight, STEP_OPEN);
	if (e == ERR_OK && s != NULL && is_due(t, s, pace))
		e = close_turn(t, s, now);
	return e == ERR_OK ? go_on(t, pace) : e;
}

enum err turn_run(struct turn *t, struct now now, enum pace pace)
{
	enum err e = step(t, now, pace);

	return e == ERR_OK ? ERR_OK : failed(t, e);
}

/* Until the job of the oldest is back. */
static void wait_for_job(struct turn *t)
{
	struct job_runner *r = flight_at(&t->flight, 0)->step == STEP_SEALING ? &t->parts.runner
									      : &t->parts.committer;

	r->wait(r->ctx);
}

enum err turn_drain(struct turn *t, struct now now)
{
	enum err e;

	t->now_ms = now.mono_ms;
	e = go_on(t, PACE_BUSY);

	while (e == ERR_OK && t->flight.count > 0) {
		struct slot *s = flight_youngest(&t->flight, STEP_OPEN);

		if (s != NULL)
			e = close_turn(t, s, now);
		if (e == ERR_OK)
			e = go_on(t, PACE_BUSY);
		if (e == ERR_OK && flight_job_is_out(&t->flight))
			wait_for_job(t);
	}
	return e == ERR_OK ? ERR_OK : failed(t, e);
}

enum err turn_run_whole(struct turn *t, struct now now)
{
	struct job_runner runner = t->parts.runner, committer = t->parts.committer;
	enum err e = turn_drain(t, now);

	if (e != ERR_OK)
		return e;
	t->parts.runner = t->parts.committer = (struct job_runner){ 0 };
	e = turn_run(t, now, PACE_CALM);
	t->parts.runner = runner;
	t->parts.committer = committer;
	return e;
}

bool turn_is_quiet(const struct turn *t)
{
	for (unsigned i = 0; i < t->flight.count; i++) {
		const struct slot *s = flight_look(&t->flight, i);

		if (s->step == STEP_SEALING || s->plan->alone)
			return true;
	}
	return false;
}

struct turn_open turn_open(const struct turn *t)
{
	unsigned count = t->flight.count;
	const struct slot *s = count == 0 ? NULL : flight_look(&t->flight, count - 1);

	if (s == NULL || s->step != STEP_OPEN)
		return (struct turn_open){ .disk_busy = count > 0 };
	return (struct turn_open){ .events = s->batch_count,
				   .urgent = s->urgent > 0,
				   .patient = s->batch_count > 0 && s->patient == s->batch_count,
				   .disk_busy = count > 1 };
}

enum err turn_boot(struct turn *t, struct now now)
{
	struct job_runner runner = t->parts.runner, committer = t->parts.committer;
	struct slot *s = flight_open(&t->flight);
	enum err e;

	/* nobody collects jobs yet */
	t->parts.runner = t->parts.committer = (struct job_runner){ 0 };
	e = core_load(t->parts.core, now, s->plan);
	if (e == ERR_OK) {
		seal(t, s);
		e = go_on(t, PACE_CALM);
	}
	while (t->flight.count > 0)
		flight_drop_oldest(&t->flight); /* it has failed */
	t->parts.runner = runner;
	t->parts.committer = committer;
	return e;
}

struct turn_figures turn_figures(const struct turn *t)
{
	return t->figures;
}

void turn_set_runner(struct turn *t, struct job_runner runner)
{
	t->parts.runner = runner;
}

void turn_set_committer(struct turn *t, struct job_runner committer)
{
	t->parts.committer = committer;
}

void turn_set_signer(struct turn *t, struct signer *signer)
{
	assert(flight_youngest(&t->flight, STEP_SEALING) == NULL); /* acts may bring another */
	t->parts.signer = signer;
}
