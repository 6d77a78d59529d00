/* Connections between committees; see links.h. Sockets are made in daemon/links/socket.c.
 *
 * On the ROUTER a connection is known by its routing id, which libzmq made (five bytes, the first
 * 0), and by the CURVE user id of each message. Its first frame is a Hello that says what the
 * connection is for. A newer connection of a neighbour replaces the older one; what still comes
 * from the older one is dropped unread. */
#include "daemon/links/links.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/find.h"
#include "daemon/links/links_state.h"
#include "daemon/links/pending.h"
#include "daemon/links/send.h"
#include "daemon/links/socket.h"
#include "daemon/links/visit.h"
#include "proto/wire_decode.h"
#include "proto/wire_encode.h"
#include "routing/base/committee_id.h"

enum {
	REDIAL_MS = 2000,
	DROPPED_MAX = 256,
	FAILED_AGAIN_MS = 10 * 60 * 1000,
};

/* ---- which socket may have something ---- */

enum { WATCHED = 7 + OWN_KEYS_MAX };

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
		{ l->visit.socket, &l->visit.attention },
		{ l->visit.monitor, &l->visit.monitor_attention },
	};
	unsigned n = 0;

	for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
		if (all[i].socket != NULL)
			out[n++] = all[i];
	}
	for (unsigned i = 0; i < OWN_KEYS_MAX; i++) {
		if (l->listeners[i].socket != NULL)
			out[n++] =
			    (struct watched){ l->listeners[i].socket, &l->listeners[i].attention };
	}
	return n;
}

