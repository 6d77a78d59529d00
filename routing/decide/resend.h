/* A committee has lost its disk and its neighbours resend what it had: a stored document is
 * published once more, as it was signed, to one of its recipients. Repeating is safe: a document
 * that is queued already is not queued twice, and a recipient that has the document answers with
 * its stored receipt. */
#ifndef VANTHU_ROUTING_DECIDE_RESEND_H
#define VANTHU_ROUTING_DECIDE_RESEND_H

#include "routing/base/err.h"

struct ev_resend;
struct turn_view;

must_use enum err decide_resend(struct turn_view *t, const struct ev_resend *e);

#endif
