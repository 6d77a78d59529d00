/* Connections come and go; what neighbours say besides publishing. One switch and its small
 * handlers. */
#ifndef VANTHU_ROUTING_DECIDE_MESSAGE_H
#define VANTHU_ROUTING_DECIDE_MESSAGE_H

#include "routing/base/err.h"

struct ev_link;
struct ev_message;
struct turn_view;

must_use enum err decide_connected(struct turn_view *t, const struct ev_link *e);
must_use enum err decide_disconnected(struct turn_view *t, const struct ev_link *e);
must_use enum err decide_fault(struct turn_view *t, const struct ev_link *e);
must_use enum err decide_message(struct turn_view *t, const struct ev_message *e);

#endif
