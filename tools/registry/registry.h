/* The registry: who is a committee, under which keys. Its folder holds
 *     root.key        Ed25519 private key (0600): whoever has it decides what is true
 *     root.pem        certificate; every daemon has it
 *     directory.vtd   the newest directory file
 * and a committee's identity: two key pairs, made where the committee is, of which only the public
 * parts travel. */
#ifndef VANTHU_TOOLS_REGISTRY_REGISTRY_H
#define VANTHU_TOOLS_REGISTRY_REGISTRY_H

#include "proto/directory.h"
#include "routing/base/arena.h"

/* Keys begin so much before they are signed: a daemon whose clock is a little behind signs at
 * once. */
#define REGISTRY_BACK_MS (60 * 1000LL)
/* A bound for all that a command holds of a registry: its file, what it decodes to, and the next
 * file. */
#define REGISTRY_ARENA_BYTES ((size_t)4 << 30)

struct identity {
	struct blob signing_pem;   /* private */
	uint8_t signing_public[32];
	char link_secret[41];      /* private, Z85 */
	uint8_t link_public[32];
};

/* New keys. ERR_CERTIFICATE, ERR_NO_MEMORY. */
must_use enum err identity_new(struct arena *a, struct identity *out);
/* The public part of a secret CURVE key. */
bool identity_link_public(const char secret[41], uint8_t public_key[32]);
/* sign.key and link.key in a folder, 0600. ERR_EXISTS, ERR_FILE. */
must_use enum err identity_save(struct arena *a, const struct identity *i, const char *folder);

struct registry {
	const char *folder;
	struct blob root_key_pem;
	struct blob root_der;
	struct directory directory; /* the newest; version 0 when there is none */
};

/* A new registry in a new folder. ERR_EXISTS when it has one. */
must_use enum err registry_create(struct arena *a, const char *folder, const char *name,
				  int64_t now_ms, struct registry *out);
must_use enum err registry_open(struct arena *a, const char *folder, struct registry *out);
/* One key of a committee as the directory has it, a signing key in a new certificate. */
struct key_request {
	enum key_use use;
	const struct rec_committee *entry;
	struct key_entry key; /* the answer */
};
must_use enum err registry_sign_key(struct arena *a, const struct registry *r,
				    const struct identity *i, int64_t now_ms,
				    struct key_request *request);
/* The entry with its keys, the signing key in a new certificate. Goes into entries for
 * registry_publish. */
must_use enum err registry_certify(struct arena *a, const struct registry *r,
				   const struct identity *i, int64_t now_ms,
				   struct rec_committee *entry);
/* Signs and writes the next version with these entries (any order). ERR_BAD_TREE with the
 * culprit. */
struct registry_fault {
	struct committee_id culprit;
	const char *what; /* English, marked for translation */
};
must_use enum err registry_publish(struct arena *a, struct registry *r,
				   struct rec_committee *entries, uint32_t count, int64_t now_ms,
				   struct registry_fault *fault);

/* The remedy for a committee that would not stand in the tree, where no tree file was read;
 * translated. */
const char *registry_tree_fix(void);

/* What else of this folder others use. */
#include "tools/registry/change.h"
#include "tools/registry/request_file.h"
#include "tools/registry/tree_file.h"

#endif
