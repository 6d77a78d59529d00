/* See gate.h: what the control thread calls. */
#include "daemon/links/gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/links/gate_thread.h"

enum {
	/* sent and not gone at the last measurement: above this it is measured again */
	LOOK_AGAIN_BYTES = 512 * 1024,
	SPARE_MAX = 64, /* descriptors kept for files and local clients */
	MESSAGE_EXTRA = 33, SHORT_EXTRA = 2, LONG_EXTRA = 9, /* CURVE and ZMTP around a frame */
};

static void call(struct gate *g)
{
	uint64_t one = 1;

	if (write(g->wake, &one, sizeof one) < 0)
		return; /* it is awake */
}

static bool set_up(struct gate *g)
{
	struct epoll_event wake = { .events = EPOLLIN, .data.fd = -1 };
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0)
		return false;
	g->limit = files.rlim_cur > 1 << 20 ? 1 << 20 : (int)files.rlim_cur;
	g->epoll = epoll_create1(EPOLL_CLOEXEC);
	g->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	g->notify = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	/* The last of our own: half of what is above it at most is kept back. */
	g->spare = (g->limit - g->notify) / 2 < SPARE_MAX ? (g->limit - g->notify) / 2 : SPARE_MAX;
	g->all = calloc((size_t)g->limit, sizeof *g->all);
	return g->notify >= 0 && g->wake >= 0 && g->epoll >= 0 && g->all != NULL &&
	       epoll_ctl(g->epoll, EPOLL_CTL_ADD, g->wake, &wake) == 0 &&
	       pthread_mutex_init(&g->lock, NULL) == 0;
}

enum err gate_open(void *zmq, struct gate **out)
{
	struct gate *g = calloc(1, sizeof *g);

	*out = g;
	if (g == NULL)
		return ERR_NO_MEMORY;
	g->zmq = zmq;
	g->epoll = g->wake = g->notify = -1;
	g->started = set_up(g) && pthread_create(&g->thread, NULL, gate_thread, g) == 0;
	return g->started ? ERR_OK : ERR_SYSTEM;
}

void gate_close(struct gate *g)
{
	if (g == NULL)
		return;
	if (g->started) {
		pthread_mutex_lock(&g->lock);
		g->stop = true;
		pthread_mutex_unlock(&g->lock);
		call(g);
		pthread_join(g->thread, NULL);
		pthread_mutex_destroy(&g->lock);
	}
	if (g->epoll >= 0)
		close(g->epoll);
	if (g->wake >= 0)
		close(g->wake);
	if (g->notify >= 0)
		close(g->notify);
	free(g->all);
	free(g);
}

enum err gate_watch(struct gate *g, void *socket)
{
	static unsigned names; /* control thread only */
	struct epoll_event e = { .events = EPOLLIN, .data.fd = -1 };
	void *monitor = zmq_socket(g->zmq, ZMQ_PAIR);
	char name[64];
	size_t len = sizeof(int);
	unsigned i = 0;
	int fd, zero = 0;

	snprintf(name, sizeof name, "inproc://gate-%u", ++names);
	if (monitor == NULL || zmq_setsockopt(monitor, ZMQ_LINGER, &zero, sizeof zero) != 0 ||
	    zmq_socket_monitor(socket, name,
			       EVENT_ACCEPTED | EVENT_ACCEPT_FAILED | EVENT_DISCONNECTED |
				   EVENT_STOPPED) != 0 ||
	    zmq_connect(monitor, name) != 0 || zmq_getsockopt(monitor, ZMQ_FD, &fd, &len) != 0) {
		if (monitor != NULL)
			zmq_close(monitor);
		return ERR_NETWORK;
	}
	/* also the fence that the monitor needs to be the other thread's */
	pthread_mutex_lock(&g->lock);
	while (i < MONITORS_MAX && g->monitors[i] != NULL)
		i++;
	if (i < MONITORS_MAX && epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &e) == 0)
		g->monitors[i] = monitor;
	else
		i = MONITORS_MAX;
	pthread_mutex_unlock(&g->lock);
	if (i == MONITORS_MAX)
		zmq_close(monitor);
	else
		call(g);
	return i == MONITORS_MAX ? ERR_SYSTEM : ERR_OK;
}

static struct watched_connection *find(struct gate *g, struct gate_id id)
{
	struct watched_connection *c =
	    id.serial == 0 || id.fd < 0 || id.fd >= g->limit ? NULL : &g->all[id.fd];

	return c != NULL && c->there && c->serial == id.serial ? c : NULL;
}

