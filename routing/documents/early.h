/* Recalls (status 13) that came before their document. Ours go out when the receipt is here
 * (routing/documents/told.h); another program may send them at once, and facts overtake documents.
 * Kept until the document comes: EARLY_MAX of them, EARLY_OF_ONE_MAX of one issuer. What is beyond
 * is a fault of its signer; what stays alone for 30 days goes. */
#ifndef VANTHU_ROUTING_DOCUMENTS_EARLY_H
#define VANTHU_ROUTING_DOCUMENTS_EARLY_H

#include "routing/base/err.h"

struct doc_key;
struct ev_publish;
struct rec_document;
struct rec_work;
struct turn_view;

enum { EARLY_MAX = 256, EARLY_OF_ONE_MAX = 64 };

/* *fault: ERR_OK, or why it is not kept. The last one of a document counts. */
must_use enum err early_keep(struct turn_view *t, const struct ev_publish *e, enum err *fault);
/* The document has come and is for us: the recall goes into its history, and into `work`.
 * ERR_NOT_FOUND: none waited; ERR_DIGEST: one that is about other bytes, which goes. */
must_use enum err early_take(struct turn_view *t, struct doc_key doc, const struct rec_document *d,
			     struct rec_work *work);

#endif
