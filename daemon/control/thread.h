/* The thread of a matter: from any document of it, what it answers and what answers it. */
#ifndef VANTHU_DAEMON_CONTROL_THREAD_H
#define VANTHU_DAEMON_CONTROL_THREAD_H

#include "proto/control.pb-c.h"

struct client;

void control_thread(struct client *c, const Vanthu__V1__Request *request);

#endif
