/* What recipients have still to do with documents of ours that name a day: `due` with `sent`. Both
 * ends hold the same statuses, so nobody needs to be asked. */
#ifndef VANTHU_DAEMON_CONTROL_DUE_SENT_H
#define VANTHU_DAEMON_CONTROL_DUE_SENT_H

#include "proto/control.pb-c.h"

struct client;

/* A DueLine for each recipient that is not done, at most 1,000 of one document. */
void control_due_sent(struct client *c, const Vanthu__V1__Request *request);

#endif
