/* A backup that a client asks for. */
#ifndef VANTHU_DAEMON_CONTROL_BACKUP_H
#define VANTHU_DAEMON_CONTROL_BACKUP_H

#include <stdbool.h>

#include "proto/control.pb-c.h"

struct client;

void control_backup(struct client *c, const Vanthu__V1__Request *request);
/* What is known of the last one, for a status. False: none was ever asked for. */
bool control_fill_backup(const struct client *c, Vanthu__V1__BackupNote *out);

#endif
