/* Status and figures of this daemon; read only. */
#ifndef VANTHU_DAEMON_CONTROL_STATUS_H
#define VANTHU_DAEMON_CONTROL_STATUS_H

#include "proto/control.pb-c.h"

struct client;

void control_status(struct client *c, const Vanthu__V1__Request *request);
void control_figures(struct client *c, const Vanthu__V1__Request *request);

#endif
