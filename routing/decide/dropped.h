/* The file of a content that nobody needed is off the disk. */
#ifndef VANTHU_ROUTING_DECIDE_DROPPED_H
#define VANTHU_ROUTING_DECIDE_DROPPED_H

#include "routing/base/err.h"

struct ev_dropped;
struct turn_view;

/* Its record goes; a second event about it finds nothing. */
must_use enum err decide_dropped(struct turn_view *t, const struct ev_dropped *e);

#endif
