/* Keys of committees, cached; see keyring.h. */
#include "daemon/keys/keyring.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"

enum { SLOTS = 1024, ARENA_BYTES = 4 << 20 };

struct slot {
	bool used;
	struct digest key_id;
	struct key_info info;
};

struct keyring {
	struct lookup lookup;
	pthread_mutex_t lock;
	struct arena *arena;
	struct slot slots[SLOTS];
};

struct keyring *keyring_new(struct lookup lookup)
{
	struct keyring *k = calloc(1, sizeof *k);

	if (k == NULL)
		return NULL;
	k->lookup = lookup;
	k->arena = arena_new(ARENA_BYTES);
	if (k->arena == NULL) {
		free(k);
		return NULL;
	}
	pthread_mutex_init(&k->lock, NULL);
	return k;
}

void keyring_destroy(struct keyring *k)
{
	if (k == NULL)
		return;
	pthread_mutex_destroy(&k->lock);
	arena_destroy(k->arena);
	free(k);
}

void keyring_forget(struct keyring *k)
{
	pthread_mutex_lock(&k->lock);
	memset(k->slots, 0, sizeof k->slots);
	pthread_mutex_unlock(&k->lock);
}

static enum err read_of(struct keyring *k, struct committee_id id, const struct digest *key_id,
			struct key_info *out)
{
	struct key by_committee = key_committee(id);
	struct record r;
	enum err e = k->lookup.get(k->lookup.ctx, k->arena, FAMILY_COMMITTEE, &by_committee, &r);

	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; i < r.u.committee.key_count; i++) {
		const struct key_entry *entry = &r.u.committee.keys[i];

		if (memcmp(&entry->key_id, key_id, sizeof *key_id) != 0)
			continue;
		*out = (struct key_info){ .committee = r.u.committee.id,
					  .use = entry->use,
					  .from_ms = entry->from_ms,
					  .to_ms = entry->to_ms,
					  .revoked_from_ms = entry->revoked_from_ms };
		memcpy(out->public_key, entry->public_key, sizeof out->public_key);
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

/* The row says where to look; whose key it is, the entry in force says. */
static enum err read_key(struct keyring *k, const struct digest *key_id, struct key_info *out)
{
	struct key by_id = key_digest(*key_id);
	struct rec_key row;
	struct record r;
	enum err e;

	arena_reset(k->arena);
	e = k->lookup.get(k->lookup.ctx, k->arena, FAMILY_KEY, &by_id, &r);
	if (e != ERR_OK)
		return e;
	row = r.u.key;
	e = read_of(k, row.committee, key_id, out);
	return e == ERR_NOT_FOUND && !id_empty(row.also) ? read_of(k, row.also, key_id, out) : e;
}

static enum err find(void *ctx, const struct digest *key_id, struct key_info *out)
{
	struct keyring *k = ctx;
	struct slot *s = &k->slots[((size_t)key_id->bytes[0] << 8 | key_id->bytes[1]) % SLOTS];
	enum err e = ERR_OK;

	pthread_mutex_lock(&k->lock);
	if (!s->used || memcmp(&s->key_id, key_id, sizeof *key_id) != 0) {
		struct key_info info;

		e = read_key(k, key_id, &info);
		if (e == ERR_OK)
			*s = (struct slot){ .used = true, .key_id = *key_id, .info = info };
	}
	if (e == ERR_OK)
		*out = s->info;
	pthread_mutex_unlock(&k->lock);
	return e;
}

struct key_source keyring_source(struct keyring *k)
{
	return (struct key_source){ .ctx = k, .find = find };
}
