/* The local PUB socket of live events (ipc, "events.sock" in the run folder): for watch, the
 * gateway and the Ministry's systems. Dropping is right here: the store has it all anyway. */
#ifndef VANTHU_DAEMON_LIVE_EVENTS_H
#define VANTHU_DAEMON_LIVE_EVENTS_H

#include "daemon/config/config.h"
#include "routing/state/plan.h"

struct live_events;
/* `config` is borrowed until live_events_close. */
must_use enum err live_events_open(void *zmq, const struct config *config,
				   struct live_events **out);
/* Each second: binds the socket again when its name was deleted. Subscribers reconnect by
 * themselves. */
void live_events_keep_socket(struct live_events *e);
void live_events_close(struct live_events *e); /* NULL is fine */
void live_events_publish(struct live_events *e, const struct act_notify *n, int64_t wall_ms);

#endif
