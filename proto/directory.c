/* Directory entries, heads and files; see directory.h. */
#include "proto/directory.h"

#include <stdlib.h>
#include <string.h>

#include "proto/body.h"
#include "proto/certificate.h"
#include "proto/digest.h"
#include "proto/directory_tree.h"
#include "proto/envelope.pb-c.h"
#include "proto/fields.h"
#include "proto/merkle.h"
#include "proto/pb.h"
#include "proto/seal.h"
#include "proto/verifier.h"
#include "routing/base/calendar.h"
#include "routing/base/committee_id.h"

enum { KEYS_MAX = 64, PLACES_MAX = 64, ORGAN_IDS_MAX = 16 };

/* ---- entries ---- */

static char *text(text_t t)
{
	return (char *)(uintptr_t)(t == NULL ? "" : t);
}

static enum err fill_keys(struct arena *a, const struct rec_committee *c,
			  Vanthu__V1__DirectoryEntry *m)
{
	Vanthu__V1__KeyEntry *each = arena_array(a, c->key_count, sizeof *each);

	m->keys = arena_array(a, c->key_count, sizeof *m->keys);
	if (each == NULL || m->keys == NULL)
		return ERR_NO_MEMORY;
	m->n_keys = c->key_count;
	for (uint32_t i = 0; i < c->key_count; i++) {
		const struct key_entry *k = &c->keys[i];

		vanthu__v1__key_entry__init(&each[i]);
		each[i].use = (Vanthu__V1__KeyUse)k->use;
		each[i].key_id = field_bytes(k->key_id.bytes, sizeof k->key_id.bytes);
		each[i].public_key = field_bytes(k->public_key, sizeof k->public_key);
		each[i].certificate = field_bytes(k->certificate.data, k->certificate.len_bytes);
		each[i].from_ms = k->from_ms;
		each[i].to_ms = k->to_ms;
		each[i].revoked_from_ms = k->revoked_from_ms;
		m->keys[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_places(struct arena *a, const struct rec_committee *c,
			    Vanthu__V1__DirectoryEntry *m)
{
	Vanthu__V1__Place *each = arena_array(a, c->place_count, sizeof *each);

	m->places = arena_array(a, c->place_count, sizeof *m->places);
	if (each == NULL || m->places == NULL)
		return ERR_NO_MEMORY;
	m->n_places = c->place_count;
	for (uint32_t i = 0; i < c->place_count; i++) {
		vanthu__v1__place__init(&each[i]);
		each[i].since = c->places[i].since;
		each[i].superior = text(c->places[i].superior.text);
		each[i].retired = c->places[i].retired;
		m->places[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_levels(struct arena *a, const struct rec_committee *c,
			    Vanthu__V1__DirectoryEntry *m)
{
	Vanthu__V1__LevelSince *each = arena_array(a, c->level_count, sizeof *each);

	m->levels = arena_array(a, c->level_count, sizeof *m->levels);
	if (each == NULL || m->levels == NULL)
		return ERR_NO_MEMORY;
	m->n_levels = c->level_count;
	for (uint32_t i = 0; i < c->level_count; i++) {
		vanthu__v1__level_since__init(&each[i]);
		each[i].since = c->levels[i].since;
		each[i].level = text(c->levels[i].level);
		m->levels[i] = &each[i];
	}
	return ERR_OK;
}

static enum err fill_organs(struct arena *a, const struct rec_committee *c,
			    Vanthu__V1__DirectoryEntry *m)
{
	Vanthu__V1__OrganDays *each = arena_array(a, c->organ_count, sizeof *each);

	m->n_organ_ids = c->organ_id_count;
	m->organ_ids = arena_array(a, c->organ_id_count, sizeof *m->organ_ids);
	m->n_organs = c->organ_count;
	m->organs = arena_array(a, c->organ_count, sizeof *m->organs);
	if (each == NULL || m->organ_ids == NULL || m->organs == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < c->organ_id_count; i++)
		m->organ_ids[i] = text(c->organ_ids[i]);
	for (uint32_t i = 0; i < c->organ_count; i++) {
		vanthu__v1__organ_days__init(&each[i]);
		each[i].code = text(c->organs[i].code);
		each[i].from = text(c->organs[i].from);
		each[i].until = text(c->organs[i].until);
		m->organs[i] = &each[i];
	}
	return ERR_OK;
}

enum err directory_entry_pack(struct arena *a, const struct rec_committee *c, struct blob *out)
{
	Vanthu__V1__DirectoryEntry m = VANTHU__V1__DIRECTORY_ENTRY__INIT;
	Vanthu__V1__Term term = VANTHU__V1__TERM__INIT;
	enum err e;

	m.id = text(c->id.text);
	m.name = text(c->name);
	m.symbol = text(c->symbol);
	m.superior = text(c->superior.text);
	m.endpoint = text(c->endpoint);
	m.level = text(c->level);
	m.no_seal = c->no_seal;
	m.retired = c->retired;
	m.changed_in = c->changed_in;
	term.name = text(c->term_name);
	term.from = text(c->term_from);
	if (term.name[0] != '\0' || term.from[0] != '\0')
		m.term = &term;
	e = fill_organs(a, c, &m);
	if (e == ERR_OK)
		e = fill_keys(a, c, &m);
	if (e == ERR_OK)
		e = fill_places(a, c, &m);
	if (e == ERR_OK)
		e = fill_levels(a, c, &m);
	return e == ERR_OK ? pb_pack(a, &m.base, out) : e;
}

static enum err read_keys(struct arena *a, const Vanthu__V1__DirectoryEntry *m,
			  struct rec_committee *out)
{
	struct key_entry *keys;

	if (m->n_keys > KEYS_MAX)
		return ERR_FORMAT;
	keys = arena_array(a, m->n_keys, sizeof *keys);
	if (keys == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_keys; i++) {
		const Vanthu__V1__KeyEntry *k = m->keys[i];
		enum err e = field_enum(k->use, KEY_USE_SIGN, KEY_USE_ENCRYPT);

		if (e == ERR_OK)
			e = field_fixed(k->key_id, keys[i].key_id.bytes,
					sizeof keys[i].key_id.bytes);
		if (e == ERR_OK)
			e = field_fixed(k->public_key, keys[i].public_key,
					sizeof keys[i].public_key);
		if (e != ERR_OK)
			return e;
		keys[i].use = (enum key_use)k->use;
		keys[i].certificate = field_blob(k->certificate);
		keys[i].from_ms = k->from_ms;
		keys[i].to_ms = k->to_ms;
		keys[i].revoked_from_ms = k->revoked_from_ms;
	}
	out->keys = keys;
	out->key_count = (uint32_t)m->n_keys;
	return ERR_OK;
}

static enum err read_organs(struct arena *a, const Vanthu__V1__DirectoryEntry *m,
			    struct rec_committee *out)
{
	text_t *organs;

	if (m->n_organ_ids > ORGAN_IDS_MAX)
		return ERR_FORMAT;
	organs = arena_array(a, m->n_organ_ids, sizeof *organs);
	if (organs == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_organ_ids; i++) {
		enum err e = field_text(m->organ_ids[i], COMMITTEE_ID_MAX, &organs[i]);

		if (e != ERR_OK)
			return e;
	}
	out->organ_ids = organs;
	out->organ_id_count = (uint32_t)m->n_organ_ids;
	return ERR_OK;
}

static bool is_one_of(const struct rec_committee *c, text_t code)
{
	for (uint32_t i = 0; i < c->organ_id_count; i++)
		if (strcmp(c->organ_ids[i], code) == 0)
			return true;
	return false;
}

/* Each of a code that the entry has, and of days that there are. */
static enum err read_organ_days(struct arena *a, const Vanthu__V1__DirectoryEntry *m,
				struct rec_committee *out)
{
	struct organ_days *days;

	if (m->n_organs > ORGAN_IDS_MAX)
		return ERR_FORMAT;
	days = arena_array(a, m->n_organs, sizeof *days);
	if (days == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_organs; i++) {
		struct day day;
		enum err e = field_text(m->organs[i]->code, COMMITTEE_ID_MAX, &days[i].code);

		if (e == ERR_OK)
			e = field_text(m->organs[i]->from, DATE_MAX, &days[i].from);
		if (e == ERR_OK)
			e = field_text(m->organs[i]->until, DATE_MAX, &days[i].until);
		if (e != ERR_OK)
			return e;
		if (!is_one_of(out, days[i].code) ||
		    (days[i].from[0] != '\0' && !date_day(days[i].from, &day)) ||
		    (days[i].until[0] != '\0' && !date_day(days[i].until, &day)))
			return ERR_FORMAT;
	}
	out->organs = days;
	out->organ_count = (uint32_t)m->n_organs;
	return ERR_OK;
}

/* Ascending, and the last says what the entry itself says. */
static enum err read_places(struct arena *a, const Vanthu__V1__DirectoryEntry *m,
			    struct rec_committee *out)
{
	struct tenure *places;

	if (m->n_places > PLACES_MAX)
		return ERR_FORMAT;
	places = arena_array(a, m->n_places, sizeof *places);
	if (places == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_places; i++) {
		enum err e = field_id(m->places[i]->superior, true, &places[i].superior);

		places[i].since = m->places[i]->since;
		places[i].retired = m->places[i]->retired;
		if (e != ERR_OK || (i > 0 && places[i].since <= places[i - 1].since))
			return ERR_FORMAT;
	}
	out->places = places;
	out->place_count = (uint32_t)m->n_places;
	if (m->n_places > 0 && (!id_equal(places[m->n_places - 1].superior, out->superior) ||
				places[m->n_places - 1].retired != out->retired))
		return ERR_FORMAT;
	return ERR_OK;
}

/* Likewise. */
static enum err read_levels(struct arena *a, const Vanthu__V1__DirectoryEntry *m,
			    struct rec_committee *out)
{
	struct level_since *levels;

	if (m->n_levels > LEVELS_MAX)
		return ERR_FORMAT;
	levels = arena_array(a, m->n_levels, sizeof *levels);
	if (levels == NULL)
		return ERR_NO_MEMORY;
	for (size_t i = 0; i < m->n_levels; i++) {
		enum err e = field_text(m->levels[i]->level, SYMBOL_MAX, &levels[i].level);

		levels[i].since = m->levels[i]->since;
		if (e != ERR_OK || (i > 0 && levels[i].since <= levels[i - 1].since))
			return ERR_FORMAT;
	}
	out->levels = levels;
	out->level_count = (uint32_t)m->n_levels;
	return m->n_levels > 0 && strcmp(levels[m->n_levels - 1].level, out->level) != 0
		       ? ERR_FORMAT
		       : ERR_OK;
}

enum err directory_entry_unpack(struct arena *a, struct blob bytes, struct rec_committee *out)
{
	const Vanthu__V1__DirectoryEntry *m;
	enum err e;

	memset(out, 0, sizeof *out);
	m = pb_unpack(a, &vanthu__v1__directory_entry__descriptor, bytes, &e);
	if (m == NULL)
		return e;
	if (bytes.len_bytes == 0)
		return ERR_FORMAT;
	out->entry = arena_blob(a, bytes);
	if (out->entry.data == NULL)
		return ERR_NO_MEMORY;
	e = field_id(m->id, false, &out->id);
	if (e == ERR_OK)
		e = field_id(m->superior, true, &out->superior);
	if (e == ERR_OK)
		e = field_text(m->name, COMMITTEE_NAME_MAX, &out->name);
	if (e == ERR_OK)
		e = field_text(m->symbol, SYMBOL_MAX, &out->symbol);
	if (e == ERR_OK)
		e = field_text(m->endpoint, ENDPOINT_MAX, &out->endpoint);
	if (e == ERR_OK)
		e = field_text(m->level, SYMBOL_MAX, &out->level);
	out->term_name = out->term_from = "";
	if (e == ERR_OK && m->term != NULL) {
		e = field_text(m->term->name, SYMBOL_MAX, &out->term_name);
		if (e == ERR_OK)
			e = field_date(m->term->from, &out->term_from);
	}
	if (e != ERR_OK)
		return e;
	out->no_seal = m->no_seal;
	out->retired = m->retired;
	out->changed_in = m->changed_in;
	e = read_organs(a, m, out);
	if (e == ERR_OK)
		e = read_organ_days(a, m, out);
	if (e == ERR_OK)
		e = read_places(a, m, out);
	if (e == ERR_OK)
		e = read_levels(a, m, out);
	return e == ERR_OK ? read_keys(a, m, out) : e;
}

/* ---- the tree ---- */

enum err directory_root(const struct rec_committee *entries, uint32_t count, struct digest *out)
{
	struct merkle_stream m;

	merkle_begin(&m);
	for (uint32_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(entries[i - 1].id.text, entries[i].id.text) >= 0)
			return ERR_FORMAT;
		merkle_add(&m, merkle_leaf(entries[i].entry));
	}
	*out = merkle_end(&m);
	return ERR_OK;
}

enum err directory_check_tree(const struct rec_committee *entries, uint32_t count,
			      struct committee_id *culprit, const char **what)
{
	struct directory_tree *t = directory_tree_new(count);
	bool done = false;
	enum err e = t == NULL ? ERR_NO_MEMORY : ERR_OK;

	for (uint32_t i = 0; i < count && e == ERR_OK; i++)
		e = directory_tree_add(t, &entries[i], false);
	while (e == ERR_OK && !done)
		e = directory_tree_check(t, 2 * count + 1, &done);
	memset(culprit, 0, sizeof *culprit);
	*what = e == ERR_BAD_TREE ? directory_tree_fault(t, culprit) : NULL;
	directory_tree_destroy(t);
	return e;
}

/* ---- heads ---- */

enum err directory_sign(struct signer *registry, struct arena *a,
			const struct rec_committee *entries, uint32_t count,
			const struct directory_issue *issue, struct rec_directory *out)
{
	struct directory_body body = { .version = issue->version,
				       .valid_until_ms = issue->valid_until_ms,
				       .entry_count = count,
				       .competence = issue->competence,
				       .lists = issue->lists };
	struct draft d = { .head = { .origin = { REGISTRY_ID },
				     .kind = KIND_DIRECTORY,
				     .body_version = DIRECTORY_BODY_VERSION,
				     .urgency = URGENCY_THUONG,
				     .secrecy = SECRECY_THUONG,
				     .signed_at_ms = issue->now_ms,
				     .directory_version = issue->version,
				     .hop_limit = HOP_LIMIT } };
	enum err e = directory_root(entries, count, &body.entries_root);

	if (issue->previous != NULL) {
		body.has_previous = true;
		body.previous = *issue->previous;
	}
	/* The id of a head is its version: nothing random is needed to name it. */
	for (unsigned i = 0; i < 8; i++)
		d.head.id.bytes[8 + i] = (uint8_t)(issue->version >> (8 * (7 - i)));
	if (e == ERR_OK)
		e = directory_body_pack(a, &body, &d.body);
	if (e == ERR_OK)
		e = seal_drafts(registry, a, &d, 1);
	if (e != ERR_OK)
		return e;
	*out = (struct rec_directory){ .head = d.envelope,
				       .version = issue->version,
				       .signed_at_ms = issue->now_ms,
				       .valid_until_ms = issue->valid_until_ms,
				       .entries_root = body.entries_root,
				       .entry_count = count,
				       .previous = body.previous,
				       .digest = d.digest,
				       .competence = body.competence,
				       .lists = body.lists };
	return ERR_OK;
}

struct root_key {
	struct key_info info;
	struct digest key_id;
};

static enum err find_root(void *ctx, const struct digest *key_id, struct key_info *out)
{
	const struct root_key *root = ctx;

	if (!digest_equal(key_id, &root->key_id))
		return ERR_NOT_FOUND;
	*out = root->info;
	return ERR_OK;
}

enum err directory_head_open(struct arena *a, struct blob head, struct blob root_der,
			     struct rec_directory *out)
{
	struct root_key root = { .info = { .committee = { REGISTRY_ID }, .use = KEY_USE_SIGN } };
	struct directory_body body;
	struct opened opened;
	struct verifier *v;
	enum err e = certificate_check(root_der, root_der, root.info.public_key);

	if (e != ERR_OK)
		return e;
	root.key_id = key_id_of(root.info.public_key);
	v = verifier_new((struct key_source){ .ctx = &root, .find = find_root });
	if (v == NULL)
		return ERR_NO_MEMORY;
	/* The registry's clock is not compared with ours: a head from tomorrow is still the
	 * registry's. */
	e = seal_open(v, a, head, INT64_MAX / 2, &opened);
	verifier_destroy(v);
	/* Its signer is the registry, and only directories have that for their origin (head.c). */
	if (e == ERR_OK)
		e = directory_body_unpack(a, opened.body, &body);
	if (e != ERR_OK)
		return e == ERR_UNKNOWN_KEY ? ERR_SIGNATURE : e;
	*out = (struct rec_directory){ .head = head,
				       .version = body.version,
				       .signed_at_ms = opened.head.signed_at_ms,
				       .valid_until_ms = body.valid_until_ms,
				       .entries_root = body.entries_root,
				       .entry_count = body.entry_count,
				       .previous = body.previous,
				       .digest = opened.digest,
				       .competence = body.competence,
				       .lists = body.lists };
	return ERR_OK;
}
