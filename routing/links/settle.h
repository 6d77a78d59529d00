/* An operator's word that an alarm about a store or a history is settled: ours, or a neighbour's.
 */
#ifndef VANTHU_ROUTING_LINKS_SETTLE_H
#define VANTHU_ROUTING_LINKS_SETTLE_H

#include "routing/base/err.h"

struct ev_operate;
struct turn_view;

/* Answers it: ERR_BAD_STATE when there is nothing to settle, ERR_NOT_FOUND of no such neighbour.
 * Fails as core_log_act. */
must_use enum err settle_resume(struct turn_view *t, const struct ev_operate *e);

#endif
