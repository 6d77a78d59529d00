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
must_use enum err document_complete(struct turn_view *t, struct doc_key place,
				    const struct rec_document *d, const struct blob *relays);
/* A signed refusal for each committee that cannot be served. */
must_use enum err document_unserved(struct turn_view *t, struct doc_key place,
				    const struct rec_document *d,
				    const struct routing_answer *answer);
/* A signed refusal to whoever made the envelope, or, when that is not proven, to the neighbour that
 * passed it on. */
must_use enum err document_refuse(struct turn_view *t, const struct ev_publish *e, enum err why);
/* Its files are to be fetched from who sent it, by the place in which it came. */
void document_fetch(struct turn_view *t, const struct ev_publish *e, struct doc_key place);
/* The files it needs, and when a relay may let them go. */
void document_needs(struct turn_view *t, struct doc_key place, const struct rec_document *d);

/* Answers about the ways of those that are named, not about the envelope. */
bool document_is_about_ways(enum err e);

#endif
