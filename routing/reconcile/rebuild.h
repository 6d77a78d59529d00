/* Records of a document that other records of it say as well: made again where they are damaged,
 * as far as they can be known. The target is counted again then: when the last answer came is
 * known by who gave it alone, for one. */
#ifndef VANTHU_ROUTING_RECONCILE_REBUILD_H
#define VANTHU_ROUTING_RECONCILE_REBUILD_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct rec_document;
struct rec_state;
struct turn_view;

/* From the answers that are here, and from when the document was taken. That its content had gone
 * is seen by FILE; into which archive it went is not known any more. */
must_use enum err rebuild_state(struct turn_view *t, struct doc_key doc,
				const struct rec_document *d);
/* How many have answered so and so, and when the last did, by what is here: into `s`. */
must_use enum err rebuild_answers(struct turn_view *t, struct doc_key doc,
				  const struct rec_document *d, struct rec_state *s);
/* From the statuses of our office and of who issued it. Whom our office gave it to it told
 * nobody: that is "". */
must_use enum err rebuild_work(struct turn_view *t, struct doc_key doc,
			       const struct rec_document *d);
/* From the rows that wait, and from where its way leads: as published there with all that the
 * neighbour has acknowledged, so that it is given back rather too often than never. */
must_use enum err rebuild_route(struct turn_view *t, struct doc_key doc,
				const struct rec_document *d);
/* The line of the register under which a document stands; number 0: none. In the year
 * of `since_ms`, and the one after. Reads all lines of those years. */
must_use enum err rebuild_find_line(struct turn_view *t, struct doc_key doc, enum book book,
				    int64_t since_ms, struct line_key *at);

#endif
