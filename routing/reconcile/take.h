/* What is ours and unknown here comes back from others: documents that we sent, statuses that our
 * office gave. Both are known by our own signature; that nobody brings back an old one again and
 * again is seen to by (origin, id) and by the statuses' numbers. */
#ifndef VANTHU_ROUTING_RECONCILE_TAKE_H
#define VANTHU_ROUTING_RECONCILE_TAKE_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_publish;
struct fact;
struct link;
struct rec_document;
struct rec_work;
struct turn_view;

/* An item of a document of ours that is not known here: it is registered, and sent on all its
 * routes as soon as it is whole; who has it answers with what it answered before. */
must_use enum err take_document(struct turn_view *t, const struct ev_publish *e);
/* Its files are here. */
must_use enum err take_whole(struct turn_view *t, struct doc_key doc, const struct rec_document *d);
/* What the work on a document is after one more status of our office; its line apart. */
must_use enum err take_advance(struct turn_view *t, const struct rec_document *d,
			       const struct fact *f, struct rec_work *w);
/* KIND_RETURNED: a status of ours, from the issuer of the document or from who was asked it back.
 */
must_use enum err take_returned(struct turn_view *t, const struct ev_publish *e);

#endif
