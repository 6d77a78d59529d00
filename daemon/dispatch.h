/* What neighbours and visitors send goes to whoever takes it: the sequencer, bulk, the download of
 * a directory, or the core, by its inbox. Control thread only. */
#ifndef VANTHU_DAEMON_DISPATCH_H
#define VANTHU_DAEMON_DISPATCH_H

#include "daemon/acts.h"

struct dispatch {
	struct links *links; /* all borrowed */
	struct sequencer *sequencer;
	struct bulk *bulk;
	struct download *download;
	struct core *core;
	struct inbox *inbox;
	struct acts *acts;     /* for violations */
	struct arena *scratch; /* one frame that is decoded here */
};

/* What the links have received, without blocking: at most so much as a turn may take, and only
 * while the sequencer has room for it. */
void dispatch_links(struct dispatch *d);

#endif
