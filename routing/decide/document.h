/* A document in sequence in a neighbour's stream: refused, still to be fetched, or complete at
 * once. One that is known already: routing/documents/duplicate.c. */
#ifndef VANTHU_ROUTING_DECIDE_DOCUMENT_H
#define VANTHU_ROUTING_DECIDE_DOCUMENT_H

#include <stdbool.h>

#include "routing/base/err.h"

struct ev_publish;
struct link;
struct routing_answer;
struct turn_view;

/* `routed`: the document's routes as document_must_wait found them in this turn; NULL: not routed
 * yet. */
must_use enum err decide_document(struct turn_view *t, struct link *l, const struct ev_publish *e,
				  const struct routing_answer *routed);
/* Must the document be requested again, once both neighbours go by one directory? Two that differ
 * may each pass a document to the other for ever, or refuse one that is right. When it need not
 * wait although they differ, *routed is `answer`, for decide_document; else NULL. */
must_use enum err document_must_wait(struct turn_view *t, const struct link *l,
				     const struct ev_publish *e, struct routing_answer *answer,
				     const struct routing_answer **routed, bool *wait);

#endif
