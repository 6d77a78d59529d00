/* See install.h. */
#include "routing/directory/install.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/base/limits.h"
#include "routing/base/types.h"
#include "routing/core.h"
#include "routing/state/event.h"
#include "routing/state/lookup.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"
#include "routing/state/staged.h"

#define INDEX_NOTE "changed-index"

static uint32_t rows_a_tick(const struct core *c)
{
	return c->config.directory_rows == 0 ? DIRECTORY_STAGE_ROWS : c->config.directory_rows;
}

/* ---- one entry ---- */

/* SUBORDINATE rows of former superiors stay: lookups under an earlier directory need them. */
static void put_places(struct turn_view *t, const struct rec_committee *c)
{
	struct record r = { .family = FAMILY_SUBORDINATE };

	for (uint32_t i = 0; i < c->place_count; i++) {
		if (!id_empty(c->places[i].superior))
			core_put(t, key_subordinate(c->places[i].superior, c->id), &r);
	}
	if (!id_empty(c->superior))
		core_put(t, key_subordinate(c->superior, c->id), &r);
}

/* Does the entry in force have this key? */
static enum err has_key(struct turn_view *t, struct committee_id id, const struct digest *key_id,
			bool *yes)
{
	struct record r;
	enum err e = core_get(t, FAMILY_COMMITTEE, key_committee(id), &r);

	*yes = false;
	for (uint32_t i = 0; e == ERR_OK && i < r.u.committee.key_count; i++)
		*yes = *yes || memcmp(&r.u.committee.keys[i].key_id, key_id, sizeof *key_id) == 0;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* A key that changes hands belongs to both until the switch: who has it, their entries say. */
static enum err put_key(struct turn_view *t, struct committee_id id, const struct digest *key_id)
{
	struct record r, fresh = { .family = FAMILY_KEY, .u.key = { .committee = id } };
	enum err e = core_get(t, FAMILY_KEY, key_digest(*key_id), &r);
	bool yes = false;

	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	if (e == ERR_OK) {
		if (id_equal(r.u.key.committee, id) || id_equal(r.u.key.also, id))
			return ERR_OK;
		e = has_key(t, r.u.key.committee, key_id, &yes);
		if (e != ERR_OK)
			return e;
		fresh.u.key.also = yes || id_empty(r.u.key.also) ? r.u.key.committee : r.u.key.also;
	}
	core_put(t, key_digest(*key_id), &fresh);
	return ERR_OK;
}

/* What stands beside an entry, and may do so before it is in force. */
static enum err put_beside(struct turn_view *t, const struct rec_committee *c)
{
	struct record r = { .family = FAMILY_CHANGED };
	enum err e = ERR_OK;

	put_places(t, c);
	core_put(t, key_version(c->changed_in, c->id), &r);
	for (uint32_t i = 0; i < c->key_count && e == ERR_OK; i++)
		e = put_key(t, c->id, &c->keys[i].key_id);
	return e;
}

/* The entry in force. *known is false when there is none; *same when it is this one byte for
 * byte. */
static enum err compare(struct turn_view *t, const struct rec_committee *c,
			struct rec_committee *old, bool *known, bool *same)
{
	struct record r;
	enum err e = core_get(t, FAMILY_COMMITTEE, key_committee(c->id), &r);

	*known = e == ERR_OK;
	*same = *known && r.u.committee.entry.len_bytes == c->entry.len_bytes &&
		memcmp(r.u.committee.entry.data, c->entry.data, c->entry.len_bytes) == 0;
	if (*known)
		*old = r.u.committee;
	/* one that cannot be read is written over, as if it were new */
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}

static bool stands_elsewhere(const struct rec_committee *old, const struct rec_committee *c)
{
	return !id_equal(old->superior, c->superior) || old->retired != c->retired;
}

/* Who stood below us in a version that we never had, between ours and this one, may still believe
 * it does: it may ask too. */
static enum err note_passed(struct turn_view *t, const struct rec_committee *c)
{
	struct install *in = &t->core->install;

	for (uint32_t k = 0; k + 1 < c->place_count; k++) {
		struct committee_id *grown;

		if (!id_equal(c->places[k].superior, t->core->config.self) ||
		    c->places[k].retired || c->places[k + 1].since <= t->core->directory_version ||
		    in->passed_count >= LINKS_MAX)
			continue;
		grown = realloc(in->passed, (in->passed_count + 1u) * sizeof *grown);
		if (grown == NULL)
			return ERR_NO_MEMORY;
		in->passed = grown;
		in->passed[in->passed_count++] = c->id;
		break;
	}
	return ERR_OK;
}

static void forget(struct install *in)
{
	in->active = in->moved = false;
	in->staged = 0;
	in->passed_count = 0;
}

/* ---- in one event ---- */

static enum err put_whole(struct turn_view *t, const struct rec_committee *c, bool *moved)
{
	struct record r = { .family = FAMILY_COMMITTEE };
	struct rec_committee old;
	bool known, same;
	enum err e = compare(t, c, &old, &known, &same);

	if (e == ERR_OK)
		e = note_passed(t, c);
	if (e != ERR_OK || same)
		return e;
	*moved = *moved || !known || stands_elsewhere(&old, c);
	if (known && old.changed_in != c->changed_in)
		core_erase(t, FAMILY_CHANGED, key_version(old.changed_in, c->id));
	e = put_beside(t, c);
	if (e != ERR_OK)
		return e;
	r.u.committee = *c;
	core_put(t, key_committee(c->id), &r);
	return ERR_OK;
}

enum err install_whole(struct turn_view *t, const struct ev_directory *e, bool *moved)
{
	enum err result = ERR_OK;

	install_abandon(t);
	for (uint32_t i = 0; i < e->entry_count && result == ERR_OK; i++)
		result = put_whole(t, &e->entries[i], moved);
	return result;
}

/* ---- in stages ---- */

static enum err stage(struct turn_view *t, const struct rec_committee *c)
{
	struct install *in = &t->core->install;
	struct record r = { .family = FAMILY_STAGED };
	struct rec_committee old = { .changed_in = 0 };
	bool known, same;
	enum err e = compare(t, c, &old, &known, &same);

	if (e == ERR_OK)
		e = note_passed(t, c);
	if (e != ERR_OK || same)
		return e;
	in->moved = in->moved || !known || stands_elsewhere(&old, c);
	e = put_beside(t, c);
	if (e != ERR_OK)
		return e;
	r.u.committee = *c;
	r.u.committee.replaces = old.changed_in;
	core_put(t, key_version(in->version, c->id), &r);
	return ERR_OK;
}

static enum err begin(struct turn_view *t, const struct rec_directory *head)
{
	struct install *in = &t->core->install;

	install_abandon(t);
	if (in->sweeping || core_directory_settling(t->core) != 0)
		return ERR_BUSY;
	in->active = true;
	in->version = head->version;
	in->head = head->digest;
	return ERR_OK;
}

enum err install_stage(struct turn_view *t, const struct ev_directory *e)
{
	struct install *in = &t->core->install;
	enum err result = ERR_OK;

	if (e->staged == 0)
		result = begin(t, e->head);
	else if (!in->active || in->version != e->head->version ||
		 memcmp(&in->head, &e->head->digest, sizeof in->head) != 0 ||
		 in->staged != e->staged)
		result = ERR_GAP;
	for (uint32_t i = 0; i < e->entry_count && result == ERR_OK; i++)
		result = stage(t, &e->entries[i]);
	if (result == ERR_OK)
		in->staged += e->entry_count;
	return result;
}

void install_switch(struct turn_view *t, uint64_t version)
{
	struct record r = { .family = FAMILY_META, .u.note = { .number = version } };

	t->core->install.active = false;
	core_put(t, key_name(STAGED_NOTE), &r);
	staged_set(&t->core->staged, version);
	t->core->next_tick_ms = t->now.mono_ms;
}

void install_abandon(struct turn_view *t)
{
	struct install *in = &t->core->install;

	if (in->active) {
		in->sweeping = true;
		t->core->next_tick_ms = t->now.mono_ms;
	}
	forget(in);
}

/* ---- what is left to do ---- */

static enum err settle_one(struct turn_view *t, const struct key *at, enum err found,
			   const struct rec_committee *c)
{
	struct record r = { .family = FAMILY_COMMITTEE };
	struct committee_id id;
	uint64_t version;

	if (!key_parse_version(at, &version, &id))
		return ERR_DAMAGED;
	core_erase(t, FAMILY_STAGED, *at);
	if (found == ERR_DAMAGED) {
		/* What it was is in quarantine. What it replaced is not in force, and must not come
		 * back. */
		core_erase(t, FAMILY_COMMITTEE, key_committee(id));
		return ERR_OK;
	}
	if (c->replaces != 0 && c->replaces != c->changed_in)
		core_erase(t, FAMILY_CHANGED, key_version(c->replaces, id));
	r.u.committee = *c;
	r.u.committee.replaces = 0;
	core_put(t, key_committee(id), &r);
	return ERR_OK;
}

static enum err settle(struct turn_view *t)
{
	struct core *c = t->core;
	struct scan scan = scan_of(key_number(c->staged.version));

	scan.report_damage = true;
	for (uint32_t i = 0; i < rows_a_tick(c) && plan_has_room(t->plan); i++) {
		struct record r;
		enum err e =
		    t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STAGED, &scan, &r);

		if (e == ERR_NOT_FOUND) {
			core_erase(t, FAMILY_META, key_name(STAGED_NOTE));
			staged_set(&c->staged, 0);
			return ERR_OK;
		}
		if (e == ERR_OK || e == ERR_DAMAGED)
			e = settle_one(t, &scan.at, e, &r.u.committee);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* Rows of a directory that never came into force. */
static enum err sweep(struct turn_view *t)
{
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });

	scan.report_damage = true;
	for (uint32_t i = 0; i < rows_a_tick(t->core) && plan_has_room(t->plan); i++) {
		struct record r;
		enum err e =
		    t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STAGED, &scan, &r);

		if (e == ERR_NOT_FOUND) {
			t->core->install.sweeping = false;
			return ERR_OK;
		}
		if (e != ERR_OK && e != ERR_DAMAGED)
			return e;
		core_erase(t, FAMILY_STAGED, scan.at);
	}
	return ERR_OK;
}

