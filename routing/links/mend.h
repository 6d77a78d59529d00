/* What can be made again of a neighbour's streams when its record cannot be read. The daemon starts
 * in each case; the damaged value lies in the store's quarantine, and `status` says VT-4003.
 *
 *   LINKIN    none: the stream is taken up from where its publisher says that it begins; what it
 *             sends again is known already, and gets the same receipts
 *   LINKOUT   a stream of a new id over the rows that are still in the queue, by a Hello as after
 *             any other break
 *   STREAM    its number was used: the lane stands before it (event=lane-stands), the others go on,
 *             until it is made again, as far as it can be (routing/reconcile/repair.h)
 *   ASIDE     passed over; the neighbour is asked again
 *   FETCH     passed over until it is made again
 *
 * META: `format` when the store has sums of this build (daemon/store/lmdb.c), `committee` from the
 * configuration (daemon/daemon.c), `changed-index` by counting again (routing/directory/install.c);
 * the others begin anew, as in a new store. COMMITTEE of ourselves or of a neighbour is taken from
 * the directory as a file before the core boots (daemon/directory/kept.h); without one the start
 * ends by name (event=needed-record-damaged): a tree without it would part links and hand on what
 * waits for them. */
#ifndef VANTHU_ROUTING_LINKS_MEND_H
#define VANTHU_ROUTING_LINKS_MEND_H

#include "routing/base/err.h"
#include "routing/base/types.h"

struct link;
struct turn_view;

/* Where the stream of a damaged LINKOUT stood, from what is still there: last and acked; no number
 * that was used is given again. Reads the rows, and all routes: this happens once. */
must_use enum err mend_out(struct turn_view *t, struct link *l, enum lane lane);

#endif
