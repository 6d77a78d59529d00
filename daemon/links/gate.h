/* What connections make libzmq hold for them, measured from outside, and the means to end a single
 * one.
 *
 * libzmq bounds neither a message of many parts nor how many connections say nothing, and cannot
 * close one peer of a ROUTER (docs/TRAPS.md §1.4). Both can be done at the socket: the kernel
 * counts what it has handed over on each connection, we count what has come out of libzmq, and the
 * difference lies in between; shutdown(2) ends that connection alone, as if its peer had gone. A
 * thread of its own scans, for a message without end fills tens of MiB while the control thread
 * waits for the disk.
 *
 * Who is honest is never cut off, however slow we are and whatever its windows: libzmq stops to
 * read a connection whose queue is full of whole messages, and the bounds lie above what queues
 * take. A message without end is distinguished from those by reading all sockets until they have
 * nothing: what then is still not out, and is more than one frame, is none. That is known at the
 * first MiB, before many small parts cost many times their bytes. The bounds, with their reasons,
 * are in routing/base/limits.h.
 *
 * A descriptor may be closed and given to another at any time: each is remembered with its inode,
 * and what is done to it is done through a duplicate that was compared first. Everything here is
 * safe from any thread. */
#ifndef VANTHU_DAEMON_LINKS_GATE_H
#define VANTHU_DAEMON_LINKS_GATE_H

#include <stddef.h>

#include "routing/base/err.h"
#include "routing/base/types.h"

struct gate;
/* One connection; all zero: none. */
struct gate_id {
	int fd;
	uint64_t serial;
};

struct gate_report {
	struct gate_id id;
	enum err why; /* ERR_BUSY: it makes us hold too much, and is cut in a moment */
};

/* After the process has opened what it needs itself: what is left of descriptors is for
 * connections. */
must_use enum err gate_open(void *zmq, struct gate **out);
void gate_close(struct gate *g); /* NULL is fine; before the context ends */
/* Watches the connections of a ROUTER from now on; to be called before bind. */
must_use enum err gate_watch(struct gate *g, void *socket);
/* How many neighbours there are: as many may come at once, and queues are as long as that
 * allows. */
void gate_set_neighbours(struct gate *g, unsigned count);
/* A connection that we have dialled ourselves, or whose peer has named itself: it may hold more,
 * and longer. What all connections of one neighbour hold counts together. */
struct gate_id gate_claim(struct gate *g, int fd, struct committee_id who);
/* a frame of that connection has come out of libzmq */
void gate_heard(struct gate *g, int fd, size_t frame_bytes);
/* A frame was given to libzmq for this connection. */
void gate_sent(struct gate *g, struct gate_id id, size_t frame_bytes);
/* What was given to libzmq and has not left the process. */
uint64_t gate_unsent_bytes(struct gate *g, struct gate_id id);
/* Ends the connection in `delay_ms`: a last message may still be sent. */
void gate_cut(struct gate *g, struct gate_id id, int delay_ms);
/* Readable when there is a report. */
int gate_fd(const struct gate *g);
bool gate_next(struct gate *g, struct gate_report *out);
/* A connection has brought much that has not come out: true once, until gate_found_empty. Ask all
 * sockets then, to the last message. */
bool gate_asks(struct gate *g);
/* All sockets have been asked since, and had nothing more: what came before and is still not out is
 * a message without end. */
void gate_found_empty(struct gate *g);
uint64_t gate_held_bytes(struct gate *g); /* by all connections together, at the last scan */
bool gate_short(struct gate *g);          /* descriptors are short now */

#endif
