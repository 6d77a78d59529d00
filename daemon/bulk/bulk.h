/* Attachments between neighbours on the second connection: fetching (receiver side) and serving
 * (sender side), docs/PROTOCOL.md "Attachments". Knows no socket and no thread: messages go out
 * through ops, disk work through a job runner, results come back as EVENT_FETCHED. What is to be
 * fetched is in the FETCH records, so everything here is rebuilt after a crash and an act may be
 * repeated.
 *
 * What has been damaged on the sender's disk is found by whoever receives it, against leaves that
 * the signer signed: the sender does not hash all that it sends once more. The receiver then
 * requests the content with `again` set; only then the sender checks its copy, and answers that it
 * no longer has it. A neighbour that sends damaged bytes a second time is at fault.
 *
 * Entitlement when serving: a STREAM record for (neighbour, lane, seq) stands in the store and its
 * document's manifest has the item; never by digest alone. When fetching: bytes count only if this
 * neighbour sent them; content that happens to be on this disk already is fetched all the same. */
#ifndef VANTHU_DAEMON_BULK_BULK_H
#define VANTHU_DAEMON_BULK_BULK_H

#include "daemon/base/workers.h"
#include "daemon/files/files.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/message.h"

struct bulk_ops {
	void *ctx;
	/* ERR_NETWORK: no bulk connection now. ERR_BUSY: its queue is full; try at the next
	 * tick. */
	enum err (*send)(void *ctx, struct committee_id neighbour, const struct message *m);
	/* As send, for a packed frame that is not copied: `release(data, owner)` follows once, from
	 * any thread, whatever becomes of it. */
	enum err (*send_frame)(void *ctx, struct committee_id neighbour, struct blob frame,
			       void (*release)(void *data, void *owner), void *owner);
	/* A bulk connection is wanted: dial the superior, or ask a subordinate (OPEN_BULK on the
	 * control connection). bulk_connected follows. */
	void (*open)(void *ctx, struct committee_id neighbour);
	void (*close)(void *ctx, struct committee_id neighbour); /* idle for 30 s */
	void (*fetched)(void *ctx, const struct ev_fetched *e);
	void (*violation)(void *ctx, struct committee_id neighbour, enum err why);
	/* a fault to be counted; the connection stays open */
	void (*fault)(void *ctx, struct committee_id neighbour, enum err why);
};

struct bulk_config {
	/* asked for and not yet here, per neighbour that has no window of its own */
	uint64_t window_bytes;
	/* envelopes fetched at once per neighbour; 2: an urgent one need not wait for a large
	 * one */
	unsigned parallel;
	uint64_t attachment_max_bytes;
};

struct bulk;
struct bulk *bulk_new(const struct bulk_config *config, const struct bulk_ops *ops,
		      struct lookup store, struct files *files, struct job_runner runner);
void bulk_destroy(struct bulk *b); /* no job may be under way */

/* ACT_FETCH, or the link came up */
void bulk_wake(struct bulk *b, struct committee_id neighbour, struct now now);
/* the link is gone */
void bulk_stop(struct bulk *b, struct committee_id neighbour);
void bulk_connected(struct bulk *b, struct committee_id neighbour, struct now now);
void bulk_disconnected(struct bulk *b, struct committee_id neighbour);
/* FETCH, CHUNK or UNAVAILABLE from a neighbour. */
void bulk_message(struct bulk *b, struct committee_id neighbour, const struct message *m,
		  struct now now);
/* The window of one link, at once; bounded to what routing/base/limits.h allows. */
void bulk_set_window(struct bulk *b, struct committee_id neighbour, uint64_t window_bytes);
/* The largest attachment that is fetched, at once. */
void bulk_set_largest(struct bulk *b, uint64_t attachment_max_bytes);
/* So many bytes may be fetched before the next call: attachments leave the reserve of the disk to
 * the store. UINT64_MAX at first. */
void bulk_set_spare(struct bulk *b, uint64_t spare_bytes);
void bulk_tick(struct bulk *b, struct now now);
int64_t bulk_deadline_ms(const struct bulk *b); /* monotonic; INT64_MAX: none */
/* Fetches under way or waiting, for `status`. */
uint64_t bulk_waiting(const struct bulk *b, struct committee_id neighbour);
/* Jobs out now: 0 before bulk_destroy. */
unsigned bulk_jobs(const struct bulk *b);

#endif
