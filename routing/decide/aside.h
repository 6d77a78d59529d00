/* Items that were set aside are opened and judged again. */
#ifndef VANTHU_ROUTING_DECIDE_ASIDE_H
#define VANTHU_ROUTING_DECIDE_ASIDE_H

#include "routing/base/err.h"

struct ev_publish;
struct turn_view;

must_use enum err decide_aside(struct turn_view *t, const struct ev_publish *e);

#endif
