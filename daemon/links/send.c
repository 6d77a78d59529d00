/* What goes out on the connections, and their ends; see links.h. */
#include "daemon/links/send.h"

#include <errno.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/find.h"
#include "daemon/links/pending.h"
#include "daemon/links/socket.h"
#include "proto/wire_encode.h"

enum {
	PAUSE_FIRST_MS = 1000,
	PAUSE_MOST_MS = 5 * 60 * 1000,
	FORGIVEN_MS = 10 * 60 * 1000,
	LAST_WORD_MS = 1000,
	CUT_AFTER_MS = 200
};

/* ---- sending ---- */

/* What is sent: bytes that ZeroMQ copies, or a message that it takes. */
static bool send_part(void *socket, zmq_msg_t *m, struct blob frame)
{
	if (m != NULL)
		return zmq_msg_send(m, socket, ZMQ_DONTWAIT) >= 0;
	return zmq_send(socket, frame.data, frame.len_bytes, ZMQ_DONTWAIT) >= 0;
}

enum err links_send_dialled(struct dialled *d, zmq_msg_t *m, struct blob frame)
{
	size_t len = m != NULL ? zmq_msg_size(m) : frame.len_bytes;

	if (d->socket == NULL || !d->up)
		return ERR_NETWORK;
	d->attention.quiet = false;
	if (gate_unsent_bytes(d->gate, d->gate_id) > UNSENT_BYTES ||
	    !send_part(d->socket, m, frame))
		return ERR_BUSY;
	gate_sent(d->gate, d->gate_id, len);
	return ERR_OK;
}

enum err links_send_router(struct connection *c, zmq_msg_t *m, struct blob frame)
{
	size_t len = m != NULL ? zmq_msg_size(m) : frame.len_bytes;

