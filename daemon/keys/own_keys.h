/* Our own keys at work: read from files, chosen by what the directory says of them, put to use
 * without a restart. Which of them are in force identity.h judges. Control thread. */
#ifndef VANTHU_DAEMON_KEYS_OWN_KEYS_H
#define VANTHU_DAEMON_KEYS_OWN_KEYS_H

#include "daemon/config/config.h"
#include "daemon/keys/identity.h"
#include "proto/signer.h"
#include "routing/state/lookup.h"

struct core;
struct links;
struct turn;

struct own_keys {
	const struct config *config; /* all borrowed, and set as they come to be */
	struct lookup lookup;
	struct core *core;
	struct turn *turn;   /* who signs with them */
	struct links *links; /* who dials and listens under them */
	/* its own */
	struct identity_keys identity;
	struct signer *signer; /* the one of them that is in force */
	struct own_link_key links_in_force[OWN_KEYS_MAX];
	unsigned link_count;
	uint64_t signatures_before; /* of signers dropped */
};

/* Reads the key files of the configuration; k->config is set. The first of each kind is in force
 * until own_keys_choose. ERR_FILE, ERR_CERTIFICATE, logged. */
must_use enum err own_keys_open(struct own_keys *k);
/* Clears all secrets; all zero is fine. */
void own_keys_close(struct own_keys *k);
/* Reads the key files again; what cannot be read leaves things as they are, logged. */
void own_keys_read(struct own_keys *k);
/* Takes those that the directory has in force now. All borrowed parts are set. */
void own_keys_choose(struct own_keys *k);
/* Is there a further key, whose time may come? */
bool own_keys_wait(const struct own_keys *k);
/* Does one of them sign, or dial, with this key? */
bool own_keys_in_use(const struct own_keys *k, const uint8_t public_key[32]);
/* Signatures made since the process began. */
uint64_t own_keys_signatures(const struct own_keys *k);
/* All link keys that somebody may know us by, those in force first; how many. Secrets: the caller
 * clears them. */
unsigned own_keys_all_links(const struct own_keys *k, struct own_link_key out[2 * OWN_KEYS_MAX]);

#endif
