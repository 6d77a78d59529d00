/* Contents that go into an archive: what may go by the office's rule, and what has gone
 * (routing/documents/archive.h). Listing is the office's; that a content goes is asked of the
 * operate socket alone: who reads and registers, and programs beside them, can let nothing go. */
#ifndef VANTHU_DAEMON_CONTROL_ARCHIVE_H
#define VANTHU_DAEMON_CONTROL_ARCHIVE_H

#include "proto/control.pb-c.h"

struct client;

/* Handlers. */
void control_archive(struct client *c, const Vanthu__V1__Request *request);
void control_archive_take(struct client *c, const Vanthu__V1__Request *request);

#endif
