/* What one neighbour has asked for: read by jobs and sent, chunk by chunk. */
#ifndef VANTHU_DAEMON_BULK_SERVE_H
#define VANTHU_DAEMON_BULK_SERVE_H

#include "daemon/bulk/bulk_state.h"

void serve_fetch(struct bulk *b, struct bulk_link *p, const struct msg_fetch *m);
void serve_go_on(struct bulk *b, struct bulk_link *p);
void serve_abandon(struct bulk *b, struct bulk_link *p); /* drops what waits */
void serve_destroy(struct bulk_link *p);
bool serve_active(const struct bulk_link *p);

#endif
