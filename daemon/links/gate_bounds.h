/* What one connection may hold, by how many there are. */
#ifndef VANTHU_DAEMON_LINKS_GATE_BOUNDS_H
#define VANTHU_DAEMON_LINKS_GATE_BOUNDS_H

#include "routing/base/limits.h"

/* Messages that the queue of one connection takes; for ZMQ_RCVHWM, so that who keeps to the
 * protocol is not read rather than cut off. */
int gate_queue_frames(unsigned neighbours);

#endif
