/* The control thread's loop; see loop.h. Every step does bounded work. */
#include "daemon/loop.h"

#include <string.h>
#include <zmq.h>

#include "daemon/base/clock.h"

enum {
	LINK_ITEMS = 10,
	ITEMS_MAX = LINK_ITEMS + 3 + 4 + CONTROL_CLIENTS_MAX,
	JOBS_A_TURN = 1024,
	WAIT_MOST_MS = 1000,
	SECOND_MS = 1000,
	BULK_GAPS = 3,
	PATIENT_GAPS = 2,
};

struct waiting {
	zmq_pollitem_t items[ITEMS_MAX];
	unsigned link_count; /* first */
	unsigned verify, files, signals;
	unsigned control; /* where the control's begin */
	unsigned count;
};

struct loop {
	struct loop_parts parts;
	struct waiting waiting;
	int64_t next_second_ms, last_commit_us; /* both monotonic */
};

static bool frozen(const struct loop *l)
{
	return l->parts.frozen->why != ERR_OK;
}

/* ---- wait ---- */

static void fill(struct loop *l)
{
	struct waiting *w = &l->waiting;
	bool sealing = turn_is_sealing(l->parts.turn);
	bool links = !frozen(l) && (!sealing || sequencer_room(l->parts.sequencer));

	w->link_count = links ? links_poll(l->parts.links, w->items, LINK_ITEMS) : 0;
	w->count = w->link_count;
	w->verify = w->count++;
	w->items[w->verify] =
		(zmq_pollitem_t){ .fd = workers_fd(l->parts.verify_workers), .events = ZMQ_POLLIN };
	if (sealing)
		return; /* for nothing else: see turn.h */
	w->files = w->count++;
	w->items[w->files] =
		(zmq_pollitem_t){ .fd = workers_fd(l->parts.file_workers), .events = ZMQ_POLLIN };
	w->signals = w->count++;
	w->items[w->signals] = (zmq_pollitem_t){ .fd = l->parts.signals, .events = ZMQ_POLLIN };
	w->control = w->count;
	w->count += control_poll(l->parts.control, w->items + w->control, ITEMS_MAX - w->count);
}

/* A commit costs two syncs: while more is coming to the inbox, a commit may wait a moment, and a
 * longer one while attachments move, for they sync besides, and each brings several small events.
 * Never when nothing is under way, and never long for what is urgent. Acknowledgements alone wait
 * longer, for events that somebody waits for. */
static int64_t gap_us(const struct loop *l)
{
	if (inbox_patient(l->parts.inbox))
		return PATIENT_GAPS * l->parts.config->commit_gap_us;
	if (bulk_jobs(l->parts.bulk) > 0 && !inbox_hurries(l->parts.inbox))
		return BULK_GAPS * l->parts.config->commit_gap_us;
	return sequencer_waiting(l->parts.sequencer) > 0 || bulk_jobs(l->parts.bulk) > 0 ||
			       control_jobs(l->parts.control) > 0
		       ? l->parts.config->commit_gap_us
		       : 0;
}

/* 0, or how long still. */
static int64_t worth_waiting_us(const struct loop *l)
{
	unsigned count = inbox_count(l->parts.inbox);
	int64_t left_us = l->last_commit_us + gap_us(l) - clock_mono_us();

	return count > 0 && count < TURN_EVENTS_MAX && left_us > 0 ? left_us : 0;
}

static long timeout_ms(struct loop *l, struct now now)
{
	int64_t deadlines[] = { core_deadline_ms(l->parts.core), bulk_deadline_ms(l->parts.bulk),
				l->next_second_ms, now.mono_ms + WAIT_MOST_MS };
	int64_t first = INT64_MAX;

	if (turn_is_sealing(l->parts.turn)) /* the job that is waited for has a descriptor */
		return links_pending(l->parts.links) && sequencer_room(l->parts.sequencer)
			       ? 0
			       : WAIT_MOST_MS;
	if (frozen(l))
		return control_busy(l->parts.control) || inbox_count(l->parts.inbox) > 0 ||
				       l->next_second_ms <= now.mono_ms
			       ? 0
			       : (long)(l->next_second_ms - now.mono_ms);
	if (links_pending(l->parts.links) || control_busy(l->parts.control))
		return 0;
	/* Sleeping leaves the processor to the workers that it waits for. */
	if (inbox_count(l->parts.inbox) > 0)
		return (long)((worth_waiting_us(l) + 999) / 1000);
	for (size_t i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++)
		first = deadlines[i] < first ? deadlines[i] : first;
	return first <= now.mono_ms ? 0 : (long)(first - now.mono_ms);
}

