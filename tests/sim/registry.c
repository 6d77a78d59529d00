/* The registry of a changing world: committees join, move and end, keys are renewed, end early and
 * are revoked, while documents flow. Each change is a version of the directory; the top gets it,
 * now and then somebody else by hand, and from there it must come down by itself. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "proto/digest.h"
#include "proto/signer_pem.h"
#include "tests/sim/keys.h"
#include "tests/sim/world.h"

enum {
	CHANGES_MOST = 6,
	FIRST_MS = 2500,
	LAST_MS = 15000,
	OVERLAP_MS = 864000000 /* more than any clock is wrong by */,
	SHORT_OVERLAP_MS = 2000
};

int world_parent(const struct world *w, uint64_t version, int member)
{
	return version == 0 || version > w->version_count ? w->members[member].superior
							  : w->versions[version - 1].parent[member];
}

bool world_is_below(const struct world *w, uint64_t version, int top, int member)
{
	for (int at = world_parent(w, version, member); at >= 0;
	     at = world_parent(w, version, at)) {
		if (at == top)
			return true;
	}
	return false;
}

static bool is_there(const struct world *w, int member)
{
	return w->versions[w->version_count - 1].parent[member] != NOT_THERE &&
	       (w->retired >> member & 1) == 0;
}

static struct edge *find_edge(struct world *w, int superior, int subordinate)
{
	for (int i = 0; i < w->edge_count; i++) {
		if (w->edges[i].superior == superior && w->edges[i].subordinate == subordinate)
			return &w->edges[i];
	}
	return NULL;
}

/* ---- what members believe ---- */

/* What comes down must be what the registry signed: nothing is made up on the way. */
static enum err open_head(void *ctx, struct arena *a, struct blob head, struct rec_directory *out)
{
	struct member *m = ctx;
	struct world *w = m->world;

	(void)a;
	for (uint64_t i = 0; i < w->version_count; i++) {
		const struct rec_directory *d = &w->versions[i].directory.head;

		if (d->head.len_bytes == head.len_bytes &&
		    memcmp(d->head.data, head.data, head.len_bytes) == 0) {
			*out = *d;
			return ERR_OK;
		}
	}
	if (!w->active[FAULT_CORRUPT])
		world_violation(w, "directory", "%s got a head that nobody signed", m->id.text);
	return ERR_SIGNATURE;
}

/* The keys of this world have none. */
static enum err no_certificates(void *ctx, const struct rec_committee *c)
{
	(void)ctx;
	(void)c;
	return ERR_OK;
}

struct directory_trust registry_trust(struct member *m)
{
	return (
	    struct directory_trust){ .ctx = m, .head = open_head, .certificates = no_certificates };
}

/* ---- one version from the one before ---- */

static struct rec_committee *begin_version(struct world *w, struct version *v)
{
	const struct version *before = &w->versions[w->version_count - 1];

	*v = *before;
	v->directory.entries =
	    arena_array(w->arena, before->directory.entry_count + 1u, sizeof *v->directory.entries);
	assert(v->directory.entries != NULL && w->version_count < VERSIONS_MAX);
	memcpy(v->directory.entries, before->directory.entries,
	       before->directory.entry_count * sizeof *v->directory.entries);
	return v->directory.entries;
}

static struct rec_committee *entry_of(struct world *w, struct version *v, int member)
{
	for (uint32_t i = 0; i < v->directory.entry_count; i++) {
		if (strcmp(v->directory.entries[i].id.text, w->members[member].id.text) == 0) {
			v->directory.entries[i].changed_in = w->version_count + 1;
			return &v->directory.entries[i];
		}
	}
	abort(); /* every member has one */
}

static void place(struct world *w, struct rec_committee *entry, bool retired)
{
	struct tenure *places = arena_array(w->arena, entry->place_count + 1u, sizeof *places);

	assert(places != NULL);
	if (entry->place_count > 0)
		memcpy(places, entry->places, entry->place_count * sizeof *places);
	places[entry->place_count] = (struct tenure){ .since = w->version_count + 1,
						     .superior = entry->superior,
						     .retired = retired };
	entry->places = places;
	entry->place_count++;
	entry->retired = retired;
}

static void publish(struct world *w, struct version *v, struct rec_committee *changed)
{
	struct directory_issue issue = {
		.version = w->version_count + 1,
		.previous = &w->versions[w->version_count - 1].directory.head.digest,
		.now_ms = w->start_wall_ms + w->skipped_ms + w->now_ms,
		.valid_until_ms = w->start_wall_ms + w->directory_valid_ms,
		.competence = w->competence,
		.lists = w->lists
	};
	struct signer *registry;
	enum err e = signer_pem_open(w->registry_pem, &registry);

	assert(e == ERR_OK);
	if (changed != NULL)
		e = directory_entry_pack(w->arena, changed, &changed->entry);
	if (e == ERR_OK)
		e = directory_sign(registry, w->arena, v->directory.entries,
				   v->directory.entry_count, &issue, &v->directory.head);
	assert(e == ERR_OK);
	signer_destroy(registry);
	w->versions[w->version_count++] = *v;
}

