/* The directory: its committees as rows, as a file, and this committee's own keys. */
#ifndef VANTHU_DAEMON_CONTROL_COMMITTEES_H
#define VANTHU_DAEMON_CONTROL_COMMITTEES_H

#include "proto/control.pb-c.h"

struct client;

void control_committees(struct client *c, const Vanthu__V1__Request *request);
void control_directory(struct client *c, const Vanthu__V1__Request *request);
void control_keys(struct client *c, const Vanthu__V1__Request *request);

#endif
