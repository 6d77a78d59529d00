/* What is decided on a request by its head, before any of its body is read: is it HTTP without two
 * meanings, is it meant for this gateway, does a program and not somebody's page ask, is there such
 * a row, whose token is it and may that do this. */
#ifndef VANTHU_TOOLS_GATEWAY_JUDGE_H
#define VANTHU_TOOLS_GATEWAY_JUDGE_H

#include <stdbool.h>

#include "daemon/config/config.h"

struct exchange;

/* True: go on. False: it has been refused. `method` and `version` as they came. */
bool judge_request(struct exchange *x, const char *method, const char *version);

/* Is this a name that requests may give in Host: the address that is listened on, with its port; on
 * loopback also localhost; one of gateway.hosts, with any port or none. */
bool judge_host(const struct config *config, const char *host);
/* Does the field Origin name this very host, by https where that is spoken (RFC 6454)? A gateway
 * behind a proxy that ends TLS hears pages of its own as others': it has none. */
bool judge_origin(const char *origin, const char *host, bool tls);

#endif
