/* A document whose whole content is here. */
#ifndef VANTHU_ROUTING_DOCUMENTS_COMPLETE_H
#define VANTHU_ROUTING_DOCUMENTS_COMPLETE_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct blob;
struct ev_publish;
struct rec_document;
struct routing_answer;

/* The whole of the document is here: receipt when it is ours, relay record and publications when
 * others are served beyond. */
must_use enum err document_complete(struct turn_view *t, struct doc_key doc,
				    const struct rec_document *d, const struct blob *relays);
/* A signed refusal for each committee that cannot be served. */
must_use enum err document_unserved(struct turn_view *t, struct doc_key doc,
				    const struct rec_document *d,
				    const struct routing_answer *answer);
/* A signed refusal to whoever made the envelope, or, when that is not proven, to the neighbour that
 * passed it on. */
must_use enum err document_refuse(struct turn_view *t, const struct ev_publish *e, enum err why);
/* The same with what says so ("" nothing). */
must_use enum err document_refuse_by(struct turn_view *t, const struct ev_publish *e, enum err why,
				     text_t rule);
/* Plans the fetch of the document's files from the neighbour that sent it, under the sequence
 * number of its item. */
void document_fetch(struct turn_view *t, const struct ev_publish *e, struct doc_key doc);
/* Notes the files that the document needs, and when a relay may drop them. */
void document_needs(struct turn_view *t, struct doc_key doc, const struct rec_document *d);

/* Does the error concern routes to named recipients, and not the envelope? */
bool document_is_about_routes(enum err e);

#endif
