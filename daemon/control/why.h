/* Which documents keep the digital share of a period down, and why each does: what the counters
 * count as pending, on paper, or received and not processed, named one by one. With a committee
 * below us instead: the documents exchanged with it that its last report does not count as we
 * do. */
#ifndef VANTHU_DAEMON_CONTROL_WHY_H
#define VANTHU_DAEMON_CONTROL_WHY_H

#include "proto/control.pb-c.h"

struct client;

/* WhyLine: the sum first, then documents, the newest first. */
void control_why(struct client *c, const Vanthu__V1__Request *request);

#endif
