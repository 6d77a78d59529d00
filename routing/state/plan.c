/* The plan of a turn and how to read through it; see plan.h. */
#include "routing/state/plan.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "routing/base/arena.h"
#include "routing/base/limits.h"

enum {
	/* of the index: as many as a common turn wants, which stay in the processor's cache; and
	 * twice PLAN_WRITES_MAX, so that open addressing stays short */
	INDEX_SLOTS_LEAST = 1024,
	INDEX_SLOTS_MOST = 65536,
	/* The largest single event: a document to every neighbour, or a directory (bounded by half
	 * the plan). */
	ROOM_WRITES = PLAN_WRITES_MAX / 2 + LINKS_MAX,
	ROOM_ACTS = 64 + IMPORT_LINES_MAX, /* each line of an import is told */
	/* of each link at the end of a turn: credit and acknowledgement of three lanes, a pump */
	FINISH_ACTS = 8,
};

/* A slot has the hash beside the place in `writes`, counted from 1 (0: empty): records are large,
 * and one that is not meant is not looked at. Half of the slots in use at most. */
struct plan_slot {
	uint32_t hash, write;
};
/* The writes of a family by their keys, for walks: made when one is walked through first, and from
 * then on as far as it was. What comes with ascending keys, as nearly all does, goes to the end. */
struct plan_order {
	uint32_t count; /* of the family's writes, the oldest first */
	uint32_t next;	/* place in `writes` of the plan from which on they are not in it yet */
};
struct plan_index {
	uint32_t count; /* of slots in use: a power of two */
	struct plan_slot slots[INDEX_SLOTS_MOST];
	struct plan_order orders[FAMILY_COUNT];
	uint16_t ordered[FAMILY_COUNT][PLAN_WRITES_MAX]; /* places in `writes` */
};
_Static_assert(PLAN_WRITES_MAX <= UINT16_MAX + 1, "a place in struct plan_order");

struct plan *plan_new(struct lookup base)
{
	struct plan *p = calloc(1, sizeof *p);

	if (p == NULL)
		return NULL;
	p->base = base;
	p->arena = arena_new(PLAN_ARENA_BYTES);
	p->writes = calloc(PLAN_WRITES_MAX, sizeof *p->writes);
	p->drafts = calloc(PLAN_DRAFTS_MAX, sizeof *p->drafts);
	p->acts = calloc(PLAN_ACTS_MAX, sizeof *p->acts);
	p->changes = calloc(PLAN_CHANGES_MAX, sizeof *p->changes);
	p->index = calloc(1, sizeof *p->index);
	if (p->arena == NULL || p->writes == NULL || p->drafts == NULL || p->acts == NULL ||
	    p->changes == NULL || p->index == NULL) {
		plan_destroy(p);
		return NULL;
	}
	p->index->count = INDEX_SLOTS_LEAST;
	return p;
}

void plan_destroy(struct plan *p)
{
	if (p == NULL)
		return;
	arena_destroy(p->arena);
	free(p->writes);
	free(p->drafts);
	free(p->acts);
	free(p->changes);
	free(p->index);
	free(p);
}

/* FNV-1a over words of eight bytes, of which the last is filled up with zeros: keys that differ in
 * those alone differ in their length. */
static uint32_t hash_of(enum family family, const struct key *key)
{
	uint64_t h = 14695981039346656037u ^ (uint64_t)family << 8 ^ key->len_bytes, word;

	for (unsigned i = 0; i < key->len_bytes; i += sizeof word) {
		size_t left = key->len_bytes - i;

		word = 0;
		memcpy(&word, key->bytes + i, left < sizeof word ? left : sizeof word);
		h = (h ^ word) * 1099511628211u;
		h ^= h >> 32; /* the last bytes of a key, where most differ, are the high ones */
	}
	return (uint32_t)h;
}

/* The slot that holds this key, or the empty one where it would go, with its hash. */
static struct plan_slot *find_slot(const struct plan *p, enum family family, const struct key *key)
{
	uint32_t hash = hash_of(family, key), last = p->index->count - 1, at = hash & last;

