/* The core's memory, how it is built from records, and what others may read of it; see core.h. */
#include "routing/core.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/decide/decide.h"
#include "routing/directory/directory.h"
#include "routing/documents/documents.h"
#include "routing/links/links.h"
#include "routing/reconcile/reconcile.h"
#include "routing/state/event.h"
#include "routing/state/feed.h"
#include "routing/state/history.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/stream.h"
#include "routing/target/target.h"

enum { TICK_MS = 1000, DOUBTED_LATELY_MS = 3600 * 1000 };

/* Boot: the last record of a prefix is all that memory needs of an ascending family. */
static enum err load_last(struct turn_view *t, enum family family, struct key prefix)
{
	struct scan scan = scan_of(prefix);
	struct record r;
	enum err e = t->lookup.last(t->lookup.ctx, t->plan->arena, family, &scan, &r);

	if (e == ERR_OK)
		core_apply(t->core, &scan.at, &r);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Where the records number what comes next: a number whose record is damaged was given all the
 * same, and what else lies under it is whole. */
static enum err load_number(struct turn_view *t, enum family family, struct key prefix)
{
	struct scan scan = scan_of(prefix);
	struct record r;
	enum err e;

	scan.report_damage = true;
	e = t->lookup.last(t->lookup.ctx, t->plan->arena, family, &scan, &r);
	if (e == ERR_DAMAGED) {
		r = (struct record){ .family = family };
		e = ERR_OK;
	}
	if (e == ERR_OK)
		core_apply(t->core, &scan.at, &r); /* of these its key says it */
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* For core_landed. */
static void note_feed(const struct core *c, struct plan *plan)
{
	memcpy(plan->feed_id, c->feed.id, sizeof plan->feed_id);
	plan->feed_first = c->feed.first;
	plan->feed_next = c->feed.next;
}

enum err core_load(struct core *c, struct now now, struct plan *plan)
{
	static const enum role roles[] = { ROLE_OUT, ROLE_IN, ROLE_RELAY };
	struct turn_view t = turn_view_of(c, now, plan);
	struct key all = { .len_bytes = 0 };
	enum err e;

	assert(!c->loaded);
	c->now = now;
	for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
		e = load_number(&t, FAMILY_DOCUMENT, key_role(roles[i]));
		if (e != ERR_OK)
			return e;
	}
	e = load_number(&t, FAMILY_ACT, all);
	if (e == ERR_OK)
		e = feed_load(&t);
	if (e == ERR_OK)
		e = history_load(&t);
	if (e == ERR_OK)
		e = stand_load(&t);
	if (e == ERR_OK)
		e = accept_load(&t);
	if (e == ERR_OK)
		e = aside_load(&t);
	if (e == ERR_OK)
		e = load_last(&t, FAMILY_DIRECTORY, all);
	if (e == ERR_OK)
		e = passed_load(&t);
	if (e == ERR_OK)
		e = unheard_load(&t);
	if (e == ERR_OK)
		e = install_load(&t);
	if (e == ERR_OK)
		e = link_prepare_all(&t);
	if (e == ERR_OK)
		e = requeue_load(&t);
	told_begin(&t);
	if (e == ERR_OK)
		e = recount_load(&t);
	if (e == ERR_OK)
		e = numbers_load(&t);
	if (e == ERR_OK)
		e = open_work_load(&t);
	if (e == ERR_OK)
		e = matter_load(&t);
	feed_finish(&t, passed_now(c, now));
	note_feed(c, plan);
	history_finish(&t);
	if (e == ERR_OK)
		e = plan->failed;
	if (e == ERR_OK)
		c->loaded = true;
	c->next_tick_ms = now.mono_ms;
	return e;
}

int64_t core_deadline_ms(const struct core *c)
{
	return c->next_tick_ms;
}

static enum err take_tick(struct turn_view *t)
{
	enum err e;

