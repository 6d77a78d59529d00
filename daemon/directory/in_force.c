/* What a running daemon does about the directory: whom it may talk to, which of its own keys it
 * uses, and the file that it may come from. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon/base/clock.h"
#include "daemon/base/log.h"
#include "daemon/daemon.h"
#include "proto/digest.h"
#include "proto/directory.h"
#include "routing/base/committee_id.h"

enum { HERE_MAX_BYTES = 1 << 20 };

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

enum err daemon_find_peers(struct daemon *d, struct arena *a, struct link_peer **out,
			   unsigned *count)
{
	struct lookup l = d->store->ops->lookup(d->store);
	int64_t wall_ms = clock_now().wall_ms;
	uint32_t links = core_link_count(d->core);
	struct link_view v;

	*count = 0;
	*out = arena_array(a, links, sizeof **out);
	if (*out == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < links && core_link(d->core, i, &v); i++) {
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
bool daemon_known(void *ctx, const uint8_t public_key[32], struct committee_id *out)
{
	struct daemon *d = ctx;
	struct lookup l = d->store->ops->lookup(d->store);
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
void daemon_visit(void *ctx, struct committee_id host)
{
	struct daemon *d = ctx;
	struct lookup l = d->store->ops->lookup(d->store);
	struct own_link_key keys[2 * OWN_KEYS_MAX];
	struct key key = key_committee(host);
	struct arena *a = arena_new(4 << 20);
	unsigned count = 0;
	struct link_peer peer;
	struct record r;

	for (unsigned i = 0; i < d->link_keys.key_count; i++)
		keys[count++] = d->link_keys.keys[i];
	for (unsigned i = 0; i < d->identity.link_count; i++) {
		bool there = false;

		for (unsigned k = 0; k < d->link_keys.key_count; k++)
			there = there || memcmp(keys[k].public_key, d->identity.links[i].public_key,
						32) == 0;
		if (!there)
			keys[count++] = d->identity.links[i];
	}
	if (a != NULL && l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r) == ERR_OK) {
		fill_peer(&r.u.committee, false, clock_now().wall_ms, &peer);
		links_visit(d->links, &peer, keys, count);
	}
	explicit_bzero(keys, sizeof keys);
	arena_destroy(a);
}

enum err daemon_follow_peers(struct daemon *d)
{
	struct arena *a = arena_new(64 << 20);
	struct link_peer *peers = NULL;
	unsigned count = 0;
	enum err e = a == NULL ? ERR_NO_MEMORY : daemon_find_peers(d, a, &peers, &count);

	if (e == ERR_OK && d->links != NULL)
		e = links_set_peers(d->links, peers, count);
	arena_destroy(a);
	return e;
}

/* ---- our own keys ---- */

void daemon_read_keys(struct daemon *d)
{
	struct identity_keys fresh, old = d->identity;
	uint8_t signing[32], other[32];

	if (identity_read(&d->config, &fresh) != ERR_OK)
		return;
	/* The one that signs now goes on until another is chosen. */
	d->signatures_before += signer_count(d->signer);
	signer_public_key(d->signer, signing);
	d->signer = fresh.signers[0];
	for (unsigned i = 0; i < fresh.signer_count; i++) {
		signer_public_key(fresh.signers[i], other);
		if (memcmp(signing, other, sizeof signing) == 0)
			d->signer = fresh.signers[i];
	}
	d->identity = fresh;
	if (d->turn != NULL)
		turn_set_signer(d->turn, d->signer);
	identity_clear(&old);
}

/* Has every neighbour a directory of at least this version? Then nobody looks for us under an older
 * key. */
static bool all_have(const struct daemon *d, uint64_t version)
{
	struct link_view v;

	for (uint32_t i = 0; core_link(d->core, i, &v); i++) {
		if ((v.present || v.leaving) && v.peer_directory_version < version)
			return false;
	}
	return true;
}

