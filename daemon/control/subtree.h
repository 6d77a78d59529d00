/* Figures of a subtree: our own counters, and what those below reported, summed as finely as asked
 * for; then how each committee stands with its reports. What a committee reported counts in the
 * subtree in which it stood when its documents were issued, wherever it stands now. */
#ifndef VANTHU_DAEMON_CONTROL_SUBTREE_H
#define VANTHU_DAEMON_CONTROL_SUBTREE_H

#include "proto/control.pb-c.h"

struct client;

void control_subtree(struct client *c, const Vanthu__V1__Request *request);

#endif
