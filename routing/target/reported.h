/* What committees below us have reported, compared with what we know ourselves: see report.h. */
#ifndef VANTHU_ROUTING_TARGET_REPORTED_H
#define VANTHU_ROUTING_TARGET_REPORTED_H

#include "routing/base/err.h"

struct turn_view;

/* Compares one report at a time with our own records, a bounded number of them a tick. */
must_use enum err reported_tick(struct turn_view *t);

#endif
