/* What a request may need, before it is taken: whoever would need more than there is waits, and its
 * requests wait in the socket. Nobody who reads his answers is failed for it. See share.h. */
#ifndef VANTHU_DAEMON_CONTROL_ROOM_H
#define VANTHU_DAEMON_CONTROL_ROOM_H

#include <stdbool.h>

#include "proto/control.pb-c.h"

struct client;

/* May it be taken now? False: it waits until others let go of something. */
bool control_fits(struct client *c, const Vanthu__V1__Request *m, size_t frame_bytes);
/* What the answer to a submission may take. */
size_t control_accepted_bytes(struct client *c, size_t recipient_count, bool groups);

#endif
