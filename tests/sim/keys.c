/* See keys.h. */
#include "tests/sim/keys.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/signer_pem.h"
#include "tests/sim/year.h"

#define KEY_AGE_MS (30LL * 86400000) /* older than any clock is behind */

/* Ed25519 from the seed's randomness; PEM as a daemon reads it. */
static struct blob make_key(struct world *w)
{
	uint8_t raw[32];
	EVP_PKEY *key;
	BIO *bio = BIO_new(BIO_s_mem());
	struct blob out;
	char *data;
	long len;

	prng_fill(&w->content, raw, sizeof raw);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
	assert(key != NULL && bio != NULL &&
	       PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	len = BIO_get_mem_data(bio, &data);
	out = arena_blob(w->arena, (struct blob){ (const uint8_t *)data, (size_t)len });
	BIO_free(bio);
	EVP_PKEY_free(key);
	return out;
}

struct key_entry keys_make_one(struct world *w, struct member *m)
{
	struct key_entry key = { .use = KEY_USE_SIGN, .from_ms = w->start_wall_ms - KEY_AGE_MS };
	struct signer *s;

	assert(m->key_count < OWN_KEYS);
	m->signing_pem[m->key_count] = make_key(w);
	assert(signer_pem_open(m->signing_pem[m->key_count], &s) == ERR_OK);
	key.key_id = m->key_id[m->key_count++] = signer_key_id(s);
	signer_public_key(s, key.public_key);
	signer_destroy(s);
	return key;
}

void keys_make_entry(struct world *w, struct member *m, struct rec_committee *out)
{
	struct key_entry *keys = arena_array(w->arena, 1, sizeof *keys);

	assert(keys != NULL);
	*out = (struct rec_committee){ .id = m->id,
				       .name = m->id.text,
				       .symbol = "CB",
				       .endpoint = FIRST_ENDPOINT,
				       .term_name = "",
				       .term_from = "",
				       .changed_in = 1,
				       .key_count = 1 };
	if (m->superior >= 0)
		out->superior = w->members[m->superior].id;
	keys[0] = keys_make_one(w, m);
	out->keys = keys;
	if (w->year != NULL)
		year_describe(m->index, out);
	if (w->mandates) {
		struct level_since *first = arena_alloc(w->arena, sizeof *first);

		assert(first != NULL);
		out->level = mandates_level(w, 1, m->index);
		*first = (struct level_since){ .since = 1, .level = out->level };
		out->levels = first;
		out->level_count = 1;
	}
}

static int by_id(const void *a, const void *b)
{
	const struct rec_committee *x = a, *y = b;

	return strcmp(x->id.text, y->id.text);
}

void keys_make_directory(struct world *w)
{
	struct rec_committee *entries = arena_array(w->arena, MEMBERS_MAX, sizeof *entries);
	struct version *v = &w->versions[0];
	/* In half of the changing worlds the last one comes later, and in each year. */
	bool later =
		w->year != NULL || (w->changing && w->small == NULL && prng_chance(&w->prng, 500));
	uint32_t count = (uint32_t)w->member_count - later;
	struct signer *registry;
	enum err e;

	for (uint32_t i = 0; i < count; i++)
		keys_make_entry(w, &w->members[i], &entries[i]);
	for (int i = 0; i < w->member_count; i++)
		v->parent[i] = (uint32_t)i < count ? w->members[i].superior : NOT_THERE;
	qsort(entries, count, sizeof *entries, by_id);
	for (uint32_t i = 0; i < count; i++) {
		struct tenure *first = arena_alloc(w->arena, sizeof *first);

		*first = (struct tenure){ .since = 1, .superior = entries[i].superior };
		if (w->changing || w->year != NULL) {
			entries[i].places = first;
			entries[i].place_count = 1;
		}
		e = directory_entry_pack(w->arena, &entries[i], &entries[i].entry);
		assert(e == ERR_OK);
	}
	w->registry_pem = make_key(w);
	assert(signer_pem_open(w->registry_pem, &registry) == ERR_OK);
	v->directory.entries = entries;
	v->directory.entry_count = count;
	e = directory_sign(
	    registry, w->arena, entries, count,
	    &(struct directory_issue){ .version = 1,
				       .now_ms = w->start_wall_ms,
				       .valid_until_ms = w->start_wall_ms + w->directory_valid_ms,
				       .competence = w->competence,
				       .lists = w->lists },
	    &v->directory.head);
	assert(e == ERR_OK);
	w->version_count = 1;
	signer_destroy(registry);
	assert(signer_pem_open(make_key(w), &w->evil) == ERR_OK);
	w->evil_key_id = signer_key_id(w->evil);
}

enum err keys_find(void *ctx, const struct digest *key_id, struct key_info *out)
{
	const struct member *m = ctx;
	uint64_t version = core_directory_version(m->core);
	const struct directory *d = &m->world->versions[version == 0 ? 0 : version - 1].directory;

	for (uint32_t i = 0; i < d->entry_count; i++) {
		const struct rec_committee *c = &d->entries[i];

		for (uint32_t k = 0; k < c->key_count; k++) {
			if (!digest_equal(&c->keys[k].key_id, key_id))
				continue;
			*out = (struct key_info){ .committee = c->id,
						  .use = KEY_USE_SIGN,
						  .from_ms = c->keys[k].from_ms,
						  .to_ms = c->keys[k].to_ms,
						  .revoked_from_ms = c->keys[k].revoked_from_ms };
			memcpy(out->public_key, c->keys[k].public_key, sizeof out->public_key);
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}
