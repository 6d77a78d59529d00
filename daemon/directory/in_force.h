/* What a running daemon does about the directory in force: which peers it may connect to, and what
 * all its parts use of it. Control thread. */
#ifndef VANTHU_DAEMON_DIRECTORY_IN_FORCE_H
#define VANTHU_DAEMON_DIRECTORY_IN_FORCE_H

#include "daemon/bulk/bulk.h"
#include "daemon/keys/keys.h"
#include "daemon/links/links.h"
#include "proto/verifier.h"
#include "routing/core.h"

struct in_force {
	const struct config *config; /* all borrowed, and set as they come to be */
	struct lookup lookup;
	struct core *core;
	struct own_keys *keys;
	struct keyring *keyring;
	struct verifier *verifier;
	struct sequencer *sequencer; /* this and the others may be NULL at the start */
	struct links *links;
	struct bulk *bulk;
};

/* After a directory has come into force: keys, peers, what the opener goes by. Logs when our own
 * signing key is not in it. ERR_NO_MEMORY, what the store says. */
must_use enum err in_force_follow(struct in_force *f);
/* Whom the links may talk to, by the directory and the time of day. */
must_use enum err in_force_follow_peers(struct in_force *f);
/* The peers as a list, in the arena. */
must_use enum err in_force_find_peers(struct in_force *f, struct arena *a, struct link_peer **out,
				      unsigned *count);
/* Visits: who may come (links_config.known), and going there (outbox_ops.visit). Their
 * ctx is the struct in_force. */
bool in_force_known(void *ctx, const uint8_t public_key[32], struct committee_id *out);
void in_force_visit(void *ctx, struct committee_id host);

#endif
