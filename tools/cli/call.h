/* A command's connection to the daemon: what goes wrong on it is reported to the user, once. */
#ifndef VANTHU_TOOLS_CLI_CALL_H
#define VANTHU_TOOLS_CLI_CALL_H

#include "routing/base/err.h"
#include "tools/cli/options.h"
#include "tools/client/client.h"

struct call;
/* Connects to the daemon of the configuration; each wait is bounded by --timeout. Failures have
 * been reported: ERR_UNREACHABLE, ERR_PERMISSION, ERR_BUSY, ERR_CONFIG. */
must_use enum err call_open(struct cli *cli, enum client_socket_kind kind, struct call **out);
void call_close(struct call *c); /* NULL is fine */
struct cli *call_cli(struct call *c);
struct client *call_client(struct call *c);
struct committee_id call_committee(const struct call *c); /* whose daemon it is */

/* client_send, client_send_more and client_next on the connection (tools/client/connection.h): no
 * failure is reported yet. */
must_use enum err call_send(struct call *c, Vanthu__V1__Request *request);
must_use enum err call_send_more(struct call *c, Vanthu__V1__Request *request, uint64_t id);
must_use enum err call_next(struct call *c, Vanthu__V1__Reply **reply);

/* Sends, and waits for one reply of the wanted kind. Errors, also the daemon's, have been
 * reported. */
must_use enum err call_ask(struct call *c, Vanthu__V1__Request *request,
			   Vanthu__V1__Reply__WhatCase wanted, Vanthu__V1__Reply **reply);
/* The next reply of a list: ERR_OK with the reply, ERR_NOT_FOUND at its end; other errors have been
 * reported. */
must_use enum err call_row(struct call *c, Vanthu__V1__Reply__WhatCase wanted,
			   Vanthu__V1__Reply **reply);

/* What a fault is about when the daemon does not say it, like the file that was given to it. Kept
 * by pointer. */
void call_about(struct call *c, const char *what);
/* Reports what went wrong: `e` of the connection, or the reply's error. Returns the error. */
must_use enum err call_fail(struct call *c, enum err e, const Vanthu__V1__Reply *reply);
/* The same of a fault that the client gave. The last reply is gone where it has choices. */
must_use enum err call_report(struct call *c, const struct client_fault *f);

#endif
