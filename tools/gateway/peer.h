/* The certificate that a client shows (TLS client authentication). */
#ifndef VANTHU_TOOLS_GATEWAY_PEER_H
#define VANTHU_TOOLS_GATEWAY_PEER_H

#include "tools/token/token.h"

struct exchange;

/* SHA-256 of its DER and its subject's common name ("" none); *trusted: its chain ends at
 * gateway.client_ca, now, and it is for clients. False: there is none, or its time is over. The
 * handshake has proven that the client has the key. */
bool peer_certificate(const struct exchange *x, struct digest *der,
		      char subject[TOKEN_SUBJECT_MAX + 1], bool *trusted);

#endif
