/* See daemon/base/systemd.h. */
#include "daemon/base/systemd.h"

#include <systemd/sd-daemon.h>

void systemd_ready(void)
{
	sd_notify(0, "READY=1");
}

void systemd_reloading(void)
{
	sd_notify(0, "RELOADING=1");
}

void systemd_stopping(void)
{
	sd_notify(0, "STOPPING=1");
}

void systemd_watchdog(void)
{
	sd_notify(0, "WATCHDOG=1");
}
