/* See daemon/live_events.h. Two parts: topic, packed LiveEvent. */
#include "daemon/live_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/log.h"
#include "daemon/base/socket_group.h"
#include "proto/control.pb-c.h"

/* Events that wait for one subscriber that does not read: more of them are dropped for it, which is
 * the most that its memory can be. */
enum { EVENT_MAX_BYTES = 1024, SEND_HWM = 2000, PAUSE_SECONDS = 30 };

struct live_events {
	void *socket;
	const struct config *config;
	char endpoint[CONFIG_PATH_MAX + 64];
	unsigned pause; /* seconds until it is tried again */
	struct stat bound; /* the socket, as its name led to it */
};

static enum err bind_socket(struct live_events *e)
{
	char path[CONFIG_PATH_MAX + 32];
	mode_t mask;
	int bound;

	if (!config_socket(e->config, "events.sock", path, sizeof path))
		return ERR_CONFIG;
	snprintf(e->endpoint, sizeof e->endpoint, "ipc://%s", path);
	mask = umask(0177);
	bound = zmq_bind(e->socket, e->endpoint);
	umask(mask);
	if (bound != 0) {
		log_event(LOG_ERROR, "events-failed", "error=\"%s\"", zmq_strerror(zmq_errno()));
		return ERR_SYSTEM;
	}
	if (stat(path, &e->bound) != 0)
		return ERR_SYSTEM;
	return e->config->read_group[0] != '\0' ? socket_group_grant(path, e->config->read_group)
						: ERR_OK;
}

enum err live_events_open(void *zmq, const struct config *config, struct live_events **out)
{
	struct live_events *e = calloc(1, sizeof *e);
	int zero = 0, hwm = SEND_HWM;
	enum err r = ERR_SYSTEM;

	*out = NULL;
	if (e == NULL)
		return ERR_NO_MEMORY;
	e->config = config;
	e->socket = zmq_socket(zmq, ZMQ_PUB);
	if (e->socket != NULL && zmq_setsockopt(e->socket, ZMQ_LINGER, &zero, sizeof zero) == 0 &&
	    zmq_setsockopt(e->socket, ZMQ_SNDHWM, &hwm, sizeof hwm) == 0)
		r = bind_socket(e);
	if (r != ERR_OK) {
		live_events_close(e);
		return r;
	}
	*out = e;
	return ERR_OK;
}

void live_events_keep_socket(struct live_events *e)
{
	struct stat now;

	if (e->pause > 0) {
		e->pause--;
		return;
	}
	if (stat(e->endpoint + strlen("ipc://"), &now) == 0 && now.st_ino == e->bound.st_ino &&
	    now.st_dev == e->bound.st_dev)
		return;
	zmq_unbind(e->socket, e->endpoint);
	if (bind_socket(e) == ERR_OK)
		log_event(LOG_WARNING, "socket-made-anew", "path=%s error=VT-%d",
			  e->endpoint + strlen("ipc://"), (int)ERR_SOCKET_GONE);
	else
		e->pause = PAUSE_SECONDS;
}

void live_events_close(struct live_events *e)
{
	if (e == NULL)
		return;
	if (e->socket != NULL)
		zmq_close(e->socket);
	free(e);
}

static const char *topic_of(enum notice what)
{
	switch (what) {
	case NOTICE_ACCEPTED:
		return "accepted";
	case NOTICE_ARRIVED:
		return "arrived";
	case NOTICE_RELAYED:
		return "relayed";
	case NOTICE_RECEIPT:
		return "receipt";
	case NOTICE_REFUSED:
		return "refused";
	case NOTICE_DELIVERED:
		return "delivered";
	case NOTICE_STATUS:
		return "status";
	case NOTICE_LINK_UP:
		return "link-up";
	case NOTICE_LINK_DOWN:
		return "link-down";
	case NOTICE_HELD:
		return "held";
	case NOTICE_EXPIRED:
		return "expired";
	case NOTICE_DIRECTORY:
		return "directory";
	case NOTICE_PAPER:
		return "paper";
	case NOTICE_TARGET:
		return "target";
	case NOTICE_CLOCK:
		return "clock";
	case NOTICE_STORE:
		return "store";
	case NOTICE_ASIDE:
		return "set-aside";
	case NOTICE_SETTLED:
		return "settled";
	case NOTICE_DOUBTED:
		return "doubted";
	case NOTICE_DUE_SOON:
		return "due-soon";
	case NOTICE_OVERDUE:
		return "overdue";
	case NOTICE_SENT_DUE:
		return "sent-due";
	case NOTICE_SENT_OVERDUE:
		return "sent-overdue";
	case NOTICE_NONE:
		break;
	}
	return "";
}

