/* What the service manager wants to hear (sd_notify(3)); nothing happens where there is none. */
#ifndef VANTHU_DAEMON_BASE_SYSTEMD_H
#define VANTHU_DAEMON_BASE_SYSTEMD_H

void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
/* Called each second: a control thread that hangs stops calling. */
void notify_watchdog(void);

#endif