/* A quiet socket is waited for by its descriptor alone, as any file. */
static zmq_pollitem_t poll_item(const struct watched *w)
{
	size_t size = sizeof w->attention->fd;

	if (!w->attention->fd_known)
		w->attention->fd_known =
		    zmq_getsockopt(w->socket, ZMQ_FD, &w->attention->fd, &size) == 0;
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
	if (n < max)
		items[n++] = (zmq_pollitem_t){ .fd = gate_fd(l->gate), .events = ZMQ_POLLIN };
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

/* What has come out of libzmq is not held there any more. */
static void note_origin(struct links *l)
{
	l->message_fd = zmq_msg_get(&l->message, ZMQ_SRCFD);
	gate_heard(l->gate, l->message_fd, zmq_msg_size(&l->message));
}

/* The gate has to know whether anything more comes out. */
static void ask_all(struct links *l)
{
	struct watched watched[WATCHED];
	unsigned n = list_watched(l, watched);

	for (unsigned i = 0; i < n; i++)
		watched[i].attention->quiet = false;
	l->asked = true;
}

/* ---- dialling ---- */

static void keep_dialled(struct links *l)
{
	struct link_socket *n = links_superior(l);

	if (n == NULL || l->control.socket != NULL || clock_now().mono_ms < n->refused_until_ms ||
	    clock_now().mono_ms < l->control.not_before_ms || n->peer.endpoint[0] == '\0' ||
	    n->peer.key_count == 0)
		return;
	/* logged there; tried again */
	(void)!dialled_open(l, &l->control, &n->peer, &l->config.keys[l->dial_key]);
}

void links_open_bulk(struct links *l, struct committee_id committee)
{
	struct link_socket *n = links_find(l, committee);

	if (n != NULL && n->peer.superior && n->peer.key_count > 0 && l->bulk.socket == NULL)
		/* logged there; asked for again when it is still wanted */
		(void)!dialled_open(l, &l->bulk, &n->peer, &l->config.keys[l->dial_key]);
}

void links_close_bulk(struct links *l, struct committee_id committee)
{
	struct link_socket *n = links_find(l, committee);

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

	m.u.hello = (struct msg_hello){ .protocol_min = PROTOCOL_MIN,
					.protocol_max = PROTOCOL_MAX,
					.committee = l->config.self,
					.purpose = PURPOSE_BULK };
	arena_reset(l->arena);
	l->bulk.attention.quiet = false;
	if (wire_encode(l->arena, &m, &frame) != ERR_OK ||
	    zmq_send(l->bulk.socket, frame.data, frame.len_bytes, ZMQ_DONTWAIT) < 0)
		log_event(LOG_WARNING, "bulk-hello-failed", "error=\"%s\"",
			  zmq_strerror(zmq_errno()));
}

/* Each attempt fails alike: logged when the reason changes, and once in a while. */
static void log_failure(struct link_socket *n, enum err why)
{
	int64_t now_ms = clock_now().mono_ms;

	if (why == n->failed_why && now_ms < n->failed_again_ms)
		return;
	n->failed_why = why;
	n->failed_again_ms = now_ms + FAILED_AGAIN_MS;
	log_event(LOG_WARNING, "not-connected", "committee=%s error=VT-%d text=\"%s\"",
		  n->peer.committee.text, (int)why, err_text(why));
}

static bool watch(struct links *l, struct dialled *d, enum purpose purpose)
{
	struct link_socket *n = links_superior(l);
	enum err why;
	enum dialled_change change = dialled_watch(d, &why);

	if (change == DIALLED_NOTHING || n == NULL)
		return false;
	if (change == DIALLED_FAILED || change == DIALLED_REFUSED)
		log_failure(n, why);
	if (change == DIALLED_REFUSED) {
		dialled_close(d, 0);
		d->not_before_ms = clock_now().mono_ms + REDIAL_MS;
		/* It may not have heard of our newer key yet, or no longer take the older one. */
		l->dial_key = (l->dial_key + 1) % l->config.key_count;
	}
	if (change == DIALLED_UP) {
		d->gate = l->gate;
		d->gate_id = gate_claim(l->gate, d->fd, n->peer.committee);
	}
	if (change == DIALLED_UP && purpose == PURPOSE_BULK)
		greet_bulk(l);
	links_enqueue(l, change == DIALLED_UP ? LINK_CONNECTED : LINK_DISCONNECTED, n, purpose,
		      why);
	return true;
}

/* The first frame of a connection: which one is it? `n`: NULL for a committee that is no
 * subordinate of ours. */
static void first_frame(struct links *l, struct committee_id who, struct link_socket *n,
			struct listener *r, const void *rid)
{
	struct blob frame = { zmq_msg_data(&l->message), zmq_msg_size(&l->message) };
	struct connection *c;
	struct message m;
	bool replaced;

	arena_reset(l->arena);
	if (wire_decode(l->arena, frame, &m) != ERR_OK || m.type != MESSAGE_HELLO)
		return; /* of a connection that was cut off, or not of ours: it must say Hello */
	if (n != NULL && !id_equal(m.u.hello.committee, who)) {
		/* it learns why, in whoever's name it came */
		links_bye_on(l, r, rid, ERR_NOT_SIGNER, 0);
		links_enqueue(l, LINK_VIOLATION, n, PURPOSE_CONTROL, ERR_NOT_SIGNER);
		return;
	}
	if (m.u.hello.purpose == PURPOSE_DIRECTORY) {
		l->hello_waits =
		    id_equal(m.u.hello.committee, who) && links_take_visitor(l, who, r, rid);
		l->hello_from = who;
		l->hello_party = PARTY_VISITOR;
		return;
	}
	if (n == NULL)
		return; /* it may visit, and nothing else */
	c = &n->connections[m.u.hello.purpose];
	replaced = c->standing;
	if (replaced)
		gate_cut(l->gate, c->gate_id, 0);
	c->gate = l->gate;
	c->gate_id = gate_claim(l->gate, l->message_fd, who);
	memcpy(c->rid, rid, RID_BYTES);
	c->standing = true;
	c->listener = r;
	if (replaced)
		links_enqueue(l, LINK_DISCONNECTED, n, m.u.hello.purpose, ERR_NETWORK);
	links_enqueue(l, LINK_CONNECTED, n, m.u.hello.purpose, ERR_OK);
	/* The Hello itself follows its connection; a bulk one has said all with it. */
	if (m.u.hello.purpose == PURPOSE_CONTROL) {
		l->hello_waits = true;
		l->hello_from = who;
		l->hello_party = PARTY_NEIGHBOUR;
	}
}

/* Whose message it is, by the user id that our ZAP handler gave the connection: a committee and the
 * key that it proved. */
static bool read_user(struct links *l, struct committee_id *who, uint8_t tag[ZAP_TAG_BYTES])
{
	const char *user = zmq_msg_gets(&l->message, "User-Id"),
		   *slash = user == NULL ? NULL : strchr(user, '/');

	return slash != NULL && id_parse(user, (size_t)(slash - user), who) == ERR_OK &&
	       zap_tag_parse(slash + 1, tag);
}

/* One whose key is no longer in force is cut off here, at its next message. */
static bool in_force(struct links *l, struct link_socket *n, const uint8_t tag[ZAP_TAG_BYTES])
{
	if (links_key_allowed(n, tag, ZAP_TAG_BYTES))
		return true;
	if (n->connections[PURPOSE_CONTROL].standing || n->connections[PURPOSE_BULK].standing) {
		log_event(LOG_WARNING, "key-not-in-force", "committee=%s", n->peer.committee.text);
		links_reset(l, n->peer.committee);
		links_enqueue(l, LINK_DISCONNECTED, n, PURPOSE_CONTROL, ERR_KEY_REVOKED);
	}
	return false;
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
		note_origin(l);
		parts++;
	}
	*good = *good && parts > 0;
	if (*good && parts > 1) {
		struct committee_id who;
		uint8_t tag[ZAP_TAG_BYTES];
		struct link_socket *n = read_user(l, &who, tag) ? links_find(l, who) : NULL;

		if (n != NULL && in_force(l, n, tag))
			links_enqueue(l, LINK_VIOLATION, n, PURPOSE_CONTROL, ERR_PROTOCOL);
		*good = false;
	}
	zmq_msg_close(&id);
	return true;
}

/* What a neighbour says on one of its connections, or a visitor on its own; anything else is a
 * connection's first frame. */