	for (; p->index->slots[at].write != 0; at = (at + 1) & last) {
		const struct write *w = &p->writes[p->index->slots[at].write - 1];

		if (p->index->slots[at].hash == hash && w->record.family == family &&
		    key_equal(&w->key, key))
			break;
	}
	p->index->slots[at].hash = hash;
	return &p->index->slots[at];
}

static void forget_orders(struct plan_index *index)
{
	memset(index->orders, 0, sizeof index->orders);
}

/* Empty, with room for so many writes. */
static void empty_index(struct plan *p, uint32_t writes)
{
	struct plan_index *index = p->index;

	memset(index->slots, 0, index->count * sizeof index->slots[0]);
	index->count = INDEX_SLOTS_LEAST;
	while (writes > index->count / 2 && index->count < INDEX_SLOTS_MOST)
		index->count *= 2;
}

/* Anew, of all writes. */
static void fill_index(struct plan *p)
{
	struct plan_index *index = p->index;
	uint32_t last;

	empty_index(p, p->write_count);
	last = index->count - 1;
	for (uint32_t i = 0; i < p->write_count; i++) {
		uint32_t hash = hash_of(p->writes[i].record.family, &p->writes[i].key),
			 at = hash & last;

		while (index->slots[at].write != 0)
			at = (at + 1) & last;
		index->slots[at] = (struct plan_slot){ .hash = hash, .write = i + 1 };
	}
}

void plan_goes_alone(struct plan *p)
{
	p->alone = true;
}

void plan_fails(struct plan *p, enum err e)
{
	if (p->failed == ERR_OK)
		p->failed = e;
}

void plan_clear(struct plan *p)
{
	empty_index(p, 0);
	forget_orders(p->index);
	p->alone = false;
	p->failed = ERR_OK;
	p->own_entry = NULL;
	memset(p->family_writes, 0, sizeof p->family_writes);
	p->write_count = p->draft_count = p->act_count = p->change_count = 0;
	p->costed = 0;
	p->cost_bytes = 0;
	p->history_at = p->history_lines = p->history_entries = 0;
	arena_reset(p->arena);
}

enum err plan_mark(struct plan *p, struct plan_mark *out)
{
	*out = (struct plan_mark){ .write_count = p->write_count,
				   .draft_count = p->draft_count,
				   .act_count = p->act_count,
				   .change_count = p->change_count,
				   .costed = p->costed,
				   .cost_bytes = p->cost_bytes,
				   .failed = p->failed };
	if (p->write_count == 0)
		return ERR_OK;
	out->writes = arena_array(p->arena, p->write_count, sizeof *out->writes);
	if (out->writes == NULL)
		return ERR_NO_MEMORY;
	memcpy(out->writes, p->writes, p->write_count * sizeof *out->writes);
	return ERR_OK;
}

void plan_back(struct plan *p, const struct plan_mark *m)
{
	memset(p->family_writes, 0, sizeof p->family_writes);
	p->write_count = m->write_count;
	if (m->write_count > 0)
		memcpy(p->writes, m->writes, m->write_count * sizeof *p->writes);
	for (uint32_t i = 0; i < m->write_count; i++)
		p->family_writes[p->writes[i].record.family]++;
	fill_index(p); /* what lies behind a slot that is taken out would not be found */
	forget_orders(p->index);
	p->draft_count = m->draft_count;
	p->act_count = m->act_count;
	p->change_count = m->change_count;
	p->own_entry = NULL;
	p->costed = m->costed;
	p->cost_bytes = m->cost_bytes;
	p->failed = m->failed;
}

bool plan_has_room(const struct plan *p)
{
	return p->write_count + ROOM_WRITES <= PLAN_WRITES_MAX &&
	       p->draft_count + 8 <= PLAN_DRAFTS_MAX &&
	       p->act_count + ROOM_ACTS + FINISH_ACTS * LINKS_MAX <= PLAN_ACTS_MAX &&
	       p->change_count + 2 * ROOM_ACTS + 2 * LINKS_MAX <= PLAN_CHANGES_MAX &&
	       arena_used(p->arena) < PLAN_ARENA_BYTES / 2;
}

bool plan_is_empty(const struct plan *p)
{
	return p->write_count == 0;
}

/* The directory in force and its keys: links, verifiers and screens go by what memory says of
 * them. */