void gate_set_neighbours(struct gate *g, unsigned count)
{
	pthread_mutex_lock(&g->lock);
	g->neighbours = count;
	pthread_mutex_unlock(&g->lock);
}

struct gate_id gate_claim(struct gate *g, int fd, struct committee_id who)
{
	struct gate_id id = { 0, 0 };
	struct watched_connection *c;

	pthread_mutex_lock(&g->lock);
	c = gate_remember(g, fd);
	if (c != NULL) {
		g->strangers -= !c->claimed;
		g->strangers_held -= c->claimed ? 0 : c->held;
		c->claimed = true;
		c->who = who;
		id = (struct gate_id){ fd, c->serial };
	}
	pthread_mutex_unlock(&g->lock);
	return id;
}

static uint64_t on_the_wire(size_t frame_bytes)
{
	size_t body = frame_bytes + MESSAGE_EXTRA;

	return body + (body <= UINT8_MAX ? SHORT_EXTRA : LONG_EXTRA);
}

void gate_heard(struct gate *g, int fd, size_t frame_bytes)
{
	if (g == NULL || fd < 0 || fd >= g->limit)
		return;
	pthread_mutex_lock(&g->lock);
	g->all[fd].heard += g->all[fd].there ? on_the_wire(frame_bytes) : 0;
	pthread_mutex_unlock(&g->lock);
}

void gate_sent(struct gate *g, struct gate_id id, size_t frame_bytes)
{
	struct watched_connection *c;

	if (g == NULL)
		return;
	pthread_mutex_lock(&g->lock);
	c = find(g, id);
	if (c != NULL)
		c->sent += on_the_wire(frame_bytes);
	pthread_mutex_unlock(&g->lock);
}

uint64_t gate_unsent_bytes(struct gate *g, struct gate_id id)
{
	struct watched_connection *c;
	uint64_t unsent = 0;

	if (g == NULL)
		return 0;
	pthread_mutex_lock(&g->lock);
	c = find(g, id);
	if (c != NULL && c->sent > c->gone + LOOK_AGAIN_BYTES)
		gate_look(g, id.fd);
	c = find(g, id);
	if (c != NULL)
		unsent = c->sent > c->gone ? c->sent - c->gone : 0;
	pthread_mutex_unlock(&g->lock);
	return unsent;
}

void gate_cut(struct gate *g, struct gate_id id, int delay_ms)
{
	struct watched_connection *c;

	pthread_mutex_lock(&g->lock);
	c = find(g, id);
	if (c != NULL && (c->cut_ms == 0 || c->cut_ms > clock_now().mono_ms + delay_ms) &&
	    c->cut_ms != INT64_MAX) {
		c->cut_ms = clock_now().mono_ms + delay_ms;
		c->reported = true;
	}
	pthread_mutex_unlock(&g->lock);
	call(g);
}

int gate_fd(const struct gate *g)
{
	return g->notify;
}

bool gate_next(struct gate *g, struct gate_report *out)
{
	uint64_t seen;
	bool any;

	pthread_mutex_lock(&g->lock);
	any = g->count > 0;
	if (any) {
		*out = g->reports[g->first];
		g->first = (g->first + 1) % REPORTS_MAX;
		g->count--;
	} else if (read(g->notify, &seen, sizeof seen) < 0) {
		seen = 0;
	}
	pthread_mutex_unlock(&g->lock);
	return any;
}

bool gate_asks(struct gate *g)
{
	bool asks;

	pthread_mutex_lock(&g->lock);
	asks = g->ask == ASK_WANTED;
	g->ask = asks ? ASK_TAKEN : g->ask;
	pthread_mutex_unlock(&g->lock);
	return asks;
}

void gate_found_empty(struct gate *g)
{
	pthread_mutex_lock(&g->lock);
	for (int fd = 0; g->ask == ASK_TAKEN && fd <= g->highest; fd++) {
		struct watched_connection *c = &g->all[fd];

		if (c->there && c->asked && c->asked_in > c->heard + UNFINISHED_SLACK_BYTES)
			gate_blame(g, fd);
		c->asked = false;
	}
	g->ask = g->ask == ASK_TAKEN ? ASK_NONE : g->ask;
	pthread_mutex_unlock(&g->lock);
}

uint64_t gate_held_bytes(struct gate *g)
{
	uint64_t held;

	pthread_mutex_lock(&g->lock);
	held = g->held;
	pthread_mutex_unlock(&g->lock);
	return held;
}

bool gate_short(struct gate *g)
{
	bool is_short;

	pthread_mutex_lock(&g->lock);
	is_short = clock_now().mono_ms < g->short_until_ms;
	pthread_mutex_unlock(&g->lock);
	return is_short;
}
