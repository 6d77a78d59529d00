/* The gate's thread: scans connections while they move bytes, ends those that hold too much, and
 * makes room when descriptors are short; see gate.h. */
#include "daemon/links/gate_thread.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/gate_bounds.h"
#include "routing/base/committee_id.h"

_Static_assert(
	2 * LINK_QUEUE_FRAMES_MOST * FRAME_MAX_BYTES + 2 * UNFINISHED_SLACK_BYTES <
	HELD_NEIGHBOUR_BYTES,
	"both queues of an honest neighbour, full of the largest frames, lie below what cuts off");
_Static_assert(UNFINISHED_SLACK_BYTES < UNFINISHED_BYTES,
	       "who is asked about holds more than one frame");

enum {
	/* until whoever cuts it off has said why, and how long to wait still; gate_cut is sooner */
	LAST_WORD_MS = 3000,
	/* below it the sum of one's connections is not worth a walk: there are few of them */
	OWNER_BYTES = 1 << 20,
	/* between two scans of busy connections: what comes in between is a few MiB */
	LOOK_GAP_MS = 8,
	WAIT_MS = 1000,
	SHORT_MS = 5000, /* each time one is missing it counts as long as this */
	SHORT_LOG_MS = 60 * 1000,
	EVENTS_MAX = 64,
};

static int64_t now_ms(void)
{
	return clock_now().mono_ms;
}

static ino_t inode_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? st.st_ino : 0;
}

void gate_wake_control(struct gate *g)
{
	uint64_t one = 1;

	if (write(g->notify, &one, sizeof one) < 0)
		return; /* it is readable already */
}

void gate_blame(struct gate *g, int fd)
{
	struct watched_connection *c = &g->all[fd];

	if (!c->reported && g->count < REPORTS_MAX) {
		g->reports[(g->first + g->count++) % REPORTS_MAX] =
		    (struct gate_report){ { fd, c->serial }, ERR_BUSY };
		gate_wake_control(g);
	}
	c->reported = true;
	if (c->cut_ms == 0)
		c->cut_ms = now_ms() + LAST_WORD_MS;
}

static void hold(struct gate *g, struct watched_connection *c, uint64_t in_bytes,
		 uint64_t out_bytes)
{
	uint64_t held = in_bytes + out_bytes;

	g->held += held - c->held;
	if (!c->claimed)
		g->strangers_held += held - c->held;
	c->held_in = in_bytes;
	c->held = held;
}

/* Who sends more than we want must not be left at a closed window until the kernel has forgotten
 * us: reset, the peer knows at once. Who has only stayed too long still gets what was sent. Through
 * a duplicate of the descriptor: its number may be another connection's by now. What the connection
 * held does not count any more: libzmq frees it. */
static void end(struct gate *g, int fd)
{
	struct watched_connection *c = &g->all[fd];
	struct linger at_once = { .l_onoff = 1, .l_linger = 0 };
	int own = dup(fd);

	if (own < 0)
		own = fd; /* none left: the number must do */
	if (inode_of(own) == c->inode) {
		if (c->held_in > FRAME_MAX_BYTES &&
		    setsockopt(own, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once) != 0)
			log_event(LOG_DEBUG, "no-reset", "errno=%d", errno);
		shutdown(own, SHUT_RDWR);
	}
	if (own != fd)
		close(own);
	hold(g, c, 0, 0);
	c->cut_ms = INT64_MAX;
}

static void forget(struct gate *g, int fd)
{
	struct watched_connection *c = &g->all[fd];

	hold(g, c, 0, 0);
	g->strangers -= c->there && !c->claimed;
	memset(c, 0, sizeof *c);
}

