/* Copies of damaged records that the store has set aside (daemon/store/lmdb_read.c): what they are
 * of, and never their bytes, which may be a document's. */
#ifndef VANTHU_DAEMON_CONTROL_QUARANTINE_H
#define VANTHU_DAEMON_CONTROL_QUARANTINE_H

#include "proto/control.pb-c.h"

struct client;

void control_quarantine(struct client *c, const Vanthu__V1__Request *request);

#endif
