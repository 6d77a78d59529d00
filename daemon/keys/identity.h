/* This committee's own keys: the files of the configuration, and beside each a FILE.next while a
 * new key is not yet in the directory. Which key is in force the directory says, never a file: so a
 * new key is taken without a restart, and an old key dropped. */
#ifndef VANTHU_DAEMON_KEYS_IDENTITY_H
#define VANTHU_DAEMON_KEYS_IDENTITY_H

#include "daemon/config/config.h"
#include "proto/signer.h"
#include "routing/core.h"
#include "routing/state/record.h"

enum { OWN_KEYS_MAX = 2 };

/* A CURVE key pair and where it is served: a CURVE server has one key a port. */
struct own_link_key {
	char secret[41]; /* Z85 */
	char public_text[41];
	uint8_t public_key[32];
	char listen[ENDPOINT_MAX + 1]; /* "" binds nothing */
};

struct identity_keys {
	struct signer *signers[OWN_KEYS_MAX];
	unsigned signer_count;
	struct own_link_key links[OWN_KEYS_MAX];
	unsigned link_count;
};

/* Reads FILE and FILE.next of both keys. A FILE that cannot be used fails (ERR_FILE,
 * ERR_CERTIFICATE, logged); a bad FILE.next is logged and skipped. The caller owns the signers and
 * clears the secrets: identity_clear. */
must_use enum err identity_read(const struct config *config, struct identity_keys *out);
void identity_clear(struct identity_keys *k);

/* The signer whose key the entry has in force at a time, the newest; else the first. `entry` may be
 * NULL: no directory yet. *validity: what the entry says of that key. Others take a signature from
 * the very beginning of its key on and no sooner, so no tolerance counts here. */
unsigned identity_signer(const struct identity_keys *k, const struct rec_committee *entry,
			 int64_t wall_ms, struct signer_validity *validity);
/* Our link keys in force (see identity_not_ended), the newest first; without any, the first file's.
 * Returns how many (at least 1). */
unsigned identity_links(const struct identity_keys *k, const struct rec_committee *entry,
			int64_t wall_ms, struct own_link_key out[OWN_KEYS_MAX]);

/* Has this committee this link key, in force? */
bool identity_has_link(const struct rec_committee *entry, const uint8_t public_key[32],
		       int64_t wall_ms);
/* Has the key not ended at a time? Its beginning does not matter for a link: who has the directory
 * has been given the key, and a clock that says otherwise, here or at the registry, must be
 * reported to neighbours and not cut the link to them. */
bool identity_not_ended(const struct key_entry *k, int64_t wall_ms);

#endif
