/* Connections between committees; see links.h. Sockets are made in links_socket.c.
 *
 * On the ROUTER a connection is known by its routing id, which libzmq made (five bytes, the first 0), and by the CURVE user id of each message.
 * Its first frame is a Hello that says what it is for. A newer connection of a neighbour takes the place of the older one; what still comes
 * from the older one is dropped unread. */
#include "daemon/links.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/clock.h"
#include "daemon/links_internal.h"
#include "daemon/log.h"
#include "proto/wire.h"
#include "routing/id.h"

enum {
	PAUSE_FIRST_MS = 1000,
	PAUSE_MOST_MS = 5 * 60 * 1000,
	FORGIVEN_MS = 10 * 60 * 1000,
	REDIAL_MS = 2000,
	DROPPED_MAX = 256,
};

struct neighbour *links_find(struct links *l, struct committee_id id)
{
	for (unsigned i = 0; i < l->neighbour_count; i++) {
		if (id_equal(l->neighbours[i].peer.committee, id))
			return &l->neighbours[i];
	}
	return NULL;
}

struct neighbour *links_superior(struct links *l)
{
	for (unsigned i = 0; i < l->neighbour_count; i++) {
		if (l->neighbours[i].peer.superior)
			return &l->neighbours[i];
	}
	return NULL;
}

static void push(struct links *l, const struct link_event *e)
{
	struct link_event *slot;

	if (l->pending_count == PENDING_MAX)
		return; /* silence is noticed by the core as well */
	slot = &l->pending[(l->pending_first + l->pending_count++) % PENDING_MAX];
	*slot = *e;
}

void links_tell(struct links *l, enum link_event_type type, const struct neighbour *n, enum purpose purpose, enum err reason)
{
	struct link_event e = { .type = type, .neighbour = n->peer.committee, .purpose = purpose, .reason = reason };

	push(l, &e);
}

/* ---- which socket may have something ---- */

enum { WATCHED = 5 + OWN_KEYS_MAX };

struct watched {
	void *socket;
	struct attention *attention;
};

static unsigned list_watched(struct links *l, struct watched out[WATCHED])
{
	const struct watched all[] = {
		{ zap_socket(l->zap), &l->zap_attention },
		{ l->control.socket, &l->control.attention },
		{ l->control.monitor, &l->control.monitor_attention },
		{ l->bulk.socket, &l->bulk.attention },
		{ l->bulk.monitor, &l->bulk.monitor_attention },
	};
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (all[i].socket != NULL)
			out[n++] = all[i];
	}
	for (unsigned i = 0; i < OWN_KEYS_MAX; i++) {
		if (l->listeners[i].socket != NULL)
			out[n++] = (struct watched){ l->listeners[i].socket, &l->listeners[i].attention };
	}
	return n;
}

/* A quiet socket is waited for by its descriptor alone, as any file. */
static zmq_pollitem_t poll_item(const struct watched *w)
{
	size_t size = sizeof w->attention->fd;

	if (!w->attention->fd_known)
		w->attention->fd_known = zmq_getsockopt(w->socket, ZMQ_FD, &w->attention->fd, &size) == 0;
	if (w->attention->quiet && w->attention->fd_known)
		return (zmq_pollitem_t){ .fd = w->attention->fd, .events = ZMQ_POLLIN };
	return (zmq_pollitem_t){ .socket = w->socket, .events = ZMQ_POLLIN };
}

unsigned links_poll(struct links *l, zmq_pollitem_t *items, unsigned max)
{
	struct watched watched[WATCHED];
	unsigned n = list_watched(l, watched);

	n = n < max ? n : max;
	for (unsigned i = 0; i < n; i++)
		items[i] = poll_item(&watched[i]);
	return n;
}

void links_polled(struct links *l, const zmq_pollitem_t *items, unsigned count)
{
	struct watched watched[WATCHED];
	unsigned n = list_watched(l, watched);

	for (unsigned i = 0; i < n && i < count; i++) {
		if (items[i].revents != 0)
			watched[i].attention->quiet = false;
	}
}

/* Receives when there may be something. False: nothing. */
static bool receive_part(struct attention *a, void *socket, zmq_msg_t *m)
{
	if (!a->quiet && zmq_msg_recv(m, socket, ZMQ_DONTWAIT) >= 0)
		return true;
	a->quiet = true;
	return false;
}

bool links_pending(const struct links *l)
{
	return l->pending_count > 0;
}

/* ---- dialling ---- */

static void keep_dialled(struct links *l)
{
	struct neighbour *n = links_superior(l);

	if (n == NULL || l->control.socket != NULL || clock_now().mono_ms < n->refused_until_ms ||
	    clock_now().mono_ms < l->control.not_before_ms || n->peer.endpoint[0] == '\0' ||
	    n->peer.key_count == 0)
		return;
	(void)!dialled_open(l, &l->control, &n->peer); /* logged there; tried again */
}