struct watched_connection *gate_remember(struct gate *g, int fd)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT, .data.fd = fd };
	struct watched_connection *c;
	ino_t inode;

	if (fd < 0 || fd >= g->limit || (inode = inode_of(fd)) == 0)
		return NULL;
	c = &g->all[fd];
	if (c->there && c->inode == inode)
		return c;
	forget(g, fd);
	*c = (struct watched_connection){
		.there = true, .inode = inode, .serial = ++g->serial, .since_ms = now_ms()
	};
	g->strangers++;
	g->highest = fd > g->highest ? fd : g->highest;
	if (epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &e) != 0)
		epoll_ctl(g->epoll, EPOLL_CTL_MOD, fd, &e);
	return c;
}

/* ---- scanning ---- */

uint64_t gate_in_bytes(uint64_t received, int unread)
{
	uint64_t waits = unread > 0 ? (uint64_t)unread : 0;

	return received > waits ? received - waits : 0;
}

void gate_look(struct gate *g, int fd)
{
	struct watched_connection *c = &g->all[fd];
	struct tcp_info info;
	socklen_t len = sizeof info;
	int unread = 0, queued = 0;

	memset(&info, 0, sizeof info);
	/* What waits first, what came in all after it: bytes that come in between make it a little
	 * more than it was. In the other order they could wait before they have come, and the
	 * difference of the first ones would be less than nothing: an honest neighbour would be cut
	 * off for it. */
	if (!c->there || c->cut_ms == INT64_MAX)
		return;
	/* closed since; a dialled connection has no monitor that reports it */
	if (inode_of(fd) != c->inode) {
		forget(g, fd);
		return;
	}
	if (ioctl(fd, SIOCINQ, &unread) != 0 || ioctl(fd, SIOCOUTQ, &queued) != 0 ||
	    getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0)
		return;
	c->in = gate_in_bytes(info.tcpi_bytes_received, unread);
	c->gone = (uint64_t)info.tcpi_bytes_acked + (uint64_t)queued;
	if (c->heard > c->in)
		c->heard = c->in; /* of what the sweep let pass */
	hold(g, c, c->in - c->heard, c->sent > c->gone ? c->sent - c->gone : 0);
}

uint64_t gate_owner_held(const struct gate *g, const struct watched_connection *c)
{
	uint64_t sum = 0;

	for (int fd = 0; fd <= g->highest; fd++) {
		const struct watched_connection *other = &g->all[fd];

		if (other->there && other->claimed && id_equal(other->who, c->who))
			sum += other->held_in;
	}
	return sum;
}

/* Is it a message without end? The control thread finds out, by asking all sockets. */
static void ask(struct gate *g, struct watched_connection *c)
{
	if (c->held_in <= UNFINISHED_BYTES || g->ask == ASK_TAKEN || c->reported)
		return;
	c->asked = true;
	c->asked_in = c->in;
	if (g->ask == ASK_NONE)
		gate_wake_control(g);
	g->ask = ASK_WANTED;
}

static void cut_stranger(struct gate *g, int fd)
{
	log_event(LOG_WARNING, "connection-cut", "held_bytes=%llu",
		  (unsigned long long)g->all[fd].held);
	end(g, fd);
}

void gate_judge(struct gate *g, int fd)
{
	struct watched_connection *c = &g->all[fd];
	uint64_t owner_held;

	if (!c->there || c->cut_ms == INT64_MAX)
		return;
	if (!c->claimed && c->held > HELD_STRANGER_BYTES)
		cut_stranger(g, fd);
	if (!c->claimed)
		return;
	ask(g, c);
	owner_held = c->held_in > OWNER_BYTES ? gate_owner_held(g, c) : 0;
	if (owner_held > HELD_NEIGHBOUR_BYTES)
		gate_blame(g, fd);
	if (owner_held > HELD_NEIGHBOUR_HARD_BYTES)
		end(g, fd);
}

/* Of those who have not said who they are, who holds most; until all of them hold little. */
static void cut_strangers(struct gate *g)
{
	while (g->strangers_held > HELD_STRANGERS_BYTES) {
		int most = -1;

		for (int fd = 0; fd <= g->highest; fd++) {
			if (g->all[fd].there && !g->all[fd].claimed &&
			    (most < 0 || g->all[fd].held > g->all[most].held))
				most = fd;
		}
		if (most < 0 || g->all[most].held == 0)
			return;
		cut_stranger(g, most);
	}
}

