/* The rows of a document in the streams of its neighbours: who is served over which of them, by
 * name.
 *
 * What holds, whatever the tree says meanwhile:
 *   - for each explicit recipient that we answer for, a row names it, or the record of a document
 *   that is not whole yet does (`targets`, `also`), or
 *     it was refused by name: no neighbour has to work out from a tree of its own whom we mean;
 *   - a row is one item, and an item with all its names fits a frame: names that do not fit beside
 *   the envelope go into further rows of the same
 *     envelope. The pump sends rows as they are;
 *   - several rows mean what one with all their names would: to the neighbour the second is a
 *     further part of a document that it knows (routing/decide/document.c). So rows may be queued,
 *     acknowledged and requeued one by one, in any order;
 *   - who is named in a row that the neighbour has not acknowledged yet is not queued for it again.
 *     For a row that it has acknowledged the neighbour answers, and it may have returned the
 *     document since: such a row proves nothing. */
#ifndef VANTHU_ROUTING_DOCUMENTS_ROWS_H
#define VANTHU_ROUTING_DOCUMENTS_ROWS_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct rec_document;
struct routing_answer;

/* Queues a stored document for these neighbours, in as many rows as their names need, with this
 * hop's signed record when it is not ours, and adds them to its ROUTE. What a row waits for already
 * is left out. */
must_use enum err document_publish(struct turn_view *t, struct doc_key doc,
				   const struct rec_document *d,
				   const struct routing_answer *answer);
/* The same for one that this turn takes from a client: still to be sealed, and published
 * nowhere. */
must_use enum err document_publish_first(struct turn_view *t, struct doc_key doc,
					 const struct rec_document *d,
					 const struct routing_answer *answer);
/* Our own relay record of a document that passes through was damaged: one of now stands in its
 * place. */
must_use enum err document_sign_again(struct turn_view *t, struct doc_key doc,
				      const struct rec_document *d);

#endif
