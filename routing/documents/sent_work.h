/* What others have still to do with documents of ours that name a day: an index beside that of our
 * own work (routing/documents/open_work.h), under the same family by the role. A document stays in
 * it until each recipient has finished it, returned it or agreed to its recall, which both ends
 * know by the same signed statuses; so nothing needs to be asked. The record counts those who are
 * done, by differences. What is near its day, or past it, is told to our own office, once, for
 * recipients below us or above as configured (struct deadline_rules). */
#ifndef VANTHU_ROUTING_DOCUMENTS_SENT_WORK_H
#define VANTHU_ROUTING_DOCUMENTS_SENT_WORK_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/memory.h"

struct rec_document;
struct rec_open;

/* A document of ours is new. */
void sent_work_new(struct turn_view *t, struct doc_key doc, const struct rec_document *d);
/* One of a store that has no index yet. */
must_use enum err sent_work_index(struct turn_view *t, struct doc_key doc,
				  const struct rec_document *d);
/* A recipient's status number `n` has just been planned. */
must_use enum err sent_work_follow(struct turn_view *t, struct doc_key doc,
				   const struct rec_document *d, struct committee_id office,
				   uint32_t n);
/* Tells of it what is to be told. */
must_use enum err sent_work_look(struct turn_view *t, struct doc_key doc,
				 const struct rec_document *d, const struct rec_open *told);

#endif
