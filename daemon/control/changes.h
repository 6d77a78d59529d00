/* What has changed since a number (routing/state/feed.h), for programs that follow: told at once
 * when there is something newer, else when there is, or when the time is over. Only what is
 * committed is told. Who waits costs a comparison a turn, and takes no further request meanwhile;
 * one that goes has waited no more. */
#ifndef VANTHU_DAEMON_CONTROL_CHANGES_H
#define VANTHU_DAEMON_CONTROL_CHANGES_H

#include "daemon/control/room.h"
#include "proto/control.pb-c.h"

struct client;

/* As much as one answer may take. */
room_needed control_changes_room;
void control_changes(struct client *c, const Vanthu__V1__Request *request);

#endif