static bool is_read_between_turns(enum family f)
{
	return f == FAMILY_DIRECTORY || f == FAMILY_COMMITTEE || f == FAMILY_SUBORDINATE ||
	       f == FAMILY_KEY || f == FAMILY_STAGED;
}

static struct write *write_at(struct plan *p, enum family family, const struct key *key)
{
	struct plan_slot *slot = find_slot(p, family, key);
	struct write *w;

	p->alone = p->alone || is_read_between_turns(family);
	if (slot->write != 0)
		return &p->writes[slot->write - 1];
	assert(p->write_count < PLAN_WRITES_MAX);
	w = &p->writes[p->write_count++];
	slot->write = p->write_count;
	p->family_writes[family]++;
	w->key = *key;
	w->record.family = family;
	if (p->write_count > p->index->count / 2 && p->index->count < INDEX_SLOTS_MOST)
		fill_index(p);
	return w;
}

struct write *plan_put(struct plan *p, struct key key, const struct record *record)
{
	struct write *w = write_at(p, record->family, &key);

	w->record = *record;
	w->erase = false;
	return w;
}

void plan_erase(struct plan *p, enum family family, struct key key)
{
	struct write *w = write_at(p, family, &key);

	memset(&w->record, 0, sizeof w->record);
	w->record.family = family;
	w->erase = true;
}

uint32_t plan_draft(struct plan *p, const struct draft *d)
{
	assert(p->draft_count < PLAN_DRAFTS_MAX);
	p->drafts[p->draft_count++] = *d;
	return p->draft_count;
}

struct act *plan_act(struct plan *p, enum act_type type)
{
	struct act *a;

	assert(p->act_count < PLAN_ACTS_MAX);
	a = &p->acts[p->act_count++];
	memset(a, 0, sizeof *a);
	a->type = type;
	p->alone = p->alone || type == ACT_DIRECTORY;
	return a;
}

void plan_add_change(struct plan *p, const struct change *change)
{
	assert(p->change_count < PLAN_CHANGES_MAX);
	p->changes[p->change_count++] = *change;
}

/* ---- reading through the plan ---- */

/* As it stands in the plan, or as a copy for who reads from outside. */
static enum err hand_out(const struct plan_copies *c, struct arena *arena, const struct write *w,
			 struct record *out)
{
	if (c->copy != NULL)
		return c->copy(c->ctx, arena, w, out);
	*out = w->record;
	return ERR_OK;
}

static enum err get_through(const struct plan_copies *c, struct arena *arena, enum family family,
			    const struct key *key, struct record *out)
{
	struct plan *p = c->plan;
	const struct plan_slot *slot;

	if (p->family_writes[family] == 0)
		return p->base.get(p->base.ctx, arena, family, key, out);
	slot = find_slot(p, family, key);
	if (slot->write != 0) {
		const struct write *w = &p->writes[slot->write - 1];

		return w->erase ? ERR_NOT_FOUND : hand_out(c, arena, w, out);
	}
	return p->base.get(p->base.ctx, arena, family, key, out);
}

static enum err overlay_get(void *ctx, struct arena *arena, enum family family,
			    const struct key *key, struct record *out)
{
	struct plan_copies own = { .plan = ctx };

	return get_through(&own, arena, family, key, out);
}

static int key_order(const struct key *a, const struct key *b)
{
	size_t len = a->len_bytes < b->len_bytes ? a->len_bytes : b->len_bytes;
	int order = memcmp(a->bytes, b->bytes, len);

	return order != 0 ? order : (int)a->len_bytes - (int)b->len_bytes;
}

/* One family's, to look into. */
struct ordered {
	const struct write *writes;
	const uint16_t *places;
	uint32_t count;
};

static const struct write *ordered_at(const struct ordered *o, uint32_t at)
{
	return &o->writes[o->places[at]];
}

