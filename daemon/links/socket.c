/* Sockets set up as TRAPS has it: CURVE, an enforced ZAP domain, no lingering, no ZeroMQ heartbeats
 * (they abort the process), TCP keepalive. */
#include "daemon/links/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/gate_bounds.h"

/* zmq.h hides it behind DRAFT; the option works in every 4.3. Without it a server lets everybody in
 * when no handler answers. */
enum { OPTION_ZAP_ENFORCE_DOMAIN = 93 };

/* libzmq measures a message as it comes: with what CURVE puts around it. */
enum { REBIND_TRIES = 100, REBIND_MS = 20, CURVE_EXTRA_BYTES = 64 };
enum { SEND_HWM = 1000, CONNECT_TIMEOUT_MS = 10000, SLOW_MS = 4000 };
/* zmq.h names the later ones only for its drafts. */
enum {
	MONITOR_CONNECTED = 0x0001,
	MONITOR_DELAYED = 0x0002,
	MONITOR_RETRIED = 0x0004,
	MONITOR_CLOSED = 0x0080,
	MONITOR_DOWN = 0x0200,
	MONITOR_FAILED_SILENT = 0x0800,
	MONITOR_UP = 0x1000,
	MONITOR_FAILED_PROTOCOL = 0x2000,
	MONITOR_FAILED_AUTH = 0x4000,
	MONITOR_WANTED = MONITOR_CONNECTED | MONITOR_DELAYED | MONITOR_RETRIED | MONITOR_CLOSED |
			 MONITOR_DOWN | MONITOR_FAILED_SILENT | MONITOR_UP |
			 MONITOR_FAILED_PROTOCOL | MONITOR_FAILED_AUTH,
};

static bool set_int(void *socket, int option, int value)
{
	return zmq_setsockopt(socket, option, &value, sizeof value) == 0;
}

static bool set_common(const struct links *l, void *s)
{
	int64_t most = FRAME_MAX_BYTES + CURVE_EXTRA_BYTES;

	return set_int(s, ZMQ_LINGER, 0) && set_int(s, ZMQ_IPV6, 1) &&
	       set_int(s, ZMQ_HANDSHAKE_IVL, 5000) && set_int(s, ZMQ_SNDHWM, SEND_HWM) &&
	       set_int(s, ZMQ_RCVHWM, gate_queue_frames(l->neighbour_count)) &&
	       set_int(s, ZMQ_TCP_KEEPALIVE, 1) && set_int(s, ZMQ_TCP_KEEPALIVE_IDLE, 30) &&
	       set_int(s, ZMQ_TCP_KEEPALIVE_INTVL, 10) && set_int(s, ZMQ_TCP_KEEPALIVE_CNT, 3) &&
	       set_int(s, ZMQ_TCP_MAXRT, 30000) &&
	       zmq_setsockopt(s, ZMQ_MAXMSGSIZE, &most, sizeof most) == 0;
}

/* Closed is the only safe way to fail: the option is read back. */
static bool enforce_domain(void *s)
{
	int on = 0;
	size_t len = sizeof on;

	return set_int(s, OPTION_ZAP_ENFORCE_DOMAIN, 1) &&
	       zmq_getsockopt(s, OPTION_ZAP_ENFORCE_DOMAIN, &on, &len) == 0 && on == 1;
}

static enum err listen_on(struct links *l, struct listener *r, const struct own_link_key *key)
{
	void *s = zmq_socket(l->zmq, ZMQ_ROUTER);
	int error;

	if (s == NULL || !set_common(l, s) || !set_int(s, ZMQ_BACKLOG, 1024) ||
	    !set_int(s, ZMQ_ROUTER_MANDATORY, 1) || !set_int(s, ZMQ_ROUTER_HANDOVER, 0) ||
	    !set_int(s, ZMQ_CURVE_SERVER, 1) ||
	    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, key->secret, 41) != 0 ||
	    zmq_setsockopt(s, ZMQ_ZAP_DOMAIN, ZAP_DOMAIN, strlen(ZAP_DOMAIN)) != 0 ||
	    !enforce_domain(s) || gate_watch(l->gate, s) != ERR_OK ||
	    zmq_bind(s, key->listen) != 0) {
		error = zmq_errno();
		if (s != NULL) {
			zmq_socket_monitor(s, NULL, 0);
			zmq_close(s);
		}
		errno = error;
		return ERR_NETWORK;
	}
	r->socket = s;
	r->key = *key;
	return ERR_OK;
}

