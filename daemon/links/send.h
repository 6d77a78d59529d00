/* Frames that go out, and last words. */
#ifndef VANTHU_DAEMON_LINKS_SEND_H
#define VANTHU_DAEMON_LINKS_SEND_H

#include "daemon/links/links_state.h"

/* As links_send_router. */
must_use enum err links_send_dialled(struct dialled *d, zmq_msg_t *m, struct blob frame);
/* To a connection of a listener. ERR_NETWORK: the connection is gone; ERR_BUSY: its queue is
 * full. */
must_use enum err links_send_router(struct connection *c, zmq_msg_t *m, struct blob frame);
/* Cuts off whom the gate has found to hold too much. */
void links_take_reports(struct links *l);
/* The last word on a connection that is nobody's yet: of the ROUTER, known by its routing id. */
void links_bye_on(struct links *l, struct listener *r, const uint8_t rid[RID_BYTES], enum err why,
		  int64_t pause_ms);

#endif
