/* The subscriber's acknowledgements and Completes: rows leave the queue here and nowhere else. */
#ifndef VANTHU_ROUTING_DECIDE_ACKNOWLEDGE_H
#define VANTHU_ROUTING_DECIDE_ACKNOWLEDGE_H

#include "routing/base/err.h"

struct link;
struct msg_acknowledge;
struct msg_seqs;
struct turn_view;

must_use enum err decide_acknowledge(struct turn_view *t, struct link *l,
				     const struct msg_acknowledge *m);
must_use enum err decide_complete(struct turn_view *t, struct link *l, const struct msg_seqs *m);
must_use enum err decide_pinned(struct turn_view *t, struct link *l, const struct msg_seqs *m);

#endif
