/* How long a connection may take. Whoever sends or reads a byte now and then (slowloris) holds a
 * thread and a descriptor: an inactivity time-out does not see that, a rate does. One thread
 * watches all and shuts those down that are too slow. */
#ifndef VANTHU_TOOLS_GATEWAY_DEADLINES_H
#define VANTHU_TOOLS_GATEWAY_DEADLINES_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"

enum {
	DEADLINE_HEAD_MS = 15000,  /* handshake and head of a connection's first request */
	DEADLINE_IDLE_MS = 75000,  /* the same of the next ones, with the wait before it */
	DEADLINE_GRACE_MS = 20000, /* of a body or an answer, before its rate counts */
	DEADLINE_BYTES_S = 8192,   /* the least that a body or an answer makes in a second */
	DEADLINES_MANY = 448	   /* connections; from here on the idle ones make room */
};

enum deadline_phase {
	DEADLINE_HEAD, /* also while a refused request still sends its body */
	DEADLINE_IDLE,
	DEADLINE_MOVING,   /* a body comes, or an answer goes */
	DEADLINE_STRANGER, /* an answer goes to who has shown no token */
	DEADLINE_WORK,	   /* it waits for us */
	DEADLINE_ENDED	   /* made room for another, for good */
};

struct deadlines;
struct deadline;

/* Starts the thread. NULL: errno. */
struct deadlines *deadlines_start(void);
void deadlines_stop(struct deadlines *d); /* NULL is fine */

/* A connection begins, with DEADLINE_HEAD; ends, before its descriptor is closed. NULL without
 * memory, and then it is watched by nobody. Where there are many, the one that has been in
 * DEADLINE_HEAD, DEADLINE_IDLE or DEADLINE_STRANGER longest is shut down: who has no token keeps
 * nobody out, whatever it does with its connections. Where many of those have not ended
 * yet it blocks, for a fraction of a second. */
struct deadline *deadline_new(struct deadlines *d, int fd);
void deadline_free(struct deadline *of); /* NULL is fine, here and below */
void deadline_phase(struct deadline *of, enum deadline_phase phase);
/* So many bytes came or went. */
void deadline_moved(struct deadline *of, uint64_t bytes);

/* Is a connection in this phase since `began_ms`, with so many bytes moved, over its time? */
bool deadline_over(enum deadline_phase phase, int64_t began_ms, uint64_t moved, int64_t now_ms);

#endif
