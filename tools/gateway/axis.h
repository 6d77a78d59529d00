/* The gateway as an axis of the State (docs/INTEGRATION.md, "The gateway as an axis"): systems that
 * have a client of an axis built in ask here for what waits for them, fetch it, say what became of
 * it. The state behind it is tools/axis/served.h; what they send is axis_post.h. */
#ifndef VANTHU_TOOLS_GATEWAY_AXIS_H
#define VANTHU_TOOLS_GATEWAY_AXIS_H

#include "tools/axis/axis.h"

struct exchange;

void axis_list(struct exchange *x);
void axis_fetch(struct exchange *x);
void axis_tell(struct exchange *x);
void axis_sent(struct exchange *x);

/* For children of this request's; the language is fixed where their words go into files. */
void axis_prepare(const struct exchange *x, struct axis_work *w, const char *language);

#endif
