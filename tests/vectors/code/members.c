/* Four committees with fixed keys, and two versions of their directory; see vectors.h.
 *
 *   btp ┬ pl
 *       └ thads ─ cb-mot */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/merkle.h"
#include "proto/signer_pem.h"
#include "routing/base/committee_id.h"
#include "tests/vectors/code/vectors.h"

static const struct {
	const char *id, *name, *superior, *endpoint;
} tree[MEMBERS] = {
	{ "btp", "Đảng ủy Bộ Tư pháp", "", "tcp://127.0.0.1:27100" },
	{ "cb-mot", "Chi bộ Một", "thads", "" },
	{ "pl", "Đảng ủy Vụ Pháp luật", "btp", "" },
	{ "thads", "Đảng bộ Cục THADS", "btp", "tcp://127.0.0.1:27103" },
};

struct committee_id member_id(const char *text)
{
	struct committee_id id = { "" };
	enum err e = text[0] == '\0' ? ERR_OK : id_parse(text, strlen(text), &id);

	assert(e == ERR_OK);
	return id;
}

struct doc_id example_id(unsigned n)
{
	/* UUIDv7 of VECTORS_NOW_MS; the random bits are a number. */
	struct doc_id id = {{ 0x01, 0x9a, 0xb6, 0xb2, 0xf4, 0x00, 0x70, 0x00, 0x80 }};

	for (unsigned i = 0; i < 6; i++)
		id.bytes[i] = (uint8_t)((uint64_t)VECTORS_NOW_MS >> (8 * (5 - i)));
	id.bytes[15] = (uint8_t)n;
	return id;
}

struct blob text_blob(const char *text)
{
	return (struct blob){ (const uint8_t *)text, strlen(text) };
}

struct blob example_content(struct vectors *v, size_t size_bytes)
{
	uint8_t *bytes = arena_alloc(v->arena, size_bytes + 1);

	assert(bytes != NULL);
	for (size_t i = 0; i < size_bytes; i++)
		bytes[i] = (uint8_t)(31 * i % 251);
	return (struct blob){ bytes, size_bytes };
}

struct manifest_item example_item(struct blob content, bool inlined)
{
	struct manifest_item item = { .size_bytes = content.len_bytes,
				      .sha256 = digest_of(content),
				      .inlined = inlined };
	struct merkle_stream m;

	merkle_begin(&m);
	for (size_t at = 0; at < content.len_bytes; at += CHUNK_BYTES) {
		size_t n =
		    content.len_bytes - at < CHUNK_BYTES ? content.len_bytes - at : CHUNK_BYTES;

		merkle_add(&m, merkle_leaf((struct blob){ content.data + at, n }));
	}
	item.chunk_root = merkle_end(&m);
	return item;
}

/* PKCS#8 of a raw Ed25519 key (RFC 8410 §7) as PEM: 48 bytes are 64 digits of base 64. */
static struct blob pem_of(struct arena *a, const uint8_t seed[32])
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint8_t der[48] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06,
			    0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20 };
	char text[65] = "", pem[256];
	struct blob out;
	int n;

	memcpy(der + 16, seed, 32);
	for (size_t i = 0; i < sizeof der / 3; i++) {
		unsigned bits =
		    (unsigned)der[3 * i] << 16 | (unsigned)der[3 * i + 1] << 8 | der[3 * i + 2];

		for (unsigned k = 0; k < 4; k++)
			text[4 * i + k] = digits[bits >> (18 - 6 * k) & 63];
	}
	n = snprintf(pem, sizeof pem,
		     "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", text);
	out = arena_blob(a, (struct blob){ (const uint8_t *)pem, (size_t)n });
	assert(out.data != NULL);
	return out;
}

/* Nobody may use these for anything: the seed is the hash of a word. */
static void make_key(struct vectors *v, unsigned i, const char *id)
{
	char word[64];
	struct digest seed;
	enum err e;

	snprintf(word, sizeof word, "vanthu vectors %s", id);
	seed = digest_of(text_blob(word));
	memcpy(v->seeds[i], seed.bytes, 32);
	v->pems[i] = pem_of(v->arena, v->seeds[i]);
	e = signer_pem_open(v->pems[i], &v->signers[i]);
	assert(e == ERR_OK);
}

