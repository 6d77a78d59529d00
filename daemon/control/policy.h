/* Who may issue what, as the directory in force says it. */
#ifndef VANTHU_DAEMON_CONTROL_POLICY_H
#define VANTHU_DAEMON_CONTROL_POLICY_H

#include "proto/control.pb-c.h"

struct client;

void control_policy(struct client *c, const Vanthu__V1__Request *request);

#endif
