/* What follows from the directory in force; see in_force.h. */
#include "daemon/directory/in_force.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/directory/windows.h"
#include "proto/digest.h"
#include "routing/base/committee_id.h"

static int newest_first(const void *a, const void *b)
{
	const struct key_entry *const *x = a, *const *y = b;

	return (*x)->from_ms > (*y)->from_ms ? -1 : (*x)->from_ms < (*y)->from_ms;
}

static void fill_peer(const struct rec_committee *c, bool superior, int64_t wall_ms,
		      struct link_peer *out)
{
	const struct key_entry *good[64];
	unsigned count = 0;

	memset(out, 0, sizeof *out);
	out->committee = c->id;
	out->superior = superior;
	snprintf(out->endpoint, sizeof out->endpoint, "%s", c->endpoint);
	for (uint32_t i = 0; i < c->key_count && count < 64; i++) {
		const struct key_entry *k = &c->keys[i];

		if (k->use == KEY_USE_LINK && identity_not_ended(k, wall_ms))
			good[count++] = k;
	}
	qsort(good, count, sizeof good[0], newest_first);
	for (unsigned i = 0; i < count && i < 4; i++)
		memcpy(out->keys[out->key_count++], good[i]->public_key, 32);
}

enum err in_force_find_peers(struct in_force *f, struct arena *a, struct link_peer **out,
			     unsigned *count)
{
	struct lookup l = f->lookup;
	int64_t wall_ms = clock_now().wall_ms;
	uint32_t links = core_link_count(f->core);
	struct link_view v;

	*count = 0;
	*out = arena_array(a, links, sizeof **out);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < links && core_link(f->core, i, &v); i++) {
		struct key key = key_committee(v.neighbour);
		struct record r;
		enum err e = v.present || v.leaving ? l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r)
						    : ERR_NOT_FOUND;

		if (e == ERR_OK)
			fill_peer(&r.u.committee, v.present && v.superior, wall_ms,
				  &(*out)[(*count)++]);
		else if (e != ERR_NOT_FOUND)
			return e;
	}
	return ERR_OK;
}

/* Link keys are known by the SHA-256 of their bytes (docs/PROTOCOL.md "Visits"). */
bool in_force_known(void *ctx, const uint8_t public_key[32], struct committee_id *out)
{
	struct in_force *f = ctx;
	struct lookup l = f->lookup;
	struct arena *a = arena_new(4 << 20);
	struct key key = key_digest(digest_of((struct blob){ public_key, 32 }));
	struct record r;
	bool known = false;

	if (a == NULL)
		return false;
	if (l.get(l.ctx, a, FAMILY_KEY, &key, &r) == ERR_OK) {
		*out = r.u.key.committee;
		key = key_committee(*out);
		if (l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r) == ERR_OK)
			known = identity_has_link(&r.u.committee, public_key, clock_now().wall_ms);
	}
	arena_destroy(a);
	return known;
}

/* Under any of our keys that the host may know: the one in force first, and one that our directory
 * does not have yet, but that of the host may. */
void in_force_visit(void *ctx, struct committee_id host)
{
	struct in_force *f = ctx;
	struct lookup l = f->lookup;
	struct own_link_key keys[2 * OWN_KEYS_MAX];
	unsigned count = own_keys_all_links(f->keys, keys);
	struct key key = key_committee(host);
	struct arena *a = arena_new(4 << 20);
	struct link_peer peer;
	struct record r;

	if (a != NULL && l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r) == ERR_OK) {
		fill_peer(&r.u.committee, false, clock_now().wall_ms, &peer);
		links_visit(f->links, &peer, keys, count);
	}
	explicit_bzero(keys, sizeof keys);
	arena_destroy(a);
}

enum err in_force_follow_peers(struct in_force *f)
{
	struct arena *a = arena_new(64 << 20);
	struct link_peer *peers = NULL;
	unsigned count = 0;
	enum err e = a == NULL ? ERR_NO_MEMORY : in_force_find_peers(f, a, &peers, &count);

	if (e == ERR_OK && f->links != NULL)
		e = links_set_peers(f->links, peers, count);
	arena_destroy(a);
	return e;
}

/* A key that the directory does not know signs what nobody takes: said at once, not by the first
 * refusal. */
static void check_own_key(struct in_force *f)
{
	struct digest own = signer_key_id(f->keys->signer);
	struct key_source source = keyring_source(f->keyring);
	struct key_info info;

	if (source.find(source.ctx, &own, &info) != ERR_OK ||
	    !id_equal(info.committee, f->config->committee))
		log_event(LOG_WARNING, "signing-key-not-in-directory",
			  "committee=%s directory_version=%llu", f->config->committee.text,
			  (unsigned long long)core_directory_version(f->core));
}

enum err in_force_follow(struct in_force *f)
{
	enum err e;

	keyring_forget(f->keyring);
	verifier_forget(f->verifier);
	if (f->sequencer != NULL)
		sequencer_directory(f->sequencer, core_directory_version(f->core));
	e = in_force_follow_peers(f);
	if (e == ERR_OK && f->links != NULL) {
		links_forget_visitors(f->links);
		own_keys_read(f->keys);
		own_keys_choose(f->keys);
	}
	if (f->bulk != NULL)
		windows_set(f->config, f->core, f->bulk);
	check_own_key(f);
	return e;
}
