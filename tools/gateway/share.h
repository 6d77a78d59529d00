/* How many requests each token has under way: no token takes all the connections there are, however
 * long its requests wait. */
#ifndef VANTHU_TOOLS_GATEWAY_SHARE_H
#define VANTHU_TOOLS_GATEWAY_SHARE_H

#include <stdbool.h>

#include "tools/gateway/deadlines.h"

enum { SHARE_MOST = DEADLINES_MANY * 4 / 7 }; /* of one token */

struct share;

struct share *share_new(void); /* NULL without memory */
/* After the last was given back. NULL is fine. */
void share_free(struct share *s);

/* One request more of this token. False: it has SHARE_MOST, or there is no memory; nothing is to be
 * given back. Never blocks. */
bool share_take(struct share *s, const char *token);
void share_give(struct share *s, const char *token);

#endif
