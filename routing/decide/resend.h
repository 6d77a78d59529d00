/* Somebody's disk is lost, and what it had is to come again from its neighbours: a stored document
 * is published once more to one that it was for, as it was signed. Repeating is safe: what waits
 * there already is left alone, and who has the document answers with the receipt that it gave. */
#ifndef VANTHU_ROUTING_DECIDE_RESEND_H
#define VANTHU_ROUTING_DECIDE_RESEND_H

#include "routing/base/err.h"

struct ev_resend;
struct turn_view;

must_use enum err decide_resend(struct turn_view *t, const struct ev_resend *e);

#endif
