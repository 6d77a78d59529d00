/* What the office still has to do: an index of the documents that it received and has neither
 * returned nor finished, so that what is due is found without a look at all that is done. The tick
 * tells of deadlines that are near or past (routing/rules/deadline.h), of each once: the record
 * says of which deadline it was told, so a restart tells nothing twice, and a deadline that has
 * moved is told of anew. */
#ifndef VANTHU_ROUTING_DOCUMENTS_OPEN_WORK_H
#define VANTHU_ROUTING_DOCUMENTS_OPEN_WORK_H

#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/memory.h"

/* The document, of ours to deal with, stands so now: it is put into the index, or leaves it. */
must_use enum err open_work_follow(struct turn_view *t, struct doc_key doc,
				   const struct office_stand *stand);

/* Boot: a store of an older build has no index; the ticks make it. */
must_use enum err open_work_load(struct turn_view *t);
/* A bounded number of documents a tick, all of them about once a minute. */
must_use enum err open_work_tick(struct turn_view *t);

#endif
