/* See keys.h. */
#include "tests/sim/keys.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"

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
	assert(key != NULL && bio != NULL && PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL) == 1);
	len = BIO_get_mem_data(bio, &data);
	out = arena_blob(w->arena, (struct blob){ (const uint8_t *)data, (size_t)len });
	BIO_free(bio);
	EVP_PKEY_free(key);
	return out;
}

static struct key_entry *make_entry_keys(struct world *w, struct member *m)
{
	struct key_entry *keys = arena_array(w->arena, 1, sizeof *keys);
	struct signer *s;

	m->signing_pem = make_key(w);
	assert(signer_from_pem(m->signing_pem, &s) == ERR_OK);
	m->key_id = signer_key_id(s);
	keys[0] = (struct key_entry){ .use = KEY_USE_SIGN, .key_id = m->key_id, .from_ms = START_WALL_MS - 1000000 };
	signer_public_key(s, keys[0].public_key);
	signer_destroy(s);
	return keys;
}

static int by_id(const void *a, const void *b)
{
	const struct rec_committee *x = a, *y = b;

	return strcmp(x->id.text, y->id.text);
}

void keys_make_directory(struct world *w)
{
	struct rec_committee *entries = arena_array(w->arena, MEMBERS_MAX, sizeof *entries);
	struct signer *registry;
	enum err e;

	for (int i = 0; i < w->member_count; i++) {
		struct member *m = &w->members[i];

		entries[i] = (struct rec_committee){ .id = m->id, .name = m->id.text, .symbol = "CB", .endpoint = "tcp://127.0.0.1:1",
						     .term_name = "", .term_from = "", .changed_in = 1, .key_count = 1 };
		if (m->superior >= 0)
			entries[i].superior = w->members[m->superior].id;
		entries[i].keys = make_entry_keys(w, m);
	}
	qsort(entries, (size_t)w->member_count, sizeof *entries, by_id);
	for (int i = 0; i < w->member_count; i++) {
		e = directory_entry_pack(w->arena, &entries[i], &entries[i].entry);
		assert(e == ERR_OK);
	}
	assert(signer_from_pem(make_key(w), &registry) == ERR_OK);
	w->directory.entries = entries;
	w->directory.entry_count = (uint32_t)w->member_count;
	e = directory_sign(registry, w->arena, entries, (uint32_t)w->member_count,
			   &(struct directory_issue){ 1, NULL, START_WALL_MS, START_WALL_MS + 86400000 }, &w->directory.head);
	assert(e == ERR_OK);
	signer_destroy(registry);
	assert(signer_from_pem(make_key(w), &w->evil) == ERR_OK);
	w->evil_key_id = signer_key_id(w->evil);
}

enum err keys_find(void *ctx, const struct digest *key_id, struct key_info *out)
{
	const struct world *w = ctx;

	for (uint32_t i = 0; i < w->directory.entry_count; i++) {
		const struct rec_committee *c = &w->directory.entries[i];

		if (!digest_equal(&c->keys[0].key_id, key_id))
			continue;
		*out = (struct key_info){ .committee = c->id, .use = KEY_USE_SIGN, .from_ms = c->keys[0].from_ms };
		memcpy(out->public_key, c->keys[0].public_key, sizeof out->public_key);
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}