	t->core->next_tick_ms = t->now.mono_ms + TICK_MS;
	e = decide_tick(t); /* which may want to go on sooner */
	return e == ERR_OK ? feed_tick(t, passed_now(t->core, t->now)) : e;
}

static enum err decide(struct turn_view *t, const struct event *event)
{
	switch (event->type) {
	case EVENT_SUBMIT:
		return decide_submit(t, &event->u.submit);
	case EVENT_CONNECTED:
		return decide_connected(t, &event->u.link);
	case EVENT_DISCONNECTED:
		return decide_disconnected(t, &event->u.link);
	case EVENT_MESSAGE:
		return decide_message(t, &event->u.message);
	case EVENT_PUBLISH:
		return event->u.publish.aside ? decide_aside(t, &event->u.publish)
					      : decide_publish(t, &event->u.publish);
	case EVENT_FETCHED:
		return decide_fetched(t, &event->u.fetched);
	case EVENT_DROPPED:
		return decide_dropped(t, &event->u.dropped);
	case EVENT_CONTENT_LOST:
		return content_lost(t, &event->u.content_lost);
	case EVENT_DAMAGED:
		return repair_record(t, &event->u.damaged);
	case EVENT_ACCEPT:
		return accept_record(t, &event->u.accept);
	case EVENT_DIRECTORY:
		return decide_directory(t, &event->u.directory);
	case EVENT_OPERATE:
		return decide_operate(t, &event->u.operate);
	case EVENT_PAPER:
		return decide_paper(t, &event->u.paper);
	case EVENT_PAPERS:
		return decide_papers(t, &event->u.papers);
	case EVENT_OFFICE:
		return decide_office(t, &event->u.office);
	case EVENT_RESEND:
		return decide_resend(t, &event->u.resend);
	case EVENT_DECLARE:
		return decide_declare(t, &event->u.declare);
	case EVENT_FAULT:
		return decide_fault(t, &event->u.link);
	case EVENT_BAD_DIRECTORY:
		return decide_bad_directory(t, &event->u.link);
	case EVENT_TICK:
		return take_tick(t);
	case EVENT_NONE:
		break;
	}
	assert(event->type != EVENT_NONE);
	return ERR_OK;
}

enum err core_take(struct core *c, struct now now, const struct event *event, struct plan *plan)
{
	struct turn_view t = turn_view_of(c, now, plan);
	enum err e;

	assert(c->loaded); /* without the records, decisions would be repeated */
	assert(now.mono_ms >= c->now.mono_ms);
	c->now = now;
	e = decide(&t, event);
	return e == ERR_OK ? plan->failed : e;
}

void core_set_room(struct core *c, struct core_room room)
{
	for (uint32_t i = 0; c->room.documents != room.documents && i < c->link_count; i++)
		/* the neighbours hear at once why their documents wait, or that they need not any
		 * more */
		c->links[i]->next_ping_ms = 0;
	c->room = room;
}

void core_set_unsound(struct core *c, enum err why)
{
	c->unsound = why;
}

uint64_t core_accepted(const struct core *c)
{
	return c->accepted;
}

void core_set_policy(struct core *c, int64_t relay_retention_ms, int64_t expire_ms,
		     uint64_t attachment_max_bytes)
{
	c->config.relay_retention_ms = relay_retention_ms;
	c->config.expire_ms = expire_ms;
	c->config.attachment_max_bytes = attachment_max_bytes;
}

void core_set_doctypes(struct core *c, const struct doctype_table *types)
{
	c->doctypes = types;
}

void core_set_targets(struct core *c, const struct target_table *targets)
{
	c->targets = targets;
}

void core_set_retention(struct core *c, const struct retention_table *retention)
{
	c->retention = retention;
}

void core_set_feed(struct core *c, int64_t keep_ms, uint64_t keep_count)
{
	c->config.feed_keep_ms = keep_ms;
	c->config.feed_keep_count = keep_count;
	c->feed.next_look_ms = 0;
}

void core_feed(const struct core *c, struct feed_view *out)
{
	*out = c->feed.landed;
}

void core_landed(struct core *c, const struct plan *plan)
{
	struct feed_view *landed = &c->feed.landed;

	memcpy(landed->id, plan->feed_id, sizeof landed->id);
	landed->first = plan->feed_first;
	landed->next = plan->feed_next;
}

void core_set_recall(struct core *c, bool drop)
{
	c->config.drop_recalled = drop;
}

void core_set_deadlines(struct core *c, const struct deadline_rules *rules)
{
	c->deadlines = *rules;
	c->open_work.next_round_ms = 0;
}

void core_stand(const struct core *c, struct stand_view *out)
{
	*out = (struct stand_view){ .alarm = ERR_OK };
	if (c->stand.alarm != ERR_OK)
		*out = (struct stand_view){ .alarm = c->stand.alarm,
					    .since_ms = c->stand.since_ms,
					    .by = c->stand.by };
}

void core_recovery(const struct core *c, struct recovery_view *out)
{
	const struct reconcile *r = &c->reconcile;

	*out = (struct recovery_view){ .stage = r->stage,
				       .began_ms = r->began_ms,
				       .ended_ms = r->stage == RECONCILE_NONE ? r->ended_ms : 0,
				       .returned = r->returned,
				       .gone = r->gone,
				       .listed = r->listed };
	memcpy(out->voided, r->voided, sizeof out->voided);
	for (uint32_t i = 0; i < c->link_count; i++) {
		const struct peer_stand *s = &c->links[i]->stand;

		out->came += s->reconciled ? s->gave : s->came;
		if (!c->links[i]->present || c->links[i]->ended)
			continue;
		out->neighbours++;
		out->done += s->reconciled;
	}
}

uint64_t core_aside_age_ms(const struct core *c, const struct rec_aside *a)
{
	uint64_t run_ms = c->aside.run_base_ms + (uint64_t)(c->now.mono_ms - c->aside.run_from_ms);

	return run_ms > a->since_run_ms ? run_ms - a->since_run_ms : 0;
}

uint64_t core_aside_count(const struct core *c)
{
	return c->aside.count;
}

uint64_t core_doubted(const struct core *c, bool *lately)
{
	*lately = c->doubted > 0 && c->now.mono_ms - c->doubted_at_ms < DOUBTED_LATELY_MS;
	return c->doubted;
}

uint32_t core_unlinked(const struct core *c)
{
	return c->unlinked;
}

bool core_recounting(const struct core *c)
{
	return c->recount.active || c->target.rebuild;
}

uint32_t core_link_count(const struct core *c)
{
	return c->link_count;
}

/* Documents wait for a neighbour that has no room, or for one whose clock is wrong: the neighbour
 * subscribes when its clock is right (routing/links/guard.c). From here this is not certain; what
 * else would keep a living link from subscribing lasts seconds. */
static enum err waits_for(const struct core *c, const struct link *l)
{
	int64_t ahead_ms = clock_ahead_ms(&l->clock, c->now);
	bool off = ahead_ms > CLOCK_TOLERANCE_MS || ahead_ms < -CLOCK_TOLERANCE_MS, waits = false;

