/* All attachments of one published envelope are here, or can never be what its signer said. */
#ifndef VANTHU_ROUTING_DECIDE_FETCHED_H
#define VANTHU_ROUTING_DECIDE_FETCHED_H

#include "routing/base/err.h"

struct ev_fetched;
struct turn_view;

must_use enum err decide_fetched(struct turn_view *t, const struct ev_fetched *e);

#endif
