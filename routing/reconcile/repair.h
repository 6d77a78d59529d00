/* Records that were found damaged here are made again: from others of ours that say the same, or
 * from a neighbour that has it. Until then they are passed over as before, and everything else goes
 * on; the damaged value lies in the store's quarantine, and stays there.
 *
 * | record | made again from |
 * |---|---|
 * | FILE, SWEEP, SUBORDINATE, CHANGED, DROPPED, NUMBER | its key, which says all |
 * | IDENT, FETCH, KEY, STREAM of a document, the entry of a LINE | the record that it leads to,
 *   which the caller has looked for: a walk over everything is not for a turn |
 * | OPEN, TOLD, RELAY | what is known of the document |
 * | STATE, WORK, ROUTE | rebuild.h |
 * | DOCUMENT, ENVELOPE | the document: neighbours that it came from or that got it are asked to
 *   publish it once more (KIND_ASKED with `content`); it is believed when its digest is the one
 *   that IDENT says, which was signed for. An ENVELOPE that nobody has and before which a lane
 *   stands is given up: hollow.h |
 * | RECEIPT, STATUS | who gave it, or got it, is asked for it (KIND_ASKED) |
 * | LINKIN, LINKOUT, META | at the start: routing/links/mend.h |
 * | COUNTER, REPORT, FIGURES | by the next tick; by the next report |
 * | SERIES | last_number.h: the lines of the registers |
 * | FEED | never: it goes, and who follows hears that changes are missed (routing/state/feed.h) |
 *
 * Nobody else has what is left: entries on paper, declarations, acts, the history, additions to
 * lines of a register, what two committees said of a third. A neighbour that does not have it
 * either answers nothing; the caller asks again, ever more rarely, until an operator accepts that
 * it is lost (accept.h). */
#ifndef VANTHU_ROUTING_RECONCILE_REPAIR_H
#define VANTHU_ROUTING_RECONCILE_REPAIR_H

#include <stdbool.h>

#include "routing/base/err.h"
#include "routing/state/memory.h"

struct ev_damaged;
struct ev_publish;
struct fact;
struct rec_ident;
struct rec_ident;
struct turn_view;

/* One that is whole by now is left alone. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err repair_record(struct turn_view *t, const struct ev_damaged *e);

/* Before it is decided what becomes of an item: is it a document that is known here, of which the
 * DOCUMENT or the ENVELOPE is damaged, and has it the digest that IDENT says, then those are
 * written anew. Costs nothing while the store is sound. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err repair_by(struct turn_view *t, const struct ev_publish *e);

/* A document that is known here has come, and its signature is good: were its signed bytes given up
 * (hollow.h), they are here again. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err repair_hollow(struct turn_view *t, const struct ev_publish *e,
				const struct rec_ident *ident);

/* A document that is known here has come, and its signature is good: were its signed bytes given up
 * (hollow.h), they are here again. ERR_STORE, ERR_NO_MEMORY. */
must_use enum err repair_hollow(struct turn_view *t, const struct ev_publish *e,
				const struct rec_ident *ident);

/* Is it a status or receipt of ours (KIND_RETURNED) whose record here is damaged? */
must_use enum err repair_wants(struct turn_view *t, const struct fact *returned, bool *yes);

#endif
