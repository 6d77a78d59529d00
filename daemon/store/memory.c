/* The simulator's store: a sorted array a family on a "disk" that outlives the store. A commit is
 * all or nothing; what was not committed is gone after a crash. See store.h. */
#include "daemon/store/memory.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "proto/record_codec.h"
#include "routing/state/staged.h"

enum { COMMIT_ARENA_BYTES = 64 * 1024 * 1024 };

struct entry {
	struct key key;
	size_t len_bytes;
	uint8_t value[];
};

struct table {
	struct entry **entries;
	size_t count, capacity;
};

struct memory_disk {
	struct table tables[FAMILY_COUNT];
	struct store_damage *damages; /* what was spoilt, and is still */
	uint32_t damage_count;
	uint64_t spoils; /* so far */
	uint32_t fail_in;
	enum err fail_with;
	bool fail_landed;
};

struct memory_store {
	struct store base;
	struct memory_disk *disk;
	struct arena *arena;
	uint64_t commits, damaged;
	struct staged staged;
	bool reading; /* between read_begin and read_end */
};

struct memory_disk *memory_disk_new(void)
{
	return calloc(1, sizeof(struct memory_disk));
}

void memory_disk_destroy(struct memory_disk *d)
{
	if (d == NULL)
		return;
	for (int f = 0; f < FAMILY_COUNT; f++) {
		for (size_t i = 0; i < d->tables[f].count; i++)
			free(d->tables[f].entries[i]);
		free(d->tables[f].entries);
	}
	free(d->damages);
	free(d);
}

bool memory_disk_contains(const struct memory_disk *d, struct blob bytes)
{
	for (int f = 0; f < FAMILY_COUNT; f++) {
		for (size_t i = 0; i < d->tables[f].count; i++) {
			const struct entry *e = d->tables[f].entries[i];

			if (memmem(e->value, e->len_bytes, bytes.data, bytes.len_bytes) != NULL)
				return true;
		}
	}
	return false;
}

static void note_damage(struct memory_disk *d, enum family family, const struct key *key)
{
	struct store_damage *more = realloc(d->damages, (d->damage_count + 1) * sizeof *more);

	assert(more != NULL && d->damage_count < STORE_DAMAGES_MAX);
	d->damages = more;
	d->damages[d->damage_count++] = (struct store_damage){ family, *key };
	d->spoils++;
}

/* It was written over, or erased. */
static void forget_damage(struct memory_disk *d, enum family family, const struct key *key)
{
	for (uint32_t i = 0; i < d->damage_count; i++) {
		struct store_damage *at = &d->damages[i];

		if (at->family != family || !key_equal(&at->key, key))
			continue;
		*at = d->damages[--d->damage_count];
		return;
	}
}

struct memory_disk *memory_disk_copy(const struct memory_disk *d)
{
	struct memory_disk *copy = memory_disk_new();

	for (int f = 0; copy != NULL && f < FAMILY_COUNT; f++) {
		const struct table *from = &d->tables[f];
		struct table *to = &copy->tables[f];

		to->entries = calloc(from->count + 1, sizeof(*to->entries));
		assert(to->entries != NULL);
		to->count = from->count;
		to->capacity = from->count + 1;
		for (size_t i = 0; i < from->count; i++) {
			size_t size = sizeof(struct entry) + from->entries[i]->len_bytes;

			to->entries[i] = malloc(size);
			assert(to->entries[i] != NULL);
			memcpy(to->entries[i], from->entries[i], size);
		}
	}
	for (uint32_t i = 0; copy != NULL && i < d->damage_count; i++)
		note_damage(copy, d->damages[i].family, &d->damages[i].key);
	return copy;
}

void memory_disk_fail(struct memory_disk *d, uint32_t n, enum err e, bool landed)
{
	d->fail_in = n;
	d->fail_with = e;
	d->fail_landed = landed;
}

static int compare(const struct key *a, const struct key *b)
{
	size_t n = a->len_bytes < b->len_bytes ? a->len_bytes : b->len_bytes;
	int order = memcmp(a->bytes, b->bytes, n);

	return order != 0 ? order : (int)a->len_bytes - (int)b->len_bytes;
}

