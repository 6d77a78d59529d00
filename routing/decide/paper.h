/* A clerk registers a document on paper, so that the digital share has its denominator; or cancels
 * an entry made by mistake. An entry never goes away: one that was cancelled stands with its
 * reason, and counts no more (docs/DOMAIN.md §5). */
#ifndef VANTHU_ROUTING_DECIDE_PAPER_H
#define VANTHU_ROUTING_DECIDE_PAPER_H

#include "routing/base/err.h"

struct ev_paper;
struct turn_view;

must_use enum err decide_paper(struct turn_view *t, const struct ev_paper *e);

#endif
