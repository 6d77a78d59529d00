/* Who has answered for a document, and who has not yet. */
#ifndef VANTHU_DAEMON_CONTROL_RECEIPTS_H
#define VANTHU_DAEMON_CONTROL_RECEIPTS_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"

struct client;
struct found_document;

/* Receipts and refusals, and who has not answered yet; in the arena of requests. */
must_use enum err control_receipts(struct client *c, const struct found_document *f,
				   Vanthu__V1__ReceiptView ***list, size_t *count);

#endif
