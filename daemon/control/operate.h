/* What an operator asks the core to do: a ping, a recount, to go on with a store that is behind. */
#ifndef VANTHU_DAEMON_CONTROL_OPERATE_H
#define VANTHU_DAEMON_CONTROL_OPERATE_H

#include "proto/control.pb-c.h"

struct client;

void control_accept_loss(struct client *c, const Vanthu__V1__Request *request);
void control_ping(struct client *c, const Vanthu__V1__Request *request);
void control_recount(struct client *c, const Vanthu__V1__Request *request);
void control_report_now(struct client *c, const Vanthu__V1__Request *request);
void control_ask_report(struct client *c, const Vanthu__V1__Request *request);
void control_recover(struct client *c, const Vanthu__V1__Request *request);

#endif
