/* A local client submits a document. From the commit of this plan on the origin is responsible for
 * it. Repeating a submission is safe: the same id with the same submission digest gets the first
 * answer again. */
#ifndef VANTHU_ROUTING_DECIDE_SUBMIT_H
#define VANTHU_ROUTING_DECIDE_SUBMIT_H

#include "routing/base/err.h"

struct ev_submit;
struct turn_view;

must_use enum err decide_submit(struct turn_view *t, const struct ev_submit *e);

#endif