	if (!c->standing || c->listener->socket == NULL)
		return ERR_NETWORK;
	c->listener->attention.quiet = false;
	if (gate_unsent_bytes(c->gate, c->gate_id) > UNSENT_BYTES)
		return ERR_BUSY;
	if (zmq_send(c->listener->socket, c->rid, RID_BYTES, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) {
		if (!send_part(c->listener->socket, m, frame))
			return ERR_BUSY;
		gate_sent(c->gate, c->gate_id, len);
		return ERR_OK;
	}
	if (zmq_errno() != EHOSTUNREACH)
		return ERR_BUSY;
	c->standing = false;
	return ERR_NETWORK;
}

static enum err send_to(struct links *l, struct committee_id neighbour, enum purpose purpose,
			zmq_msg_t *m, struct blob frame)
{
	struct link_socket *n = links_find(l, neighbour);
	bool stood;
	enum err e;

	if (n == NULL)
		return ERR_NETWORK;
	if (n->peer.superior)
		return links_send_dialled(purpose == PURPOSE_BULK ? &l->bulk : &l->control, m,
					  frame);
	stood = n->connections[purpose].standing;
	e = links_send_router(&n->connections[purpose], m, frame);
	if (stood && e == ERR_NETWORK && !n->connections[purpose].standing)
		links_enqueue(l, LINK_DISCONNECTED, n, purpose, ERR_NETWORK);
	return e;
}

bool links_may_publish(struct links *l, struct committee_id neighbour)
{
	struct link_socket *n = links_find(l, neighbour);
	uint64_t unsent = n == NULL ? 0
			  : n->peer.superior
			      ? gate_unsent_bytes(l->gate, l->control.gate_id)
			      : gate_unsent_bytes(l->gate, n->connections[PURPOSE_CONTROL].gate_id);

	return unsent < PUBLISH_UNSENT_SHARE_BYTES ||
	       (unsent < PUBLISH_UNSENT_BYTES && gate_held_bytes(l->gate) < UNSENT_ALL_BYTES);
}

uint64_t links_held_bytes(const struct links *l)
{
	return gate_held_bytes(l->gate);
}

bool links_descriptors_short(const struct links *l)
{
	return gate_short(l->gate);
}

enum err links_send(struct links *l, struct committee_id neighbour, enum purpose purpose,
		    struct blob frame)
{
	return send_to(l, neighbour, purpose, NULL, frame);
}

enum err links_send_bulk(struct links *l, struct committee_id neighbour, struct blob frame,
			 void (*release)(void *data, void *owner), void *owner)
{
	zmq_msg_t m;
	enum err e;

	if (zmq_msg_init_data(&m, (uint8_t *)(uintptr_t)frame.data, frame.len_bytes, release,
			      owner) != 0) {
		release(NULL, owner);
		return ERR_NO_MEMORY;
	}
	e = send_to(l, neighbour, PURPOSE_BULK, &m, (struct blob){ NULL, 0 });
	/* releases it when it was not taken; else there is nothing in it any more */
	zmq_msg_close(&m);
	return e;
}

static bool encode_bye(struct links *l, enum err why, int64_t pause_ms, struct blob *frame)
{
	struct message m = { .type = MESSAGE_BYE };

	m.u.bye = (struct msg_bye){ .reason = (uint32_t)why, .retry_after_ms = (uint32_t)pause_ms };
	arena_reset(l->arena);
	return wire_encode(l->arena, &m, frame) == ERR_OK;
}

/* The last message to a neighbour. When it is not sent, the neighbour notices by our silence,
 * later. */
static void say_bye(struct links *l, struct link_socket *n, enum err why, int64_t pause_ms)
{
	struct blob frame;

	if (encode_bye(l, why, pause_ms, &frame))
		(void)!links_send(l, n->peer.committee, PURPOSE_CONTROL, frame);
}

void links_bye_on(struct links *l, struct listener *r, const uint8_t rid[RID_BYTES], enum err why,
		  int64_t pause_ms)
{
	struct blob frame;

	r->attention.quiet = false;
	if (encode_bye(l, why, pause_ms, &frame) &&
	    zmq_send(r->socket, rid, RID_BYTES, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
		zmq_send(r->socket, frame.data, frame.len_bytes, ZMQ_DONTWAIT);
}

static void cut_connections(struct links *l, struct link_socket *n, int linger_ms)
{
	for (enum purpose p = PURPOSE_CONTROL; p <= PURPOSE_BULK; p++)
		gate_cut(l->gate, n->connections[p].gate_id, CUT_AFTER_MS);
	memset(n->connections, 0, sizeof n->connections);
	if (n->peer.superior) {
		dialled_close(&l->bulk, 0);
		dialled_close(&l->control, linger_ms);
	}
}

void links_punish(struct links *l, struct committee_id neighbour, enum err why)
{
	struct link_socket *n = links_find(l, neighbour);
	int64_t now_ms = clock_now().mono_ms;

	if (n == NULL || now_ms < n->refused_until_ms)
		return; /* what it had sent before it was cut off does not count again */
	if (n->pause_ms == 0 || now_ms - n->refused_until_ms > FORGIVEN_MS)
		n->pause_ms = PAUSE_FIRST_MS;
	else
		n->pause_ms = n->pause_ms * 2 < PAUSE_MOST_MS ? n->pause_ms * 2 : PAUSE_MOST_MS;
	n->refused_until_ms = now_ms + n->pause_ms;
	say_bye(l, n, why, n->pause_ms);
	cut_connections(l, n, LAST_WORD_MS);
	log_event(LOG_WARNING, "link-cut-off", "committee=%s error=VT-%d pause_ms=%lld",
		  neighbour.text, (int)why, (long long)n->pause_ms);
}

static bool is_of(struct gate_id a, struct gate_id b)
{
	return a.fd == b.fd && a.serial == b.serial;
}

/* Who made us hold too much is cut off like any other who breaks the rules; the connection itself
 * ends by the gate. */
void links_take_reports(struct links *l)
{
	struct gate_report r;

	while (gate_next(l->gate, &r)) {
		struct link_socket *n = links_superior(l);

		if (n != NULL && (is_of(l->control.gate_id, r.id) || is_of(l->bulk.gate_id, r.id)))
			links_enqueue(l, LINK_VIOLATION, n, PURPOSE_CONTROL, r.why);
		for (unsigned i = 0; i < l->neighbour_count; i++) {
			struct link_socket *other = &l->neighbours[i];

			if (is_of(other->connections[PURPOSE_CONTROL].gate_id, r.id) ||
			    is_of(other->connections[PURPOSE_BULK].gate_id, r.id))
				links_enqueue(l, LINK_VIOLATION, other, PURPOSE_CONTROL, r.why);
		}
	}
}

void links_reset(struct links *l, struct committee_id neighbour)
{
	struct link_socket *n = links_find(l, neighbour);

	if (n != NULL)
		cut_connections(l, n, 0);
}

void links_bye(struct links *l)
{
	int linger_ms = 200;

	for (unsigned i = 0; i < l->neighbour_count; i++)
		say_bye(l, &l->neighbours[i], ERR_OK, 0);
	for (unsigned i = 0; i < OWN_KEYS_MAX; i++) {
		if (l->listeners[i].socket != NULL)
			zmq_setsockopt(l->listeners[i].socket, ZMQ_LINGER, &linger_ms,
				       sizeof linger_ms);
	}
	if (l->control.socket != NULL)
		zmq_setsockopt(l->control.socket, ZMQ_LINGER, &linger_ms, sizeof linger_ms);
}
