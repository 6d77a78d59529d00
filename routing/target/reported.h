/* What committees below us report (report.h). Taken is only what its own signer says, newer than
 * what is known of each of its months, of months that have begun, and of figures that can be. What
 * is not taken is counted beside the others of its signer and changes no figure. What was taken is
 * compared with our own records of documents between us and its signer. */
#ifndef VANTHU_ROUTING_TARGET_REPORTED_H
#define VANTHU_ROUTING_TARGET_REPORTED_H

#include "routing/base/err.h"
#include "routing/state/figures.h"

struct ev_publish;
struct turn_view;

/* Whether figures can be: parts are no more than their whole, no key comes twice, the months have
 * begun at now_ms, each target is declared once, as of a day that has come, there are no more rows
 * than one report has and no more of one month than is stored, and texts have no characters that
 * nobody sees. ERR_REPORT_PERIOD,
 * ERR_REPORT_FIGURES, ERR_DECLARED_FIGURES, ERR_FIELD; pure. */
must_use enum err reported_check(const struct report *r, int64_t now_ms);

/* A report in sequence, for us or passing. *why: ERR_OK, or why nothing of it is kept, which is its
 * signer's fault; ERR_REPORT_AGAIN is not: the neighbour that it came through has shown it again,
 * or it was overtaken on another way. */
must_use enum err reported_take(struct turn_view *t, const struct ev_publish *e, enum err *why);

/* Each tick: compares one report at a time, a bounded number of records. */
must_use enum err reported_tick(struct turn_view *t);

#endif
