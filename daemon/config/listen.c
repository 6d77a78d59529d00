/* See listen.h. */
#include "daemon/config/listen.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "daemon/base/i18n.h"
#include "daemon/config/config.h"

size_t listen_host_len(const char *address)
{
	const char *end = address[0] == '[' ? strchr(address, ']') : NULL;

	return end != NULL ? (size_t)(end - address) + 1 : strcspn(address, ":");
}

static bool is_host(const char *have, size_t len, const char *want)
{
	return strlen(want) == len && strncasecmp(have, want, len) == 0;
}

bool listen_is_loopback(const char *address)
{
	char host[INET_ADDRSTRLEN];
	size_t len = listen_host_len(address);
	struct in_addr ip;

	if (address[len] != ':')
		return false;
	if (is_host(address, len, "localhost") || is_host(address, len, "[::1]"))
		return true;
	snprintf(host, sizeof host, "%.*s", (int)len, address);
	return len < sizeof host && inet_pton(AF_INET, host, &ip) == 1 &&
	       ntohl(ip.s_addr) >> 24 == 127;
}

enum err listen_check(const struct config *c, const char **why)
{
	const bool tls = c->gateway_certificate[0] != '\0';

	*why = NULL;
	if (tls != (c->gateway_key[0] != '\0') || (c->gateway_client_ca[0] != '\0' && !tls)) {
		*why = N_("gateway.certificate and gateway.key go together");
		return ERR_GATEWAY_TLS;
	}
	return tls || listen_is_loopback(c->gateway_listen) ? ERR_OK : ERR_GATEWAY_PLAIN;
}

void listen_url(const struct config *c, char *out, size_t size_bytes)
{
	const char *address = c->gateway_listen;
	const size_t len = listen_host_len(address);
	const bool all = is_host(address, len, "0.0.0.0") || is_host(address, len, "[::]");
	const char *scheme = c->gateway_certificate[0] == '\0' ? "http" : "https";

	snprintf(out, size_bytes, "%s://%.*s%s", scheme, all ? 9 : (int)len,
		 all ? "127.0.0.1" : address, address + len);
}