enum err listener_open(struct links *l, struct listener *r, const struct own_link_key *key)
{
	char quoted[2 * ENDPOINT_MAX];
	enum err e = listen_on(l, r, key);

	if (e != ERR_OK)
		log_event(LOG_ERROR, "listen-failed", "endpoint=%s error=\"%s\"",
			  log_quote(key->listen, quoted, sizeof quoted), zmq_strerror(zmq_errno()));
	return e;
}

/* libzmq closes in its own time, with what it held: until then the address is taken. */
enum err listener_open_again(struct links *l, struct listener *r, const struct own_link_key *key)
{
	for (unsigned tries = 1; tries < REBIND_TRIES; tries++) {
		if (listen_on(l, r, key) == ERR_OK)
			return ERR_OK;
		zmq_poll(NULL, 0, REBIND_MS);
	}
	return listener_open(l, r, key);
}

void listener_close(struct listener *r)
{
	if (r->socket != NULL) {
		zmq_socket_monitor(r->socket, NULL, 0);
		zmq_close(r->socket);
	}
	explicit_bzero(r, sizeof *r);
}

static bool set_dealer(struct links *l, void *s, const struct link_peer *peer,
		       const struct own_link_key *own)
{
	/* Reconnect times differ by committee, so that a thousand subordinates do not come back in
	 * one moment. */
	int jitter = 0;

	for (const char *p = l->config.self.text; *p != '\0'; p++)
		jitter = (jitter * 31 + *p) % 250;
	return set_common(l, s) && set_int(s, ZMQ_IMMEDIATE, 1) &&
	       set_int(s, ZMQ_RECONNECT_IVL, 250 + jitter) &&
	       set_int(s, ZMQ_RECONNECT_IVL_MAX, 5000) &&
	       set_int(s, ZMQ_CONNECT_TIMEOUT, CONNECT_TIMEOUT_MS) &&
	       zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, peer->keys[0], 32) == 0 &&
	       zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, own->public_text, 41) == 0 &&
	       zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, own->secret, 41) == 0;
}

enum err dialled_open(struct links *l, struct dialled *d, const struct link_peer *peer,
		      const struct own_link_key *own)
{
	/* a name of its own each: the one before may still be closing. Control thread only */
	static unsigned monitors;
	char name[64];

	snprintf(name, sizeof name, "inproc://monitor-%u", ++monitors);
	d->socket = zmq_socket(l->zmq, ZMQ_DEALER);
	if (d->socket == NULL || !set_dealer(l, d->socket, peer, own) ||
	    zmq_socket_monitor(d->socket, name, MONITOR_WANTED) != 0)
		goto failed;
	d->monitor = zmq_socket(l->zmq, ZMQ_PAIR);
	if (d->monitor == NULL || !set_int(d->monitor, ZMQ_LINGER, 0) ||
	    zmq_connect(d->monitor, name) != 0 || zmq_connect(d->socket, peer->endpoint) != 0)
		goto failed;
	return ERR_OK;
failed:
	log_event(LOG_ERROR, "dial-failed", "committee=%s error=\"%s\"", peer->committee.text,
		  zmq_strerror(zmq_errno()));
	dialled_close(d, 0);
	return ERR_NETWORK;
}

void dialled_close(struct dialled *d, int linger_ms)
{
	if (d->socket != NULL) {
		set_int(d->socket, ZMQ_LINGER, linger_ms);
		zmq_socket_monitor(d->socket, NULL, 0);
		zmq_close(d->socket);
	}
	if (d->monitor != NULL)
		zmq_close(d->monitor);
	*d = (struct dialled){ .up = false };
}

/* One event of the monitor: its number, and the value that comes with it. False: none waits. */
static bool next_event(struct dialled *d, uint16_t *event, uint32_t *value)
{
	zmq_msg_t m;
	bool got;

	zmq_msg_init(&m);
	got = zmq_msg_recv(&m, d->monitor, ZMQ_DONTWAIT) >= 0;
	d->monitor_attention.quiet = !got;
	*event = 0;
	*value = 0;
	if (got && zmq_msg_size(&m) >= sizeof *event + sizeof *value) {
		memcpy(event, zmq_msg_data(&m), sizeof *event);
		memcpy(value, (const uint8_t *)zmq_msg_data(&m) + sizeof *event, sizeof *value);
	}
	while (got && zmq_msg_more(&m) != 0 && zmq_msg_recv(&m, d->monitor, ZMQ_DONTWAIT) >= 0)
		; /* the address: we know whom we dialled */
	zmq_msg_close(&m);
	return got;
}

