/* What decisions about documents share: what completing one means, who cannot be served, and facts
 * that are sent. */
#ifndef VANTHU_ROUTING_DOCUMENTS_DOCUMENT_H
#define VANTHU_ROUTING_DOCUMENTS_DOCUMENT_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/documents/route.h"
#include "routing/state/memory.h"

struct rec_document;
struct rec_state;

/* Writes the state of a document, which nothing else may write: the target's counters change with
 * it, in the same plan. `before`: what is stored, NULL when there is none. `after` NULL: there is
 * none any more, like that of any document whose files are still to come. The move must be legal
 * (routing/documents/lifecycle.h). */
must_use enum err document_state(struct turn_view *t, struct doc_key doc,
				 const struct rec_document *d, const struct rec_state *before,
				 const struct rec_state *after);
/* Writes what our office does with a document that we received, which nothing else may write: with
 * it the target's counters change. ERR_DAMAGED where its state cannot be read:
 * who plans something else besides looks for that first. */
must_use enum err document_work(struct turn_view *t, struct doc_key doc,
				const struct rec_document *d, const struct rec_work *after);
/* Does it address its signer's whole subtree, besides others perhaps? */
bool names_subtree(const struct recipient *recipients, uint32_t count);
bool manifest_has_files(const struct manifest_item *items, uint32_t count);
enum lane lane_of(enum urgency urgency);
/* What is asked when a stored document is routed. Borrows its arrays. */
struct routing_question document_question(const struct rec_document *d);
/* Has a document of another committee this id, one that came here or passes through? Then none of
 * ours gets it: whoever names it by its id would mean both. What comes in the same turn counts as
 * come behind us, and is no fault of ours: of others' ids we are not asked. */
must_use enum err document_id_taken(struct turn_view *t, const struct doc_id *id, bool *taken);

#endif
