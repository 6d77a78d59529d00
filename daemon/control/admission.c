/* See admission.h. */
#include "daemon/control/admission.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/control/client.h"
#include "daemon/control/frame.h"

enum {
	ACCEPTS_A_TURN = 64,
	LOG_EVERY_MS = 10000,
	TRIM_EVERY_MS = 3000,
	TRIM_CLIENTS = 16,
	TRIM_LEAST_BYTES = 256 << 10,
	TRIM_PENDING = 64, /* with so many under way it is asked for again at once */
	REFUSAL_BYTES = 256
};

static const char *const socket_names[SOCKET_COUNT] = {
	[SOCKET_OFFICE] = "office", [SOCKET_OPERATE] = "operate", [SOCKET_READ] = "read"
};

/* An error reply last, where one can be sent: not into the middle of a reply. */
static void send_away(struct client *c, enum err why, const char *about, unsigned *counter)
{
	(*counter)++;
	c->control->goings[c->socket].uid = c->uid;
	if (control_out_waiting(c) == 0) {
		control_say_error(c, 0, why, about);
		control_write_some(c); /* dropped in any case */
	}
	control_drop(c);
}

/* ---- who does not go on ---- */

enum stall { STALL_NONE, STALL_IDLE, STALL_HOLDS, STALL_HALF, STALL_UNREAD };

/* What this client, and not the daemon, is to go on with, and since when. */
static enum stall stalled(const struct client *c, int64_t *since_ms)
{
	unsigned traits = control_task_traits(c);

	*since_ms = c->active_ms;
	if (c->closing)
		return STALL_NONE;
	if (control_out_waiting(c) > 0)
		return STALL_UNREAD;
	if (c->jobs > 0 || c->pending > 0 || (traits & TASK_ALONE) != 0 || control_has_frame(c) ||
	    (c->waits && (traits & TASK_WANTS_BYTES) != 0))
		return STALL_NONE;
	if (c->in_len > 0) {
		*since_ms = c->frame_ms;
		return STALL_HALF;
	}
	return c->tasks != NULL ? STALL_HOLDS : STALL_IDLE;
}

static unsigned *counter_of(struct client *c, enum stall s)
{
	struct control_goings *g = &c->control->goings[c->socket];

	return s == STALL_HALF ? &g->half : s == STALL_UNREAD ? &g->unread : &g->idle;
}

static int64_t patience_ms(enum stall s)
{
	switch (s) {
	case STALL_HALF:
		return CONTROL_HALF_MS;
	case STALL_HOLDS:
	case STALL_UNREAD:
		return CONTROL_UNREAD_MS;
	case STALL_IDLE:
	case STALL_NONE:
		break;
	}
	return INT64_MAX;
}

static bool holds_bytes(const struct client *c)
{
	return c->in_charge.bytes + c->out_charge.bytes > 0 ||
	       (control_task_traits(c) & TASK_HOLDS_BYTES) != 0;
}

/* Does somebody wait for what this client holds? */
static bool is_missed(const struct client *holder)
{
	const struct control *control = holder->control;

	for (unsigned i = 0; i < control->client_count; i++) {
		const struct client *w = control->clients[i];

		if (w->closing || !w->waits || w == holder)
			continue;
		if ((control_task_traits(holder) & TASK_ONLY_ONE) != 0 ||
		    (holds_bytes(holder) && shares_competes(holder->account, w->account)))
			return true;
	}
	return false;
}

static void send_stalled_away(struct control *c)
{
	for (unsigned i = 0; i < c->client_count; i++) {
		struct client *client = c->clients[i];
		int64_t since_ms, patience;
		enum stall s = stalled(client, &since_ms);

		if (s == STALL_NONE)
			continue;
		patience = patience_ms(s);
		if (c->now_ms - since_ms > CONTROL_SHORT_MS && patience > CONTROL_SHORT_MS &&
		    is_missed(client))
			patience = CONTROL_SHORT_MS;
		if (c->now_ms - since_ms > patience)
			send_away(client, ERR_IDLE, "", counter_of(client, s));
	}
}

