/* A time that is not believed, and the word of who signed it. Whoever sets an envelope aside
 * because its time has not come asks its signer: a doubt. A signer whose clock says so too, which
 * is one whose clock was wrong and is right again, answers: a correction. "I did sign it; take the
 * time of this instead." Facts about facts end here: nobody doubts a doubt or a correction. */
#ifndef VANTHU_ROUTING_DECIDE_DOUBT_H
#define VANTHU_ROUTING_DECIDE_DOUBT_H

#include "routing/base/err.h"

struct ev_publish;
struct turn_view;

must_use enum err decide_doubt(struct turn_view *t, const struct ev_publish *e);
must_use enum err decide_correction(struct turn_view *t, const struct ev_publish *e);

#endif