/* ---- changes ---- */

static void stand_below(struct world *w, struct version *v, int member, int to,
			struct rec_committee *entry)
{
	entry->superior = w->members[to].id;
	place(w, entry, false);
	v->parent[member] = to;
	if (find_edge(w, to, member) == NULL)
		w->edges[w->edge_count++] = (struct edge){ .superior = to, .subordinate = member };
}

void registry_move(struct world *w, int member, int to)
{
	struct rec_committee *entry;
	struct version v;

	begin_version(w, &v);
	entry = entry_of(w, &v, member);
	stand_below(w, &v, member, to, entry);
	publish(w, &v, entry);
}

static bool move(struct world *w)
{
	int member = 1 + (int)prng_below(&w->prng, (uint64_t)w->member_count - 1),
	    to = (int)prng_below(&w->prng, (uint64_t)w->member_count);

	if (!is_there(w, member) || !is_there(w, to) || to == member ||
	    world_parent(w, w->version_count, member) == to ||
	    world_is_below(w, w->version_count, member, to) || find_edge(w, member, to) != NULL ||
	    w->edge_count == EDGES_MAX)
		return false;
	registry_move(w, member, to);
	return true;
}

static void end_entry(struct world *w, struct version *v, int member, struct rec_committee *entry)
{
	place(w, entry, true);
	v->parent[member] = NOT_THERE;
	w->retired |= 1u << member;
}

void registry_end(struct world *w, int member)
{
	struct rec_committee *entry;
	struct version v;

	begin_version(w, &v);
	entry = entry_of(w, &v, member);
	end_entry(w, &v, member, entry);
	publish(w, &v, entry);
}

void registry_merge(struct world *w, int member, int into)
{
	struct rec_committee *entry;
	struct version v;

	begin_version(w, &v);
	for (int i = 0; i < w->member_count; i++) {
		if (v.parent[i] != member)
			continue;
		entry = entry_of(w, &v, i);
		stand_below(w, &v, i, into, entry);
		if (directory_entry_pack(w->arena, entry, &entry->entry) != ERR_OK)
			world_violation(w, "registry", "an entry cannot be packed");
	}
	entry = entry_of(w, &v, member);
	end_entry(w, &v, member, entry);
	publish(w, &v, entry);
}

void registry_level(struct world *w, int member, text_t level)
{
	struct rec_committee *entry = NULL;
	struct level_since *all;
	struct version v;

	begin_version(w, &v);
	if (member >= 0) {
		entry = entry_of(w, &v, member);
		all = arena_array(w->arena, entry->level_count + 1u, sizeof *all);
		assert(all != NULL);
		memcpy(all, entry->levels, entry->level_count * sizeof *all);
		all[entry->level_count++] =
			(struct level_since){ .since = w->version_count + 1, .level = level };
		entry->levels = all;
		entry->level = level;
	}
	publish(w, &v, entry);
}

static bool retire(struct world *w)
{
	int member = 1 + (int)prng_below(&w->prng, (uint64_t)w->member_count - 1);

	for (int i = 0; i < w->member_count; i++) {
		if (is_there(w, i) && world_parent(w, w->version_count, i) == member)
			return false;
	}
	if (!is_there(w, member) || w->retired != 0)
		return false;
	registry_end(w, member);
	return true;
}

void registry_join(struct world *w, int member)
{
	struct member *m = &w->members[member];
	struct rec_committee *entry;
	struct version v;
	uint32_t at;

	begin_version(w, &v);
	at = v.directory.entry_count++;
	while (at > 0 && strcmp(v.directory.entries[at - 1].id.text, m->id.text) > 0) {
		v.directory.entries[at] = v.directory.entries[at - 1];
		at--;
	}
	entry = &v.directory.entries[at];
	keys_make_entry(w, m, entry);
	entry->changed_in = w->version_count + 1;
	place(w, entry, false);
	v.parent[member] = m->superior;
	publish(w, &v, entry);
	member_start(m);
}

/* The last member of some worlds comes later than the others. */
static bool join(struct world *w)
{
	int member = w->member_count - 1;

	if (w->versions[w->version_count - 1].parent[member] != NOT_THERE ||
	    (w->retired >> member & 1) != 0 || !is_there(w, w->members[member].superior))
		return false;
	registry_join(w, member);
	return true;
}

static void rotate_key(struct world *w, int member, uint64_t how)
{
	struct rec_committee *entry;
	struct key_entry *keys;
	struct version v;

	begin_version(w, &v);
	entry = entry_of(w, &v, member);
	keys = arena_array(w->arena, entry->key_count + 1u, sizeof *keys);
	assert(keys != NULL);
	memcpy(keys, entry->keys, entry->key_count * sizeof *keys);
	for (uint32_t i = 0; i < entry->key_count; i++) {
		if (keys[i].to_ms == 0)
			keys[i].to_ms = w->start_wall_ms + w->skipped_ms + w->now_ms +
					(how == 2 ? SHORT_OVERLAP_MS : OVERLAP_MS);
		if (how == 3 && keys[i].revoked_from_ms == 0)
			keys[i].revoked_from_ms = w->start_wall_ms + w->skipped_ms + w->now_ms;
	}
	if (how >= 2)
		/* what it signed and nobody had yet may be refused: it is told */
		w->weak |= (uint16_t)(1u << member);
	keys[entry->key_count] = keys_make_one(w, &w->members[member]);
	entry->keys = keys;
	entry->key_count++;
	publish(w, &v, entry);
}

