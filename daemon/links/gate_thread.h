/* The thread that scans connections, and what it finds. All under the gate's lock but the thread
 * itself. */
#ifndef VANTHU_DAEMON_LINKS_GATE_THREAD_H
#define VANTHU_DAEMON_LINKS_GATE_THREAD_H

#include "daemon/links/gate_state.h"

/* The entry of a descriptor's connection, added when it is new; NULL: no socket. */
struct watched_connection *gate_remember(struct gate *g, int fd);
/* Bytes that left the socket's buffer, of all that it has received; none when more waits than has
 * come, which two reads one after the other may show. */
uint64_t gate_in_bytes(uint64_t received, int unread);
/* What a monitor reports (EVENT_*) of a connection, perhaps late. Under the gate's lock. */
void gate_event(struct gate *g, uint16_t event, int fd);
/* What it holds now. */
void gate_look(struct gate *g, int fd);
/* After a scan: is the connection asked about, reported or ended? */
void gate_judge(struct gate *g, int fd);
/* What all connections of its owner hold of what came, at the last scans. */
uint64_t gate_owner_held(const struct gate *g, const struct watched_connection *c);
/* Reports the connection to the control thread, and ends it after time for a last message. */
void gate_blame(struct gate *g, int fd);
void gate_wake_control(struct gate *g);
/* The thread. */
void *gate_thread(void *ctx);

#endif
