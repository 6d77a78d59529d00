/* Requests off a local socket and replies onto it. What a client may hold in any case is read as it
 * comes; a longer frame is read when there is room for it whole, and waits in the socket until
 * then. */
#ifndef VANTHU_DAEMON_CONTROL_FRAME_H
#define VANTHU_DAEMON_CONTROL_FRAME_H

#include <stdbool.h>

#include "routing/base/types.h"

struct client;

bool control_has_frame(const struct client *c); /* whole */
/* No task that must end first and not too much of this client's is under way, and it waits for
 * nothing. */
bool control_may_read(const struct client *c);
/* Both functions: false when the client has gone, or must be dropped. They do not block. */
/* *more: the room for small requests is full, and there may be more of them in the socket. */
bool control_read_some(struct client *c, bool *more);
bool control_write_some(struct client *c);
/* Takes requests out of the bytes read; `take` returns false for a request that cannot be taken
 * yet. `first`: at least one request, however late. False: the client must be dropped. */
bool control_take_frames(struct client *c, bool first,
			 bool (*take)(struct client *c, struct blob bytes));

#endif
