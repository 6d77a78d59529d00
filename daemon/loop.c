/* The control thread's loop; see loop.h. Every step does bounded work. */
#include "daemon/loop.h"

#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd.h"
#include "proto/wire_decode.h"

enum {
	LINK_ITEMS = 10,
	ITEMS_MAX = LINK_ITEMS + 3 + 4 + CONTROL_CLIENTS_MAX,
	FRAMES_A_TURN = 1024,
	JOBS_A_TURN = 1024,
	WAIT_MOST_MS = 1000,
	SECOND_MS = 1000,
	MINUTE_MS = 60 * 1000,
	TRIM_ABOVE_BYTES = 48 * 1024 * 1024,
	TRIM_EVERY_MS = 3000,
	TRIM_SECONDS = 2,
	GIVE_BACK_BYTES = 2 << 20,
	/* the gate cuts off at half of it: it cannot, for some reason */
	HELD_WATERMARK_BYTES = 2 * HELD_ALL_BYTES,
	BULK_GAPS = 3,
	PATIENT_GAPS = 2,
};

/* When the process holds this much more of its own than at first, some peer makes libzmq hold it:
 * the listener is bound again (docs/TRAPS.md §1.4). Checked each second: a message without end
 * fills hundreds of MiB in one. The bound never moves up: nothing else here may hold as much. */
#define MEMORY_WATERMARK_BYTES (512ULL << 20)

struct waiting {
	zmq_pollitem_t items[ITEMS_MAX];
	unsigned link_count;  /* first */
	unsigned verify, files, signals;
	unsigned control;     /* where the control's begin */
	unsigned count;
};

/* ---- wait ---- */

static void fill(struct daemon *d, struct waiting *w)
{
	bool sealing = turn_is_sealing(d->turn);
	bool links = d->frozen == ERR_OK && (!sealing || sequencer_room(d->sequencer));

	w->link_count = links ? links_poll(d->links, w->items, LINK_ITEMS) : 0;
	w->count = w->link_count;
	w->verify = w->count++;
	w->items[w->verify] =
	    (zmq_pollitem_t){ .fd = workers_fd(d->verify_workers), .events = ZMQ_POLLIN };
	if (sealing)
		return; /* for nothing else: see turn.h */
	w->files = w->count++;
	w->items[w->files] =
	    (zmq_pollitem_t){ .fd = workers_fd(d->file_workers), .events = ZMQ_POLLIN };
	w->signals = w->count++;
	w->items[w->signals] = (zmq_pollitem_t){ .fd = d->signals, .events = ZMQ_POLLIN };
	w->control = w->count;
	w->count += control_poll(d->control, w->items + w->control, ITEMS_MAX - w->count);
}

/* A commit costs two syncs: while more is coming to the inbox, a commit may wait a moment, and a
 * longer one while attachments move, for they sync besides, and each brings several small events.
 * Never when nothing is under way, and never long for what is urgent. Acknowledgements alone wait
 * longer, for events that somebody waits for. */
static int64_t gap_us(const struct daemon *d)
{
	if (inbox_patient(d->inbox))
		return PATIENT_GAPS * d->config.commit_gap_us;
	if (bulk_jobs(d->bulk) > 0 && !inbox_hurries(d->inbox))
		return BULK_GAPS * d->config.commit_gap_us;
	return sequencer_waiting(d->sequencer) > 0 || bulk_jobs(d->bulk) > 0 ||
		       control_jobs(d->control) > 0
		   ? d->config.commit_gap_us
		   : 0;
}

/* 0, or how long still. */
static int64_t worth_waiting_us(const struct daemon *d)
{
	unsigned count = inbox_count(d->inbox);
	int64_t left_us = d->last_commit_us + gap_us(d) - clock_mono_us();

	return count > 0 && count < TURN_EVENTS_MAX && left_us > 0 ? left_us : 0;
}

