/* The digital share by month, and the proof that its counters are true. */
#ifndef VANTHU_DAEMON_CONTROL_TARGET_H
#define VANTHU_DAEMON_CONTROL_TARGET_H

#include "proto/control.pb-c.h"
#include "routing/base/err.h"

struct act_reply;
struct client;
struct pending_reply;
struct recount_result;

void control_target(struct client *c, const Vanthu__V1__Request *request);
/* This year's target, for `status`: without rows. */
must_use enum err control_target_now(struct client *c, Vanthu__V1__Target *out);
/* What a recount could not read, or has repaired, goes into the log, whoever began it. */
void control_recount_log(const struct recount_result *r);
/* The answer to a recount; a control_answer. */
void control_recount_reply(struct client *c, const struct pending_reply *p,
			   const struct act_reply *r);

#endif
