/* COMMITTEE as it is in force; see staged.h. */
#include "routing/state/staged.h"

#include <string.h>

#include "routing/base/limits.h"
#include "routing/state/plan.h"
#include "routing/state/record.h"

uint64_t staged_version(const struct staged *s)
{
	return __atomic_load_n(&s->version, __ATOMIC_ACQUIRE);
}

void staged_set(struct staged *s, uint64_t version)
{
	__atomic_store_n(&s->version, version, __ATOMIC_RELEASE);
}

static enum err staged_get(void *ctx, struct arena *arena, enum family family,
			   const struct key *key, struct record *out)
{
	struct staged *s = ctx;
	uint64_t version = family == FAMILY_COMMITTEE ? staged_version(s) : 0;
	struct key over;
	enum err e;

	if (version == 0 || key->len_bytes > COMMITTEE_ID_MAX)
		return s->inner.get(s->inner.ctx, arena, family, key, out);
	over = key_number(version);
	memcpy(over.bytes + over.len_bytes, key->bytes, key->len_bytes);
	over.len_bytes = (uint8_t)(over.len_bytes + key->len_bytes);
	e = s->inner.get(s->inner.ctx, arena, FAMILY_STAGED, &over, out);
	if (e == ERR_NOT_FOUND)
		return s->inner.get(s->inner.ctx, arena, family, key, out);
	out->family = FAMILY_COMMITTEE;
	return e;
}

/* The same walk over the version's STAGED rows: their keys are COMMITTEE's behind the version. */
static struct scan over_scan(const struct scan *scan, uint64_t version)
{
	struct scan over = *scan;

	over.prefix = over.at = key_number(version);
	memcpy(over.prefix.bytes + over.prefix.len_bytes, scan->prefix.bytes,
	       scan->prefix.len_bytes);
	over.prefix.len_bytes = (uint8_t)(over.prefix.len_bytes + scan->prefix.len_bytes);
	memcpy(over.at.bytes + over.at.len_bytes, scan->at.bytes, scan->at.len_bytes);
	over.at.len_bytes = (uint8_t)(over.at.len_bytes + scan->at.len_bytes);
	return over;
}

static struct key under(const struct key *staged)
{
	struct key k = { .len_bytes = (uint8_t)(staged->len_bytes - sizeof(uint64_t)) };

	memcpy(k.bytes, staged->bytes + sizeof(uint64_t), k.len_bytes);
	return k;
}

static int key_order(const struct key *a, const struct key *b)
{
	size_t len = a->len_bytes < b->len_bytes ? a->len_bytes : b->len_bytes;
	int order = memcmp(a->bytes, b->bytes, len);

	return order != 0 ? order : (int)a->len_bytes - (int)b->len_bytes;
}

/* The nearer of the two; of one id what is staged. */
static enum err step(struct staged *s, struct arena *arena, struct scan *scan, bool up,
		     struct record *out)
{
	enum err (*go)(void *, struct arena *, enum family, struct scan *, struct record *) =
	    up ? s->inner.next : s->inner.last;
	struct scan over = over_scan(scan, staged_version(s)), plain = *scan;
	struct record staged;
	enum err a = go(s->inner.ctx, arena, FAMILY_STAGED, &over, &staged), b;
	struct key at;
	int order;

	if (a != ERR_OK && a != ERR_NOT_FOUND && a != ERR_DAMAGED)
		return a;
	b = go(s->inner.ctx, arena, FAMILY_COMMITTEE, &plain, out);
	if (a == ERR_NOT_FOUND || (b != ERR_OK && b != ERR_NOT_FOUND && b != ERR_DAMAGED)) {
		*scan = plain;
		return b;
	}
	at = under(&over.at);
	order = b == ERR_NOT_FOUND ? 0 : key_order(&at, &plain.at);
	if (up ? order > 0 : order < 0) {
		*scan = plain;
		return b;
	}
	scan->at = at;
	scan->open = false;
	*out = staged;
	out->family = FAMILY_COMMITTEE;
	return a;
}

static enum err staged_next(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	struct staged *s = ctx;

	if (family == FAMILY_COMMITTEE && staged_version(s) != 0)
		return step(s, arena, scan, true, out);
	return s->inner.next(s->inner.ctx, arena, family, scan, out);
}

static enum err staged_last(void *ctx, struct arena *arena, enum family family, struct scan *scan,
			    struct record *out)
{
	struct staged *s = ctx;

	if (family == FAMILY_COMMITTEE && staged_version(s) != 0)
		return step(s, arena, scan, false, out);
	return s->inner.last(s->inner.ctx, arena, family, scan, out);
}

struct lookup staged_lookup(struct staged *s)
{
	return (
	    struct lookup){ .ctx = s, .get = staged_get, .next = staged_next, .last = staged_last };
}

enum err staged_load(struct staged *s, struct arena *a)
{
	struct key key = key_name(STAGED_NOTE);
	struct record r;
	enum err e = s->inner.get(s->inner.ctx, a, FAMILY_META, &key, &r);

	staged_set(s, e == ERR_OK ? r.u.note.number : 0);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

void staged_follow(struct staged *s, const struct plan *p)
{
	struct key key = key_name(STAGED_NOTE);

	for (uint32_t i = 0; p->family_writes[FAMILY_META] > 0 && i < p->write_count; i++) {
		const struct write *w = &p->writes[i];

		if (w->record.family == FAMILY_META && key_equal(&w->key, &key))
			staged_set(s, w->erase ? 0 : w->record.u.note.number);
	}
}
