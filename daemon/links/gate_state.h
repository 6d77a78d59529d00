/* What gate.c (what others call) and gate_thread.c (the scanning thread) share, and nobody else:
 * everything under the gate's lock. */
#ifndef VANTHU_DAEMON_LINKS_GATE_STATE_H
#define VANTHU_DAEMON_LINKS_GATE_STATE_H

#include <pthread.h>
#include <sys/types.h>

#include "daemon/links/gate.h"
#include "routing/base/limits.h"

enum { MONITORS_MAX = 8, REPORTS_MAX = 64 };
/* What the monitor of a socket reports. */
enum {
	EVENT_ACCEPTED = 0x0020,
	EVENT_ACCEPT_FAILED = 0x0040,
	EVENT_DISCONNECTED = 0x0200,
	EVENT_STOPPED = 0x0400
};

struct watched_connection {
	bool there, claimed, reported;
	bool asked; /* its sockets are being asked for more */
	ino_t inode;
	struct committee_id who; /* once the connection is claimed */
	uint64_t serial;
	int64_t since_ms, cut_ms; /* 0: not to be cut */
	/* bytes on the wire: read by libzmq and come out of it, gone into it and away */
	uint64_t in, heard, sent, gone;
	uint64_t asked_in;	/* `in` when it was asked for */
	uint64_t held_in, held; /* received; both directions. At the last scan */
};

struct gate {
	void *zmq;
	pthread_t thread;
	pthread_mutex_t lock;
	bool started, stop;
	int epoll, wake, notify;
	void *monitors[MONITORS_MAX];
	struct watched_connection *all; /* by descriptor */
	int limit, spare;		/* descriptors in all; kept back of them */
	int highest;
	uint64_t serial, held;
	unsigned strangers, neighbours;
	uint64_t strangers_held;
	/* Marks are set while nothing is asked, judged when all has been: a socket that was empty
	 * before the mark says nothing about it. */
	enum { ASK_NONE, ASK_WANTED, ASK_TAKEN } ask;
	int64_t short_until_ms, logged_ms, swept_ms;
	struct gate_report reports[REPORTS_MAX];
	unsigned first, count;
};

#endif
