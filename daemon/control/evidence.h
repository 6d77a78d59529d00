/* A document's whole life as evidence that verifies without a daemon. */
#ifndef VANTHU_DAEMON_CONTROL_EVIDENCE_H
#define VANTHU_DAEMON_CONTROL_EVIDENCE_H

#include "proto/control.pb-c.h"

struct client;

void control_evidence(struct client *c, const Vanthu__V1__Request *request);

#endif
