/* The store's files were deleted, moved or replaced while they are open. What was acknowledged is
 * then in this process alone: its descriptors still have it (/proc/PID/fd), and lose it when it
 * ends. So the daemon does not end, as it does for every other fault of the store, and above all
 * does not come up again on an empty folder under the same name. It answers clients with the reason
 * until an operator has saved the data and stops it: docs/OPERATION.md "The data folder is
 * gone". */
#include "daemon/frozen.h"

#include <unistd.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/base/systemd.h"

enum { LOG_EVERY_MS = 60 * 1000 };

void frozen_begin(struct frozen *f, enum err why)
{
	if (f->why != ERR_OK)
		return;
	f->why = why;
	f->next_log_ms = clock_now().mono_ms + LOG_EVERY_MS;
	log_event(LOG_ERROR, "frozen", "error=VT-%d text=\"%s\" pid=%d", (int)why, err_text(why),
		  (int)getpid());
	links_bye(f->links); /* what neighbours say from now on is not read: they keep it */
}

void frozen_second(struct frozen *f, int64_t mono_ms)
{
	systemd_watchdog();
	control_keep_sockets(f->control);
	control_tick(f->control, mono_ms);
	if (mono_ms < f->next_log_ms)
		return;
	f->next_log_ms = mono_ms + LOG_EVERY_MS;
	log_event(LOG_ERROR, "frozen", "error=VT-%d pid=%d", (int)f->why, (int)getpid());
}
