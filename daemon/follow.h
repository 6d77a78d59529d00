/* The directory that somebody hands on: collects its parts, has a worker check the whole, and gives it to the core.
 * What cannot be believed is logged, forgotten and told to the core, which asks another. */
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

/* A DIRECTORY_PART of the one that the core asks (core_asks); what comes of it is an event. As a frame: false when it does not decode, which is the
 * neighbour's fault. Control thread only. */
bool follow_frame(struct follow *f, struct committee_id neighbour, struct blob frame);
void follow_part(struct follow *f, struct committee_id from, enum party party, const struct msg_directory_part *m);

#endif
