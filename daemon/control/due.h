/* What the office has still to do, and until when: the index of open work, judged by the rules of
 * deadlines that are in force. */
#ifndef VANTHU_DAEMON_CONTROL_DUE_H
#define VANTHU_DAEMON_CONTROL_DUE_H

#include "proto/control.pb-c.h"

struct client;

/* DueLine rows in the order of arrival. */
void control_due(struct client *c, const Vanthu__V1__Request *request);

#endif
