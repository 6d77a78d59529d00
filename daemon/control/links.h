/* Links to neighbours, and what waits for each by its age; read only. */
#ifndef VANTHU_DAEMON_CONTROL_LINKS_H
#define VANTHU_DAEMON_CONTROL_LINKS_H

#include "proto/control.pb-c.h"
#include "routing/core.h"

struct client;

void control_links(struct client *c, const Vanthu__V1__Request *request);
/* What waits, by age. */
void control_queue(struct client *c, const Vanthu__V1__Request *request);
/* A link to a former neighbour is shown while something is still to be done about it. */
bool control_link_shown(const struct link_view *v);
/* In the arena of requests, but `lanes`, which is the caller's and lives as long as `out`. */
void control_fill_link(struct client *c, const struct link_view *v, Vanthu__V1__LinkView *out,
		       uint64_t lanes[3]);

#endif
