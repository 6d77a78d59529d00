/* A directory that a neighbour sends: writes its parts to a spool, and gives the whole to the
 * installer, which checks it and puts it into force. A directory that does not verify is logged and
 * dropped, and the core is notified and asks another neighbour. */
#ifndef VANTHU_DAEMON_DIRECTORY_DOWNLOAD_H
#define VANTHU_DAEMON_DIRECTORY_DOWNLOAD_H

#include "daemon/directory/installer.h"

struct download_parts {
	struct installer *installer;
	const struct core *core;
	struct inbox *inbox;
	struct directory_trust trust;
	const char *folder; /* for the spool; NULL: memory */
};

struct download;
struct download *download_new(const struct download_parts *parts); /* NULL without memory */
void download_destroy(struct download *f); /* before the installer; NULL is fine */

/* A DIRECTORY_PART from the neighbour that the core asks (core_asks); the result is an event, or a
 * directory in force. As a frame: false when the frame does not decode, which is the neighbour's
 * fault. Control thread only. */
bool download_frame(struct download *f, struct committee_id neighbour, struct blob frame);
void download_part(struct download *f, struct committee_id from, enum party party,
		 const struct msg_directory_part *m);
/* Once a round of the loop: a complete download is given to the installer when that is free. */
void download_go_on(struct download *f);

#endif
