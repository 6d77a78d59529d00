/* ZeroMQ between committees: a ROUTER for subordinates (when we have an endpoint), a DEALER to the
 * superior, a second DEALER to it for bulk on demand. Knows identities (CURVE user id of each
 * message, never a claimed name), connections and frames; not what frames mean. Control thread
 * only. docs/PROTOCOL.md "Connections"; docs/TRAPS.md §1.1, §1.3: ZAP fails open, routing ids are
 * the peer's choice. */
#ifndef VANTHU_DAEMON_LINKS_LINKS_H
#define VANTHU_DAEMON_LINKS_LINKS_H

#include <zmq.h>

#include "daemon/keys/keys.h"
#include "daemon/links/peers.h"
#include "routing/base/err.h"
#include "routing/base/types.h"
#include "routing/state/message.h"

enum link_event_type {
	LINK_EVENT_NONE,
	LINK_CONNECTED,
	LINK_DISCONNECTED,
	LINK_FRAME,
	LINK_VIOLATION
};

struct link_event {
	enum link_event_type type;
	struct committee_id neighbour;
	enum party party;     /* a host or a visitor is no neighbour, perhaps */
	enum purpose purpose; /* of the connection that it came on */
	struct blob frame;    /* valid until the next links_receive */
	enum err reason;      /* violation: multipart, size, unknown routing id … */
};

/* Fills at most max poll items for zmq_poll; returns how many. */
unsigned links_poll(struct links *l, zmq_pollitem_t *items, unsigned max);
/* What zmq_poll reported in them. Before links_receive: a socket that has nothing is not asked
 * again until then. */
void links_polled(struct links *l, const zmq_pollitem_t *items, unsigned count);
/* The next thing that happened, without blocking; type LINK_EVENT_NONE when nothing did. */
void links_receive(struct links *l, struct link_event *out);

/* What libzmq holds for peers; whether descriptors are short, so that connections that say nothing
 * are closed early. */
uint64_t links_held_bytes(const struct links *l);
bool links_descriptors_short(const struct links *l);
/* May another publication go in? Not while as much as one link may cost has not left the process
 * yet, whatever credit its subscriber gives. */
bool links_may_publish(struct links *l, struct committee_id neighbour);
/* Something is to be received that no poll item shows. */
bool links_pending(const struct links *l);

/* Queues a frame; never blocks. ERR_NETWORK: not connected; ERR_BUSY: its queue is full (a peer
 * that does not read: the caller resets the link). */
must_use enum err links_send(struct links *l, struct committee_id neighbour, enum purpose purpose,
			     struct blob frame);
/* As links_send, but on the bulk connection, for a frame that is not copied: `release(data, owner)`
 * follows once, from any thread, when ZeroMQ is done with it or when this fails. */
must_use enum err links_send_bulk(struct links *l, struct committee_id neighbour, struct blob frame,
				  void (*release)(void *data, void *owner), void *owner);
/* Dials the bulk connection to the superior, unless there is one already; does nothing for any
 * other committee. Does not block; a failure is logged, and the caller retries. */
void links_open_bulk(struct links *l, struct committee_id superior);
/* Closes the bulk connection to the superior; that of a subordinate is not used any more, and the
 * subordinate closes it. */
void links_close_bulk(struct links *l, struct committee_id neighbour);
/* Visits: one connection of ours to a committee that need not be a neighbour, and a few of others
 * to us, for the directory only. With any of these keys of ours, and any that the host has in
 * force, the next one tried when one is refused. */
void links_visit(struct links *l, const struct link_peer *host, const struct own_link_key *keys,
		 unsigned count);
void links_visit_end(struct links *l, struct committee_id who, enum party party);
must_use enum err links_visit_send(struct links *l, struct committee_id who, enum party party,
				   struct blob frame);
/* The directory has changed: visitors are forgotten, and reconnect if they still may. */
void links_forget_visitors(struct links *l);
/* Forgets a neighbour's connections without counting a fault: the neighbour sends Hello on a new
 * connection, or again. */
void links_reset(struct links *l, struct committee_id neighbour);
/* Sends BYE to all neighbours, and gives it a moment to leave when the sockets close. */
void links_bye(struct links *l);
/* Cuts a neighbour off: its routing ids are forgotten, its key refused at ZAP for a pause that
 * doubles from 1 s to 5 min with each call. */
void links_punish(struct links *l, struct committee_id neighbour, enum err why);

/* What else of this folder others use. */
#include "daemon/links/sequencer.h"

#endif
