/* Following the daemon's feed over HTTP: by long poll, and as server-sent events. */
#ifndef VANTHU_TOOLS_GATEWAY_CHANGES_H
#define VANTHU_TOOLS_GATEWAY_CHANGES_H

struct exchange;

void changes_answer(struct exchange *x);
/* text/event-stream (HTML Living Standard §9.2), until the client goes, the token ends, or an hour
 * is over: it comes again with Last-Event-ID. */
void changes_follow(struct exchange *x);

#endif
