/* One connection to a daemon's local socket: requests out, replies in, both bounded by
 * --timeout. */
#ifndef VANTHU_TOOLS_CLIENT_CONNECTION_H
#define VANTHU_TOOLS_CLIENT_CONNECTION_H

#include "proto/control.pb-c.h"
#include "tools/cli/cli.h"

enum client_door { CLIENT_OFFICE, CLIENT_OPERATE, CLIENT_READ };

struct client;
/* Connects to the daemon of the configuration. Failures have been told: ERR_UNREACHABLE,
 * ERR_PERMISSION, ERR_CONFIG. */
must_use enum err client_open(struct cli *cli, enum client_door door, struct client **out);
/* The same without telling, for a configuration at hand and while waiting for a start. */
must_use enum err client_connect(const struct config *config, enum client_door door, int timeout_ms,
				 struct client **out);
void client_close(struct client *c); /* NULL is fine */
struct cli *client_cli(struct client *c);

/* Numbers the request and sends it. ERR_UNREACHABLE, ERR_TIMEOUT. */
must_use enum err client_send(struct client *c, Vanthu__V1__Request *request);
/* Another message under the number of an earlier one. */
must_use enum err client_send_more(struct client *c, Vanthu__V1__Request *request, uint64_t id);
/* The next reply; valid until the next call. A reply with an error is ERR_OK here: look at
 * what_case. */
must_use enum err client_next(struct client *c, Vanthu__V1__Reply **reply);
/* Sends, and waits for one reply of the wanted kind. Errors, also the daemon's, have been told. */
must_use enum err client_call(struct client *c, Vanthu__V1__Request *request,
			      Vanthu__V1__Reply__WhatCase wanted, Vanthu__V1__Reply **reply);
/* The next reply of a list: ERR_OK with the reply, ERR_NOT_FOUND at its end; other errors have been
 * told. */
must_use enum err client_row(struct client *c, Vanthu__V1__Reply__WhatCase wanted,
			     Vanthu__V1__Reply **reply);
/* What a fault is about when the daemon does not say it, like the file that was given to it. Kept
 * by pointer. */
void client_about(struct client *c, const char *what);
/* Tells what went wrong: `e` of the connection, or the reply's error. Returns the error. */
enum err client_fail(struct client *c, enum err e, const Vanthu__V1__Reply *reply);

#endif