/* How many of the first in this order lie before the key, or are it where `with` says so. */
static uint32_t count_before(const struct ordered *o, const struct key *key, bool with)
{
	uint32_t from = 0, to = o->count;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		int order = key_order(&ordered_at(o, middle)->key, key);

		if (order < 0 || (with && order == 0))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The same of a whole prefix: how many lie before its end. */
static uint32_t count_before_end(const struct ordered *o, const struct key *prefix)
{
	uint32_t from = 0, to = o->count;

	while (from < to) {
		uint32_t middle = from + (to - from) / 2;
		const struct key *key = &ordered_at(o, middle)->key;

		if (key_order(key, prefix) < 0 || key_has_prefix(key, prefix))
			from = middle + 1;
		else
			to = middle;
	}
	return from;
}

/* The writes of a family in the order of their keys, all that are planned by now. */
static struct ordered order_of(const struct plan *p, enum family family)
{
	struct plan_order *order = &p->index->orders[family];
	uint16_t *places = p->index->ordered[family];
	struct ordered o = { p->writes, places, order->count };

	for (; order->next < p->write_count && o.count < p->family_writes[family]; order->next++) {
		const struct write *w = &p->writes[order->next];
		uint32_t at = o.count;

		if (w->record.family != family)
			continue;
		if (at > 0 && key_order(&ordered_at(&o, at - 1)->key, &w->key) > 0) {
			at = count_before(&o, &w->key, false);
			memmove(places + at + 1, places + at, (o.count - at) * sizeof places[0]);
		}
		places[at] = (uint16_t)order->next;
		o.count++;
	}
	order->count = o.count;
	return o;
}

static const struct write *nearest_up(const struct ordered *o, const struct scan *scan)
{
	bool from_prefix = key_order(&scan->at, &scan->prefix) < 0;
	uint32_t at = from_prefix ? count_before(o, &scan->prefix, false)
				  : count_before(o, &scan->at, !scan->open);

	for (; at < o->count; at++) {
		const struct write *w = ordered_at(o, at);

		if (!key_has_prefix(&w->key, &scan->prefix))
			return NULL;
		if (!w->erase)
			return w;
	}
	return NULL;
}

static const struct write *nearest_down(const struct ordered *o, const struct scan *scan)
{
	uint32_t at = count_before_end(o, &scan->prefix);

	if (!scan->open) {
		uint32_t before = count_before(o, &scan->at, false);

		at = before < at ? before : at;
	}
	while (at-- > 0) {
		const struct write *w = ordered_at(o, at);

		if (!key_has_prefix(&w->key, &scan->prefix))
			return NULL;
		if (!w->erase)
			return w;
	}
	return NULL;
}

/* The planned write nearest to where the walk stands, erases passed over; NULL when there is
 * none. */
static const struct write *nearest(const struct plan *p, enum family family,
				   const struct scan *scan, bool up)
{
	struct ordered o = order_of(p, family);

	return up ? nearest_up(&o, scan) : nearest_down(&o, scan);
}

static bool erased(const struct plan *p, enum family family, const struct key *key)
{
	const struct plan_slot *slot = find_slot(p, family, key);

	return slot->write != 0 && p->writes[slot->write - 1].erase;
}

/* The nearer of what is planned and what is stored. */
static enum err overlay(const struct plan_copies *c, struct arena *arena, enum family family,
			struct scan *scan, bool up, struct record *out)
{
	struct plan *p = c->plan;
	enum err (*step)(void *, struct arena *, enum family, struct scan *, struct record *) =
		up ? p->base.next : p->base.last;
	const struct write *w;
	struct scan stored;
	enum err e;
	int order;

	if (p->family_writes[family] == 0)
		return step(p->base.ctx, arena, family, scan, out);
	w = nearest(p, family, scan, up);
	stored = *scan;
	do {
		e = step(p->base.ctx, arena, family, &stored, out);
	} while ((e == ERR_OK || e == ERR_DAMAGED) && erased(p, family, &stored.at));
	if (e != ERR_OK && e != ERR_NOT_FOUND && e != ERR_DAMAGED)
		return e;
	order = w == NULL || e == ERR_NOT_FOUND ? 0 : key_order(&w->key, &stored.at);
	if (w != NULL && (up ? order <= 0 : order >= 0)) {
		stored.at = w->key;
		e = hand_out(c, arena, w, out);
	}
	if (e != ERR_NOT_FOUND) {
		scan->at = stored.at;
		scan->open = false;
	}
	return e;
}

static enum err overlay_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			     struct record *out)
{
	struct plan_copies own = { .plan = ctx };

	return overlay(&own, arena, family, scan, true, out);
}

