/* Where the gateway listens, and whether it may as it is configured: one answer for the gateway
 * when it starts and for whoever checks the configuration before. */
#ifndef VANTHU_DAEMON_CONFIG_LISTEN_H
#define VANTHU_DAEMON_CONFIG_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

#include "routing/base/err.h"

struct config;

/* The bytes of an address HOST:PORT, or [HOST]:PORT, before its port. */
size_t listen_host_len(const char *address);
/* An address of this machine alone: 127.0.0.0/8, ::1 or localhost, with a port. */
bool listen_is_loopback(const char *address);

/* ERR_GATEWAY_TLS: a certificate without its key, or the reverse, or an authority of clients
 * without both. ERR_GATEWAY_PLAIN: an address beyond this machine, without TLS. *why:
 * what does not fit, static, or NULL. No file is read. */
must_use enum err listen_check(const struct config *c, const char **why);

/* The address for a browser: with https where there is a certificate, and an address of this
 * machine where it listens on all. */
void listen_url(const struct config *c, char *out, size_t size_bytes);

#endif
