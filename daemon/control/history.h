/* The history (routing/state/history.h), a page at a time, each entry held against its record. What
 * it tells of secret documents is for who may see those; digest and chain of a line are for all, so
 * that whoever asks can prove the chain. */
#ifndef VANTHU_DAEMON_CONTROL_HISTORY_H
#define VANTHU_DAEMON_CONTROL_HISTORY_H

#include "daemon/control/room.h"
#include "proto/control.pb-c.h"

struct client;

/* As much as one answer may take. */
room_needed control_history_room;
void control_history(struct client *c, const Vanthu__V1__Request *request);

#endif
