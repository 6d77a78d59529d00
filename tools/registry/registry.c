/* See registry.h. */
#include "tools/registry/registry.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "daemon/base/i18n.h"
#include "daemon/keys/keys.h"
#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/directory_file.h"
#include "proto/signer_pem.h"
#include "routing/base/committee_id.h"
#include "routing/rules/rules.h"
#include "tools/base/files.h"

#define YEAR_MS (366LL * 24 * 3600 * 1000)

/* ---- identities ---- */

enum err identity_new(struct arena *a, struct identity *out)
{
	struct signer *s;
	char link_public[41];
	enum err e = signer_pem_generate(a, &out->signing_pem);

	if (e == ERR_OK)
		e = signer_pem_open(out->signing_pem, &s);
	if (e != ERR_OK)
		return e;
	signer_public_key(s, out->signing_public);
	signer_destroy(s);
	if (zmq_curve_keypair(link_public, out->link_secret) != 0 ||
	    zmq_z85_decode(out->link_public, link_public) == NULL)
		return ERR_CERTIFICATE;
	return ERR_OK;
}

bool identity_link_public(const char secret[41], uint8_t public_key[32])
{
	char text[41];

	return zmq_curve_public(text, secret) == 0 && zmq_z85_decode(public_key, text) != NULL;
}

enum err identity_save(struct arena *a, const struct identity *i, const char *folder)
{
	const char *sign = fs_join(a, folder, "sign.key"), *link = fs_join(a, folder, "link.key");
	char line[42];
	enum err e;

	if (sign == NULL || link == NULL)
		return ERR_NO_MEMORY;
	memcpy(line, i->link_secret, 40);
	line[40] = '\n';
	e = fs_write_new(sign, i->signing_pem, true);
	return e == ERR_OK ? fs_write_new(link, (struct blob){ (const uint8_t *)line, 41 }, true)
			   : e;
}

/* ---- the registry ---- */

static enum err paths(struct arena *a, const char *folder, const char **key, const char **pem,
		      const char **directory)
{
	*key = fs_join(a, folder, "root.key");
	*pem = fs_join(a, folder, "root.pem");
	*directory = fs_join(a, folder, "directory.vtd");
	return *key == NULL || *pem == NULL || *directory == NULL ? ERR_NO_MEMORY : ERR_OK;
}

enum err registry_create(struct arena *a, const char *folder, const char *name, int64_t now_ms,
			 struct registry *out)
{
	const char *key, *pem, *directory;
	struct blob pem_text;
	enum err e = paths(a, folder, &key, &pem, &directory);

	memset(out, 0, sizeof *out);
	if (e == ERR_OK)
		e = fs_mkdir(folder, true);
	if (e == ERR_OK)
		e = signer_pem_generate(a, &out->root_key_pem);
	if (e == ERR_OK)
		e = certificate_root(a, out->root_key_pem, name, now_ms - REGISTRY_BACK_MS,
				     now_ms + 20 * YEAR_MS, &out->root_der);
	if (e == ERR_OK)
		e = certificate_to_pem(a, out->root_der, &pem_text);
	if (e == ERR_OK)
		e = fs_write_new(key, out->root_key_pem, true);
	if (e == ERR_OK)
		e = fs_write_new(pem, pem_text, false);
	out->folder = folder;
	return e;
}

enum err registry_open(struct arena *a, const char *folder, struct registry *out)
{
	const char *key, *pem, *directory;
	struct key_file_fault open_key;
	struct blob text;
	enum err e = paths(a, folder, &key, &pem, &directory);

	memset(out, 0, sizeof *out);
	out->folder = folder;
	/* Who can read it makes committees; cli_fail_file looks again and names it. */
	if (e == ERR_OK && key_file_check(key, &open_key) == ERR_KEY_OPEN)
		e = ERR_KEY_OPEN;
	if (e == ERR_OK)
		e = fs_read(a, key, 65536, &out->root_key_pem);
	if (e == ERR_OK)
		e = fs_read(a, pem, 65536, &text);
	if (e == ERR_OK)
		e = certificate_from_pem(a, text, &out->root_der);
	if (e != ERR_OK || access(directory, F_OK) != 0)
		return e; /* none yet */
	e = fs_read(a, directory, DIRECTORY_FILE_MAX_BYTES, &text);
	if (e == ERR_OK)
		e = directory_file_open(a, text, out->root_der, NULL, &out->directory);
	return e == ERR_TOO_LARGE ? ERR_DIRECTORY_SIZE : e;
}