static void wait(struct loop *l)
{
	struct waiting *w = &l->waiting;

	fill(l);
	/* Interrupted or not: what there is to do is checked in any case. */
	if (zmq_poll(w->items, (int)w->count, timeout_ms(l, clock_now())) < 0)
		for (unsigned i = 0; i < w->count; i++)
			w->items[i].revents = 0;
	links_polled(l->parts.links, w->items, w->link_count);
}

/* ---- collect ---- */

static void collect_signals(struct loop *l)
{
	struct signals_seen seen = signals_collect(l->parts.signals);

	if (seen.stop)
		*l->parts.stopping = true;
	else if (seen.reload && !frozen(l) && reload_config(l->parts.reload) != ERR_OK)
		*l->parts.stopping = true; /* the next start reads it from the store */
}

static void flush_workers(struct loop *l)
{
	workers_flush(l->parts.verify_workers);
	workers_flush(l->parts.file_workers);
}

/* While a turn is being sealed: only what ends up in the inbox, and the job. */
static void collect_sealing(struct loop *l)
{
	dispatch_links(l->parts.dispatch);
	workers_flush(l->parts.verify_workers);
	workers_collect(l->parts.verify_workers, JOBS_A_TURN);
	sequencer_flush(l->parts.sequencer);
	workers_flush(l->parts.verify_workers);
}

static void collect(struct loop *l)
{
	struct waiting *w = &l->waiting;

	if (turn_is_sealing(l->parts.turn)) {
		collect_sealing(l);
		return;
	}
	if ((w->items[w->signals].revents & ZMQ_POLLIN) != 0)
		collect_signals(l);
	if (!frozen(l))
		dispatch_links(l->parts.dispatch);
	flush_workers(l);
	workers_collect(l->parts.verify_workers, JOBS_A_TURN);
	workers_collect(l->parts.file_workers, JOBS_A_TURN);
	sequencer_flush(l->parts.sequencer);
	control_service(l->parts.control, w->items + w->control, w->count - w->control);
	installer_go_on(l->parts.installer);
	download_go_on(l->parts.download);
	flush_workers(l);
}

/* ---- what time asks for ---- */

static enum err keep_time(struct loop *l)
{
	struct now now = clock_now();
	bool second = now.mono_ms >= l->next_second_ms;

	if (turn_is_sealing(l->parts.turn))
		return ERR_OK; /* a signer that hangs is the watchdog's */
	if (second)
		l->next_second_ms = now.mono_ms + SECOND_MS;
	if (frozen(l)) {
		if (second)
			frozen_second(l->parts.frozen, now.mono_ms);
		return ERR_OK;
	}
	if (now.mono_ms >= bulk_deadline_ms(l->parts.bulk))
		bulk_tick(l->parts.bulk, now);
	return second ? upkeep_second(l->parts.upkeep, now) : ERR_OK;
}

/* One turn; when the store is gone from its path, only answers. */
static enum err take_turn(struct loop *l)
{
	uint64_t commits = turn_figures(l->parts.turn).commits;
	enum err e;

	if (frozen(l))
		return turn_refuse(l->parts.turn, l->parts.frozen->why);
	e = turn_run(l->parts.turn, clock_now());
	if (turn_figures(l->parts.turn).commits != commits)
		l->last_commit_us = clock_mono_us();
	return e;
}

enum err loop_run(const struct loop_parts *parts)
{
	struct loop loop = { .parts = *parts };
	enum err e = ERR_OK;

	while (e == ERR_OK && !*parts->stopping) {
		wait(&loop);
		collect(&loop);
		if (frozen(&loop) || turn_is_sealing(parts->turn) || worth_waiting_us(&loop) == 0)
			e = take_turn(&loop);
		if (e == ERR_OK)
			e = keep_time(&loop);
		if (e == ERR_STORE_GONE) {
			frozen_begin(parts->frozen, e);
			e = ERR_OK;
		}
		flush_workers(&loop); /* what acts and time have requested */
	}
	return e;
}
