/* What an operator asks of the core itself. */
#ifndef VANTHU_ROUTING_DECIDE_OPERATE_H
#define VANTHU_ROUTING_DECIDE_OPERATE_H

#include "routing/base/err.h"

struct ev_operate;
struct turn_view;

must_use enum err decide_operate(struct turn_view *t, const struct ev_operate *e);

#endif