static enum err overlay_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			     struct record *out)
{
	struct plan_copies own = { .plan = ctx };

	return overlay(&own, arena, family, scan, false, out);
}

struct lookup plan_lookup(struct plan *p)
{
	return (struct lookup){
		.ctx = p, .get = overlay_get, .next = overlay_next, .last = overlay_last
	};
}

static enum err copies_get(void *ctx, struct arena *arena, enum family family,
			   const struct key *key, struct record *out)
{
	return get_through(ctx, arena, family, key, out);
}

static enum err copies_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	return overlay(ctx, arena, family, scan, true, out);
}

static enum err copies_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	return overlay(ctx, arena, family, scan, false, out);
}

struct lookup plan_lookup_copies(struct plan_copies *c)
{
	return (struct lookup){
		.ctx = c, .get = copies_get, .next = copies_next, .last = copies_last
	};
}

/* ---- after sealing ---- */

static const struct draft *draft_of(const struct plan *p, uint32_t draft)
{
	assert(draft > 0 && draft <= p->draft_count);
	return &p->drafts[draft - 1];
}

static void resolve(const struct plan *p, struct sealed *s)
{
	if (s->draft == 0)
		return;
	s->bytes = draft_of(p, s->draft)->envelope;
	s->draft = 0;
}

static void resolve_digest(const struct plan *p, uint32_t *draft, struct digest *digest)
{
	if (*draft == 0)
		return;
	*digest = draft_of(p, *draft)->digest;
	*draft = 0;
}

static void resolve_record(struct plan *p, struct record *r)
{
	switch (r->family) {
	case FAMILY_IDENT:
		resolve_digest(p, &r->u.ident.draft, &r->u.ident.digest);
		break;
	case FAMILY_DOCUMENT:
		resolve_digest(p, &r->u.document.draft, &r->u.document.digest);
		break;
	case FAMILY_ENVELOPE:
		resolve(p, &r->u.envelope.envelope);
		break;
	case FAMILY_RELAY:
		resolve(p, &r->u.relay.envelope);
		break;
	case FAMILY_RECEIPT:
		resolve(p, &r->u.receipt.envelope);
		resolve_digest(p, &r->u.receipt.draft, &r->u.receipt.digest);
		break;
	case FAMILY_STATUS:
		resolve(p, &r->u.status.envelope);
		break;
	case FAMILY_STREAM:
		if (r->u.stream.draft != 0)
			r->u.stream.size_bytes = draft_of(p, r->u.stream.draft)->envelope.len_bytes;
		resolve_digest(p, &r->u.stream.draft, &r->u.stream.digest);
		resolve(p, &r->u.stream.fact);
		break;
	case FAMILY_NONE:
	case FAMILY_META:
	case FAMILY_STATE:
	case FAMILY_ROUTE:
	case FAMILY_LINKIN:
	case FAMILY_LINKOUT:
	case FAMILY_FETCH:
	case FAMILY_FILE:
	case FAMILY_SWEEP:
	case FAMILY_COMMITTEE:
	case FAMILY_SUBORDINATE:
	case FAMILY_DIRECTORY:
	case FAMILY_KEY:
	case FAMILY_ACT:
	case FAMILY_COUNTER:
	case FAMILY_PAPER:
	case FAMILY_NUMBER:
	case FAMILY_ASIDE:
	case FAMILY_STAGED:
	case FAMILY_CHANGED:
	case FAMILY_WORK:
	case FAMILY_LINE:
	case FAMILY_SERIES:
	case FAMILY_OPEN:
	case FAMILY_TOLD:
	case FAMILY_EARLY:
	case FAMILY_GONE:
	case FAMILY_ACCEPTED:
	case FAMILY_REPORT:
	case FAMILY_FIGURES:
	case FAMILY_DECLARED:
	case FAMILY_DROPPED:
	case FAMILY_FEED:
	case FAMILY_HISTORY:
	case FAMILY_COUNT:
		break; /* refers to no draft */
	}
}

void plan_resolve(struct plan *p)
{
	for (uint32_t i = 0; i < p->write_count; i++) {
		if (!p->writes[i].erase)
			resolve_record(p, &p->writes[i].record);
	}
}
