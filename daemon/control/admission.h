/* Who comes in at the local sockets, who has to go for somebody else or does not go on, and what
 * the log is told of it. */
#ifndef VANTHU_DAEMON_CONTROL_ADMISSION_H
#define VANTHU_DAEMON_CONTROL_ADMISSION_H

#include "daemon/control/share.h"
#include "routing/base/err.h"

struct control;

/* Takes whoever waits at this socket, a bounded number a turn. Who finds no place gets that of
 * somebody who may give way, or is told why not and closed. */
void control_accept(struct control *c, enum local_socket socket);
/* Each second, after now_ms has been set: who holds places or bytes without going on has to go;
 * what happened often goes into the log as a number; memory goes back. */
void admission_tick(struct control *c);
/* Held for all clients: what is shared, and the little that each may hold without being asked. */
uint64_t admission_held_bytes(const struct control *c);

#endif