static bool take_router(struct links *l, struct listener *r, struct link_event *out)
{
	uint8_t rid[RID_BYTES], tag[ZAP_TAG_BYTES];
	struct committee_id who;
	struct link_socket *n;
	struct visitor *v;
	bool good;

	if (r->socket == NULL || !receive_router(l, r, rid, &good))
		return false;
	if (!good || !read_user(l, &who, tag))
		return true; /* nobody's */
	n = links_find(l, who);
	if (n != NULL && clock_now().mono_ms < n->refused_until_ms)
		return true; /* somebody's who was cut off: dropped unread */
	v = links_visitor(l, who);
	if (v != NULL && links_rid_is(&v->connection, r, rid)) {
		*out = (struct link_event){ .type = LINK_FRAME,
					    .neighbour = who,
					    .party = PARTY_VISITOR,
					    .purpose = PURPOSE_DIRECTORY };
		goto frame;
	}
	if (n != NULL && n->peer.superior)
		n = NULL; /* we dial it; when it dials us, it visits */
	if (n != NULL && !in_force(l, n, tag))
		return true;
	for (enum purpose p = PURPOSE_CONTROL; n != NULL && p <= PURPOSE_BULK; p++) {
		if (links_rid_is(&n->connections[p], r, rid)) {
			*out = (struct link_event){ .type = LINK_FRAME,
						    .neighbour = who,
						    .purpose = p };
			goto frame;
		}
	}
	first_frame(l, who, n, r, rid);
	return true;
frame:
	out->frame = (struct blob){ zmq_msg_data(&l->message), zmq_msg_size(&l->message) };
	return true;
}

/* One message of a connection that we dialled. False: nothing waits. */
static bool receive_dialled(struct links *l, struct dialled *d, bool *good)
{
	int parts = 0;

	if (d->socket == NULL)
		return false;
	do {
		if (!receive_part(&d->attention, d->socket, &l->message))
			return false;
		note_origin(l);
		parts++;
	} while (zmq_msg_more(&l->message) != 0);
	*good = parts == 1;
	return true;
}

static bool take_dialled(struct links *l, struct dialled *d, enum purpose purpose,
			 struct link_event *out)
{
	struct link_socket *n = links_superior(l);
	bool good;

	if (n == NULL || !receive_dialled(l, d, &good))
		return false;
	if (!good) {
		links_enqueue(l, LINK_VIOLATION, n, purpose, ERR_PROTOCOL);
		return true;
	}
	*out = (struct link_event){ .type = LINK_FRAME,
				    .neighbour = n->peer.committee,
				    .purpose = purpose,
				    .frame = { zmq_msg_data(&l->message),
					       zmq_msg_size(&l->message) } };
	return true;
}

static bool take_host(struct links *l, struct link_event *out)
{
	bool good;

	if (!receive_dialled(l, &l->visit, &good))
		return false;
	if (!good) {
		dialled_close(&l->visit, 0);
		links_enqueue_visit(l, LINK_DISCONNECTED, l->host.committee, PARTY_HOST);
		return true;
	}
	*out = (struct link_event){ .type = LINK_FRAME,
				    .neighbour = l->host.committee,
				    .party = PARTY_HOST,
				    .purpose = PURPOSE_DIRECTORY,
				    .frame = { zmq_msg_data(&l->message),
					       zmq_msg_size(&l->message) } };
	return true;
}

void links_receive(struct links *l, struct link_event *out)
{
	memset(out, 0, sizeof *out);
	links_take_reports(l);
	if (gate_asks(l->gate))
		ask_all(l);
	if (!l->zap_attention.quiet) {
		zap_service(l->zap); /* all that waits */
		l->zap_attention.quiet = true;
	}
	keep_dialled(l);
	/* Frames that are dropped unread count too: a flood of them must not keep the loop here. */
	for (unsigned n = 0; n < DROPPED_MAX; n++) {
		if (links_next_pending(l, out)) {
			return;
		}
		if (l->hello_waits) {
			l->hello_waits = false;
			*out = (struct link_event){
				.type = LINK_FRAME,
				.neighbour = l->hello_from,
				.party = l->hello_party,
				.purpose = l->hello_party == PARTY_VISITOR ? PURPOSE_DIRECTORY
									   : PURPOSE_CONTROL,
				.frame = { zmq_msg_data(&l->message), zmq_msg_size(&l->message) }
			};
			return;
		}
		if (watch(l, &l->control, PURPOSE_CONTROL) || watch(l, &l->bulk, PURPOSE_BULK) ||
		    links_watch_visit(l))
			continue;
		if (!take_dialled(l, &l->control, PURPOSE_CONTROL, out) &&
		    !take_router(l, &l->listeners[0], out) &&
		    !take_router(l, &l->listeners[1], out) &&
		    !take_dialled(l, &l->bulk, PURPOSE_BULK, out) && !take_host(l, out)) {
			if (l->asked)
				gate_found_empty(l->gate);
			l->asked = false;
			return;
		}
		if (out->type != LINK_EVENT_NONE)
			return;
	}
}
