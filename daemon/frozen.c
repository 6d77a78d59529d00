/* The store's files were deleted, moved or replaced while they are open. What was acknowledged is
 * then in this process alone: its descriptors still have it (/proc/PID/fd), and lose it when it
 * ends. So the daemon does not end, as it does for every other fault of the store, and above all
 * does not come up again on an empty folder under the same name. It answers clients with the reason
 * until an operator has saved the data and stops it: docs/OPERATION.md "The data folder is
 * gone". */
#include <unistd.h>

#include "daemon/base/log.h"
#include "daemon/base/systemd.h"
#include "daemon/daemon.h"

enum { AGAIN_MS = 60 * 1000, SECOND_MS = 1000 };

void daemon_freeze(struct daemon *d, enum err why)
{
	if (d->frozen != ERR_OK)
		return;
	d->frozen = why;
	log_event(LOG_ERROR, "frozen", "error=VT-%d text=\"%s\" pid=%d", (int)why, err_text(why),
		  (int)getpid());
	links_bye(d->links); /* what neighbours say from now on is not read: they keep it */
}

void daemon_frozen_second(struct daemon *d, int64_t mono_ms)
{
	systemd_watchdog();
	control_keep_sockets(d->control);
	control_tick(d->control, mono_ms);
	d->next_second_ms = mono_ms + SECOND_MS;
	if (mono_ms < d->next_minute_ms)
		return;
	d->next_minute_ms = mono_ms + AGAIN_MS;
	log_event(LOG_ERROR, "frozen", "error=VT-%d pid=%d", (int)d->frozen, (int)getpid());
}
