/* The control thread's loop; see loop.h. Every step does bounded work. */
#include "daemon/loop.h"

#include <string.h>
#include <zmq.h>

#include "daemon/base/clock.h"

enum {
	LINK_ITEMS = 10,
	ITEMS_MAX = LINK_ITEMS + 4 + 4 + CONTROL_CLIENTS_MAX,
	JOBS_A_TURN = 1024,
	WAIT_MOST_MS = 1000,
	SECOND_MS = 1000,
	BULK_GAPS = 3,
	PATIENT_GAPS = 2,
};

struct waiting {
	zmq_pollitem_t items[ITEMS_MAX];
	unsigned link_count; /* first */
	bool quiet;	     /* of the links and two workers alone; else also: */
	unsigned signals;
	unsigned control; /* where the control's begin */
	unsigned count;
};

struct loop {
	struct loop_parts parts;
	struct waiting waiting;
	int64_t next_second_ms, last_commit_us; /* both monotonic, as this: */
	int64_t first_us; /* when the first came of what waits for a commit; 0: nothing does */
};

static bool frozen(const struct loop *l)
{
	return l->parts.frozen->why != ERR_OK;
}

/* ---- wait ---- */

static void fill(struct loop *l)
{
	struct waiting *w = &l->waiting;
	bool links = !frozen(l) && sequencer_room(l->parts.sequencer);

	w->link_count = links ? links_poll(l->parts.links, w->items, LINK_ITEMS) : 0;
	w->count = w->link_count;
	w->items[w->count++] =
		(zmq_pollitem_t){ .fd = workers_fd(l->parts.verify_workers), .events = ZMQ_POLLIN };
	w->items[w->count++] =
		(zmq_pollitem_t){ .fd = workers_fd(l->parts.commit_worker), .events = ZMQ_POLLIN };
	w->quiet = turn_is_quiet(l->parts.turn);
	if (w->quiet)
		return; /* for nothing else: see turn.h */
	w->items[w->count++] =
		(zmq_pollitem_t){ .fd = workers_fd(l->parts.file_workers), .events = ZMQ_POLLIN };
	w->items[w->count++] =
		(zmq_pollitem_t){ .fd = workers_fd(l->parts.backup_worker), .events = ZMQ_POLLIN };
	w->signals = w->count++;
	w->items[w->signals] = (zmq_pollitem_t){ .fd = l->parts.signals, .events = ZMQ_POLLIN };
	w->control = w->count;
	w->count += control_poll(l->parts.control, w->items + w->control, ITEMS_MAX - w->count);
}

static unsigned events_waiting(const struct loop *l)
{
	return turn_open(l->parts.turn).events + inbox_count(l->parts.inbox);
}

static void note_first(struct loop *l)
{
	if (events_waiting(l) == 0)
		l->first_us = 0;
	else if (l->first_us == 0)
		l->first_us = clock_mono_us();
}

/* Nobody waits for any of it: acknowledgements, and the like. */
static bool is_patient(const struct loop *l)
{
	struct turn_open open = turn_open(l->parts.turn);

	return (open.patient || open.events == 0) &&
	       (inbox_patient(l->parts.inbox) || inbox_count(l->parts.inbox) == 0);
}

static bool is_busy(const struct loop *l)
{
	return sequencer_waiting(l->parts.sequencer) > 0 || bulk_jobs(l->parts.bulk) > 0 ||
	       control_jobs(l->parts.control) > 0;
}

/* Each commit costs two syncs and some pages that all documents share: while more is coming, one
 * waits a moment since the one before, and longer while attachments move, for they sync besides,
 * and each brings several small events. Never when nothing is under way, and never long for what is
 * urgent. */
static int64_t gap_us(const struct loop *l)
{
	bool urgent = turn_open(l->parts.turn).urgent || inbox_hurries(l->parts.inbox);

	if (bulk_jobs(l->parts.bulk) > 0 && !urgent)
		return BULK_GAPS * l->parts.config->commit_gap_us;
	return is_busy(l) ? l->parts.config->commit_gap_us : 0;
}

/* 0, or how long the open turn may still wait for more. What nobody waits for waits from when it
 * came: a commit of it alone would be in the way of the receipt that follows it. */
static int64_t worth_waiting_us(const struct loop *l)
{
	unsigned events = events_waiting(l);
	int64_t until_us = is_patient(l)
				   ? l->first_us + PATIENT_GAPS * l->parts.config->commit_gap_us
				   : l->last_commit_us + gap_us(l),
		left_us = until_us - clock_mono_us();

	return events > 0 && events < TURN_EVENTS_MAX && left_us > 0 ? left_us : 0;
}

static enum pace pace_of(const struct loop *l)
{
	if (worth_waiting_us(l) > 0)
		return PACE_HOLD;
	return is_busy(l) || inbox_count(l->parts.inbox) > 1 || links_pending(l->parts.links)
		       ? PACE_BUSY
		       : PACE_CALM;
}

