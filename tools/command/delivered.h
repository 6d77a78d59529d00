/* Waiting until a document that was sent is with all its recipients. */
#ifndef VANTHU_TOOLS_COMMAND_DELIVERED_H
#define VANTHU_TOOLS_COMMAND_DELIVERED_H

struct call;
struct cli;

/* Asks again and again, for at most cli->timeout_ms. 0: delivered everywhere; else what was
 * reported: 5 refused by somebody, 8 not in time. */
int delivered_wait(struct cli *cli, struct call *c, const char *id);

#endif
