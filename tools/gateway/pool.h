/* Connections to the daemon's local sockets, lent to requests: each is one request's alone until it
 * is given back. */
#ifndef VANTHU_TOOLS_GATEWAY_POOL_H
#define VANTHU_TOOLS_GATEWAY_POOL_H

#include "tools/client/client.h"

struct pool;
struct token_rights;

/* A connection, with the types of documents as the daemon had them some seconds ago at most. */
struct pool_place {
	struct client *client;
	struct client_types *types; /* NULL: not asked yet */
	int64_t types_at_ms;
};

/* At most `most` connections to each socket at once, for which pool_take waits `wait_s`; timeout_ms
 * bounds each wait for an answer on one. NULL without memory. */
struct pool *pool_new(const struct config *config, unsigned most, unsigned wait_s, int timeout_ms);
void pool_free(struct pool *p); /* NULL is fine; nobody has a connection */

/* Lends one to a token, or to nobody (NULL); blocks until one is free. Nobody by name has more than
 * three quarters of them: who holds many, by sending slowly, keeps no other out. It shows nothing
 * of secret documents where the token may not see them: whoever asks the daemon for a token asks
 * over a connection from here, so no request can forget it. ERR_BUSY: none became free; else as
 * client_connect. */
must_use enum err pool_take(struct pool *p, enum client_socket_kind kind,
			    const struct token_rights *who, struct pool_place **out);
/* Back again. A connection that failed opens itself anew with its next request. */
void pool_give(struct pool *p, struct pool_place *place);
/* The types of a lent connection, asked for when they are old. *out lives until it is given back;
 * *fault is set where it fails. */
must_use enum err pool_types(struct pool_place *place, const struct doctype_table **out,
			     struct client_fault *fault);

#endif
