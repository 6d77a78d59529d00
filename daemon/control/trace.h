/* A document's route, from the records that its hops signed. */
#ifndef VANTHU_DAEMON_CONTROL_TRACE_H
#define VANTHU_DAEMON_CONTROL_TRACE_H

#include "proto/control.pb-c.h"

struct client;

void control_trace(struct client *c, const Vanthu__V1__Request *request);

#endif
