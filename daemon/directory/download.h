/* The directory that somebody hands on: puts its parts down in a spool, and gives the whole to the
 * installer, which checks it and puts it into force. What cannot be believed is logged, forgotten
 * and told to the core, which asks another. */
#ifndef VANTHU_DAEMON_DIRECTORY_DOWNLOAD_H
#define VANTHU_DAEMON_DIRECTORY_DOWNLOAD_H

#include "daemon/directory/installer.h"

struct follow_parts {
	struct installer *installer;
	const struct core *core;
	struct inbox *inbox;
	struct directory_trust trust;
	const char *folder; /* for the spool; NULL: memory */
};

struct follow;
struct follow *follow_new(const struct follow_parts *parts); /* NULL without memory */
void follow_destroy(struct follow *f); /* before the installer; NULL is fine */

/* A DIRECTORY_PART of the one that the core asks (core_asks); what comes of it is an event, or a
 * directory in force. As a frame: false when it does not decode, which is the neighbour's fault.
 * Control thread only. */
bool follow_frame(struct follow *f, struct committee_id neighbour, struct blob frame);
void follow_part(struct follow *f, struct committee_id from, enum party party,
		 const struct msg_directory_part *m);
/* Once a round of the loop: what is whole is handed over when the installer is free. */
void follow_go_on(struct follow *f);

#endif
