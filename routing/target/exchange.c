/* See exchange.h. */
#include "routing/target/exchange.h"

#include <stdlib.h>
#include <string.h>

#include "routing/base/committee_id.h"
#include "routing/state/memory.h"
#include "routing/state/plan.h"

enum {
	PHASE_OUT = 0,
	PHASE_IN,
	PHASE_END,
	/* so many in a row that are too old: the rest is too. One alone may have been taken while
	 * the clock was behind */
	OLD_AT_END = 256
};

void exchange_begin(struct exchange_scan *s, const struct committee_id *with, uint32_t with_count,
		    int64_t since_ms, int64_t before_ms, uint32_t most)
{
	memory_drop_exchange(s);
	s->active = true;
	s->with_count = with_count < EXCHANGE_WITH_MAX ? with_count : EXCHANGE_WITH_MAX;
	memcpy(s->with, with, s->with_count * sizeof *with);
	s->since_ms = since_ms;
	s->before_ms = before_ms;
	s->most = most < EXCHANGE_FOUND_MAX ? most : EXCHANGE_FOUND_MAX;
}

static enum err add(struct exchange_scan *s, const struct exchange_found *found)
{
	if (s->count == s->capacity) {
		uint32_t capacity = s->capacity == 0 ? 64 : 2 * s->capacity;
		struct exchange_found *grown = realloc(s->found, capacity * sizeof *grown);

		if (grown == NULL)
			return ERR_NO_MEMORY;
		s->found = grown;
		s->capacity = capacity;
	}
	s->found[s->count++] = *found;
	return ERR_OK;
}

/* Newest first by when they were signed: those that fit. */
static int by_time(const void *a, const void *b)
{
	const struct exchange_found *x = a, *y = b;

	return x->signed_at_ms < y->signed_at_ms ? 1 : x->signed_at_ms > y->signed_at_ms ? -1 : 0;
}

static int by_place(const void *a, const void *b)
{
	const struct exchange_found *x = a, *y = b;

	if (x->with != y->with)
		return x->with < y->with ? -1 : 1;
	if (x->direction != y->direction)
		return x->direction < y->direction ? -1 : 1;
	return memcmp(&x->id, &y->id, sizeof x->id);
}

/* More than fit: the oldest go, all that were signed in the same moment together. */
static void keep_newest(struct exchange_scan *s)
{
	uint32_t kept = s->most;

	if (s->count <= s->most)
		return;
	qsort(s->found, s->count, sizeof *s->found, by_time);
	while (kept > 0 && s->found[kept - 1].signed_at_ms == s->found[s->most].signed_at_ms)
		kept--;
	s->since_ms = s->found[s->most].signed_at_ms + 1;
	s->count = kept;
	s->cut = true;
}

static enum err look_at_receipt(struct turn_view *t, struct exchange_scan *s, const struct key *doc,
				const struct rec_document *d, uint32_t with,
				enum direction direction)
{
	struct committee_id who = direction == DIRECTION_IN ? t->core->config.self : s->with[with];
	struct serial serial;
	struct record r;
	enum role role;
	enum err e;

	if (!key_parse_serial(doc, &role, &serial))
		return ERR_OK;
	e = core_get(t, FAMILY_RECEIPT, key_receipt(role, serial, who), &r);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND || e == ERR_DAMAGED ? ERR_OK : e;
	if (r.u.receipt.kind != KIND_RECEIPT || r.u.receipt.at_ms >= s->before_ms)
		return ERR_OK;
	return add(s, &(struct exchange_found){ .id = d->id,
						.signed_at_ms = d->signed_at_ms,
						.receipt_at_ms = r.u.receipt.at_ms,
						.with = with,
						.direction = direction });
}

static enum err look_at(struct turn_view *t, struct exchange_scan *s, const struct rec_document *d)
{
	enum err e = ERR_OK;

	if (d->signed_at_ms < s->since_ms)
		return ERR_OK;
	for (uint32_t i = 0; i < s->with_count && e == ERR_OK; i++) {
		if (s->phase == PHASE_OUT)
			e = look_at_receipt(t, s, &s->at, d, i, DIRECTION_OUT);
		else if (d->mine && id_equal(d->origin, s->with[i]))
			e = look_at_receipt(t, s, &s->at, d, i, DIRECTION_IN);
	}
	return e;
}

enum err exchange_step(struct turn_view *t, struct exchange_scan *s, uint32_t records, bool *done)
{
	enum err e = ERR_OK;

	*done = false;
	while (e == ERR_OK && s->phase != PHASE_END && records-- > 0) {
		struct key prefix = key_role(s->phase == PHASE_OUT ? ROLE_OUT : ROLE_IN);
		struct scan scan = s->begun ? scan_from(prefix, s->at) : scan_of(prefix);
		struct record r;

		e = t->lookup.last(t->lookup.ctx, t->plan->arena, FAMILY_DOCUMENT, &scan, &r);
		if (e == ERR_NOT_FOUND || s->old == OLD_AT_END) {
			s->phase++;
			s->begun = false;
			s->old = 0;
			e = ERR_OK;
			continue;
		}
		if (e != ERR_OK)
			return e;
		s->begun = true;
		s->at = scan.at;
		/* What was signed in time was not taken before it. */
		s->old = r.u.document.taken_at_ms < s->since_ms - CLOCK_TOLERANCE_MS ? s->old + 1
										     : 0;
		e = look_at(t, s, &r.u.document);
		if (e == ERR_OK && s->count >= 2 * s->most)
			keep_newest(s);
	}
	if (e != ERR_OK || s->phase != PHASE_END)
		return e;
	keep_newest(s);
	if (s->count > 0)
		qsort(s->found, s->count, sizeof *s->found, by_place);
	*done = true;
	return ERR_OK;
}
