/* See tools/registry/change.h. */
#include "tools/registry/change.h"

#include <string.h>

#include "routing/base/committee_id.h"
#include "tools/base/text.h"

enum { ORGAN_CODES_MAX = 16 }; /* as an entry takes (proto/directory.c) */

static const int64_t ahead_at_most_ms = 31LL * 24 * 3600 * 1000;

/* A key begins before the version that has it. Does one begin in days to come, then the registry's
 * clock was ahead when it signed it: it begins now, or its committee signs nothing until then.
 * Years ahead rather says that this clock is wrong. */
static enum err begin_keys(struct arena *a, struct registry_change *c, struct rec_committee *entry)
{
	struct key_entry *keys = NULL;

	for (uint32_t i = 0; i < entry->key_count; i++) {
		int64_t ahead_ms = entry->keys[i].from_ms - c->now_ms;

		if (ahead_ms <= 0 || ahead_ms > ahead_at_most_ms)
			continue;
		if (keys == NULL) {
			keys = arena_array(a, entry->key_count, sizeof *keys);
			if (keys == NULL)
				return ERR_NO_MEMORY;
			memcpy(keys, entry->keys, entry->key_count * sizeof *keys);
		}
		keys[i].from_ms = c->now_ms - REGISTRY_BACK_MS;
	}
	if (keys != NULL) {
		entry->keys = keys;
		entry->entry = (struct blob){ NULL, 0 };
	}
	return ERR_OK;
}

enum err registry_change_begin(struct arena *a, const char *folder, struct registry_change *out)
{
	enum err e;

	memset(out, 0, sizeof *out);
	out->now_ms = text_now_ms();
	e = registry_open(a, folder, &out->registry);
	if (e != ERR_OK)
		return e;
	out->count = out->registry.directory.entry_count;
	out->version = out->registry.directory.head.version + 1;
	out->entries = arena_array(a, out->count + 1u, sizeof *out->entries);
	if (out->entries == NULL)
		return ERR_NO_MEMORY;
	if (out->count == 0)
		return ERR_NOT_FOUND;
	memcpy(out->entries, out->registry.directory.entries, out->count * sizeof *out->entries);
	for (uint32_t i = 0; e == ERR_OK && i < out->count; i++)
		e = begin_keys(a, out, &out->entries[i]);
	return e;
}

struct rec_committee *registry_change_entry(struct registry_change *c, struct committee_id id)
{
	for (uint32_t i = 0; i < c->count; i++) {
		if (!id_equal(c->entries[i].id, id))
			continue;
		c->entries[i].entry = (struct blob){ NULL, 0 };
		return &c->entries[i];
	}
	return NULL;
}

enum err registry_change_tenure(struct arena *a, const struct registry_change *c,
				struct rec_committee *entry, struct committee_id superior,
				bool retired)
{
	struct tenure *tenures = arena_array(a, entry->place_count + 2u, sizeof *tenures);
	uint32_t n = entry->place_count;

	if (tenures == NULL)
		return ERR_NO_MEMORY;
	if (n > 0)
		memcpy(tenures, entry->places, n * sizeof *tenures);
	else
		tenures[n++] =
			(struct tenure){ .superior = entry->superior, .retired = entry->retired };
	tenures[n++] =
		(struct tenure){ .since = c->version, .superior = superior, .retired = retired };
	entry->places = tenures;
	entry->place_count = n;
	entry->superior = superior;
	entry->retired = retired;
	return ERR_OK;
}

enum err registry_change_level(struct arena *a, const struct registry_change *c,
			       struct rec_committee *entry, text_t level)
{
	text_t before = entry->level == NULL ? "" : entry->level;
	struct level_since *levels = arena_array(a, entry->level_count + 2u, sizeof *levels);
	uint32_t n = entry->level_count;

	if (levels == NULL)
		return ERR_NO_MEMORY;
	if (strcmp(before, level) == 0)
		return ERR_OK;
	if (n > 0)
		memcpy(levels, entry->levels, n * sizeof *levels);
	else
		levels[n++] = (struct level_since){ .level = before };
	levels[n++] = (struct level_since){ .since = c->version, .level = level };
	/* of more than anybody reads the oldest go */
	entry->levels = n > LEVELS_MAX ? levels + (n - LEVELS_MAX) : levels;
	entry->level_count = n > LEVELS_MAX ? LEVELS_MAX : n;
	entry->level = level;
	return ERR_OK;
}

/* Its place in the list of codes; it is added at the end where it is none of them. */
static enum err add_code(struct arena *a, struct rec_committee *entry, text_t code)
{
	text_t *codes;

	for (uint32_t i = 0; i < entry->organ_id_count; i++)
		if (strcmp(entry->organ_ids[i], code) == 0)
			return ERR_OK;
	if (entry->organ_id_count >= ORGAN_CODES_MAX)
		return ERR_TOO_LARGE;
	codes = arena_array(a, entry->organ_id_count + 1u, sizeof *codes);
	if (codes == NULL)
		return ERR_NO_MEMORY;
	if (entry->organ_id_count > 0)
		memcpy(codes, entry->organ_ids, entry->organ_id_count * sizeof *codes);
	codes[entry->organ_id_count++] = code;
	entry->organ_ids = codes;
	return ERR_OK;
}

enum err registry_change_organ(struct arena *a, struct rec_committee *entry,
			       const struct organ_days *days)
{
	struct organ_days *all = arena_array(a, entry->organ_count + 1u, sizeof *all);
	enum err e = all == NULL ? ERR_NO_MEMORY : add_code(a, entry, days->code);
	uint32_t n = 0;

	if (e != ERR_OK)
		return e;
	for (uint32_t i = 0; i < entry->organ_count; i++)
		if (strcmp(entry->organs[i].code, days->code) != 0)
			all[n++] = entry->organs[i];
	if (days->from[0] != '\0' || days->until[0] != '\0')
		all[n++] = *days;
	entry->organs = all;
	entry->organ_count = n;
	return ERR_OK;
}

enum err registry_change_key(struct arena *a, const struct registry_change *c,
			     struct rec_committee *entry, const struct key_entry *key,
			     int64_t overlap_ms)
{
	struct key_entry *keys = arena_array(a, entry->key_count + 1u, sizeof *keys);

	if (keys == NULL)
		return ERR_NO_MEMORY;
	for (uint32_t i = 0; i < entry->key_count; i++) {
		keys[i] = entry->keys[i];
		if (memcmp(&keys[i].key_id, &key->key_id, sizeof key->key_id) == 0)
			return ERR_EXISTS;
		if (keys[i].use == key->use && keys[i].to_ms == 0)
			keys[i].to_ms = c->now_ms + overlap_ms;
	}
	keys[entry->key_count] = *key;
	entry->keys = keys;
	entry->key_count++;
	return ERR_OK;
}

enum err registry_change_publish(struct arena *a, struct registry_change *c,
				 struct registry_fault *fault)
{
	return registry_publish(a, &c->registry, c->entries, c->count, c->now_ms, fault);
}
