/* The table of requests of the local sockets: one row each, with who serves it and which sockets
 * may ask. */
#ifndef VANTHU_DAEMON_CONTROL_REQUESTS_H
#define VANTHU_DAEMON_CONTROL_REQUESTS_H

#include "daemon/control/share.h"
#include "proto/control.pb-c.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

struct client;

/* Unpacks a frame and serves its request, or says why not. False: it cannot be taken yet. */
bool requests_take(struct client *c, struct blob bytes);

#endif
