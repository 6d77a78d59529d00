/* A document again to one of its recipients. */
#ifndef VANTHU_DAEMON_CONTROL_RESEND_H
#define VANTHU_DAEMON_CONTROL_RESEND_H

#include "proto/control.pb-c.h"

struct act_reply;
struct client;
struct pending_reply;

void control_resend(struct client *c, const Vanthu__V1__Request *request);
void control_resend_reply(struct client *c, const struct pending_reply *p,
			  const struct act_reply *r);

#endif
