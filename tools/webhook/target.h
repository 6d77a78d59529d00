/* Where events may be sent: who writes a subscription must not make the gateway speak to the
 * machines behind it (server-side request forgery). Judged by the address that a connection is
 * really made to, whatever the name said before. */
#ifndef VANTHU_TOOLS_WEBHOOK_TARGET_H
#define VANTHU_TOOLS_WEBHOOK_TARGET_H

#include <stdbool.h>
#include <sys/socket.h>

#include "daemon/config/config.h"
#include "routing/base/err.h"

enum { WEBHOOK_URL_MAX = 1024 };

/* Whether a connection to it may be made. What is reachable from the whole Internet may, with TLS;
 * any other address, and any without TLS, only where the networks have it: loopback, private
 * (RFC 1918), link-local, shared (RFC 6598), unique local (RFC 4193), multicast, unspecified,
 * reserved, those for documentation and benchmarks, and IPv6 addresses that lead to IPv4 ones
 * (mapped, NAT64, 6to4, Teredo). A family that is not IP may not. */
bool webhook_target_allowed(const struct config_networks *allow, const struct sockaddr *address,
			    bool tls);

/* What the URL of a subscription may be: https, or http where there are allowed networks; a host
 * without a user; an address as host in its usual spelling, which is then judged as above; no
 * fragment; printable ASCII of at most WEBHOOK_URL_MAX bytes. ERR_WEBHOOK_URL,
 * ERR_WEBHOOK_TARGET. */
must_use enum err webhook_target_check(const struct config_networks *allow, const char *url);

#endif