/* Index of the first entry ≥ key. */
static size_t seek(const struct table *t, const struct key *key)
{
	size_t low = 0, high = t->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare(&t->entries[mid]->key, key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

enum err memory_disk_spoil(struct memory_disk *d, enum family family, const struct key *key)
{
	struct table *t = &d->tables[family];
	size_t at = seek(t, key);

	if (at == t->count || compare(&t->entries[at]->key, key) != 0)
		return ERR_NOT_FOUND;
	t->entries[at]->value[t->entries[at]->len_bytes - 1] ^= 1;
	forget_damage(d, family, key);
	note_damage(d, family, key);
	return ERR_OK;
}

bool memory_disk_nth(const struct memory_disk *d, enum family family, size_t n, struct key *key)
{
	const struct table *t = &d->tables[family];

	if (n < t->count)
		*key = t->entries[n]->key;
	return n < t->count;
}

uint32_t memory_disk_damaged(const struct memory_disk *d)
{
	return d->damage_count;
}

static void put(struct table *t, const struct key *key, struct blob value)
{
	struct entry *e = malloc(sizeof *e + value.len_bytes);
	size_t at = seek(t, key);

	assert(e != NULL);
	e->key = *key;
	e->len_bytes = value.len_bytes;
	memcpy(e->value, value.data, value.len_bytes);
	if (at < t->count && compare(&t->entries[at]->key, key) == 0) {
		free(t->entries[at]);
		t->entries[at] = e;
		return;
	}
	if (t->count == t->capacity) {
		t->capacity = t->capacity == 0 ? 64 : t->capacity * 2;
		t->entries = realloc(t->entries, t->capacity * sizeof(*t->entries));
		assert(t->entries != NULL);
	}
	memmove(&t->entries[at + 1], &t->entries[at], (t->count - at) * sizeof(*t->entries));
	t->entries[at] = e;
	t->count++;
}

static void erase(struct table *t, const struct key *key)
{
	size_t at = seek(t, key);

	if (at == t->count || compare(&t->entries[at]->key, key) != 0)
		return;
	free(t->entries[at]);
	t->count--;
	memmove(&t->entries[at], &t->entries[at + 1], (t->count - at) * sizeof(*t->entries));
}

static enum err write_all(struct memory_store *m, const struct plan *p)
{
	for (uint32_t i = 0; i < p->write_count; i++) {
		const struct write *w = &p->writes[i];
		struct table *t = &m->disk->tables[w->record.family];
		struct blob value;
		enum family lost;
		struct key key;
		enum err e;

		forget_damage(m->disk, w->record.family, &w->key);
		if (w->erase) {
			erase(t, &w->key);
			continue;
		}
		if (w->record.family == FAMILY_ACCEPTED && key_parse_accepted(&w->key, &lost, &key))
			forget_damage(m->disk, lost, &key);
		arena_reset(m->arena);
		e = record_encode(m->arena, &w->key, &w->record, &value);
		if (e != ERR_OK)
			return e;
		put(t, &w->key, value);
	}
	return ERR_OK;
}

static enum err memory_commit(struct store *s, const struct plan *p)
{
	struct memory_store *m = (struct memory_store *)s;
	enum err e;

	assert(!m->reading); /* LMDB would bear it and grow */
	m->commits++;
	if (m->disk->fail_in > 0 && --m->disk->fail_in == 0) {
		e = m->disk->fail_landed ? write_all(m, p) : ERR_OK;
		return e == ERR_OK ? m->disk->fail_with : e;
	}
	e = write_all(m, p);
	if (e == ERR_OK)
		staged_follow(&m->staged, p);
	return e;
}

static enum err decode(struct memory_store *m, struct arena *a, enum family family,
		       const struct entry *e, struct record *out)
{
	enum err r =
		record_decode(a, family, &e->key, (struct blob){ e->value, e->len_bytes }, out);

	m->damaged += r == ERR_DAMAGED;
	return r;
}

static enum err memory_get(void *ctx, struct arena *arena, enum family family,
			   const struct key *key, struct record *out)
{
	struct memory_store *m = ctx;
	struct table *t = &m->disk->tables[family];
	size_t at = seek(t, key);

	if (at == t->count || compare(&t->entries[at]->key, key) != 0)
		return ERR_NOT_FOUND;
	return decode(m, arena, family, t->entries[at], out);
}

static enum err memory_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	struct memory_store *m = ctx;
	struct table *t = &m->disk->tables[family];
	size_t at = seek(t, &scan->at);

	if (at < t->count && !scan->open && compare(&t->entries[at]->key, &scan->at) == 0)
		at++;
	for (; at < t->count && key_has_prefix(&t->entries[at]->key, &scan->prefix); at++) {
		enum err e = decode(m, arena, family, t->entries[at], out);

		scan->at = t->entries[at]->key;
		scan->open = false;
		if (e != ERR_DAMAGED || scan->report_damage)
			return e;
	}
	return ERR_NOT_FOUND;
}

static enum err memory_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	struct memory_store *m = ctx;
	struct table *t = &m->disk->tables[family];
	size_t at = scan->open ? t->count : seek(t, &scan->at);

	while (at > 0) {
		const struct entry *e = t->entries[--at];
		enum err r;

		if (!key_has_prefix(&e->key, &scan->prefix)) {
			if (compare(&e->key, &scan->prefix) < 0)
				break;
			continue;
		}
		r = decode(m, arena, family, e, out);
		scan->at = e->key;
		scan->open = false;
		if (r != ERR_DAMAGED || scan->report_damage)
			return r;
	}
	return ERR_NOT_FOUND;
}

