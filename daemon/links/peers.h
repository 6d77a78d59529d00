/* Whom the links may talk to, and under which keys: how they are opened and closed, and changed
 * while they run. */
#ifndef VANTHU_DAEMON_LINKS_PEERS_H
#define VANTHU_DAEMON_LINKS_PEERS_H

#include "daemon/keys/keys.h"
#include "routing/base/err.h"
#include "routing/base/types.h"

struct links_config {
	struct committee_id self;
	/* the one in force first; an older one is served until nobody needs it */
	struct own_link_key keys[OWN_KEYS_MAX];
	unsigned key_count;
	/* The committee of the directory that has this link key in force: who may visit. May be
	 * NULL: nobody. */
	bool (*known)(void *ctx, const uint8_t public_key[32], struct committee_id *out);
	void *ctx;
};

/* Whom we may talk to: from the directory. Swapped whole when it changes. */
struct link_peer {
	struct committee_id committee;
	bool superior;
	char endpoint[ENDPOINT_MAX + 1]; /* of the superior */
	/* CURVE public keys in force; the first is the present one */
	uint8_t keys[4][32];
	unsigned key_count;
};

struct links;
/* `zmq` is borrowed, all else copied. Starts the ZAP handler (fails closed) before anything binds.
 * ERR_NETWORK with the reason logged: address in use, no such address. */
must_use enum err links_open(void *zmq, const struct links_config *config,
			     const struct link_peer *peers, unsigned count, struct links **out);
/* The peers are copied. One that has gone is disconnected, one that stays keeps its connections.
 * ERR_NO_MEMORY. */
must_use enum err links_set_peers(struct links *l, const struct link_peer *peers, unsigned count);
/* Our own keys have changed: listeners open and close with them, the superior is dialled again
 * under a new key. A listener that cannot be bound is logged and tried again at the next call;
 * ERR_NETWORK when none is left of those wanted. */
must_use enum err links_set_keys(struct links *l, const struct own_link_key *keys, unsigned count);
/* Closes the listener and binds it again: the only way to free what one ROUTER peer makes libzmq
 * hold (docs/TRAPS.md §1.4). */
must_use enum err links_rebind(struct links *l);
void links_close(struct links *l); /* NULL is fine */

#endif