void daemon_choose_keys(struct daemon *d)
{
	struct lookup l = d->store->ops->lookup(d->store);
	struct key key = key_committee(d->config.committee);
	struct own_link_key links[OWN_KEYS_MAX];
	struct arena *a = arena_new(4 << 20);
	struct rec_committee *entry = NULL;
	int64_t wall_ms = clock_now().wall_ms;
	struct signer_validity validity;
	struct signer *chosen;
	struct record r;
	unsigned count;
	enum err found;

	if (a == NULL)
		return; /* tried again in a second */
	found = l.get(l.ctx, a, FAMILY_COMMITTEE, &key, &r);
	if (found == ERR_OK)
		entry = &r.u.committee;
	chosen = d->identity.signers[identity_signer(&d->identity, entry, wall_ms, &validity)];
	if (found == ERR_OK || found == ERR_NOT_FOUND) /* damaged, it says nothing about the key */
		core_set_signer(d->core, &validity);
	if (chosen != d->signer) {
		d->signatures_before += signer_count(d->signer);
		d->signer = chosen;
		turn_set_signer(d->turn, chosen);
		log_event(LOG_INFO, "signing-key-taken", "directory_version=%llu",
			  (unsigned long long)core_directory_version(d->core));
	}
	count = identity_links(&d->identity, entry, wall_ms, links);
	if (count > 1 && entry != NULL && all_have(d, entry->changed_in))
		count = 1;
	if (links_set_keys(d->links, links, count) == ERR_OK) {
		memcpy(d->link_keys.keys, links, count * sizeof links[0]);
		d->link_keys.key_count = count;
	}
	explicit_bzero(links, sizeof links);
	arena_destroy(a);
}

/* A key that the directory does not know signs what nobody takes: said at once, not by the first
 * refusal. */
static void check_own_key(struct daemon *d)
{
	struct digest own = signer_key_id(d->signer);
	struct key_source source = keyring_source(d->keyring);
	struct key_info info;

	if (source.find(source.ctx, &own, &info) != ERR_OK ||
	    !id_equal(info.committee, d->config.committee))
		log_event(LOG_WARNING, "signing-key-not-in-directory",
			  "committee=%s directory_version=%llu", d->config.committee.text,
			  (unsigned long long)core_directory_version(d->core));
}

enum err daemon_follow_directory(struct daemon *d)
{
	enum err e;

	keyring_forget(d->keyring);
	verifier_forget(d->verifier);
	if (d->sequencer != NULL)
		sequencer_directory(d->sequencer, core_directory_version(d->core));
	e = daemon_follow_peers(d);
	if (e == ERR_OK && d->links != NULL) {
		links_forget_visitors(d->links);
		daemon_read_keys(d);
		daemon_choose_keys(d);
	}
	if (d->bulk != NULL)
		windows_set(&d->config, d->core, d->bulk);
	check_own_key(d);
	return e;
}

/* At once, before anything else is done: for a small file, whose installing nobody would notice. */
static void run_here(void *ctx, struct job *j)
{
	(void)ctx;
	j->work(j);
	j->done(j);
}

static void installed_from_file(void *ctx, enum err result)
{
	struct daemon *d = ctx;

	/* The file that is already in force stays where the configuration names it. */
	if (result != ERR_OK && result != ERR_DIRECTORY_OLD)
		log_event(LOG_ERROR, "directory-file-not-taken",
			  "path=%s error=VT-%d directory_version=%llu", d->config.directory,
			  (int)result, (unsigned long long)core_directory_version(d->core));
}

enum err daemon_install_directory(struct daemon *d)
{
	static const struct job_runner here = { .run = run_here };
	struct installation what = { .file = d->config.directory,
				     .ended = installed_from_file,
				     .ctx = d };
	struct stat st;
	enum err e;

	d->directory_due = false;
	if (d->config.directory[0] == '\0')
		return ERR_OK;
	if (installer_busy(d->installer)) {
		d->directory_due = true; /* when it is free: see each_second */
		return ERR_OK;
	}
	if (stat(d->config.directory, &st) != 0 || st.st_size <= HERE_MAX_BYTES)
		what.runner = &here;
	snprintf(what.from, sizeof what.from, "%s", d->config.directory);
	e = installer_begin(d->installer, &what);
	while (e == ERR_OK && what.runner != NULL && installer_busy(d->installer)) {
		e = turn_run_whole(d->turn, clock_now());
		installer_go_on(d->installer);
	}
	return e;
}
