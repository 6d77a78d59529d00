/* Our own figures on their way up, and those of everybody below (docs/PROTOCOL.md "Reports").
 *
 * Each committee says its own figures itself: what it signs is what every superior reads, whoever
 * lies between. A report is a fact to the top of the tree, and each committee on the way that the
 * signer stands or has stood under keeps a copy; those it stood under and no more, get one of their
 * own. It says everything of the months of this year and the last, so that one that is lost is made
 * good by the next.
 *
 * When: once a day, soon after midnight in Vietnam, which at the first of a month is the report of
 * the month that is over; when one above asks; when the office says so, or declares something. Not
 * more than once a minute. A committee that has nobody above reports to nobody.
 *
 * Taken is only what its own signer says, newer than what is known of each of its months, of months
 * that have begun, and of figures that can be. What is not taken is counted beside the others of
 * its signer and changes no figure. */
#ifndef VANTHU_ROUTING_TARGET_REPORT_H
#define VANTHU_ROUTING_TARGET_REPORT_H

#include "routing/base/err.h"
#include "routing/state/event.h"
#include "routing/state/figures.h"

struct ev_publish;
struct link;
struct turn_view;

/* Whether figures can be: parts are no more than their whole, no key comes twice, the months have
 * begun at now_ms. ERR_REPORT_PERIOD, ERR_REPORT_FIGURES; pure. */
must_use enum err report_check(const struct report *r, int64_t now_ms);

/* One is to leave as soon as it may. `reply`: who is told that it has, n 0: nobody; ERR_BUSY where
 * somebody is waiting already. */
must_use enum err report_want(struct turn_view *t, struct reply_to reply);
/* Each tick: what is due leaves; what was taken is compared with our own records. Bounded. */
must_use enum err report_tick(struct turn_view *t);

/* A report in sequence, for us or passing. *why: ERR_OK, or why nothing of it is kept, which is its
 * signer's fault. */
must_use enum err report_take(struct turn_view *t, const struct ev_publish *e, enum err *why);

#endif