void links_open_bulk(struct links *l, struct committee_id committee)
{
	struct neighbour *n = links_find(l, committee);

	if (n != NULL && n->peer.superior && n->peer.key_count > 0 && l->bulk.socket == NULL)
		(void)!dialled_open(l, &l->bulk, &n->peer); /* logged there; asked for again when it is still wanted */
}

void links_close_bulk(struct links *l, struct committee_id committee)
{
	struct neighbour *n = links_find(l, committee);

	if (n == NULL)
		return;
	if (n->peer.superior)
		dialled_close(&l->bulk, 0);
	else
		n->connections[PURPOSE_BULK].standing = false;
}

/* The first frame of a bulk connection says what it is for, as on every connection. */
static void greet_bulk(struct links *l)
{
	struct message m = { .type = MESSAGE_HELLO };
	struct blob frame;

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN, .protocol_max = PROTOCOL_MAX, .committee = l->config.self,
					.purpose = PURPOSE_BULK };
	arena_reset(l->arena);
	l->bulk.attention.quiet = false;
	if (wire_encode(l->arena, &m, &frame) != ERR_OK || zmq_send(l->bulk.socket, frame.data, frame.len_bytes, ZMQ_DONTWAIT) < 0)
		log_event(LOG_WARNING, "bulk-hello-failed", "error=\"%s\"", zmq_strerror(zmq_errno()));
}

static bool watch(struct links *l, struct dialled *d, enum purpose purpose)
{
	struct neighbour *n = links_superior(l);
	enum dialled_change change = dialled_watch(d);

	if (change == DIALLED_NOTHING || n == NULL)
		return false;
	if (change == DIALLED_REFUSED) {
		log_event(LOG_WARNING, "handshake-refused", "committee=%s again_ms=%d", n->peer.committee.text, REDIAL_MS);
		dialled_close(d, 0);
		d->not_before_ms = clock_now().mono_ms + REDIAL_MS;
		/* It may not have heard of our newer key yet, or no longer take the older one. */
		l->dial_key = (l->dial_key + 1) % l->config.key_count;
	}
	if (change == DIALLED_UP && purpose == PURPOSE_BULK)
		greet_bulk(l);
	links_tell(l, change == DIALLED_UP ? LINK_CONNECTED : LINK_DISCONNECTED, n, purpose, ERR_NETWORK);
	return true;
}

/* ---- receiving ---- */

static bool rid_is(const struct connection *c, const struct listener *r, const void *rid)
{
	return c->standing && c->listener == r && memcmp(c->rid, rid, RID_BYTES) == 0;
}

/* The first frame of a connection: which one is it? */
static void first_frame(struct links *l, struct neighbour *n, struct listener *r, const void *rid, struct blob frame)
{
	struct connection *c;
	struct message m;
	bool replaced;

	arena_reset(l->arena);
	if (wire_decode(l->arena, frame, &m) != ERR_OK || m.type != MESSAGE_HELLO)
		return; /* of a connection that was cut off, or not of ours: it must say Hello */
	if (!id_equal(m.u.hello.committee, n->peer.committee)) {
		links_tell(l, LINK_VIOLATION, n, PURPOSE_CONTROL, ERR_NOT_SIGNER);
		return;
	}
	c = &n->connections[m.u.hello.purpose];
	replaced = c->standing;
	memcpy(c->rid, rid, RID_BYTES);
	c->standing = true;
	c->listener = r;
	if (replaced)
		links_tell(l, LINK_DISCONNECTED, n, m.u.hello.purpose, ERR_NETWORK);
	links_tell(l, LINK_CONNECTED, n, m.u.hello.purpose, ERR_OK);
}

/* Whose message it is, by the user id that our ZAP handler gave the connection: a committee and the key that it proved. One whose key is no
 * longer in force is cut off here, at its next message. NULL: nobody's. */
static struct neighbour *sender(struct links *l)
{
	const char *user = zmq_msg_gets(&l->message, "User-Id"), *slash = user == NULL ? NULL : strchr(user, '/');
	uint8_t tag[ZAP_TAG_BYTES];
	struct committee_id who;
	struct neighbour *n;

	if (slash == NULL || id_parse(user, (size_t)(slash - user), &who) != ERR_OK || !zap_tag_parse(slash + 1, tag))
		return NULL;
	n = links_find(l, who);
	if (n == NULL || links_key_allowed(n, tag, sizeof tag))
		return n;
	if (n->connections[PURPOSE_CONTROL].standing || n->connections[PURPOSE_BULK].standing) {
		log_event(LOG_WARNING, "key-not-in-force", "committee=%s", who.text);
		links_reset(l, who);
		links_tell(l, LINK_DISCONNECTED, n, PURPOSE_CONTROL, ERR_KEY_REVOKED);
	}
	return NULL;
}

