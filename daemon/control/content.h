/* Contents out in pieces against credit, and the check of a stored document with all its files;
 * both read disks, so workers do it. */
#ifndef VANTHU_DAEMON_CONTROL_CONTENT_H
#define VANTHU_DAEMON_CONTROL_CONTENT_H

#include "proto/control.pb-c.h"

struct client;

void control_content(struct client *c, const Vanthu__V1__Request *request);
/* More of a content that is being sent, by its request's id. */
void control_content_credit(struct client *c, const Vanthu__V1__Request *request);
void control_verify(struct client *c, const Vanthu__V1__Request *request);

#endif
