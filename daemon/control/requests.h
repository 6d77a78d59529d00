/* The table of requests of the local sockets: one row each, with who serves it and which sockets
 * may ask. */
#ifndef VANTHU_DAEMON_CONTROL_REQUESTS_H
#define VANTHU_DAEMON_CONTROL_REQUESTS_H

#include "daemon/control/share.h"
#include "proto/control.pb-c.h"
#include "routing/base/err.h"

struct client;

/* ERR_OK; ERR_PERMISSION: not at this socket; ERR_UNSUPPORTED: there is no such request. */
must_use enum err requests_allowed(enum door socket, const Vanthu__V1__Request *request);
/* One that is allowed and that control_check has taken. */
void requests_serve(struct client *c, const Vanthu__V1__Request *request);

#endif
