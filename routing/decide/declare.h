/* Another target of the plan, declared by the office: so many done of all, as of a day. A
 * declaration is never changed; what stands is the last one of its target, which goes up with the
 * next report (routing/target/report.h), and one is wanted at once. */
#ifndef VANTHU_ROUTING_DECIDE_DECLARE_H
#define VANTHU_ROUTING_DECIDE_DECLARE_H

#include "routing/base/err.h"

struct ev_declare;
struct turn_view;

/* Answered with what stood before it (act_reply.before), and as repeated where the last one says
 * the same. Refused: ERR_TARGET_UNKNOWN, of no target of that day in the office's table;
 * ERR_DECLARED_FIGURES; ERR_BAD_DATE; ERR_FUTURE; ERR_DECLARED_EARLIER, of a day before the last
 * one's, unless it corrects that; ERR_FIELD; no room; a clock that is wrong. */
must_use enum err decide_declare(struct turn_view *t, const struct ev_declare *e);

#endif
