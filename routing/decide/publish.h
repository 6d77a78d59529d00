/* A neighbour publishes one envelope: its place in the stream first, then what it is. An envelope
 * that does not stand right in the stream is the neighbour's fault and is asked for again, a few
 * times (routing/links/reject.c); a bad envelope in its right place is its signer's: it takes its
 * place and is refused; one that cannot be believed yet takes its place and is set aside
 * (routing/links/aside.c). Nothing holds up for long what is right behind it. */
#ifndef VANTHU_ROUTING_DECIDE_PUBLISH_H
#define VANTHU_ROUTING_DECIDE_PUBLISH_H

#include "routing/base/err.h"

struct ev_publish;
struct turn_view;

must_use enum err decide_publish(struct turn_view *t, const struct ev_publish *e);

#endif
