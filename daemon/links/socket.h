/* How sockets are set up, and what their monitors report. */
#ifndef VANTHU_DAEMON_LINKS_SOCKET_H
#define VANTHU_DAEMON_LINKS_SOCKET_H

#include "daemon/links/links_state.h"

must_use enum err listener_open(struct links *l, struct listener *r,
				const struct own_link_key *key);
void listener_close(struct listener *r);
/* Right after it was closed; blocks for 2 s at most. */
must_use enum err listener_open_again(struct links *l, struct listener *r,
				      const struct own_link_key *key);
must_use enum err dialled_open(struct links *l, struct dialled *d, const struct link_peer *peer,
			       const struct own_link_key *own);
/* What is queued may still go out for `linger_ms`. */
void dialled_close(struct dialled *d, int linger_ms);
/* What the monitor has seen since the last call, one change at a time; and why, as far as this side
 * can know it. */
enum dialled_change dialled_watch(struct dialled *d, enum err *why);

#endif
