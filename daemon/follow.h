/* The directory that comes down from the superior: collects its parts, has a worker check the whole, and gives it to the core.
 * What cannot be believed is logged and forgotten; the core asks again when it next hears of a newer version. */
#ifndef VANTHU_DAEMON_FOLLOW_H
#define VANTHU_DAEMON_FOLLOW_H

#include "daemon/inbox.h"
#include "daemon/workers.h"
#include "routing/core.h"

struct follow_parts {
	const struct core *core;
	struct inbox *inbox;
	struct lookup lookup; /* committed rows; used on a worker too */
	struct job_runner runner;
	struct blob registry_root_der; /* borrowed */
};
struct follow;
struct follow *follow_new(const struct follow_parts *parts); /* NULL without memory */
void follow_destroy(struct follow *f); /* after the workers; NULL is fine */

/* A DIRECTORY_PART frame of the superior's. False when it does not decode: the neighbour's fault. Control thread only. */
bool follow_frame(struct follow *f, struct blob frame);

#endif
