/* Visits: connections for the directory alone, between committees that need not be neighbours.
 *
 * A committee whose superior moved to another address can hear of it from nobody else: so when a
 * link stays down it dials its other relatives in turn, and whoever has the newer directory sends
 * it, the host to the visitor or the visitor to the host. Nothing else is said on such a
 * connection. Bounded: one visit of ours at a time, VISITORS_MAX of others, each as long as it is
 * good for something. */
#ifndef VANTHU_ROUTING_LINKS_VISIT_H
#define VANTHU_ROUTING_LINKS_VISIT_H

#include "routing/base/err.h"

struct ev_link;
struct ev_message;
struct turn_view;

must_use enum err visit_tick(struct turn_view *t);
/* A new directory is in force: the visit has found what it sought, or hosts are tried from the
 * start. */
void visit_news(struct turn_view *t);
void visit_connected(struct turn_view *t, const struct ev_link *e);
void visit_disconnected(struct turn_view *t, const struct ev_link *e);
must_use enum err visit_message(struct turn_view *t, const struct ev_message *e);

#endif
