/* What lies set aside, item by item: taken from a neighbour and not believed yet
 * (routing/links/aside.c). */
#ifndef VANTHU_DAEMON_CONTROL_ASIDE_H
#define VANTHU_DAEMON_CONTROL_ASIDE_H

#include "proto/control.pb-c.h"

struct client;

void control_aside_list(struct client *c, const Vanthu__V1__Request *request);

#endif