/* Who holds most, when that is more than its queue takes: many honest connections may hold much,
 * and none of them is at fault. */
static void cut_largest(struct gate *g)
{
	uint64_t honest =
	    (uint64_t)gate_queue_frames(g->neighbours) * FRAME_MAX_BYTES + UNFINISHED_SLACK_BYTES;
	int most = -1;

	for (int fd = 0; fd <= g->highest; fd++) {
		if (g->all[fd].there && g->all[fd].cut_ms == 0 &&
		    (most < 0 || g->all[fd].held_in > g->all[most].held_in))
			most = fd;
	}
	if (most >= 0 && g->all[most].held_in > honest)
		gate_blame(g, most);
}

/* Each second. Connections whose end no monitor reported: what they held must not count for ever,
 * or others would be cut off for it. So with what comes in and is no message: a greeting, or what a
 * neighbour's ZeroMQ says for itself. */
static void sweep(struct gate *g)
{
	for (int fd = 0; fd <= g->highest; fd++) {
		struct watched_connection *c = &g->all[fd];

		if (c->there && inode_of(fd) != c->inode)
			forget(g, fd);
		else if (c->there && c->heard < c->in)
			c->heard += c->in - c->heard < UNHEARD_BYTES_A_SECOND
					? c->in - c->heard
					: UNHEARD_BYTES_A_SECOND;
	}
}

/* What is due; returns when the next is, from now. */
static int look_around(struct gate *g, int64_t at_ms)
{
	int64_t next_ms = at_ms + WAIT_MS;

	if (at_ms >= g->swept_ms + WAIT_MS) {
		g->swept_ms = at_ms;
		sweep(g);
	}
	for (int fd = 0; fd <= g->highest; fd++) {
		struct watched_connection *c = &g->all[fd];

		if (!c->there || c->cut_ms == INT64_MAX)
			continue;
		if (c->cut_ms == 0 && !c->claimed && at_ms - c->since_ms >= HELLO_WITHIN_MS)
			c->cut_ms = at_ms;
		if (c->cut_ms != 0 && c->cut_ms <= at_ms)
			end(g, fd);
		else if (c->cut_ms != 0 && c->cut_ms < next_ms)
			next_ms = c->cut_ms;
	}
	return (int)(next_ms - at_ms);
}

/* ---- descriptors ---- */

/* Connections that have not said who they are make room, the oldest first; those that stand
 * stay. */
static void end_oldest_stranger(struct gate *g)
{
	int oldest = -1;

	for (int fd = 0; fd <= g->highest; fd++) {
		struct watched_connection *c = &g->all[fd];

		if (c->there && !c->claimed && c->cut_ms != INT64_MAX &&
		    (oldest < 0 || c->serial < g->all[oldest].serial))
			oldest = fd;
	}
	if (oldest >= 0)
		end(g, oldest);
}

/* The lowest free number is always given: when one near the limit comes, those below it are
 * taken. */
static void make_room(struct gate *g)
{
	g->short_until_ms = now_ms() + SHORT_MS;
	if (now_ms() - g->logged_ms > SHORT_LOG_MS || g->logged_ms == 0) {
		g->logged_ms = now_ms();
		log_event(LOG_ERROR, "descriptors-short", "error=VT-%d limit=%d",
			  (int)ERR_DESCRIPTORS, g->limit);
	}
	end_oldest_stranger(g);
}

