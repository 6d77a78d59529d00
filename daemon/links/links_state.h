/* Sockets, connections and who stands behind them: what all files of the links share, and nobody
 * else. */
#ifndef VANTHU_DAEMON_LINKS_LINKS_STATE_H
#define VANTHU_DAEMON_LINKS_LINKS_STATE_H

#include "daemon/links/gate.h"
#include "daemon/links/links.h"
#include "daemon/links/zap.h"
#include "routing/base/arena.h"

enum { RID_BYTES = 5, PENDING_MAX = 4096 };

/* Reading a socket that has nothing costs two system calls each time, so an empty read is
 * remembered. The descriptor of a socket is edge-triggered: the socket is quiet from the receive
 * that found nothing until its descriptor becomes readable or we use the socket. All zero: to be
 * read. */
struct attention {
	int fd; /* once it is known */
	bool fd_known, quiet;
};

/* A listener: one key, one port. */
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

struct link_socket {
	struct link_peer peer;
	struct connection connections[3]; /* by purpose; subordinates only */
	int64_t refused_until_ms;
	int64_t pause_ms;
	enum err failed_why; /* of dialling the neighbour, as last logged */
	int64_t failed_again_ms;
};

/* A connection that we dialled, with the monitor that reports when it is up. */
struct dialled {
	void *socket, *monitor;
	struct attention attention, monitor_attention;
	bool up;
	int fd; /* of the connection, while it stands */
	struct gate *gate;
	struct gate_id gate_id;
	int64_t not_before_ms; /* monotonic: dialled again then */
	/* How far the present attempt came: by this one failure is distinguished from another, for
	 * libzmq names none. */
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

/* REFUSED: libzmq gives such a connection up for good, so it must be dialled again. FAILED: libzmq
 * retries by itself. */
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
	struct link_socket *neighbours;
	unsigned neighbour_count;
	struct link_event pending[PENDING_MAX];
	unsigned pending_first, pending_count;
	zmq_msg_t message; /* the frame that the caller reads */
	int message_fd;	   /* whence it came */
	bool asked;	   /* the gate waits for all sockets to be empty */
	bool hello_waits;
	struct committee_id hello_from;
	enum party hello_party;
	struct arena *arena;
};

#endif