	if (l->up && l->withholding != 0)
		return (enum err)l->withholding; /* it says so itself */
	for (int lane = LANE_URGENT; lane < LANE_COUNT; lane++)
		waits =
		    waits || (!l->out[lane].subscribed && l->out[lane].last > l->out[lane].acked);
	return l->up && off && waits ? ERR_CLOCK_NEIGHBOUR : ERR_OK;
}

static uint32_t down_reason_of(const struct link *l)
{
	bool vague =
	    l->down_reason == 0 || l->down_reason == ERR_NETWORK || l->down_reason == ERR_TIMEOUT;

	if (l->up)
		return 0;
	if (vague && l->ended)
		return ERR_RETIRED_RECIPIENT;
	return l->down_reason == 0 ? ERR_NETWORK : l->down_reason;
}

/* The oldest of all lanes, and the longest wait of any. */
static void view_waiting(const struct core *c, const struct link *l, struct link_view *out)
{
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
		const struct aside_sum *s = &l->aside[lane];
		int64_t since_ms =
		    c->aside.run_from_ms - (int64_t)(c->aside.run_base_ms - s->since_run_ms);

		int64_t age_ms = c->now.mono_ms - since_ms;

		if (s->count > 0 && age_ms > out->aside_age_ms)
			out->aside_age_ms = age_ms;
		out->aside += s->count;
		out->aside_bytes += s->bytes;
		if (l->held_for[lane] == ERR_OK ||
		    (out->held_for != ERR_OK &&
		     c->now.mono_ms - l->held_since_ms[lane] <= out->held_ms))
			continue;
		out->held_for = l->held_for[lane];
		out->held_ms = c->now.mono_ms - l->held_since_ms[lane];
	}
	out->rejected = l->rejected;
	out->rejected_by = l->rejected_by;
}

static void view_recovery(const struct core *c, const struct link *l, struct recovery_link *out)
{
	const struct peer_stand *s = &l->stand;

	*out = (struct recovery_link){ .speaks = s->speaks && l->up,
				       .reconciles = s->reconciles,
				       .asked = l->up && s->asked_round != 0 &&
						s->asked_round == c->reconcile.round,
				       .done = s->reconciled,
				       .came = s->reconciled ? s->gave : s->came,
				       .lacks = s->reconciled ? s->lacks : 0,
				       .giving = s->giving.phase,
				       .round = s->giving.round,
				       .published = s->giving.published,
				       .gone = s->giving.gone };
}