static struct lookup memory_lookup(struct store *s)
{
	return staged_lookup(&((struct memory_store *)s)->staged);
}

static enum err memory_read_begin(struct store *s)
{
	((struct memory_store *)s)->reading = true;
	return ERR_OK;
}

static void memory_read_end(struct store *s)
{
	((struct memory_store *)s)->reading = false;
}

static enum err memory_room(struct store *s, struct store_room *out)
{
	(void)s;
	*out = (struct store_room){ .submissions = true,
				    .documents = true,
				    .facts = true,
				    .files = true,
				    .left_bytes = UINT64_MAX,
				    .left_facts_bytes = UINT64_MAX };
	return ERR_OK;
}

/* Nothing is ever short here. */
static void memory_set_reserve(struct store *s, uint64_t reserve_bytes,
			       uint64_t submit_reserve_bytes)
{
	(void)s;
	(void)reserve_bytes;
	(void)submit_reserve_bytes;
}

static void memory_figures(struct store *s, struct store_figures *out)
{
	struct memory_store *m = (struct memory_store *)s;

	memset(out, 0, sizeof *out);
	out->commits = m->commits;
	out->damaged = m->damaged;
	out->listed = m->disk->damage_count;
	out->surveys = m->disk->spoils;
	out->unsound = m->disk->damage_count > 0 ? ERR_DAMAGED : ERR_OK;
}

static uint32_t memory_damages(struct store *s, struct store_damage out[STORE_DAMAGES_MAX])
{
	const struct memory_disk *d = ((struct memory_store *)s)->disk;

	if (d->damage_count > 0)
		memcpy(out, d->damages, d->damage_count * sizeof *out);
	return d->damage_count;
}

static bool memory_missed(struct store *s, enum family *family, struct key *key)
{
	(void)s;
	(void)family;
	(void)key;
	return false;
}

/* What is kept in memory is all there. */
static enum err memory_survey(struct store *s, const bool *stop)
{
	(void)s;
	(void)stop;
	return ERR_OK;
}

static void memory_idle(struct store *s)
{
	(void)s;
}

static void memory_close(struct store *s)
{
	struct memory_store *m = (struct memory_store *)s;

	if (m == NULL)
		return;
	arena_destroy(m->arena);
	free(m);
}

static enum err memory_check(struct store *base)
{
	(void)base;
	return ERR_OK;
}

enum err store_memory_open(struct memory_disk *d, struct store **out)
{
	static const struct store_ops ops = {
		.commit = memory_commit,
		.check = memory_check,
		.lookup = memory_lookup,
		.read_begin = memory_read_begin,
		.read_end = memory_read_end,
		.room = memory_room,
		.set_reserve = memory_set_reserve,
		.figures = memory_figures,
		.damages = memory_damages,
		.missed = memory_missed,
		.survey = memory_survey,
		.idle = memory_idle,
		.close = memory_close,
	};
	struct memory_store *m = calloc(1, sizeof *m);

	*out = NULL;
	if (m == NULL)
		return ERR_NO_MEMORY;
	m->base.ops = &ops;
	m->disk = d;
	m->arena = arena_new(COMMIT_ARENA_BYTES);
	m->staged.inner = (struct lookup){
		.ctx = m, .get = memory_get, .next = memory_next, .last = memory_last
	};
	if (m->arena == NULL || staged_load(&m->staged, m->arena) != ERR_OK) {
		memory_close(&m->base);
		return ERR_NO_MEMORY;
	}
	*out = &m->base;
	return ERR_OK;
}