static long timeout_ms(struct daemon *d, struct now now)
{
	int64_t deadlines[] = { core_deadline_ms(d->core), bulk_deadline_ms(d->bulk),
				d->next_second_ms, now.mono_ms + WAIT_MOST_MS };
	int64_t first = INT64_MAX;

	if (turn_is_sealing(d->turn)) /* the job that is waited for has a descriptor */
		return links_pending(d->links) && sequencer_room(d->sequencer) ? 0 : WAIT_MOST_MS;
	if (d->frozen != ERR_OK)
		return control_busy(d->control) || inbox_count(d->inbox) > 0 ||
			       d->next_second_ms <= now.mono_ms
			   ? 0
			   : (long)(d->next_second_ms - now.mono_ms);
	if (links_pending(d->links) || control_busy(d->control))
		return 0;
	/* Sleeping leaves the processor to the workers that it waits for. */
	if (inbox_count(d->inbox) > 0)
		return (long)((worth_waiting_us(d) + 999) / 1000);
	for (size_t i = 0; i < sizeof deadlines / sizeof deadlines[0]; i++)
		first = deadlines[i] < first ? deadlines[i] : first;
	return first <= now.mono_ms ? 0 : (long)(first - now.mono_ms);
}

static void wait(struct daemon *d, struct waiting *w)
{
	fill(d, w);
	/* Interrupted or not: what there is to do is checked in any case. */
	if (zmq_poll(w->items, (int)w->count, timeout_ms(d, clock_now())) < 0)
		for (unsigned i = 0; i < w->count; i++)
			w->items[i].revents = 0;
	links_polled(d->links, w->items, w->link_count);
}

/* ---- collect ---- */

static void take_bulk_frame(struct daemon *d, const struct link_event *e)
{
	struct message m;

	arena_reset(d->scratch);
	if (wire_decode(d->scratch, e->frame, &m) != ERR_OK)
		daemon_violation(d, e->neighbour, ERR_PROTOCOL);
	else if (m.type != MESSAGE_HELLO)
		bulk_message(d->bulk, e->neighbour, &m, clock_now());
}

/* On a visit few things are said, and little: opened here. What the core does not need of a part
 * stays with whoever collects it. */
