/* One document whole, with its receipts. */
#ifndef VANTHU_DAEMON_CONTROL_SHOW_H
#define VANTHU_DAEMON_CONTROL_SHOW_H

#include "proto/control.pb-c.h"

struct client;

void control_show(struct client *c, const Vanthu__V1__Request *request);

#endif
