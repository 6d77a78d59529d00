/* Which clients are accepted at the local sockets, which are closed to make room or for being idle,
 * and what is logged of them. */
#ifndef VANTHU_DAEMON_CONTROL_ADMISSION_H
#define VANTHU_DAEMON_CONTROL_ADMISSION_H

#include "daemon/control/share.h"
#include "routing/base/err.h"

struct control;

/* Takes whoever waits at this socket, a bounded number a turn. When no slot is free, a client that
 * may be evicted loses its slot to the new one; else the new one is sent the reason and closed. */
void control_accept(struct control *c, enum local_socket socket);
/* Each second, after now_ms has been set: clients that hold slots or bytes without progress are
 * closed; frequent events are logged as a number; free memory goes back to the system. */
void admission_tick(struct control *c);
/* Held for all clients: what is shared, and the little that each may hold without being asked. */
uint64_t admission_held_bytes(const struct control *c);

#endif