static void take_visit(struct daemon *d, const struct link_event *e)
{
	struct event event = { .type = EVENT_MESSAGE };
	struct message *m = &event.u.message.message;

	event.u.message.neighbour = e->neighbour;
	event.u.message.party = e->party;
	arena_reset(d->scratch);
	if (wire_decode(d->scratch, e->frame, m) != ERR_OK || m->type == MESSAGE_PUBLISH) {
		event =
		    (struct event){ .type = EVENT_DISCONNECTED,
				    .u.link = { .neighbour = e->neighbour, .party = e->party } };
	} else if (m->type == MESSAGE_DIRECTORY_PART) {
		if (core_asks(d->core, e->neighbour, e->party))
			download_part(d->follow, e->neighbour, e->party, &m->u.directory_part);
		m->u.directory_part.head = (struct blob){ NULL, 0 };
		m->u.directory_part.entries = NULL;
		m->u.directory_part.entry_count = 0;
	} else if (m->type != MESSAGE_HELLO && m->type != MESSAGE_PING && m->type != MESSAGE_PONG &&
		   m->type != MESSAGE_DIRECTORY_WANTED) {
		*m = (struct message){
			.type = MESSAGE_BYE
		}; /* whatever it was: it ends the visit, and nothing of it is kept */
	}
	if (inbox_push(d->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_DEBUG, "inbox-full", "event=visit");
}

static void take_visit_event(struct daemon *d, const struct link_event *e)
{
	struct event event = { .type = e->type == LINK_CONNECTED ? EVENT_CONNECTED
								 : EVENT_DISCONNECTED };

	if (e->type == LINK_FRAME) {
		take_visit(d, e);
		return;
	}
	event.u.link = (struct ev_link){ .neighbour = e->neighbour,
					 .party = e->party,
					 .reason = (uint32_t)e->reason };
	if (inbox_push(d->inbox, &event, NULL, NULL) != ERR_OK)
		log_event(LOG_DEBUG, "inbox-full", "event=visit");
}

static void take_frame(struct daemon *d, const struct link_event *e)
{
	enum message_type type = MESSAGE_NONE;

	if (e->purpose == PURPOSE_BULK)
		take_bulk_frame(d, e);
	else if (frame_type(e->frame, &type) == ERR_OK && type == MESSAGE_OPEN_BULK)
		links_open_bulk(d->links, e->neighbour);
	else if (type == MESSAGE_DIRECTORY_PART &&
		 core_asks(d->core, e->neighbour, PARTY_NEIGHBOUR) &&
		 !download_frame(d->follow, e->neighbour, e->frame))
		daemon_violation(d, e->neighbour, ERR_PROTOCOL);
	else
		sequencer_frame(d->sequencer, e->neighbour, e->frame, clock_now().wall_ms);
}

static void take_link_event(struct daemon *d, const struct link_event *e)
{
	bool bulk = e->purpose == PURPOSE_BULK;

	if (e->party != PARTY_NEIGHBOUR) {
		take_visit_event(d, e);
		return;
	}
	switch (e->type) {
	case LINK_CONNECTED:
		if (bulk)
			bulk_connected(d->bulk, e->neighbour, clock_now());
		else
			sequencer_link(d->sequencer, EVENT_CONNECTED, e->neighbour, ERR_OK);
		break;
	case LINK_DISCONNECTED:
		if (bulk)
			bulk_disconnected(d->bulk, e->neighbour);
		else
			sequencer_link(d->sequencer, EVENT_DISCONNECTED, e->neighbour, e->reason);
		break;
	case LINK_FRAME:
		take_frame(d, e);
		break;
	case LINK_VIOLATION:
		daemon_violation(d, e->neighbour, e->reason);
		break;
	case LINK_EVENT_NONE:
		break;
	}
}

static void collect_links(struct daemon *d)
{
	for (unsigned i = 0; i < FRAMES_A_TURN && sequencer_room(d->sequencer); i++) {
		struct link_event e;

		links_receive(d->links, &e);
		if (e.type == LINK_EVENT_NONE)
			return;
		take_link_event(d, &e);
	}
}

static void collect_signals(struct daemon *d)
{
	struct signalfd_siginfo s;

	while (read(d->signals, &s, sizeof s) == (ssize_t)sizeof s) {
		if (s.ssi_signo == SIGHUP) {
			if (d->frozen == ERR_OK)
				daemon_reload(d);
			continue;
		}
		log_event(LOG_INFO, "stopping", "signal=%u", s.ssi_signo);
		d->stopping = true;
	}
}

static void flush_workers(struct daemon *d)
{
	workers_flush(d->verify_workers);
	workers_flush(d->file_workers);
}

/* While a turn is being sealed: only what ends up in the inbox, and the job. */
static void collect_sealing(struct daemon *d)
{
	collect_links(d);
	workers_flush(d->verify_workers);
	workers_collect(d->verify_workers, JOBS_A_TURN);
	sequencer_flush(d->sequencer);
	workers_flush(d->verify_workers);
}

static void collect(struct daemon *d, struct waiting *w)
{
	if (turn_is_sealing(d->turn)) {
		collect_sealing(d);
		return;
	}
	if ((w->items[w->signals].revents & ZMQ_POLLIN) != 0)
		collect_signals(d);
	if (d->frozen == ERR_OK)
		collect_links(d);
	flush_workers(d);
	workers_collect(d->verify_workers, JOBS_A_TURN);
	workers_collect(d->file_workers, JOBS_A_TURN);
	sequencer_flush(d->sequencer);
	control_service(d->control, w->items + w->control, w->count - w->control);
	installer_go_on(d->installer);
	download_go_on(d->follow);
	flush_workers(d);
}

/* ---- what time asks for ---- */

struct memory {
	uint64_t resident_bytes;
	uint64_t own_bytes; /* without the pages of files, which are the page cache's */
};

static struct memory measure(void)
{
	unsigned long long all = 0, resident = 0, shared = 0,
			   page = (unsigned long long)sysconf(_SC_PAGESIZE);
	FILE *f = fopen("/proc/self/statm", "re");

	if (f == NULL)
		return (struct memory){ 0, 0 };
	if (fscanf(f, "%llu %llu %llu", &all, &resident, &shared) != 3)
		resident = shared = 0;
	fclose(f);
	return (struct memory){ resident * page, (resident - shared) * page };
}

/* What the store has read stays resident until it is given back; when that is much, not only once a
 * minute. */
static void trim(struct daemon *d, struct now now, uint64_t resident_bytes)
{
	if (now.mono_ms < d->next_trim_ms || resident_bytes < TRIM_ABOVE_BYTES)
		return;
	d->next_trim_ms = now.mono_ms + TRIM_EVERY_MS;
	d->store->ops->idle(d->store);
}

static enum err watch_memory(struct daemon *d, uint64_t own_bytes)
{
	uint64_t clients = control_held_bytes(d->control); /* bounded there, and no peer's */
	enum err e;

	own_bytes -= clients < own_bytes ? clients : own_bytes;

	if (d->own_first_bytes == 0)
		d->own_first_bytes = own_bytes;
	/* What libzmq has freed of peers' stays in its heaps, in pieces, until it is trimmed. */
	if (own_bytes > d->own_first_bytes + GIVE_BACK_BYTES && d->trim_in-- == 0) {
		d->trim_in = TRIM_SECONDS;
		malloc_trim(0);
	}
	if (own_bytes < d->own_first_bytes + MEMORY_WATERMARK_BYTES)
		return ERR_OK;
	log_event(LOG_WARNING, "memory-watermark", "own_bytes=%llu", (unsigned long long)own_bytes);
	e = links_held_bytes(d->links) > HELD_WATERMARK_BYTES ? links_rebind(d->links) : ERR_OK;
	malloc_trim(0);
	return e;
}

static enum err each_second(struct daemon *d, struct now now)
{
	struct memory memory = measure();
	struct store_room room;
	enum err e = d->store->ops->room(d->store, &room);

	if (e == ERR_OK)
		e = d->store->ops->check(d->store);
	if (e == ERR_OK)
		e = d->files->ops->check_all(d->files);
	if (e != ERR_OK)
		return e;
	if (room.submissions != d->room.submissions || room.documents != d->room.documents ||
	    room.facts != d->room.facts || room.files != d->room.files)
		log_event(room.submissions && room.files ? LOG_INFO : LOG_WARNING, "room",
			  "submissions=%d documents=%d facts=%d error=VT-%d disk_free=%llu "
			  "map_used=%llu inodes_free=%llu",
			  room.submissions, room.documents, room.facts, (int)room.why,
			  (unsigned long long)room.disk_free_bytes,
			  (unsigned long long)room.map_used_bytes,
			  (unsigned long long)room.inodes_free);
	d->room = room;
	bulk_set_spare(d->bulk, room.spare_bytes);
	control_set_spare(d->control, room.spare_bytes, room.files ? ERR_DISK_FULL : ERR_NO_INODES);
	control_keep_sockets(d->control);
	live_events_keep_socket(d->events);
	control_tick(d->control, now.mono_ms);
	bulk_tick(d->bulk, now);
	garbage_due(d->garbage, now.mono_ms);
	if (own_keys_wait(&d->own_keys))
		own_keys_choose(&d->own_keys);
	systemd_watchdog();
	log_tell_repeated(false);
	trim(d, now, memory.resident_bytes);
	d->next_second_ms = now.mono_ms + SECOND_MS;
	if (d->install.due) {
		e = install_file(&d->install);
		if (e != ERR_OK)
			return e;
	}
	if (now.mono_ms >= d->next_minute_ms) {
		d->next_minute_ms = now.mono_ms + MINUTE_MS;
		d->store->ops->idle(d->store);
		e = in_force_follow_peers(&d->in_force); /* keys end by time too */
		if (e != ERR_OK)
			return e;
	}
	return watch_memory(d, memory.own_bytes);
}

static enum err keep_time(struct daemon *d)
{
	struct now now = clock_now();

	if (turn_is_sealing(d->turn))
		return ERR_OK; /* a signer that hangs is the watchdog's */
	if (d->frozen != ERR_OK) {
		if (now.mono_ms >= d->next_second_ms)
			daemon_frozen_second(d, now.mono_ms);
		return ERR_OK;
	}
	if (now.mono_ms >= bulk_deadline_ms(d->bulk))
		bulk_tick(d->bulk, now);
	return now.mono_ms >= d->next_second_ms ? each_second(d, now) : ERR_OK;
}

/* One turn; when the store is gone from its path, only answers. */
static enum err take_turn(struct daemon *d)
{
	uint64_t commits = turn_figures(d->turn).commits;
	enum err e;

	if (d->frozen != ERR_OK)
		return turn_refuse(d->turn, d->frozen);
	e = turn_run(d->turn, clock_now());
	if (turn_figures(d->turn).commits != commits)
		d->last_commit_us = clock_mono_us();
	return e;
}

enum err loop_run(struct daemon *d)
{
	struct waiting w;
	enum err e = ERR_OK;

	memset(&w, 0, sizeof w);
	while (e == ERR_OK && !d->stopping) {
		wait(d, &w);
		collect(d, &w);
		if (d->frozen != ERR_OK || turn_is_sealing(d->turn) || worth_waiting_us(d) == 0)
			e = take_turn(d);
		if (e == ERR_OK)
			e = keep_time(d);
		if (e == ERR_STORE_GONE) {
			daemon_freeze(d, e);
			e = ERR_OK;
		}
		flush_workers(d); /* what acts and time have asked for */
	}
	return e;
}
