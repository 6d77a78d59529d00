/* What monitoring asks of the gateway. */
#ifndef VANTHU_TOOLS_GATEWAY_HEALTH_H
#define VANTHU_TOOLS_GATEWAY_HEALTH_H

struct exchange;

void health_answer(struct exchange *x); /* does the gateway run? */
void health_ready(struct exchange *x);	/* does its daemon answer? */

#endif
