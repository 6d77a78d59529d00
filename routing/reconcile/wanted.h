/* What was said of a document is asked for: by an issuer of a recipient, or by a recipient of the
 * issuer, across any number of hops. After a store was set back, of all documents of the time that
 * counts; and once a day by an issuer of those that have not answered, for what a relay has lost
 * nobody else would miss. Who is asked says only what the other does not have. */
#ifndef VANTHU_ROUTING_RECONCILE_WANTED_H
#define VANTHU_ROUTING_RECONCILE_WANTED_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_publish;
struct rec_document;
struct turn_view;

/* All of what we sent and received; bounded work a tick, from where the last one ended.
 * *over: it is. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err wanted_ask_all(struct turn_view *t, bool *over);
/* The number of the last status of an office that is here, also of one that cannot be read; 0:
 * none. */
must_use enum err wanted_last_status(struct turn_view *t, struct doc_key doc,
				     struct committee_id office, uint32_t *n);
/* So many questions and answers wait in a lane that no more are added. */
bool wanted_lanes_are_full(const struct turn_view *t);
/* Of one document: its recipients, when it is ours, or who issued it. To be asked when we may
 * sign. */
must_use enum err wanted_ask_about(struct turn_view *t, struct doc_key doc,
				   const struct rec_document *d);
/* Who owes an answer since WANTED_AFTER_MS is asked for it, and once a day. */
must_use enum err wanted_tick(struct turn_view *t);
/* KIND_ASKED: we are asked. */
must_use enum err wanted_answer(struct turn_view *t, const struct ev_publish *e);

#endif
