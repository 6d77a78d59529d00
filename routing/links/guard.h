/* Whether this committee may sign anything new: not by a clock that differs from its neighbours',
 * nor with a key that is not valid at its clock. What is signed so would be refused, set aside or
 * believed too early by others, for good; a clock is mended, and then all goes on by itself. So:
 *
 *   - submissions are refused with the reason;
 *   - documents that come stay with who publishes them: their receipts and relay records would be
 *   signed. No lane of documents is subscribed;
 *   - a document whose files are here is not complete yet, held documents are not reported, and a
 *     queue is not rebuilt;
 *   - facts of others pass, as they came.
 *
 * Whoever plans a draft asks guard_may_sign first, or stands behind somebody who does. */
#ifndef VANTHU_ROUTING_LINKS_GUARD_H
#define VANTHU_ROUTING_LINKS_GUARD_H

#include <stdint.h>

#include "routing/base/err.h"
#include "routing/state/clocks.h"

struct clock_view;
struct core;
struct link;
struct signer_validity;
struct turn_view;

/* ERR_OK, or why nothing new may be signed: ERR_CLOCK_WRONG, ERR_OWN_KEY, ERR_OWN_KEY_UNKNOWN. To
 * be asked before a draft is planned. */
must_use enum err guard_may_sign(struct turn_view *t);
/* Is our clock known to be right or wrong, by our neighbours'? */
enum clock_verdict guard_verdict(struct turn_view *t);
/* The neighbour has sent the time of its clock; `round_trip_us` as for clock_measure. */
void guard_measure(struct turn_view *t, struct link *l, int64_t peer_wall_ms,
		   int64_t round_trip_us);
/* Notifies local subscribers when the neighbour's clock has passed the bound, or is right again. */
void guard_check_link(struct turn_view *t, struct link *l);
void guard_forget(struct core *c); /* a link came or went */
void guard_tick(struct turn_view *t);

/* For core_clock and core_set_signer. */
void guard_view(struct core *c, struct clock_view *out);
void guard_set_signer(struct core *c, const struct signer_validity *v);

#endif