/* The worst that is known of its store, or that it showed of ours. */
static void view_store(const struct link *l, struct link_view *out)
{
	const struct {
		enum err what;
		int64_t since_ms;
	} all[] = { { l->stand.its, l->stand.its_since_ms },
		    { l->heads.its, l->heads.its_since_ms },
		    { l->stand.ours, l->stand.ours_since_ms },
		    { l->heads.ours, l->heads.ours_since_ms } };

	for (size_t i = 0; i < sizeof all / sizeof all[0] && out->store_alarm == ERR_OK; i++) {
		out->store_alarm = all[i].what;
		out->store_alarm_since_ms = all[i].since_ms;
	}
	if (l->heads.count > 0)
		out->head = l->heads.held[l->heads.count - 1];
	out->heads = l->heads.count;
	out->head_before = l->heads.before;
}

static void link_view_of(const struct core *c, const struct link *l, struct link_view *out)
{
	memset(out, 0, sizeof *out);
	view_waiting(c, l, out);
	out->neighbour = l->neighbour;
	out->superior = l->superior;
	out->present = l->present;
	out->leaving = l->leaving;
	out->up = l->up;
	out->last_proof_ms = l->last_proof_ms;
	out->last_rtt_us = l->rtt_us;
	view_store(l, out);
	out->violations = l->violations;
	out->peer_directory_version = l->peer_directory_version;
	out->clock_known = l->clock.known;
	out->clock_ahead_ms = clock_ahead_ms(&l->clock, c->now);
	out->clock_error_ms = l->clock.one_way ? -1 : l->clock.error_ms;
	out->clock_measured_ms = l->clock.at_wall_ms;
	out->waits_for = waits_for(c, l);
	out->down_reason = down_reason_of(l);
	view_recovery(c, l, &out->recovery);
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		out->queued[lane] = l->out[lane].last - l->out[lane].acked;
}

bool core_link(const struct core *c, uint32_t index, struct link_view *out)
{
	if (index >= c->link_count)
		return false;
	link_view_of(c, c->links[index], out);
	return true;
}

bool core_link_find(const struct core *c, struct committee_id neighbour, struct link_view *out)
{
	for (uint32_t i = 0; i < c->link_count; i++) {
		if (id_equal(c->links[i]->neighbour, neighbour)) {
			link_view_of(c, c->links[i], out);
			return true;
		}
	}
	return false;
}

struct stream_out *core_stream_out(struct core *c, struct committee_id neighbour, enum lane lane)
{
	struct link *l = link_find(c, neighbour);

	return l == NULL || lane == LANE_NONE ? NULL : &l->out[lane];
}

uint64_t core_standing(const struct core *c)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < c->link_count; i++) {
		for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++) {
			const struct stream_out *s = &c->links[i]->out[lane];

			if (s->subscribed && s->stands_at != 0 && s->stands_at == s->sent + 1)
				sum = 31 * sum + (uint64_t)LANE_COUNT * s->stands_at +
				      (unsigned)lane + 1;
		}
	}
	return sum;
}

void core_chain_step(const struct core *c, struct digest *chain, uint64_t n,
		     const struct digest *digest)
{
	c->config.chain_step(chain, n, digest);
}

uint64_t core_directory_version(const struct core *c)
{
	return c->directory_version;
}

bool core_matters_incomplete(const struct core *c)
{
	return c->matters.active;
}

struct committee_id core_self(const struct core *c)
{
	return c->config.self;
}

/* Credit before the acknowledgement: the publisher must have the new bound before the
 * acknowledgement lets it send more. */
static void finish_lane(struct turn_view *t, struct link *l, enum lane lane)
{
	struct stream_in *in = &l->in[lane];
	struct message m = { .type = MESSAGE_CREDIT };
	/* Without room credit is withheld: nothing is dropped, the publisher keeps it. */
	bool room = lane == LANE_FACTS ? t->core->room.facts : t->core->room.documents;

	if (!in->open)
		return;
	if (room && stream_credit_due(in, l->credit_messages, l->credit_bytes)) {
		in->credit_seq = in->have + l->credit_messages;
		in->credit_bytes = in->got_bytes + l->credit_bytes;
		m.u.credit = (struct msg_credit){ .lane = lane,
						  .stream = in->id,
						  .credit_seq = in->credit_seq,
						  .credit_bytes = in->credit_bytes };
		link_say(t, l, &m);
	}
	if (in->acked != in->have) {
		memset(&m, 0, sizeof m);
		m.type = MESSAGE_ACKNOWLEDGE;
		m.u.acknowledge = (struct msg_acknowledge){ .lane = lane,
							    .stream = in->id,
							    .have = in->have,
							    .chain = in->chain,
							    .rejected_count = in->rejected_count };
		memcpy(m.u.acknowledge.rejected, in->rejected, sizeof m.u.acknowledge.rejected);
		in->acked = in->have;
		link_say(t, l, &m);
	}
}