/* ---- coming ---- */

/* What allows less goes first, then whom the daemon owes nothing, then who has been quiet
 * longest. */
static bool goes_before(const struct client *a, bool a_busy, const struct client *best,
			bool best_busy)
{
	if (best == NULL || a->socket != best->socket)
		return best == NULL || a->socket > best->socket;
	if (a_busy != best_busy)
		return best_busy;
	return a->touched < best->touched;
}

/* Which client's slot goes to a new client at `socket`; NULL: no client's. Clients of a socket that
 * allows less are evicted at any time, the others when they are owed nothing: the longest idle
 * first. A client just accepted comes last, and has sent a request before then. */
static struct client *slot_for(struct control *c, enum local_socket socket, uint32_t uid,
			       enum lack lack)
{
	struct client *best = NULL;
	bool best_busy = false;

	for (unsigned i = 0; i < c->client_count; i++) {
		struct client *client = c->clients[i];
		int64_t since_ms;
		bool busy = stalled(client, &since_ms) == STALL_NONE;

		if (client->closing || client->socket < socket ||
		    (busy && client->socket == socket))
			continue;
		if (lack == LACK_READ && client->socket == SOCKET_READ)
			continue;
		if (lack == LACK_UID && (client->socket != socket || client->uid != uid))
			continue;
		if (goes_before(client, busy, best, best_busy)) {
			best = client;
			best_busy = busy;
		}
	}
	return best;
}

