/* The signed bytes of a document are damaged, and a row of it waits for a neighbour: the lane
 * stands before it, for a sequence has no gaps. Who may have the document is asked for it
 * (repair.h). It is given up when there is nobody left, each time that the damage is told:
 *
 *   others, by what is known now               | what becomes of it
 *   -------------------------------------------+------------------------------------------------
 *   no row of it waits in a lane               | nothing: it is asked for, ever more rarely
 *   we may sign nothing, or its ROUTE cannot   | nothing now: it could not be refused by name,
 *   be read                                    | or is not known where it waits
 *   nobody can have it: it is ours, and each   | given up at once
 *   neighbour that it is published to has      |
 *   subscribed before its row, which was not   |
 *   sent since                                 |
 *   somebody may: who gave it to us; who has   | given up when it has been asked for during
 *   acknowledged a row of it, or was sent one; | HOLLOW_ASKED_MS
 *   all of them are up                         |
 *   the same, and one of them is away (or has  | given up after HOLLOW_AWAY_MS: the question waits
 *   not said how far it came)                  | in its lane all the same
 *
 * Given up means: its ENVELOPE says that it is lost (routing/state/hollow.h); the damaged value
 * lies in the quarantine. From then on:
 *
 *   what happens                               | what becomes of it
 *   -------------------------------------------+------------------------------------------------
 *   the pump comes to its row                  | what stands for it goes, with the chain of the
 *                                              | document, and nothing behind it until it is
 *                                              | acknowledged
 *   the subscriber asks again, and at last     | the row goes, and whom it served are refused by
 *   rejects it (links/reject.h): any build     | name with ERR_SIGNED_LOST: ours in our own
 *   does, because the chain does not fit       | records, another's by a fact to its issuer
 *   the subscriber had it                      | its Subscribe says so: the row goes as any other
 *   it comes from a neighbour after all        | its ENVELOPE is whole; rows that still wait bring
 *                                              | it, what was refused stays refused
 *
 * So nothing is refused by name whose subscriber has taken it. A neighbour of a build that does not
 * tell `rejected` refuses what it cannot read by itself, and the row goes as one that it took. */
#ifndef VANTHU_ROUTING_RECONCILE_HOLLOW_H
#define VANTHU_ROUTING_RECONCILE_HOLLOW_H

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_damaged;
struct turn_view;

enum { HOLLOW_ASKED_MS = 60 * 1000, HOLLOW_AWAY_MS = 60 * 60 * 1000 };

/* An ENVELOPE that is damaged: is it given up now? ERR_STORE, ERR_NO_MEMORY. */
must_use enum err hollow_look(struct turn_view *t, const struct ev_damaged *e);

#endif