/* Routing id, then one payload frame: more is a violation. False: nothing waits. */
static bool receive_router(struct links *l, struct listener *r, uint8_t rid[RID_BYTES], bool *good)
{
	zmq_msg_t id;
	int parts = 0;

	*good = false;
	zmq_msg_init(&id);
	if (!receive_part(&r->attention, r->socket, &id)) {
		zmq_msg_close(&id);
		return false;
	}
	if (zmq_msg_size(&id) == RID_BYTES && ((const uint8_t *)zmq_msg_data(&id))[0] == 0) {
		memcpy(rid, zmq_msg_data(&id), RID_BYTES);
		*good = true;
	}
	while (zmq_msg_more(parts == 0 ? &id : &l->message) != 0) {
		if (!receive_part(&r->attention, r->socket, &l->message))
			break;
		parts++;
	}
	*good = *good && parts > 0;
	if (*good && parts > 1) {
		struct neighbour *n = sender(l);

		if (n != NULL)
			links_tell(l, LINK_VIOLATION, n, PURPOSE_CONTROL, ERR_PROTOCOL);
		*good = false;
	}
	zmq_msg_close(&id);
	return true;
}

static bool take_router(struct links *l, struct listener *r, struct link_event *out)
{
	uint8_t rid[RID_BYTES];
	struct committee_id who;
	struct neighbour *n;
	struct blob frame;
	bool good;

	if (r->socket == NULL || !receive_router(l, r, rid, &good))
		return false;
	n = good ? sender(l) : NULL;
	if (n == NULL || clock_now().mono_ms < n->refused_until_ms)
		return true; /* nobody's, or somebody's who was cut off: dropped unread */
	who = n->peer.committee;
	frame = (struct blob){ zmq_msg_data(&l->message), zmq_msg_size(&l->message) };
	for (enum purpose p = PURPOSE_CONTROL; p <= PURPOSE_BULK; p++) {
		if (rid_is(&n->connections[p], r, rid)) {
			*out = (struct link_event){ .type = LINK_FRAME, .neighbour = who, .purpose = p, .frame = frame };
			return true;
		}
	}
	first_frame(l, n, r, rid, frame);
	for (enum purpose p = PURPOSE_CONTROL; p <= PURPOSE_CONTROL; p++) {
		/* The Hello itself follows its connection; a bulk one has said all with it. */
		if (rid_is(&n->connections[p], r, rid)) {
			l->hello_waits = true;
			l->hello_from = who;
		}
	}
	return true;
}

static bool take_dialled(struct links *l, struct dialled *d, enum purpose purpose, struct link_event *out)
{
	struct neighbour *n = links_superior(l);
	int parts = 0;

	if (d->socket == NULL || n == NULL)
		return false;
	do {
		if (!receive_part(&d->attention, d->socket, &l->message))
			return false;
		parts++;
	} while (zmq_msg_more(&l->message) != 0);
	if (parts > 1) {
		links_tell(l, LINK_VIOLATION, n, purpose, ERR_PROTOCOL);
		return true;
	}
	*out = (struct link_event){ .type = LINK_FRAME, .neighbour = n->peer.committee, .purpose = purpose,
				    .frame = { zmq_msg_data(&l->message), zmq_msg_size(&l->message) } };
	return true;
}

void links_receive(struct links *l, struct link_event *out)
{
	memset(out, 0, sizeof *out);
	if (!l->zap_attention.quiet) {
		zap_service(l->zap); /* all that waits */
		l->zap_attention.quiet = true;
	}
	keep_dialled(l);
	/* Frames that are dropped unread count too: a flood of them must not keep the loop here. */
	for (unsigned n = 0; n < DROPPED_MAX; n++) {
		if (l->pending_count > 0) {
			*out = l->pending[l->pending_first];
			l->pending_first = (l->pending_first + 1) % PENDING_MAX;
			l->pending_count--;
			return;
		}
		if (l->hello_waits) {
			l->hello_waits = false;
			*out = (struct link_event){ .type = LINK_FRAME, .neighbour = l->hello_from, .purpose = PURPOSE_CONTROL,
						    .frame = { zmq_msg_data(&l->message), zmq_msg_size(&l->message) } };
			return;
		}
		if (watch(l, &l->control, PURPOSE_CONTROL) || watch(l, &l->bulk, PURPOSE_BULK))
			continue;
		if (!take_dialled(l, &l->control, PURPOSE_CONTROL, out) && !take_router(l, &l->listeners[0], out) &&
		    !take_router(l, &l->listeners[1], out) &&
		    !take_dialled(l, &l->bulk, PURPOSE_BULK, out))
			return;
		if (out->type != LINK_EVENT_NONE)
			return;
	}
}

