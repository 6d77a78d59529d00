/* Between links.c (who and what) and links_socket.c (how sockets are set up); for nobody else. */
#ifndef VANTHU_DAEMON_LINKS_INTERNAL_H
#define VANTHU_DAEMON_LINKS_INTERNAL_H

#include "daemon/links.h"
#include "daemon/zap.h"
#include "routing/arena.h"

enum { RID_BYTES = 5, PENDING_MAX = 4096 };

struct connection {
	bool standing;
	uint8_t rid[RID_BYTES];
};
struct neighbour {
	struct link_peer peer;
	struct connection connections[3]; /* by purpose; subordinates only */
	int64_t refused_until_ms;
	int64_t pause_ms;
};
/* A connection that we dialled, with the monitor that tells when it stands. */
struct dialled {
	void *socket, *monitor;
	bool up;
	int64_t not_before_ms; /* monotonic: dialled again then */
};
/* REFUSED: libzmq gives such a connection up for good, so it must be dialled anew. */
enum dialled_change { DIALLED_NOTHING, DIALLED_UP, DIALLED_DOWN, DIALLED_REFUSED };

struct links {
	void *zmq;
	struct links_config config;
	struct zap *zap;
	void *router;
	struct dialled control, bulk;
	struct neighbour *superior;
	struct neighbour *neighbours;
	unsigned neighbour_count;
	struct link_event pending[PENDING_MAX];
	unsigned pending_first, pending_count;
	zmq_msg_t message; /* the frame that the caller looks at */
	bool hello_waits;
	struct committee_id hello_from;
	struct arena *arena;
};

must_use enum err router_open(struct links *l);
must_use enum err router_open_again(struct links *l); /* right after it was closed; blocks for 2 s at most */
must_use enum err dialled_open(struct links *l, struct dialled *d, const struct link_peer *peer);
void dialled_close(struct dialled *d);
/* What the monitor has seen since the last call, one change at a time. */
enum dialled_change dialled_watch(struct dialled *d);

#endif