/* Neighbours are notified at once when our stand has changed: by another Hello. */
static void report_stand(struct turn_view *t)
{
	for (uint32_t i = 0; i < t->core->link_count; i++) {
		struct link *l = t->core->links[i];

		if (!l->stand.hello_due || !l->up || !l->stand.speaks)
			continue; /* one that is not up yet hears it as soon as it is */
		link_hello(t, l, true);
		for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
			if (l->in[lane].open)
				link_subscribe(t, l, lane);
		}
	}
}

static void add_pump(const struct core *c, struct plan *plan, const struct link *l)
{
	struct act *a = plan_act(plan, ACT_PUMP);

	a->neighbour = l->neighbour;
	a->u.pump = (struct act_pump){ .directory_version = c->directory_version };
	for (int lane = LANE_FACTS; lane < LANE_COUNT; lane++)
		a->u.pump.upto[lane] = l->out[lane].last;
	if (requeue_holds_facts(c))
		a->u.pump.upto[LANE_FACTS] = 0;
}

enum err core_finish(struct core *c, struct now now, struct plan *plan)
{
	struct turn_view t = turn_view_of(c, now, plan);
	enum err e;

	assert(c->loaded);
	assert(now.mono_ms >= c->now.mono_ms);
	c->now = now;
	report_stand(&t);
	c->parts_left = DIRECTORY_PARTS_A_TURN;
	for (uint32_t i = 0; i < c->link_count; i++) {
		struct link *l = c->links[i];
		bool pump = false;

		if (!l->touched)
			continue;
		l->touched = false;
		for (enum lane lane = LANE_FACTS; lane <= LANE_NORMAL; lane++) {
			finish_lane(&t, l, lane);
			pump = pump ||
			       (l->out[lane].subscribed && l->out[lane].sent < l->out[lane].last);
		}
		if (pump)
			add_pump(c, plan, l);
	}
	heads_write(&t);
	e = counter_finish(&t);
	if (e == ERR_OK)
		e = passed_write(&t);
	feed_finish(&t, passed_now(c, now));
	note_feed(c, plan);
	history_finish(&t);
	return e == ERR_OK ? plan->failed : e;
}

enum err core_sealed(struct core *c, struct plan *plan)
{
	plan_resolve(plan);
	return history_seal(c, plan);
}

static uint64_t bounded(uint64_t n, uint64_t standard, uint64_t low, uint64_t high)
{
	n = n == 0 ? standard : n;
	return n < low ? low : n > high ? high : n;
}

void core_set_excluded(struct core *c, const struct excluded_types *types)
{
	c->report.excluded = *types;
	c->target.january.n = 0; /* summed again for the next live event */
}

void core_set_window(struct core *c, struct committee_id neighbour, uint64_t credit_messages,
		     uint64_t credit_bytes)
{
	struct link *l = link_find(c, neighbour);

	if (l == NULL)
		return;
	l->next_credit_messages =
	    bounded(credit_messages, c->config.credit_messages, 1, CREDIT_MESSAGES_MAX);
	l->next_credit_bytes =
	    bounded(credit_bytes, c->config.credit_bytes, ENVELOPE_MAX_BYTES, CREDIT_BYTES_MAX);
	if (!l->connected || l->next_credit_messages > l->credit_messages)
		l->credit_messages = l->next_credit_messages;
	if (!l->connected || l->next_credit_bytes > l->credit_bytes)
		l->credit_bytes = l->next_credit_bytes;
	l->touched = true; /* the end of the turn announces it */
}

void core_set_installing(struct core *c, bool installing)
{
	c->install.outside = installing;
}

void core_clock(struct core *c, struct clock_view *out)
{
	guard_view(c, out);
}

void core_set_signer(struct core *c, const struct signer_validity *v)
{
	guard_set_signer(c, v);
}

int64_t core_row_age_ms(const struct core *c, const struct rec_stream *row)
{
	return passed_shown_age(c, row);
}
