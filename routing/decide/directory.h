/* A directory, already checked against the registry's root, comes into force: rows first
 * (routing/directory/install.c), links follow, and the queues are scanned again when a committee
 * has moved. Versions only rise.
 *
 * How it spreads: who hears of a newer version from a neighbour (Hello, Ping, Pong) asks for what
 * has changed since its own, part by part (routing/links/quest.c); the other answers from its rows
 * and remembers nothing. A former subordinate may still ask, until it has the version that moved it
 * away: its link is `leaving`. Who cannot reach a neighbour asks its other relatives
 * (routing/links/visit.c). */
#ifndef VANTHU_ROUTING_DECIDE_DIRECTORY_H
#define VANTHU_ROUTING_DECIDE_DIRECTORY_H

#include "routing/base/err.h"

struct ev_directory;
struct ev_link;
struct link;
struct msg_directory_wanted;
struct turn_view;

must_use enum err decide_directory(struct turn_view *t, const struct ev_directory *e);
must_use enum err decide_directory_wanted(struct turn_view *t, struct link *l,
					  const struct msg_directory_wanted *m);
must_use enum err decide_bad_directory(struct turn_view *t, const struct ev_link *e);
/* Serves parts that were requested and did not fit an earlier turn. */
must_use enum err directory_serve_due(struct turn_view *t);

#endif