/* Links and trouble are logged for operators; single documents only at debug. */
static enum log_level level_of(enum notice what, uint32_t reason)
{
	if (what == NOTICE_STORE && reason != 0)
		return LOG_ERROR;
	if ((what == NOTICE_DIRECTORY || what == NOTICE_CLOCK) && reason != 0)
		return LOG_WARNING;
	switch (what) {
	case NOTICE_LINK_UP:
	case NOTICE_DIRECTORY:
	case NOTICE_CLOCK:
	case NOTICE_STORE:
	case NOTICE_SETTLED:
		return LOG_INFO;
	case NOTICE_LINK_DOWN:
	case NOTICE_HELD:
	case NOTICE_EXPIRED:
	case NOTICE_REFUSED:
	case NOTICE_ASIDE:
	case NOTICE_DOUBTED:
	case NOTICE_OVERDUE:
	case NOTICE_SENT_OVERDUE:
		return LOG_WARNING;
	default:
		return LOG_DEBUG;
	}
}

static void fill_target(const struct live_events *e, const struct act_notify *n, int64_t wall_ms,
			Vanthu__V1__Target *out)
{
	enum target_headline h = config_headline(e->config);
	struct target_sides sides = { .in = n->target_in, .out = n->target };
	struct target_ratio share;

	vanthu__v1__target__init(out);
	target_subtract(&sides.out, &n->target_in);
	out->from_month = n->january.n;
	out->to_month = n->january.n + MONTHS_A_YEAR - 1u;
	out->counted = target_counted(&n->target);
	out->digital = n->target.digital;
	out->paper = n->target.paper;
	out->pending = n->target.pending;
	out->refused = n->target.refused;
	out->secret = n->target.secret;
	out->line = target_line_at(&e->config->target_line, month_of_ms(wall_ms));
	share = target_headline_ratio(&sides, h);
	out->headline = h == HEADLINE_PROCESSED ? VANTHU__V1__HEADLINE__HEADLINE_PROCESSED
						: VANTHU__V1__HEADLINE__HEADLINE_EXCHANGED;
	out->headline_of = share.of;
	out->headline_all = share.all;
	out->share = target_ratio_share(share);
	out->reached = target_ratio_reaches(share, out->line);
}

static void write_log(const struct act_notify *n)
{
	char id[2 * sizeof n->document.id.bytes + 1];

	if (!log_wanted(level_of(n->what, n->reason)))
		return;
	for (size_t i = 0; i < sizeof n->document.id.bytes; i++)
		snprintf(id + 2 * i, 3, "%02x", n->document.id.bytes[i]);
	if (n->what == NOTICE_CLOCK)
		log_event(level_of(n->what, n->reason), topic_of(n->what),
			  "committee=%s ahead_ms=%lld error=VT-%u", n->committee.text,
			  (long long)n->clock_ahead_ms, n->reason);
	else if (n->document.origin.text[0] == '\0')
		log_event(level_of(n->what, n->reason), topic_of(n->what),
			  "committee=%s error=VT-%u", n->committee.text, n->reason);
	else
		log_event(level_of(n->what, n->reason), topic_of(n->what),
			  "id=%s origin=%s committee=%s error=VT-%u", id, n->document.origin.text,
			  n->committee.text, n->reason);
}

void live_events_publish(struct live_events *e, const struct act_notify *n, int64_t wall_ms)
{
	Vanthu__V1__LiveEvent m = VANTHU__V1__LIVE_EVENT__INIT;
	uint8_t bytes[EVENT_MAX_BYTES];
	const char *topic = topic_of(n->what);
	struct doc_id id = n->document.id;
	Vanthu__V1__Target target;

	if (n->what == NOTICE_TARGET) {
		fill_target(e, n, wall_ms, &target);
		m.target = &target;
	}
	write_log(n);
	m.what = (char *)(uintptr_t)topic;
	m.at_ms = wall_ms;
	if (n->document.origin.text[0] != '\0')
		m.id = (ProtobufCBinaryData){ .len = sizeof id.bytes, .data = id.bytes };
	m.origin = (char *)(uintptr_t)n->document.origin.text;
	m.committee = (char *)(uintptr_t)n->committee.text;
	m.reason = n->reason;
	m.clock_ahead_ms = n->clock_ahead_ms;
	m.due_reason = (Vanthu__V1__DueReason)n->due_reason;
	m.due_at_ms = n->due_at_ms;
	m.due_on = (char *)(uintptr_t)n->due_on;
	if (n->summary.number != NULL)
		m.number = (char *)(uintptr_t)n->summary.number;
	if (vanthu__v1__live_event__get_packed_size(&m) > sizeof bytes)
		return;
	/* Dropped when nobody reads fast enough: the store has it all. */
	if (zmq_send(e->socket, topic, strlen(topic), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0)
		zmq_send(e->socket, bytes, vanthu__v1__live_event__pack(&m, bytes), ZMQ_DONTWAIT);
}
