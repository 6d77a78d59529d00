/* What the service manager wants to hear (sd_notify(3)); nothing happens where there is none. */
#ifndef VANTHU_DAEMON_BASE_SYSTEMD_H
#define VANTHU_DAEMON_BASE_SYSTEMD_H

void systemd_ready(void);
void systemd_reloading(void);
void systemd_stopping(void);
/* Called each second: a control thread that hangs stops calling. */
void systemd_watchdog(void);

#endif
