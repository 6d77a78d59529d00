/* A link's memory and what several decisions do with it: hello, subscribe, publish, go down.
 *
 *   connected ──Hello both ways──► up ──silence or disconnect──► down (records stay; the streams go
 *   on after the next Hello) */
#ifndef VANTHU_ROUTING_LINKS_LINK_H
#define VANTHU_ROUTING_LINKS_LINK_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct link;
struct message;
struct rec_stream;
struct turn_view;

void link_write_in(struct turn_view *t, struct link *l, enum lane lane);
void link_write_out(struct turn_view *t, struct link *l, enum lane lane);
void link_say(struct turn_view *t, struct link *l, const struct message *m);
void link_hello(struct turn_view *t, struct link *l, bool answer);
void link_subscribe(struct turn_view *t, struct link *l, enum lane lane);
void link_ping(struct turn_view *t, struct link *l);
/* Why we take no documents now, for pings: an error code, or 0. */
uint32_t link_withholding(const struct turn_view *t);
void link_down(struct turn_view *t, struct link *l, enum err why);
void link_violation(struct turn_view *t, struct link *l, enum err why);
/* Notifies local subscribers of `why`, at most once a second; not counted as the neighbour's
 * fault. */
void link_alarm(struct turn_view *t, struct link *l, enum err why);
/* Counts a fault of the neighbour and notifies local subscribers, at most once a second; the link
 * stays up. */
void link_fault(struct turn_view *t, struct link *l, enum err why);
void link_heard(struct turn_view *t, struct link *l, bool proof);
/* Publisher: a new stream from `acked` on, because the subscriber's view of the old stream differs
 * from ours. */
void link_restart_stream(struct turn_view *t, struct link *l, enum lane lane);
/* Queues one envelope for a neighbour. */
void link_publish(struct turn_view *t, struct link *l, enum lane lane, struct rec_stream *r,
		  uint64_t *seq);

#endif
