/* The request to submit a document, and its answer; what lies between is upload.h's. */
#ifndef VANTHU_DAEMON_CONTROL_SUBMIT_H
#define VANTHU_DAEMON_CONTROL_SUBMIT_H

#include "proto/control.pb-c.h"

struct client;

void control_submit(struct client *c, const Vanthu__V1__Request *request);
/* Contents of a submission that follows; what is known of it by now is judged first. */
void control_stage(struct client *c, const Vanthu__V1__Request *request);

#endif
