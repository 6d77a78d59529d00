/* The index by which the thread of a matter is followed: which documents answer one, and which were
 * finished with one. Its keys are in routing/rules/matter_keys.h; they are written in the plan that
 * takes the document, or gives the status. A store from before there was an index gets one from its
 * envelopes, a bounded number of records a tick. */
#ifndef VANTHU_ROUTING_DOCUMENTS_MATTER_H
#define VANTHU_ROUTING_DOCUMENTS_MATTER_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/memory.h"

/* What a document answers, as its summary says; zero: nothing. */
const struct doc_id *matter_answered(const struct summary *s);
/* `doc` answers the document of that id; none when it is zero. */
void matter_answers(struct turn_view *t, const struct doc_id *answered, struct doc_key doc);
/* It does no more: of an entry on paper that was cancelled or corrected. */
void matter_answers_no_more(struct turn_view *t, const struct doc_id *answered, struct doc_key doc);
/* An office finished `doc` with the answer of that id; none when it is zero. */
void matter_finished(struct turn_view *t, const struct doc_id *answer, struct doc_key doc);
/* Is it wise to answer it, NULL being nothing? *out: ERR_OK, ERR_ANSWERED_STATE, or
 * ERR_ANSWERED_UNKNOWN when it is neither here nor ours. One of ours is nobody's to accept, nor is
 * one on paper. */
must_use enum err matter_warning(struct turn_view *t, const struct document_ref *answered,
				 enum err *out);
must_use enum err matter_load(struct turn_view *t);
must_use enum err matter_tick(struct turn_view *t);

#endif
