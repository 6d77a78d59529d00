/* Our own keys at work; see own_keys.h. */
#include "daemon/keys/own_keys.h"

#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/links/links.h"
#include "daemon/turn.h"
#include "routing/core.h"

enum err own_keys_open(struct own_keys *k)
{
	enum err e = identity_read(k->config, &k->identity);

	if (e != ERR_OK)
		return e;
	k->signer = k->identity.signers[0];
	k->link_count = identity_links(&k->identity, NULL, 0, k->links_in_force);
	return ERR_OK;
}

void own_keys_close(struct own_keys *k)
{
	explicit_bzero(k->links_in_force, sizeof k->links_in_force);
	identity_clear(&k->identity);
}

void own_keys_read(struct own_keys *k)
{
	struct identity_keys fresh, old = k->identity;
	uint8_t signing[32], other[32];

	if (identity_read(k->config, &fresh) != ERR_OK)
		return;
	/* The one that signs now goes on until another is chosen. */
	k->signatures_before += signer_count(k->signer);
	signer_public_key(k->signer, signing);
	k->signer = fresh.signers[0];
	for (unsigned i = 0; i < fresh.signer_count; i++) {
		signer_public_key(fresh.signers[i], other);
		if (memcmp(signing, other, sizeof signing) == 0)
			k->signer = fresh.signers[i];
	}
	k->identity = fresh;
	turn_set_signer(k->turn, k->signer);
	identity_clear(&old);
}

/* Has every neighbour a directory of at least this version? Then no neighbour connects to us by an
 * older key. */
static bool all_have(const struct core *core, uint64_t version)
{
	struct link_view v;

	for (uint32_t i = 0; core_link(core, i, &v); i++) {
		if ((v.present || v.leaving) && v.peer_directory_version < version)
			return false;
	}
	return true;
}

static void choose_signer(struct own_keys *k, enum err found, const struct rec_committee *entry,
			  int64_t wall_ms)
{
	struct signer_validity validity;
	struct signer *chosen =
	    k->identity.signers[identity_signer(&k->identity, entry, wall_ms, &validity)];

	if (found == ERR_OK || found == ERR_NOT_FOUND) /* damaged, it says nothing about the key */
		core_set_signer(k->core, &validity);
	if (chosen == k->signer)
		return;
	k->signatures_before += signer_count(k->signer);
	k->signer = chosen;
	turn_set_signer(k->turn, chosen);
	log_event(LOG_INFO, "signing-key-taken", "directory_version=%llu",
		  (unsigned long long)core_directory_version(k->core));
}

static void choose_links(struct own_keys *k, const struct rec_committee *entry, int64_t wall_ms)
{
	struct own_link_key links[OWN_KEYS_MAX];
	unsigned count = identity_links(&k->identity, entry, wall_ms, links);

	if (count > 1 && entry != NULL && all_have(k->core, entry->changed_in))
		count = 1;
	if (links_set_keys(k->links, links, count) == ERR_OK) {
		memcpy(k->links_in_force, links, count * sizeof links[0]);
		k->link_count = count;
	}
	explicit_bzero(links, sizeof links);
}

void own_keys_choose(struct own_keys *k)
{
	struct key key = key_committee(k->config->committee);
	struct arena *a = arena_new(4 << 20);
	int64_t wall_ms = clock_now().wall_ms;
	struct rec_committee *entry = NULL;
	struct record r;
	enum err found;

	if (a == NULL)
		return; /* tried again in a second */
	found = k->lookup.get(k->lookup.ctx, a, FAMILY_COMMITTEE, &key, &r);
	if (found == ERR_OK)
		entry = &r.u.committee;
	choose_signer(k, found, entry, wall_ms);
	choose_links(k, entry, wall_ms);
	arena_destroy(a);
}

bool own_keys_wait(const struct own_keys *k)
{
	return k->identity.signer_count > 1 || k->identity.link_count > 1;
}

bool own_keys_in_use(const struct own_keys *k, const uint8_t public_key[32])
{
	uint8_t signing[32];

	signer_public_key(k->signer, signing);
	return memcmp(signing, public_key, 32) == 0 ||
	       memcmp(k->links_in_force[0].public_key, public_key, 32) == 0;
}

uint64_t own_keys_signatures(const struct own_keys *k)
{
	return k->signatures_before + signer_count(k->signer);
}

unsigned own_keys_all_links(const struct own_keys *k, struct own_link_key out[2 * OWN_KEYS_MAX])
{
	unsigned count = 0;

	for (unsigned i = 0; i < k->link_count; i++)
		out[count++] = k->links_in_force[i];
	for (unsigned i = 0; i < k->identity.link_count; i++) {
		bool there = false;

		for (unsigned in = 0; in < k->link_count; in++)
			there = there || memcmp(out[in].public_key, k->identity.links[i].public_key,
						32) == 0;
		if (!there)
			out[count++] = k->identity.links[i];
	}
	return count;
}
