/* What a system sends to the gateway as its axis: a file of edXML, done at once by the same code as
 * `vanthu edxml import`. Sent again, it is the same message: tools/axis/posted.h. */
#ifndef VANTHU_TOOLS_GATEWAY_AXIS_POST_H
#define VANTHU_TOOLS_GATEWAY_AXIS_POST_H

struct exchange;

void axis_post(struct exchange *x);

#endif
