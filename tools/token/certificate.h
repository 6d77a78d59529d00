/* Which certificate a file holds, by its SHA-256. */
#ifndef VANTHU_TOOLS_TOKEN_CERTIFICATE_H
#define VANTHU_TOOLS_TOKEN_CERTIFICATE_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct arena;

enum { TOKEN_CERTIFICATE_MAX_BYTES = 65536 };

/* The fingerprint of the first certificate of a PEM text (RFC 7468 §5): SHA-256 of its DER, as
 * `openssl x509 -fingerprint -sha256` prints it. ERR_CERTIFICATE: there is none; ERR_NO_MEMORY. */
must_use enum err token_certificate_digest(struct arena *a, struct blob pem, struct digest *out);

#endif
