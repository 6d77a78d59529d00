/* What time brings: hellos, pings, silence, lanes held back, documents held too long, content no
 * longer needed. Bounded work a tick. */
#ifndef VANTHU_ROUTING_DECIDE_TICK_H
#define VANTHU_ROUTING_DECIDE_TICK_H

#include "routing/base/err.h"

struct turn_view;

must_use enum err decide_tick(struct turn_view *t);

#endif
