/* A content that was found damaged here is got again: it lies in quarantine, the documents that
 * have it say so in their state (content_wanted), and neighbours that gave them to us or got them
 * from us are asked to publish them once more (KIND_ASKED with `content`). What comes is fetched
 * under the documents' own places, and nothing else about them changes. A neighbour that does not
 * have it either, or whose build does not know the question, answers nothing: it stays wanted, and
 * is asked for again whenever somebody finds it missing. */
#ifndef VANTHU_ROUTING_RECONCILE_CONTENT_H
#define VANTHU_ROUTING_RECONCILE_CONTENT_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_content_lost;
struct ev_publish;
struct link;
struct rec_document;
struct rec_state;
struct turn_view;

enum { CONTENT_ASKED_MAX = 4 };

/* Neighbours to be asked for a document. */
struct content_askers {
	struct committee_id ids[CONTENT_ASKED_MAX];
	unsigned count;
};

/* One more, unless it is among them or no neighbour. */
void content_asker(struct turn_view *t, struct content_askers *w, struct committee_id id);
/* They are asked to publish it once more; what was said of it is not asked for. */
must_use enum err content_ask(struct turn_view *t, const struct document_ref *document,
			      const struct content_askers *w);
/* It is not there, or not what its name says: the first few documents that have it are asked for.
 * Or it is right again, by whomever: nothing more is wanted of them.
 * ERR_STORE, ERR_NO_MEMORY. */
must_use enum err content_lost(struct turn_view *t, const struct ev_content_lost *e);
/* KIND_ASKED with `content` for us: published to that neighbour once more, when it is whole here
 * and that neighbour has had it or gave it. */
must_use enum err content_give(struct turn_view *t, const struct ev_publish *e);
/* The document is here, its files have been fetched again. */
must_use enum err content_here(struct turn_view *t, struct doc_key doc,
			       const struct rec_document *d, const struct rec_state *before);

#endif
