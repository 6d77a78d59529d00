/* What acts and bulk cause in this process: frames on the links, replies to clients, live events,
 * fetches, files. Control thread only. */
#ifndef VANTHU_DAEMON_ACTS_H
#define VANTHU_DAEMON_ACTS_H

#include "daemon/bulk/bulk.h"
#include "daemon/control/control.h"
#include "daemon/directory/directory.h"
#include "daemon/files/files.h"
#include "daemon/inbox.h"
#include "daemon/links/links.h"
#include "daemon/live_events.h"
#include "daemon/outbox.h"
#include "routing/core.h"

struct acts {
	struct core *core; /* all borrowed, and set as they come to be */
	struct inbox *inbox;
	struct links *links;
	struct sequencer *sequencer;
	struct bulk *bulk;
	struct garbage *garbage;
	struct installer *installer;
	struct in_force *in_force;
	struct live_events *events;
	struct control *control;
	struct arena *scratch; /* one frame that is packed here */
	bool *stopping;	       /* set when the process has to end */
};

/* The operations of the outbox and of bulk, whose ctx is the struct acts: it must outlive them. */
struct outbox_ops acts_outbox_ops(struct acts *a);
struct bulk_ops acts_bulk_ops(struct acts *a);
/* A neighbour has broken the protocol: the core counts a fault, and the links cut it off. ctx: the
 * struct acts. */
void acts_violation(void *ctx, struct committee_id neighbour, enum err why);
/* For the garbage of files: not while our store is behind; what is gone, into the inbox. ctx: the
 * struct acts. */
bool acts_may_drop(void *ctx);
void acts_dropped(void *ctx, const struct ev_dropped *e);

#endif