static void note_attempt(struct dialled *d, enum dialled_attempt at, int64_t now_ms)
{
	d->attempt = at;
	d->attempt_ms = now_ms;
}

/* libzmq starts again without reporting why. No socket was ever made: the name was not found;
 * refused is at once, a silent host takes time. */
static enum dialled_change judge_attempt(struct dialled *d, int64_t now_ms, enum err *why)
{
	enum dialled_attempt attempt = d->attempt;
	int64_t since_ms = now_ms - d->attempt_ms;

	note_attempt(d, ATTEMPT_NEW, now_ms);
	if (attempt == ATTEMPT_CONNECTED)
		return DIALLED_NOTHING; /* it was up, and its end has been reported */
	*why = attempt == ATTEMPT_NEW ? ERR_NO_HOST
	       : since_ms >= SLOW_MS  ? ERR_TIMEOUT
				      : ERR_NOT_LISTENING;
	return DIALLED_FAILED;
}

static enum dialled_change judge_handshake(const struct dialled *d, uint16_t event, uint32_t value,
					   int64_t now_ms, enum err *why)
{
	/* A peer that holds another key than the directory says cannot read our first message, and
	 * hangs up; a peer that does not know our key reports it. A peer that takes the connection
	 * and says nothing at all is stopped or overloaded. */
	*why = event == MONITOR_FAILED_SILENT && now_ms - d->attempt_ms >= SLOW_MS ? ERR_TIMEOUT
	       : event == MONITOR_FAILED_PROTOCOL &&
		       value == ZMQ_PROTOCOL_ERROR_ZMTP_MECHANISM_MISMATCH
		   ? ERR_NO_DAEMON
		   : ERR_HANDSHAKE;
	return DIALLED_REFUSED;
}

/* It stood, and has ended. Or it never did: the other end speaks something else, and libzmq, which
 * has no event of its own for that, has given this socket up for good. */
static enum dialled_change judge_end(struct dialled *d, int64_t now_ms, enum err *why)
{
	note_attempt(d, ATTEMPT_CONNECTED, now_ms);
	*why = d->up ? ERR_NETWORK : ERR_NO_DAEMON;
	return d->up ? DIALLED_DOWN : DIALLED_REFUSED;
}

static enum dialled_change judge(struct dialled *d, uint16_t event, uint32_t value, enum err *why)
{
	int64_t now_ms = clock_now().mono_ms;

	switch (event) {
	case MONITOR_DELAYED:
	case MONITOR_CLOSED:
		if (d->attempt == ATTEMPT_NEW)
			note_attempt(d, ATTEMPT_SOCKET, now_ms);
		return DIALLED_NOTHING;
	case MONITOR_CONNECTED:
		note_attempt(d, ATTEMPT_CONNECTED, now_ms);
		return DIALLED_NOTHING;
	case MONITOR_RETRIED:
		return judge_attempt(d, now_ms, why);
	case MONITOR_UP:
		note_attempt(d, ATTEMPT_CONNECTED, now_ms);
		return d->up ? DIALLED_NOTHING : DIALLED_UP;
	case MONITOR_DOWN:
		return judge_end(d, now_ms, why);
	case MONITOR_FAILED_SILENT:
	case MONITOR_FAILED_PROTOCOL:
	case MONITOR_FAILED_AUTH:
		return judge_handshake(d, event, value, now_ms, why);
	default:
		return DIALLED_NOTHING;
	}
}

enum dialled_change dialled_watch(struct dialled *d, enum err *why)
{
	enum dialled_change change = DIALLED_NOTHING;
	uint16_t event;
	uint32_t value;

	*why = ERR_OK;
	while (d->monitor != NULL && change == DIALLED_NOTHING && !d->monitor_attention.quiet &&
	       next_event(d, &event, &value)) {
		if (event == MONITOR_CONNECTED)
			d->fd = (int)value;
		change = judge(d, event, value, why);
		if (change != DIALLED_NOTHING)
			d->up = change == DIALLED_UP;
	}
	return change;
}
