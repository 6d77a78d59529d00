/* Signed statuses of offices that arrive: what a recipient's office does with a document of ours,
 * and an issuer that asks for one of its own back. They come in any order and repeatedly: each has
 * a number of its signer's about the document, so both ends keep the same history. */
#ifndef VANTHU_ROUTING_DECIDE_STATUS_H
#define VANTHU_ROUTING_DECIDE_STATUS_H

#include "routing/base/err.h"

struct ev_publish;
struct link;
struct turn_view;

/* A status addressed to us, its signature checked. *fault: what is wrong with it, for its signer's
 * account: ERR_NOT_FOUND, ERR_DIGEST, ERR_NOT_ADDRESSED (not a recipient), ERR_NOT_ENTITLED (a code
 * that is not its to give), ERR_BUSY (more than STATUSES_MAX), ERR_FIELD (a text that people do not
 * see as it is), ERR_BAD_DATE (a day or a time that is none). Nothing is planned then. */
must_use enum err decide_status(struct turn_view *t, const struct ev_publish *e, enum err *fault);

#endif