static void make_entry(struct vectors *v, unsigned i)
{
	static const char *const organs[] = { "000.00.01.G11" };
	struct rec_committee *c = &v->entries[i];
	struct key_entry *keys = arena_array(v->arena, 2, sizeof *keys);
	struct digest link = digest_of(text_blob(tree[i].name));
	enum err e;

	assert(keys != NULL);
	keys[0] = (struct key_entry){ .use = KEY_USE_SIGN,
				      .key_id = signer_key_id(v->signers[i]),
				      .from_ms = VECTORS_NOW_MS - 86400000 };
	signer_public_key(v->signers[i], keys[0].public_key);
	e = certificate_issue(v->arena, v->pems[REGISTRY], v->root_der,
			      &(struct certificate_subject){
				  tree[i].id, tree[i].name, keys[0].public_key,
				  VECTORS_NOW_MS - 86400000, VECTORS_NOW_MS + 31536000000 },
			      &keys[0].certificate);
	assert(e == ERR_OK);
	/* A CURVE public key is any 32 bytes to whoever reads a directory. */
	keys[1] = (struct key_entry){ .use = KEY_USE_LINK,
				      .from_ms = VECTORS_NOW_MS - 86400000,
				      .to_ms = VECTORS_NOW_MS + 31536000000 };
	memcpy(keys[1].public_key, link.bytes, 32);
	keys[1].key_id = digest_of((struct blob){ keys[1].public_key, 32 });
	*c = (struct rec_committee){ .id = member_id(tree[i].id),
				     .superior = member_id(tree[i].superior),
				     .name = tree[i].name,
				     .symbol = i == CB_MOT ? "CB" : "ĐU",
				     .endpoint = tree[i].endpoint,
				     .term_name = "2025-2030",
				     .term_from = "2025-08-08",
				     .no_seal = i == CB_MOT,
				     .organ_ids = organs,
				     .organ_id_count = i == BTP,
				     .keys = keys,
				     .key_count = 2,
				     .changed_in = 1 };
	e = directory_entry_pack(v->arena, c, &c->entry);
	assert(e == ERR_OK);
}

/* Of version 2: who may issue what, and a distribution list. */
static const char table[] = "base  CT  Chỉ thị  may-not  399-QĐ/TW Art. 7, 9\n";
static const char lists[] = "Khối pháp luật  pl, thads\n";

static struct directory make_directory(struct vectors *v, uint64_t version,
				       const struct digest *previous)
{
	struct directory d = { .entries = arena_array(v->arena, MEMBERS, sizeof *d.entries),
			       .entry_count = MEMBERS };
	int64_t now_ms = VECTORS_NOW_MS + (int64_t)version * 1000 - 3600000;
	enum err e;

	assert(d.entries != NULL);
	memcpy(d.entries, v->entries, sizeof v->entries);
	e = directory_sign(
		v->signers[REGISTRY], v->arena, d.entries, MEMBERS,
		&(struct directory_issue){ .version = version,
					   .previous = previous,
					   .now_ms = now_ms,
					   .competence = text_blob(version > 1 ? table : ""),
					   .lists = text_blob(version > 1 ? lists : ""),
					   .valid_until_ms = VECTORS_NOW_MS + 7776000000 },
		&d.head);
	assert(e == ERR_OK);
	return d;
}

void members_make(struct vectors *v)
{
	static const struct tenure places[] = { { 1, { "btp" }, false },
						{ 2, { "thads" }, false } };
	static const struct level_since levels[] = { { 0, "" }, { 2, "base" } };
	enum err e;

	make_key(v, REGISTRY, REGISTRY_ID);
	e = certificate_root(v->arena, v->pems[REGISTRY], "Văn phòng", VECTORS_NOW_MS - 86400000,
			     VECTORS_NOW_MS + 315360000000, &v->root_der);
	assert(e == ERR_OK);
	for (unsigned i = 0; i < MEMBERS; i++) {
		make_key(v, i, tree[i].id);
		make_entry(v, i);
	}
	v->first = make_directory(v, 1, NULL);
	v->entries[PL].name = "Đảng ủy Vụ Pháp luật chung";
	v->entries[PL].changed_in = 2;
	/* It moves as well: who asks about version 1 still finds it below btp. */
	v->entries[PL].superior = member_id("thads");
	v->entries[PL].places = places;
	v->entries[PL].place_count = 2;
	v->entries[PL].level = "base";
	v->entries[PL].levels = levels;
	v->entries[PL].level_count = 2;
	e = directory_entry_pack(v->arena, &v->entries[PL], &v->entries[PL].entry);
	assert(e == ERR_OK);
	v->second = make_directory(v, 2, &v->first.head.digest);
}

void members_free(struct vectors *v)
{
	for (unsigned i = 0; i <= REGISTRY; i++)
		signer_destroy(v->signers[i]);
}
