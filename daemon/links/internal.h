/* Between links.c (who and what) and daemon/links/socket.c (how sockets are set up); for nobody
 * else. */
#ifndef VANTHU_DAEMON_LINKS_INTERNAL_H
#define VANTHU_DAEMON_LINKS_INTERNAL_H

#include "daemon/links/gate.h"
#include "daemon/links/links.h"
#include "daemon/links/zap.h"
#include "routing/base/arena.h"

enum { RID_BYTES = 5, PENDING_MAX = 4096 };

/* Asking a socket that has nothing costs two system calls each time, so that is remembered. What
 * libzmq tells by the descriptor it tells once: a socket is quiet from the receive that found
 * nothing until its descriptor says something or we use it. All zero: to be asked. */
struct attention {
	int fd; /* once it is known */
	bool fd_known, quiet;
};

/* One key, one port. */
struct listener {
	struct own_link_key key;
	void *socket; /* NULL: free */
	struct attention attention;
};

struct connection {
	bool standing;
	struct gate *gate;
	struct gate_id gate_id;
	uint8_t rid[RID_BYTES];
	struct listener *listener;
};

struct neighbour {
	struct link_peer peer;
	struct connection connections[3]; /* by purpose; subordinates only */
	int64_t refused_until_ms;
	int64_t pause_ms;
	enum err failed_why; /* of dialling it, as it was told last */
	int64_t failed_again_ms;
};

/* A connection that we dialled, with the monitor that tells when it stands. */
struct dialled {
	void *socket, *monitor;
	struct attention attention, monitor_attention;
	bool up;
	int fd; /* of the connection, while it stands */
	struct gate *gate;
	struct gate_id gate_id;
	int64_t not_before_ms; /* monotonic: dialled again then */
	/* What the present attempt has come to: by it a failure is told from another, for libzmq
	 * names none. */
	enum dialled_attempt { ATTEMPT_NEW, ATTEMPT_SOCKET, ATTEMPT_CONNECTED } attempt;
	int64_t attempt_ms; /* monotonic: since when it stands there */
};

struct visitor {
	struct committee_id who;
	struct connection connection;
};

/* Who was let in for a visit lately: not more often than it needs. */
struct caller {
	struct committee_id who; /* "": free */
	int64_t last_ms, pause_ms;
};

enum { CALLERS_MAX = 128 };

/* REFUSED: libzmq gives such a connection up for good, so it must be dialled anew. FAILED: it tries
 * again by itself. */
enum dialled_change { DIALLED_NOTHING, DIALLED_UP, DIALLED_DOWN, DIALLED_FAILED, DIALLED_REFUSED };

struct links {
	void *zmq;
	struct links_config config;
	struct zap *zap;
	struct gate *gate;
	struct attention zap_attention;
	struct listener listeners[OWN_KEYS_MAX];
	/* of config.keys: the older one when the superior has not heard of the newer */
	unsigned dial_key;
	struct dialled control, bulk, visit;
	struct link_peer host; /* of our visit */
	struct own_link_key visit_keys[2 * OWN_KEYS_MAX];
	unsigned visit_key_count, visit_try;
	struct visitor visitors[VISITORS_MAX];
	struct caller callers[CALLERS_MAX];
	struct neighbour *neighbours;
	unsigned neighbour_count;
	struct link_event pending[PENDING_MAX];
	unsigned pending_first, pending_count;
	zmq_msg_t message; /* the frame that the caller looks at */
	int message_fd;    /* whence it came */
	bool asked;        /* the gate waits for all sockets to be empty */
	bool hello_waits;
	struct committee_id hello_from;
	enum party hello_party;
	struct arena *arena;
};

/* ---- links.c ---- */
struct neighbour *links_find(struct links *l, struct committee_id id);
struct neighbour *links_superior(struct links *l);
void links_tell(struct links *l, enum link_event_type type, const struct neighbour *n,
		enum purpose purpose, enum err reason);
void links_tell_visit(struct links *l, enum link_event_type type, struct committee_id who,
		      enum party party);
enum err links_send_dialled(struct dialled *d, zmq_msg_t *m, struct blob frame);
/* To a connection of a listener. ERR_NETWORK: it is gone; ERR_BUSY: its queue is full. */
enum err links_send_router(struct connection *c, zmq_msg_t *m, struct blob frame);
bool links_rid_is(const struct connection *c, const struct listener *r, const void *rid);
/* ---- daemon/links/visit.c ---- */
/* May a committee that is no subordinate come in, for a visit? */
bool links_may_visit(struct links *l, const uint8_t public_key[32], struct committee_id *out);
struct visitor *links_visitor(struct links *l, struct committee_id who);
/* The first frame of a connection said that it is a visit. False: no room for it. */
bool links_take_visitor(struct links *l, struct committee_id who, struct listener *r,
			const void *rid);
void links_forget_visitors_of(struct links *l, const struct listener *r);
bool links_watch_visit(struct links *l);
/* ---- daemon/links/send.c ---- */
/* Cuts off whom the gate has found to hold too much. */
void links_take_reports(struct links *l);
/* The last word on a connection that is nobody's yet: of the ROUTER, known by its routing id. */
void links_bye_on(struct links *l, struct listener *r, const uint8_t rid[RID_BYTES], enum err why,
		  int64_t pause_ms);
/* ---- daemon/links/peers.c ---- */
/* Is a key that begins with these bytes one of the neighbour's that are in force? */
bool links_key_allowed(const struct neighbour *n, const void *public_key, size_t bytes);
/* ---- daemon/links/socket.c ---- */
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