/* A new signing key. The old one ends in good time, or too soon for what is under way, or is taken
 * back at once. */
static bool rotate(struct world *w)
{
	int member = (int)prng_below(&w->prng, (uint64_t)w->member_count);
	uint64_t how = prng_below(&w->prng, 4);

	if (!is_there(w, member) || w->members[member].key_count == OWN_KEYS)
		return false;
	rotate_key(w, member, how);
	return true;
}

static bool renew(struct world *w)
{
	struct version v;

	begin_version(w, &v);
	publish(w, &v, NULL);
	return true;
}

void registry_renew(struct world *w, int member)
{
	if (w->members[member].key_count < OWN_KEYS)
		rotate_key(w, member, 0);
	else
		(void)renew(w);
}

/* Committees that stand elsewhere from now on: the old address is dead from this moment. One, or
 * one and its superior, with another superior or another link key besides; while it does not run,
 * as a machine that is carried. */
static void relocate_one(struct world *w, struct version *v, int member, struct prng *p)
{
	struct rec_committee *entry = entry_of(w, v, member);
	struct member *m = &w->members[member];
	char text[48];

	snprintf(text, sizeof text, "tcp://127.0.0.1:%d",
		 1000 + (int)w->version_count * 20 + member);
	entry->endpoint = m->endpoint = arena_text(w->arena, text, strlen(text));
	assert(m->endpoint != NULL);
	if (prng_chance(p, 400))
		v->link_key[member]++;
	if (directory_entry_pack(w->arena, entry, &entry->entry) != ERR_OK)
		world_violation(w, "registry", "an entry cannot be packed");
	if (prng_chance(p, 600))
		m->handed = w->version_count + 1;
	member_crash(m);
	w->relocated++;
}

void registry_relocate(struct world *w)
{
	struct prng p;
	struct version v;
	int member, parent;

	prng_seed(&p, w->seed ^ (uint64_t)w->now_ms * 0x9e3779b97f4a7c15ULL);
	member = (int)prng_below(&p, (uint64_t)w->member_count);
	parent = world_parent(w, w->version_count, member);
	if (!is_there(w, member) || w->version_count + 1 >= VERSIONS_MAX)
		return;
	begin_version(w, &v);
	relocate_one(w, &v, member, &p);
	if (parent >= 0 && prng_chance(&p, 300))
		relocate_one(w, &v, parent, &p);
	publish(w, &v, NULL);
	member_install(&w->members[0], w->version_count);
}

/* In every other changing world, drawn from a sequence of its own so that the others stay what they
 * were. */
static void draw_relocations(struct world *w)
{
	struct prng p;

	prng_seed(&p, w->seed * 0xbf58476d1ce4e5b9ULL);
	for (uint64_t n = w->seed % 2 == 0 ? 1 + prng_below(&p, 2) : 0; n > 0; n--)
		world_schedule(w,
			       (struct sim_event){
				   .at_ms = FIRST_MS + (int64_t)prng_below(&p, LAST_MS - FIRST_MS),
				   .kind = SIM_RELOCATE });
}

void registry_draw(struct world *w)
{
	draw_relocations(w);
	w->change_count = 1 + (int)prng_below(&w->prng, CHANGES_MOST);
	for (int i = 0; i < w->change_count; i++)
		world_schedule(
		    w, (struct sim_event){
			   .at_ms = FIRST_MS + (int64_t)prng_below(&w->prng, LAST_MS - FIRST_MS),
			   .kind = SIM_CHANGE });
}

void registry_change(struct world *w)
{
	static bool (*const changes[])(struct world *) = { move,   move,   move,   join, join,
							   rotate, rotate, retire, renew };
	bool changed = false;
	unsigned kind = 0;

	for (unsigned tries = 0; tries < 20 && !changed; tries++) {
		kind = (unsigned)prng_below(&w->prng, sizeof changes / sizeof changes[0]);
		changed = changes[kind](w);
	}
	if (!changed)
		return;
	w->struck_change[kind]++;
	member_install(&w->members[0], w->version_count);
	if (prng_chance(&w->prng, 250))
		member_install(&w->members[prng_below(&w->prng, (uint64_t)w->member_count)],
			       w->version_count);
}

void registry_begin_terms(struct world *w, const int *members, unsigned count, text_t name,
			  text_t from)
{
	struct version v;

	begin_version(w, &v);
	for (unsigned i = 0; i < count; i++) {
		struct rec_committee *entry = entry_of(w, &v, members[i]);

		entry->term_name = name;
		entry->term_from = from;
		if (directory_entry_pack(w->arena, entry, &entry->entry) != ERR_OK)
			world_violation(w, "registry", "an entry cannot be packed");
	}
	publish(w, &v, NULL);
	member_install(&w->members[0], w->version_count);
}
