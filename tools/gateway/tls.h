/* The gateway's certificate, its key, and the certificates that clients' must be of: files named by
 * the configuration, read at the start and again when they have changed (SIGHUP), while connections
 * run. */
#ifndef VANTHU_TOOLS_GATEWAY_TLS_H
#define VANTHU_TOOLS_GATEWAY_TLS_H

#include <gnutls/abstract.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/config/config.h"
#include "routing/base/err.h"

struct tls;

/* What is spoken: TLS 1.2 and 1.3, always with forward secrecy and authenticated encryption. */
extern const char tls_priorities[];

/* Reads what the configuration names; it is lent until tls_close. *out is NULL without a
 * certificate and without a key. ERR_GATEWAY_TLS: a file cannot be read or is none, the key is not
 * of the certificate, is guarded by a password, or others of this machine may read it; *why says
 * which, static. */
must_use enum err tls_open(const struct config *config, struct tls **out, const char **why);
/* After the last connection has ended. NULL is fine. */
void tls_close(struct tls *t);

/* Reads the files again: handshakes from here on use what they say, connections go on as they are,
 * and each further request with a client's certificate is judged by the new ones. *changed: they
 * are others than before. As tls_open; after an error all stays as it was. */
must_use enum err tls_reload(struct tls *t, bool *changed, const char **why);

/* PEM of the certificates that clients' must be of, as of the start; NULL: none. */
const char *tls_client_ca(const struct tls *t);
/* The end of our certificate, Unix time in seconds; the earliest of its chain. */
int64_t tls_expires_s(struct tls *t);

/* For a handshake: our chain and key, which stay until tls_close. */
void tls_present(struct tls *t, gnutls_session_t session, gnutls_pcert_st **chain, unsigned *count,
		 gnutls_privkey_t *key);

/* What a client's certificate is good for. */
enum tls_trust {
	TLS_NONE,    /* none was shown, it cannot be read, or its time has not come or is over */
	TLS_FOREIGN, /* of nobody that we trust, or for something else than a client */
	TLS_TRUSTED
};

/* Of the session's other end; *leaf is lent while the session lives. May be asked at each
 * request. */
enum tls_trust tls_peer(struct tls *t, gnutls_session_t session, gnutls_datum_t *leaf);

#endif