enum err registry_sign_key(struct arena *a, const struct registry *r, const struct identity *i,
			   int64_t now_ms, struct key_request *request)
{
	struct certificate_subject subject = { .id = request->entry->id.text,
					       .name = request->entry->name,
					       .public_key = i->signing_public,
					       .from_ms = now_ms - REGISTRY_BACK_MS,
					       .to_ms = now_ms + 10 * YEAR_MS };
	struct key_entry *key = &request->key;

	*key = (struct key_entry){ .use = request->use, .from_ms = now_ms - REGISTRY_BACK_MS };
	if (request->use == KEY_USE_LINK) {
		memcpy(key->public_key, i->link_public, 32);
		key->key_id = digest_of((struct blob){ i->link_public, 32 });
		return ERR_OK;
	}
	memcpy(key->public_key, i->signing_public, 32);
	key->key_id = key_id_of(i->signing_public);
	return certificate_issue(a, r->root_key_pem, r->root_der, &subject, &key->certificate);
}

enum err registry_certify(struct arena *a, const struct registry *r, const struct identity *i,
			  int64_t now_ms, struct rec_committee *entry)
{
	struct key_entry *keys = arena_array(a, 2, sizeof *keys);
	struct key_request sign = { .use = KEY_USE_SIGN, .entry = entry },
			   link = { .use = KEY_USE_LINK, .entry = entry };
	enum err e = keys == NULL ? ERR_NO_MEMORY : registry_sign_key(a, r, i, now_ms, &sign);

	if (e == ERR_OK)
		e = registry_sign_key(a, r, i, now_ms, &link);
	if (e != ERR_OK)
		return e;
	keys[0] = sign.key;
	keys[1] = link.key;
	entry->keys = keys;
	entry->key_count = 2;
	return ERR_OK;
}

/* A committee that is new stands where it stands from this version on. */
static enum err first_tenure(struct arena *a, struct rec_committee *entry, uint64_t version)
{
	struct tenure *tenure;

	if (entry->place_count > 0 || entry->changed_in != 0)
		return ERR_OK;
	tenure = arena_alloc(a, sizeof *tenure);
	if (tenure == NULL)
		return ERR_NO_MEMORY;
	*tenure = (struct tenure){ .since = version,
				   .superior = entry->superior,
				   .retired = entry->retired };
	entry->places = tenure;
	entry->place_count = 1;
	return ERR_OK;
}

/* With the first level comes the table that is compiled in, until another is taken in. */
static enum err first_competence(struct arena *a, struct registry *r,
				 const struct rec_committee *entries, uint32_t count)
{
	struct competence_table table = competence_default();
	bool levels = false;

	for (uint32_t i = 0; i < count && !levels; i++)
		levels = entries[i].level != NULL && entries[i].level[0] != '\0';
	return !levels || r->directory.head.competence.len_bytes > 0
		       ? ERR_OK
		       : competence_print(&table, a, &r->directory.head.competence);
}

static int by_id(const void *a, const void *b)
{
	const struct rec_committee *x = a, *y = b;

	return strcmp(x->id.text, y->id.text);
}

enum err registry_publish(struct arena *a, struct registry *r, struct rec_committee *entries,
			  uint32_t count, int64_t now_ms, struct registry_fault *fault)
{
	uint64_t version = r->directory.head.version + 1;
	const char *path = fs_join(a, r->folder, "directory.vtd");
	struct signer *s = NULL;
	struct blob file;
	enum err e = path == NULL ? ERR_NO_MEMORY : signer_pem_open(r->root_key_pem, &s);

	memset(fault, 0, sizeof *fault);
	qsort(entries, count, sizeof *entries, by_id);
	for (uint32_t i = 0; e == ERR_OK && i < count; i++) {
		if (entries[i].entry.data != NULL)
			continue; /* unchanged: its bytes stay as they were signed */
		e = first_tenure(a, &entries[i], version);
		if (e != ERR_OK)
			break;
		entries[i].changed_in = version;
		e = directory_entry_pack(a, &entries[i], &entries[i].entry);
	}
	if (e == ERR_OK)
		e = first_competence(a, r, entries, count);
	if (e == ERR_OK)
		e = directory_check_tree(entries, count, &fault->culprit, &fault->what);
	if (e == ERR_OK) {
		struct directory next = { .entries = entries, .entry_count = count };
		struct directory_issue issue = { .version = version,
						 .previous = version == 1
								     ? NULL
								     : &r->directory.head.digest,
						 .competence = r->directory.head.competence,
						 .lists = r->directory.head.lists,
						 .now_ms = now_ms,
						 .valid_until_ms = now_ms + YEAR_MS };

		e = directory_sign(s, a, entries, count, &issue, &next.head);
		if (e == ERR_OK)
			e = directory_file_pack(a, &next, &file);
		if (e == ERR_OK)
			r->directory = next;
	}
	if (e == ERR_OK)
		e = fs_replace(path, file);
	signer_destroy(s);
	return e;
}

const char *registry_tree_fix(void)
{
	return _("name a superior that the directory has, with an endpoint, and not below it: "
		 "vanthu committee list");
}
