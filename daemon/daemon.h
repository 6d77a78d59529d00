/* One vanthud: all its parts, built in order and torn down in reverse. The loop (loop.h) turns
 * it. */
#ifndef VANTHU_DAEMON_DAEMON_H
#define VANTHU_DAEMON_DAEMON_H

#include "daemon/base/workers.h"
#include "daemon/bulk/bulk.h"
#include "daemon/config/config.h"
#include "daemon/control/control.h"
#include "daemon/directory/directory.h"
#include "daemon/files/files.h"
#include "daemon/inbox.h"
#include "daemon/keys/keys.h"
#include "daemon/links/links.h"
#include "daemon/live_events.h"
#include "daemon/outbox.h"
#include "daemon/store/store.h"
#include "daemon/turn.h"
#include "proto/signer.h"
#include "proto/verifier.h"
#include "routing/core.h"

struct daemon {
	struct config config;
	int64_t up_since_ms;
	/* keys, and what the directory says */
	struct own_keys own_keys;
	struct in_force in_force;
	struct install_parts install;
	struct arena *keys; /* of what was read from files */
	struct blob registry_root_der;
	/* parts, in the order they are built */
	void *zmq;
	struct store *store;
	struct files *files;
	struct core *core;
	struct keyring *keyring;
	struct verifier *verifier;
	struct workers *verify_workers, *file_workers;
	struct inbox *inbox;
	struct sequencer *sequencer;
	struct outbox *outbox;
	struct turn *turn;
	struct links *links;
	struct bulk *bulk;
	struct garbage *garbage;
	struct installer *installer;
	struct download *follow;
	struct live_events *events;
	struct control *control;
	int signals; /* signalfd */
	/* the loop's */
	struct arena *scratch; /* one frame */
	struct store_room room;
	int64_t next_second_ms, next_minute_ms, next_trim_ms, last_commit_us;
	uint64_t own_first_bytes;
	unsigned trim_in; /* seconds */
	bool stopping;
	enum err frozen; /* not ERR_OK: nothing is committed any more; see daemon/frozen.c */
};

/* Builds all parts and boots the core from the store; logs what fails. ERR_CONFIG, ERR_STORE_BUSY,
 * ERR_STORE, ERR_NETWORK, … Blocks on disk. */
must_use enum err daemon_open(struct daemon *d, const struct config *config);
/* In reverse; works on what daemon_open has built, also after its failure. */
void daemon_close(struct daemon *d);

/* ---- daemon/frozen.c ---- */
/* From here on nothing is taken, committed or sent to neighbours; local clients get the error as
 * their reply, and can still read. */
void daemon_freeze(struct daemon *d, enum err why);
/* Each second, instead of what time asks for otherwise. */
void daemon_frozen_second(struct daemon *d, int64_t mono_ms);

/* SIGHUP. */
void daemon_reload(struct daemon *d);

/* Outbox and bulk operations (daemon/acts.c). */
struct outbox_ops daemon_outbox_ops(struct daemon *d);
struct bulk_ops daemon_bulk_ops(struct daemon *d);
void daemon_violation(void *ctx, struct committee_id neighbour, enum err why);

#endif
