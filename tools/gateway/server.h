/* HTTP/1.1 over TCP or TLS, by libmicrohttpd with a thread for each connection: a handler may
 * block. */
#ifndef VANTHU_TOOLS_GATEWAY_SERVER_H
#define VANTHU_TOOLS_GATEWAY_SERVER_H

#include "routing/base/err.h"

struct gateway;
struct server;

/* More than DEADLINES_MANY, by those that make room and have not ended yet. */
enum { SERVER_CONNECTIONS = 640 };

/* Listens on gateway.listen and serves until server_stop: with g->tls over TLS, without it plainly.
 * Whether it may there has been asked of listen_check. *why: the system's word on it, static, or
 * NULL. ERR_GATEWAY_LISTEN, ERR_GATEWAY_TLS, ERR_NO_MEMORY. */
must_use enum err server_start(struct gateway *g, struct server **out, const char **why);
/* Takes no more connections, ends those there are, and waits for their handlers: these see
 * g->stop. */
void server_stop(struct server *s);

#endif
