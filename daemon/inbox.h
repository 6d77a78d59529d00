/* The queue of events before a turn: bounded, in arrival order; each event's memory is released
 * when its turn has been committed. */
#ifndef VANTHU_DAEMON_INBOX_H
#define VANTHU_DAEMON_INBOX_H

#include "routing/base/err.h"
#include "routing/state/event.h"

struct queued {
	struct event event;
	void (*release)(void *owner); /* NULL when nothing is owned */
	void *owner;
};

bool inbox_event_is_urgent(const struct event *e); /* an urgent document */
/* Nobody waits for it: it only says what a neighbour has acknowledged, and what that frees. */
bool inbox_event_is_patient(const struct event *e);

struct inbox;
struct inbox *inbox_new(void); /* NULL without memory */
void inbox_destroy(struct inbox *i);
/* Takes the event and its memory. ERR_BUSY when full (the memory stays the caller's): callers stop
 * reading their socket when inbox_room is small. */
must_use enum err inbox_push(struct inbox *i, const struct event *e, void (*release)(void *owner),
			     void *owner);
/* Moves up to max events out; the caller releases them after the turn. */
unsigned inbox_take(struct inbox *i, struct queued *out, unsigned max);
unsigned inbox_room(const struct inbox *i);
unsigned inbox_count(const struct inbox *i);
/* The inbox holds an urgent document. */
bool inbox_hurries(const struct inbox *i);
/* The inbox is not empty, and all its events are patient. */
bool inbox_patient(const struct inbox *i);

#endif
