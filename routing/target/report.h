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
 * What is taken of others: reported.h. */
#ifndef VANTHU_ROUTING_TARGET_REPORT_H
#define VANTHU_ROUTING_TARGET_REPORT_H

#include "routing/base/err.h"
#include "routing/state/event.h"
#include "routing/state/figures.h"

struct turn_view;

/* One is to leave as soon as it may, also after a crash. `reply`: who is told that it has, n 0:
 * nobody; ERR_BUSY where somebody is waiting already. While we may not sign, who waits is told why,
 * and it leaves later. */
must_use enum err report_want(struct turn_view *t, struct reply_to reply);
/* Each tick: what is due leaves, unless counters are being put right. Bounded. */
must_use enum err report_tick(struct turn_view *t);

#endif