/* Says why, to one who is no client yet: "read.sock, uid 1000: 96/96". */
static void refuse(struct control *c, enum local_socket socket, uint32_t uid, int fd)
{
	Vanthu__V1__Reply r = control_reply_to(0, VANTHU__V1__REPLY__WHAT_ERROR);
	Vanthu__V1__ControlError e = VANTHU__V1__CONTROL_ERROR__INIT;
	unsigned own = shares_slots_of(c->shares, socket, uid), most = shares_slots_uid_max(socket);
	uint8_t bytes[REFUSAL_BYTES];
	char about[64];
	size_t size;

	c->goings[socket].refused++;
	c->goings[socket].uid = uid;
	if (own >= most)
		snprintf(about, sizeof about, "%s.sock, uid %u: %u/%u", socket_names[socket], uid,
			 own, most);
	else
		snprintf(about, sizeof about, "%s.sock: %u/%u", socket_names[socket],
			 shares_slots_max(socket), shares_slots_max(socket));
	e.code = ERR_PLACES;
	e.about = about;
	r.error = &e;
	size = vanthu__v1__reply__get_packed_size(&r);
	if (size <= sizeof bytes - 4) {
		bytes[0] = bytes[1] = 0;
		bytes[2] = (uint8_t)(size >> 8);
		bytes[3] = (uint8_t)size;
		vanthu__v1__reply__pack(&r, bytes + 4);
		/* Into an empty buffer; one that has gone need not know. */
		if (send(fd, bytes, size + 4, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
			size = 0;
	}
	close(fd);
}

static void enter(struct control *c, enum local_socket socket, uint32_t uid, int fd)
{
	struct client *client = NULL;
	enum lack lack;

	while ((lack = shares_lack(c->shares, socket, uid)) != LACK_NONE) {
		struct client *gives = slot_for(c, socket, uid, lack);

		if (gives == NULL)
			break;
		send_away(gives, ERR_PLACES, "", &c->goings[gives->socket].for_others);
	}
	if (lack == LACK_NONE && c->client_count < CONTROL_CLIENTS_MAX + CONTROL_LEAVING_MAX)
		client = calloc(1, sizeof *client);
	if (client == NULL) {
		refuse(c, socket, uid, fd);
		return;
	}
	*client = (struct client){ .touched = ++c->touches,
				   .control = c,
				   .fd = fd,
				   .socket = socket,
				   .uid = uid,
				   .poll_index = -1,
				   .active_ms = c->now_ms,
				   .account = shares_enter(c->shares, socket, uid) };
	if (client->account == NULL) {
		free(client);
		refuse(c, socket, uid, fd);
		return;
	}
	c->clients[c->client_count++] = client;
}

/* No descriptor is left: a spare one is closed to accept the connection, or poll would report it
 * again and again and the client could not be sent the reason. */
static int accept_spare(struct control *c, enum local_socket socket, bool *spare)
{
	int fd;

	*spare = (errno == EMFILE || errno == ENFILE) && c->spare_fd >= 0;
	if (!*spare)
		return -1;
	close(c->spare_fd);
	c->spare_fd = -1;
	fd = accept4(c->listeners[socket], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd < 0)
		c->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd;
}

/* Comes in by the spare descriptor: another client is closed for it, or it is. */
static void enter_spare(struct control *c, enum local_socket socket, uint32_t uid, int fd)
{
	struct client *gives = slot_for(c, socket, uid, LACK_SOCKET);

	if (gives == NULL) {
		refuse(c, socket, uid, fd);
	} else {
		send_away(gives, ERR_PLACES, "", &c->goings[gives->socket].for_others);
		enter(c, socket, uid, fd);
	}
	c->spare_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void control_accept(struct control *c, enum local_socket socket)
{
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		struct ucred peer = { .uid = 0 };
		socklen_t len = sizeof peer;
		bool spare = false;
		int fd = accept4(c->listeners[socket], NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			fd = accept_spare(c, socket, &spare);
		if (fd < 0)
			return;
		if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) != 0)
			peer.uid = (uint32_t)-1; /* nobody's: it has its share as any other */
		if (spare)
			enter_spare(c, socket, peer.uid, fd);
		else
			enter(c, socket, peer.uid, fd);
	}
}

/* ---- each second ---- */

uint64_t admission_held_bytes(const struct control *c)
{
	uint64_t bytes = shares_bytes(c->shares);

	for (unsigned i = 0; i < c->client_count; i++) {
		const struct client *client = c->clients[i];

		bytes += client->in_charge.bytes > 0 ? 0 : client->in_capacity;
		bytes += client->out_charge.bytes > 0 ? 0 : client->out_capacity;
	}
	return bytes;
}

static void log_goings(struct control *c)
{
	if (c->now_ms < c->next_log_ms)
		return;
	for (int d = 0; d < SOCKET_COUNT; d++) {
		struct control_goings *g = &c->goings[d];

		if (g->refused + g->for_others + g->half + g->unread + g->idle == 0)
			continue;
		log_event(LOG_WARNING, "clients-sent-away",
			  "socket=%s refused=%u for_others=%u half_sent=%u unread=%u idle=%u "
			  "last_uid=%u clients=%u held_bytes=%llu",
			  socket_names[d], g->refused, g->for_others, g->half, g->unread, g->idle,
			  g->uid, c->client_count, (unsigned long long)admission_held_bytes(c));
		*g = (struct control_goings){ .refused = 0 };
		c->next_log_ms = c->now_ms + LOG_EVERY_MS;
	}
}

/* What clients held goes back to the system when they have released most of it: the allocator would
 * keep it. */
static void give_back(struct control *c)
{
	size_t held = (size_t)admission_held_bytes(c);

	if (held > c->most_held_bytes)
		c->most_held_bytes = held;
	if (c->now_ms < c->next_trim_ms || c->pending_count > TRIM_PENDING ||
	    (c->most_held_bytes < held * 2 + TRIM_LEAST_BYTES && c->left_count < TRIM_CLIENTS))
		return;
	c->next_trim_ms = c->now_ms + TRIM_EVERY_MS;
	c->most_held_bytes = held;
	c->left_count = 0;
	malloc_trim(0);
}

void admission_tick(struct control *c)
{
	send_stalled_away(c);
	log_goings(c);
	give_back(c);
}
