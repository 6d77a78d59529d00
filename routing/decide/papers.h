/* Many entries on paper of one import, decided one after the other as if each came by itself, and
 * answered at once. Together: all of them are registered in one commit, or none. */
#ifndef VANTHU_ROUTING_DECIDE_PAPERS_H
#define VANTHU_ROUTING_DECIDE_PAPERS_H

#include "routing/base/err.h"

struct ev_papers;
struct turn_view;

must_use enum err decide_papers(struct turn_view *t, const struct ev_papers *e);

#endif
