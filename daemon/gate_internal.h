/* Between gate.c (what others call) and gate_thread.c (what looks); for nobody else. Everything under the lock. */
#ifndef VANTHU_DAEMON_GATE_INTERNAL_H
#define VANTHU_DAEMON_GATE_INTERNAL_H

#include <pthread.h>
#include <sys/types.h>

#include "daemon/gate.h"

/* Held by one that has not said who it is: a Hello is small. */
enum { HELD_STRANGER_BYTES = 512 << 10, MONITORS_MAX = 8, REPORTS_MAX = 64 };
/* What the monitor of a socket tells. */
enum { EVENT_ACCEPTED = 0x0020, EVENT_ACCEPT_FAILED = 0x0040, EVENT_DISCONNECTED = 0x0200, EVENT_STOPPED = 0x0400 };

struct watched_connection {
	bool there, claimed, reported;
	ino_t inode;
	uint64_t serial;
	int64_t since_ms, cut_ms; /* 0: not to be cut */
	uint64_t heard, sent, gone; /* bytes on the wire: out of libzmq, into it, away */
	uint64_t held;            /* both ways, at the last look */
};

struct gate {
	void *zmq;
	pthread_t thread;
	pthread_mutex_t lock;
	bool started, stop;
	int epoll, wake, tell;
	void *monitors[MONITORS_MAX];
	struct watched_connection *all; /* by descriptor */
	int limit, spare;               /* descriptors in all; kept back of them */
	int highest;
	uint64_t serial, held;
	unsigned strangers;
	int64_t short_until_ms, told_ms, swept_ms;
	struct gate_report reports[REPORTS_MAX];
	unsigned first, count;
};

/* The connection of a descriptor, made known when it is not; NULL: no socket. */
struct watched_connection *gate_remember(struct gate *g, int fd);
/* Bytes that left the socket's buffer, of all that it has received; none when more waits than has come, which two looks one after the other may
 * show. */
uint64_t gate_in_bytes(uint64_t received, int unread);
/* What a monitor tells (EVENT_*) of a connection, perhaps late. Under the lock. */
void gate_event(struct gate *g, uint16_t event, int fd);
/* What it holds now. */
void gate_look(struct gate *g, int fd);
/* The thread. */
void *gate_thread(void *ctx);

#endif
