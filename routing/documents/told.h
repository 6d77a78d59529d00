/* What our office says of a document and what could not go out at once: a status to an issuer that
 * nobody led to, a recall asked of a recipient that does not have the document yet. It goes as soon
 * as it can: with a directory that has a route, with the receipt, after a start. Bounded work a
 * tick; what waits is on disk, the position of the scan only in memory: after a crash it starts
 * again, and what did go out is not found. */
#ifndef VANTHU_ROUTING_DOCUMENTS_TOLD_H
#define VANTHU_ROUTING_DOCUMENTS_TOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct doc_key;
struct turn_view;

/* Does something wait for it? What is said now goes after that, by itself. */
must_use enum err told_waits(struct turn_view *t, struct doc_key doc, struct committee_id to,
			     bool *yes);
/* Our status `n` of it could not go to `to`: it waits, with all that follow. */
must_use enum err told_wait(struct turn_view *t, struct doc_key doc, struct committee_id to,
			    uint32_t n);
/* All that we have said of it goes to `to` once more. */
must_use enum err told_again(struct turn_view *t, struct doc_key doc, struct committee_id to);
/* A recipient has the document: what it is asked goes out. */
must_use enum err told_delivered(struct turn_view *t, struct doc_key doc, struct committee_id to);
/* Everything that waits is looked at again. */
void told_begin(struct turn_view *t);
must_use enum err told_tick(struct turn_view *t);

#endif
