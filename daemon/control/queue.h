/* What waits for the neighbours, a line a document and link. */
#ifndef VANTHU_DAEMON_CONTROL_QUEUE_H
#define VANTHU_DAEMON_CONTROL_QUEUE_H

#include "proto/control.pb-c.h"

struct client;

void control_queue_list(struct client *c, const Vanthu__V1__Request *request);

#endif
