/* The three local sockets: connections, requests, replies, submissions with their contents,
 * listings. docs/PROTOCOL.md "Local sockets"; proto/control.proto. Control thread only; file work
 * goes to the job runner. Each change records the caller's uid. */
#ifndef VANTHU_DAEMON_CONTROL_CONTROL_H
#define VANTHU_DAEMON_CONTROL_CONTROL_H

#include <poll.h>
#include <zmq.h>

#include "daemon/backup/backup.h"
#include "daemon/base/workers.h"
#include "daemon/bulk/bulk.h"
#include "daemon/config/config.h"
#include "daemon/directory/directory.h"
#include "daemon/files/files.h"
#include "daemon/inbox.h"
#include "daemon/store/store.h"
#include "daemon/tables/tables.h"
#include "proto/verifier.h"
#include "routing/core.h"

struct control_figures { /* what the daemon counts, asked when a status is wanted */
	int64_t up_since_ms;
	uint64_t turns, commits, signatures, documents_taken, facts_taken, file_syncs;
	bool descriptors_short; /* connections that say nothing are closed early */
	enum err frozen; /* why nothing is taken any more; ERR_OK */
	/* contents looked at, of them damaged, in the pass under way or the last one; and when all
	 * had been looked at last (wall) */
	uint64_t contents_looked, contents_wrong;
	int64_t contents_at_ms;
};

struct control_parts {
	const struct config *config; /* all borrowed */
	struct core *core;
	struct store *store;
	const struct tables *tables;
	struct files *files;
	struct garbage *garbage;
	struct backup *backup; /* NULL: none can be made */
	struct bulk *bulk;
	struct verifier *verifier;
	struct inbox *inbox; /* EVENT_SUBMIT, EVENT_DIRECTORY and EVENT_OPERATE go there */
	struct job_runner runner; /* .run NULL: no catalogue is made */
	struct installer *installer;
	struct blob registry_root_der;
	/* is it one that we sign or connect with now? */
	bool (*key_in_use)(void *ctx, const uint8_t public_key[32]);
	void (*figures)(void *ctx, struct control_figures *out);
	int64_t (*wall_ms)(void *ctx);
	void *ctx;
};

struct control;
/* Binds the sockets: stale ones of a dead daemon are replaced, those of a living one are
 * ERR_STORE_BUSY. Modes: 0600, 0660 with a group. */
must_use enum err control_open(const struct control_parts *parts, struct control **out);
void control_close(struct control *c); /* removes the sockets; NULL is fine */

unsigned control_poll(struct control *c, zmq_pollitem_t *items, unsigned max);
/* Serves what zmq_poll reported in the items that control_poll filled: bounded work; stops reading
 * when the inbox is nearly full. */
void control_service(struct control *c, const zmq_pollitem_t *items, unsigned count);
/* So many bytes of submissions may come before the next call, and what those that do not fit are
 * refused with. UINT64_MAX at first. */
void control_set_spare(struct control *c, uint64_t spare_bytes, enum err why);
/* Each second: sockets whose names were deleted or replaced are bound again, the run folder is made
 * again; logged (VT-4012). */
void control_keep_sockets(struct control *c);
/* Each second: clients that hold slots or bytes without progress are closed; frequent events are
 * logged as a number; free memory goes back to the system. */
void control_tick(struct control *c, int64_t mono_ms);
/* A plan has been committed, its acts are still to be performed: for the catalogue. */
void control_follow(struct control *c, const struct plan *p);
/* What is held for local clients: requests, replies, submissions until their commit, a directory
 * being received. For the memory watermark: it is bounded here, and not held for peers. Without
 * what one request takes while it is worked on. */
uint64_t control_held_bytes(const struct control *c);
/* There is work that no poll item shows. */
bool control_busy(const struct control *c);
/* ACT_REPLY of a committed turn. A connection that has gone away is no error. */
void control_reply(struct control *c, const struct act_reply *r);
/* Jobs out now (0 before control_close). */
unsigned control_jobs(const struct control *c);

#endif
