/* The ZAP handler (rfc.zeromq.org/spec/27): who may connect. Fails closed: what is not known is
 * refused, and libzmq refuses when nobody answers, because every server socket sets
 * ZMQ_ZAP_ENFORCE_DOMAIN. Control thread only. */
#ifndef VANTHU_DAEMON_LINKS_ZAP_H
#define VANTHU_DAEMON_LINKS_ZAP_H

#include "routing/base/err.h"
#include "routing/base/types.h"

#define ZAP_DOMAIN "vanthu"

/* The user id of a connection is "COMMITTEE/TAG": TAG the first bytes of the key that it proved, in
 * hex, so that each message says under which. */
enum { ZAP_TAG_BYTES = 8 };
bool zap_tag_parse(const char *hex, uint8_t tag[ZAP_TAG_BYTES]);

struct zap;
/* `allowed` finds the committee of a CURVE public key, false: nobody's, or not now. */
must_use enum err zap_open(void *zmq,
			   bool (*allowed)(void *ctx, const uint8_t public_key[32],
					   struct committee_id *out),
			   void *ctx, struct zap **out);
void zap_close(struct zap *z); /* NULL is fine */
void *zap_socket(struct zap *z); /* to poll for input */
void zap_service(struct zap *z); /* answers all requests that wait */

#endif