/* ---- sending ---- */

/* What is sent: bytes that ZeroMQ copies, or a message that it takes. */
static bool send_part(void *socket, zmq_msg_t *m, struct blob frame)
{
	if (m != NULL)
		return zmq_msg_send(m, socket, ZMQ_DONTWAIT) >= 0;
	return zmq_send(socket, frame.data, frame.len_bytes, ZMQ_DONTWAIT) >= 0;
}

static enum err send_dialled(struct dialled *d, zmq_msg_t *m, struct blob frame)
{
	if (d->socket == NULL || !d->up)
		return ERR_NETWORK;
	d->attention.quiet = false;
	return send_part(d->socket, m, frame) ? ERR_OK : ERR_BUSY;
}

static enum err send_to(struct links *l, struct committee_id neighbour, enum purpose purpose, zmq_msg_t *m, struct blob frame)
{
	struct neighbour *n = links_find(l, neighbour);
	struct connection *c;

	if (n == NULL)
		return ERR_NETWORK;
	if (n->peer.superior)
		return send_dialled(purpose == PURPOSE_BULK ? &l->bulk : &l->control, m, frame);
	c = &n->connections[purpose];
	if (!c->standing || c->listener->socket == NULL)
		return ERR_NETWORK;
	c->listener->attention.quiet = false;
	if (zmq_send(c->listener->socket, c->rid, RID_BYTES, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
		return send_part(c->listener->socket, m, frame) ? ERR_OK : ERR_BUSY;
	if (zmq_errno() != EHOSTUNREACH)
		return ERR_BUSY;
	c->standing = false;
	links_tell(l, LINK_DISCONNECTED, n, purpose, ERR_NETWORK);
	return ERR_NETWORK;
}

enum err links_send(struct links *l, struct committee_id neighbour, enum purpose purpose, struct blob frame)
{
	return send_to(l, neighbour, purpose, NULL, frame);
}

enum err links_send_bulk(struct links *l, struct committee_id neighbour, struct blob frame, void (*release)(void *data, void *owner),
			 void *owner)
{
	zmq_msg_t m;
	enum err e;

	if (zmq_msg_init_data(&m, (uint8_t *)(uintptr_t)frame.data, frame.len_bytes, release, owner) != 0) {
		release(NULL, owner);
		return ERR_NO_MEMORY;
	}
	e = send_to(l, neighbour, PURPOSE_BULK, &m, (struct blob){ NULL, 0 });
	zmq_msg_close(&m); /* releases it when it was not taken; else there is nothing in it any more */
	return e;
}

void links_punish(struct links *l, struct committee_id neighbour, enum err why)
{
	struct neighbour *n = links_find(l, neighbour);
	int64_t now_ms = clock_now().mono_ms;

	if (n == NULL || now_ms < n->refused_until_ms)
		return; /* what it had sent before it was cut off does not count again */
	if (n->pause_ms == 0 || now_ms - n->refused_until_ms > FORGIVEN_MS)
		n->pause_ms = PAUSE_FIRST_MS;
	else
		n->pause_ms = n->pause_ms * 2 < PAUSE_MOST_MS ? n->pause_ms * 2 : PAUSE_MOST_MS;
	n->refused_until_ms = now_ms + n->pause_ms;
	memset(n->connections, 0, sizeof n->connections);
	if (n->peer.superior) {
		dialled_close(&l->bulk, 0);
		dialled_close(&l->control, 0);
	}
	log_event(LOG_WARNING, "link-cut-off", "committee=%s error=VT-%d pause_ms=%lld", neighbour.text, (int)why, (long long)n->pause_ms);
}

void links_reset(struct links *l, struct committee_id neighbour)
{
	struct neighbour *n = links_find(l, neighbour);

	if (n == NULL)
		return;
	memset(n->connections, 0, sizeof n->connections);
	if (n->peer.superior) {
		dialled_close(&l->bulk, 0);
		dialled_close(&l->control, 0);
	}
}

void links_bye(struct links *l)
{
	struct message m = { .type = MESSAGE_BYE };
	int linger_ms = 200;
	struct blob frame;

	arena_reset(l->arena);
	if (wire_encode(l->arena, &m, &frame) != ERR_OK)
		return;
	for (unsigned i = 0; i < l->neighbour_count; i++)
		(void)!links_send(l, l->neighbours[i].peer.committee, PURPOSE_CONTROL, frame); /* silence says it too, later */
	for (unsigned i = 0; i < OWN_KEYS_MAX; i++) {
		if (l->listeners[i].socket != NULL)
			zmq_setsockopt(l->listeners[i].socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
	}
	if (l->control.socket != NULL)
		zmq_setsockopt(l->control.socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
}
