/* A ring of events; see inbox.h. */
#include "daemon/inbox.h"

#include <stdlib.h>

/* more than one full window of a lane, so that a full inbox means overload and not one busy link */
enum { CAPACITY = 8192 };

struct inbox {
	struct queued ring[CAPACITY];
	unsigned first, count;
	unsigned urgent, patient; /* of them */
};

struct inbox *inbox_new(void)
{
	return calloc(1, sizeof(struct inbox));
}

void inbox_destroy(struct inbox *i)
{
	struct queued q;

	if (i == NULL)
		return;
	while (inbox_take(i, &q, 1) == 1) {
		if (q.release != NULL)
			q.release(q.owner);
	}
	free(i);
}

bool inbox_event_is_urgent(const struct event *e)
{
	switch (e->type) {
	case EVENT_SUBMIT:
		return e->u.submit.urgency > URGENCY_THUONG;
	case EVENT_PUBLISH:
		return e->u.publish.lane == LANE_URGENT;
	case EVENT_FETCHED:
		return e->u.fetched.lane == LANE_URGENT;
	default:
		return false;
	}
}

/* Were the event lost in a crash, the neighbour would repeat it when it subscribes. */
bool inbox_event_is_patient(const struct event *e)
{
	return e->type == EVENT_MESSAGE && (e->u.message.message.type == MESSAGE_ACKNOWLEDGE ||
					    e->u.message.message.type == MESSAGE_COMPLETE);
}

enum err inbox_push(struct inbox *i, const struct event *e, void (*release)(void *owner),
		    void *owner)
{
	if (i->count == CAPACITY)
		return ERR_BUSY;
	i->ring[(i->first + i->count) % CAPACITY] =
		(struct queued){ .event = *e, .release = release, .owner = owner };
	i->count++;
	i->urgent += inbox_event_is_urgent(e);
	i->patient += inbox_event_is_patient(e);
	return ERR_OK;
}

unsigned inbox_take(struct inbox *i, struct queued *out, unsigned max)
{
	unsigned n = 0;

	while (n < max && i->count > 0) {
		out[n] = i->ring[i->first];
		i->urgent -= inbox_event_is_urgent(&out[n].event);
		i->patient -= inbox_event_is_patient(&out[n++].event);
		i->first = (i->first + 1) % CAPACITY;
		i->count--;
	}
	return n;
}

unsigned inbox_room(const struct inbox *i)
{
	return CAPACITY - i->count;
}

unsigned inbox_count(const struct inbox *i)
{
	return i->count;
}

bool inbox_hurries(const struct inbox *i)
{
	return i->urgent > 0;
}

bool inbox_patient(const struct inbox *i)
{
	return i->count > 0 && i->patient == i->count;
}