static long timeout_ms(struct loop *l, struct now now)
{
	int64_t deadlines[] = { core_deadline_ms(l->parts.core), bulk_deadline_ms(l->parts.bulk),
				l->next_second_ms, now.mono_ms + WAIT_MOST_MS };
	struct turn_open open = turn_open(l->parts.turn);
	int64_t first = INT64_MAX;

	if (l->waiting.quiet) /* the job that is waited for has a descriptor */
		return links_pending(l->parts.links) && sequencer_room(l->parts.sequencer)
			       ? 0
			       : WAIT_MOST_MS;
	if (frozen(l))
		return control_busy(l->parts.control) || inbox_count(l->parts.inbox) > 0 ||
				       l->next_second_ms <= now.mono_ms
			       ? 0
			       : (long)(l->next_second_ms - now.mono_ms);
	if ((links_pending(l->parts.links) && sequencer_room(l->parts.sequencer)) ||
	    control_busy(l->parts.control))
		return 0;
	/* What waits for the disk waits for its descriptor. Sleeping leaves the processor to the
	 * workers that it waits for. */
	if (!open.disk_busy && open.events + inbox_count(l->parts.inbox) > 0)
		return (long)((worth_waiting_us(l) + 999) / 1000);
	for (size_t i = open.disk_busy ? 1 : 0; i < sizeof deadlines / sizeof deadlines[0]; i++)
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

/* Plans in flight may still refer to the tables that a reload replaces. */
static enum err reload(struct loop *l)
{
	enum err e = turn_drain(l->parts.turn, clock_now());

	if (e == ERR_OK && reload_config(l->parts.reload) != ERR_OK)
		*l->parts.stopping = true; /* the next start reads it from the store */
	return e;
}

static enum err collect_signals(struct loop *l)
{
	struct signals_seen seen = signals_collect(l->parts.signals);

	if (seen.stop)
		*l->parts.stopping = true;
	return seen.reload && !seen.stop && !frozen(l) ? reload(l) : ERR_OK;
}

static void flush_workers(struct loop *l)
{
	workers_flush(l->parts.verify_workers);
	workers_flush(l->parts.file_workers);
	workers_flush(l->parts.commit_worker);
	workers_flush(l->parts.backup_worker);
}

/* While turns are quiet: only what ends up in the inbox, and their jobs. */
static void collect_quiet(struct loop *l)
{
	if (!frozen(l))
		dispatch_links(l->parts.dispatch);
	workers_flush(l->parts.verify_workers);
	workers_collect(l->parts.verify_workers, JOBS_A_TURN);
	workers_collect(l->parts.commit_worker, JOBS_A_TURN);
	sequencer_flush(l->parts.sequencer);
	workers_flush(l->parts.verify_workers);
}

static enum err collect(struct loop *l)
{
	struct waiting *w = &l->waiting;

	if (w->quiet) {
		collect_quiet(l);
		return ERR_OK;
	}
	if ((w->items[w->signals].revents & ZMQ_POLLIN) != 0) {
		enum err e = collect_signals(l);

		if (e != ERR_OK)
			return e;
	}
	if (!frozen(l))
		dispatch_links(l->parts.dispatch);
	flush_workers(l);
	workers_collect(l->parts.verify_workers, JOBS_A_TURN);
	workers_collect(l->parts.file_workers, JOBS_A_TURN);
	workers_collect(l->parts.commit_worker, JOBS_A_TURN);
	workers_collect(l->parts.backup_worker, JOBS_A_TURN);
	sequencer_flush(l->parts.sequencer);
	control_service(l->parts.control, w->items + w->control, w->count - w->control);
	installer_go_on(l->parts.installer);
	download_go_on(l->parts.download);
	flush_workers(l);
	return ERR_OK;
}

/* ---- what time asks for ---- */

static enum err keep_time(struct loop *l)
{
	struct now now = clock_now();
	bool second = now.mono_ms >= l->next_second_ms;

	if (turn_is_quiet(l->parts.turn))
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

	note_first(l);
	if (frozen(l)) {
		turn_refuse(l->parts.turn, l->parts.frozen->why);
		return ERR_OK;
	}
	e = turn_run(l->parts.turn, clock_now(), pace_of(l));
	if (turn_figures(l->parts.turn).commits != commits)
		l->last_commit_us = clock_mono_us();
	note_first(l);
	return e;
}

enum err loop_run(const struct loop_parts *parts)
{
	struct loop loop = { .parts = *parts };
	enum err e = ERR_OK;

	while (e == ERR_OK && !*parts->stopping) {
		wait(&loop);
		e = collect(&loop);
		if (e == ERR_OK)
			e = take_turn(&loop);
		if (e == ERR_OK)
			e = keep_time(&loop);
		if (e == ERR_STORE_GONE) {
			frozen_begin(parts->frozen, e);
			e = ERR_OK;
		}
		flush_workers(&loop); /* what acts and time have requested */
	}
	/* Who was told nothing yet gets the answer to what is decided. */
	if (e == ERR_OK && !frozen(&loop))
		e = turn_drain(parts->turn, clock_now());
	return e;
}
