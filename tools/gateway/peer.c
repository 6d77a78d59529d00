/* See peer.h. */
#include "tools/gateway/peer.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#include "proto/digest.h"
#include "tools/gateway/exchange.h"
#include "tools/gateway/tls.h"

static void read_subject(const gnutls_datum_t *der, char subject[TOKEN_SUBJECT_MAX + 1])
{
	size_t size = TOKEN_SUBJECT_MAX + 1;
	gnutls_x509_crt_t crt;

	subject[0] = '\0';
	if (gnutls_x509_crt_init(&crt) != 0)
		return;
	if (gnutls_x509_crt_import(crt, der, GNUTLS_X509_FMT_DER) != 0 ||
	    gnutls_x509_crt_get_dn_by_oid(crt, GNUTLS_OID_X520_COMMON_NAME, 0, 0, subject, &size) !=
		    0 ||
	    strlen(subject) != size)
		subject[0] = '\0'; /* also one with a NUL in it */
	gnutls_x509_crt_deinit(crt);
}

bool peer_certificate(const struct exchange *x, struct digest *der,
		      char subject[TOKEN_SUBJECT_MAX + 1], bool *trusted)
{
	const union MHD_ConnectionInfo *info;
	gnutls_datum_t leaf;
	enum tls_trust trust;

	*trusted = false;
	if (x->gateway->tls == NULL || tls_client_ca(x->gateway->tls) == NULL)
		return false;
	info = MHD_get_connection_info(x->connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (info == NULL || info->tls_session == NULL)
		return false;
	trust = tls_peer(x->gateway->tls, (gnutls_session_t)info->tls_session, &leaf);
	if (trust == TLS_NONE)
		return false;
	*der = digest_of((struct blob){ leaf.data, leaf.size });
	read_subject(&leaf, subject);
	*trusted = trust == TLS_TRUSTED;
	return true;
}
