/* What this store lost and no neighbour has whole, by name (routing/reconcile/gone.h). */
#ifndef VANTHU_DAEMON_CONTROL_GONE_H
#define VANTHU_DAEMON_CONTROL_GONE_H

#include "proto/control.pb-c.h"

struct client;

void control_gone_list(struct client *c, const Vanthu__V1__Request *request);

#endif