void gate_event(struct gate *g, uint16_t event, int fd)
{
	if (event == EVENT_ACCEPTED && gate_remember(g, fd) != NULL && fd >= g->limit - g->spare)
		make_room(g);
	else if (event == EVENT_ACCEPTED && g->strangers > STRANGERS_MAX + 2 * g->neighbours)
		end_oldest_stranger(g);
	else if (event == EVENT_ACCEPT_FAILED)
		make_room(g);
	/* The word may come late: the number may be another's by now, who has said who it is. One
	 * that is still open is forgotten when it is closed. */
	else if (event == EVENT_DISCONNECTED && fd >= 0 && fd < g->limit && g->all[fd].there &&
		 inode_of(fd) != g->all[fd].inode)
		forget(g, fd);
}

/* False: none waits. */
static bool next_event(void *monitor, uint16_t *event, int *value)
{
	zmq_msg_t m;
	bool got;

	zmq_msg_init(&m);
	got = zmq_msg_recv(&m, monitor, ZMQ_DONTWAIT) >= 0;
	*event = 0;
	if (got && zmq_msg_size(&m) >= sizeof *event + sizeof(int32_t)) {
		int32_t v;

		memcpy(event, zmq_msg_data(&m), sizeof *event);
		memcpy(&v, (const uint8_t *)zmq_msg_data(&m) + sizeof *event, sizeof v);
		*value = v;
	}
	while (got && zmq_msg_more(&m) != 0 && zmq_msg_recv(&m, monitor, ZMQ_DONTWAIT) >= 0)
		; /* our own address */
	zmq_msg_close(&m);
	return got;
}

static void read_monitors(struct gate *g)
{
	for (unsigned i = 0; i < MONITORS_MAX; i++) {
		uint16_t event = 0;
		int value = -1;

		while (g->monitors[i] != NULL && event != EVENT_STOPPED &&
		       next_event(g->monitors[i], &event, &value))
			gate_event(g, event, value);
		if (event != EVENT_STOPPED)
			continue;
		zmq_close(g->monitors[i]);
		g->monitors[i] = NULL;
	}
}

/* ---- the thread ---- */

static void look_at_busy(struct gate *g, const struct epoll_event *events, int count)
{
	for (int i = 0; i < count; i++) {
		int fd = events[i].data.fd;

		if (fd < 0)
			continue;
		gate_look(g, fd);
		gate_judge(g, fd);
	}
	if (g->held > HELD_ALL_BYTES)
		cut_largest(g);
	cut_strangers(g);
}

static void again(struct gate *g, const struct epoll_event *events, int count)
{
	for (int i = 0; i < count; i++) {
		struct epoll_event e = { .events = EPOLLIN | EPOLLONESHOT,
					 .data.fd = events[i].data.fd };

		if (e.data.fd >= 0 && g->all[e.data.fd].there &&
		    g->all[e.data.fd].cut_ms != INT64_MAX)
			epoll_ctl(g->epoll, EPOLL_CTL_MOD, e.data.fd, &e);
	}
}

void *gate_thread(void *ctx)
{
	struct gate *g = ctx;
	int timeout_ms = WAIT_MS;

	for (;;) {
		struct epoll_event events[EVENTS_MAX];
		int n = epoll_wait(g->epoll, events, EVENTS_MAX, timeout_ms);
		uint64_t seen;

		n = n < 0 ? 0 : n;
		pthread_mutex_lock(&g->lock);
		if (read(g->wake, &seen, sizeof seen) < 0)
			seen = 0; /* nobody has called */
		if (g->stop)
			break;
		read_monitors(g);
		look_at_busy(g, events, n);
		timeout_ms = look_around(g, now_ms());
		pthread_mutex_unlock(&g->lock);
		if (n > 0)
			poll(NULL, 0, LOOK_GAP_MS);
		pthread_mutex_lock(&g->lock);
		again(g, events, n);
		pthread_mutex_unlock(&g->lock);
	}
	for (unsigned i = 0; i < MONITORS_MAX; i++) {
		if (g->monitors[i] != NULL)
			zmq_close(g->monitors[i]);
	}
	pthread_mutex_unlock(&g->lock);
	return NULL;
}
