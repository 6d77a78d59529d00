/* What the process holds, measured each second: memory that is free goes back to the system, and a
 * peer that makes libzmq hold too much loses it. */
#ifndef VANTHU_DAEMON_MEMORY_WATCH_H
#define VANTHU_DAEMON_MEMORY_WATCH_H

#include "daemon/control/control.h"
#include "daemon/links/links.h"
#include "daemon/store/store.h"
#include "daemon/turn.h"

struct memory_watch {
	struct store *store; /* all borrowed */
	struct control *control;
	struct links *links;
	const struct turn *turn;
	/* its own; all zero at first */
	uint64_t own_first_bytes;
	unsigned trim_in; /* seconds */
	uint64_t taken;	  /* documents and facts, a second ago */
	int64_t next_trim_ms;
};

/* An error is links_rebind's, and ends the process. */
must_use enum err memory_watch_second(struct memory_watch *w, int64_t mono_ms);

#endif