/* A store from before there was CHANGED. */
static enum err index_some(struct turn_view *t)
{
	struct install *in = &t->core->install;
	struct key all = { .len_bytes = 0 };
	struct scan scan = in->indexing_begun ? scan_from(all, in->indexing_at) : scan_of(all);

	for (uint32_t i = 0; i < rows_a_tick(t->core) && plan_has_room(t->plan); i++) {
		struct record r, row = { .family = FAMILY_CHANGED },
				 done = { .family = FAMILY_META, .u.note.number = 1 };
		enum err e =
		    t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_COMMITTEE, &scan, &r);

		if (e == ERR_NOT_FOUND) {
			in->indexed = true;
			core_put(t, key_name(INDEX_NOTE), &done);
			return ERR_OK;
		}
		if (e != ERR_OK)
			return e;
		core_put(t, key_version(r.u.committee.changed_in, r.u.committee.id), &row);
		in->indexing_at = scan.at;
		in->indexing_begun = true;
	}
	return ERR_OK;
}

enum err install_tick(struct turn_view *t)
{
	struct install *in = &t->core->install;
	bool settling = core_directory_settling(t->core) != 0;
	enum err e = ERR_OK;

	/* Without room they stay where they are, in force all the same. */
	if (settling && !t->core->room.documents)
		return ERR_OK;
	if (settling)
		e = settle(t);
	else if (in->sweeping)
		e = sweep(t);
	else if (!in->indexed && !in->active)
		e = index_some(t);
	else
		return ERR_OK;
	t->core->next_tick_ms = t->now.mono_ms;
	return e;
}

enum err install_load(struct turn_view *t)
{
	struct core *c = t->core;
	struct scan scan = scan_of((struct key){ .len_bytes = 0 });
	struct record r;
	enum err e = core_get(t, FAMILY_META, key_name(STAGED_NOTE), &r);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	staged_set(&c->staged, e == ERR_OK ? r.u.note.number : 0);
	e = core_get(t, FAMILY_META, key_name(INDEX_NOTE), &r);
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e; /* damaged: the index is made once more */
	c->install.indexed = e == ERR_OK;
	scan.report_damage = true;
	e = t->lookup.next(t->lookup.ctx, t->plan->arena, FAMILY_STAGED, &scan, &r);
	c->install.sweeping = c->staged.version == 0 && e != ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
}
