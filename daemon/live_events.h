/* The local PUB socket of live events (ipc, "events.sock" in the run folder): for watch, the
 * gateway and the Ministry's systems. Dropping is right here: the store has it all anyway. */
#ifndef VANTHU_DAEMON_LIVE_EVENTS_H
#define VANTHU_DAEMON_LIVE_EVENTS_H

#include "daemon/config/config.h"
#include "routing/state/plan.h"

struct events;
/* `config` is borrowed until events_close. */
must_use enum err events_open(void *zmq, const struct config *config, struct events **out);
/* Each second: binds anew when the name of its socket was deleted. Subscribers connect again by
 * themselves. */
void events_keep_socket(struct events *e);
void events_close(struct events *e); /* NULL is fine */
void events_publish(struct events *e, const struct act_notify *n, int64_t wall_ms);

#endif
