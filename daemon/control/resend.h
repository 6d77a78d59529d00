/* A document again to one of its recipients. */
#ifndef VANTHU_DAEMON_CONTROL_RESEND_H
#define VANTHU_DAEMON_CONTROL_RESEND_H

#include "proto/control.pb-c.h"

struct client;

void control_resend(struct client *c, const Vanthu__V1__Request *request);

#endif
