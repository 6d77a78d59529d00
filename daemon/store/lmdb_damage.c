/* See lmdb_damage.h. */
#include "daemon/store/lmdb_damage.h"

#include <stdlib.h>
#include <string.h>

#include "daemon/base/log.h"
#include "daemon/store/lmdb_env.h"
#include "daemon/store/lmdb_layout.h"

enum { FIRST_ROOM = 16 };

void lmdb_damages_add(struct lmdb_damages *d, enum family family, const struct key *key)
{
	struct damaged_record *more = d->items;

	d->in |= 1ULL << family;
	if (d->count == d->room && d->room < STORE_DAMAGES_MAX) {
		uint32_t room = d->room == 0 ? FIRST_ROOM : 2 * d->room;

		more = realloc(d->items, room * sizeof *more);
		if (more != NULL) {
			d->items = more;
			d->room = room;
		}
	}
	if (d->count == d->room) {
		d->beyond++;
		return;
	}
	d->items[d->count++] = (struct damaged_record){ .at = { family, *key } };
}

void lmdb_damages_free(struct lmdb_damages *d)
{
	free(d->items);
	*d = (struct lmdb_damages){ 0 };
}

static struct damaged_record *find(const struct lmdb_store *s, enum family family,
				   const struct key *key)
{
	for (uint32_t i = 0; i < s->damages.count; i++) {
		struct damaged_record *r = &s->damages.items[i];

		if (!r->whole && r->at.family == family && key_equal(&r->at.key, key))
			return r;
	}
	return NULL;
}

bool lmdb_damage_listed(const struct lmdb_store *s, enum family family, const struct key *key)
{
	return find(s, family, key) != NULL;
}

void lmdb_damage_write(struct lmdb_store *s, enum family family, const struct key *key,
		       struct ledger *sums)
{
	struct damaged_record *r = find(s, family, key);
	struct ledger_sum *lacks = &s->surplus[family];

	if (r == NULL)
		return;
	if (lacks->count == 0 && !s->settled[family])
		sums->of[family].digest -= lacks->digest;
	s->settled[family] = s->settled[family] || lacks->count == 0;
	r->written = true;
}

void lmdb_damage_accept(struct lmdb_store *s, enum family family, const struct key *key,
			struct ledger *sums)
{
	struct damaged_record *r = find(s, family, key);

	lmdb_damage_write(s, family, key, sums);
	if (r != NULL)
		r->accepted = true;
}

bool lmdb_damage_accepted(const struct lmdb_store *s, MDB_txn *txn, enum family family,
			  const struct key *key)
{
	struct stored_key stored;
	struct key accepted;
	MDB_val k, v;

	if (!key_accepted(family, key, &accepted))
		return false;
	lmdb_encode_key(FAMILY_ACCEPTED, &accepted, &stored);
	k = (MDB_val){ .mv_size = stored.len_bytes, .mv_data = stored.bytes };
	return mdb_get(txn, s->dbis[FAMILY_ACCEPTED], &k, &v) == MDB_SUCCESS;
}

/* A family of which nothing more is known to be damaged is whole. */
static void count_again(struct lmdb_store *s)
{
	uint64_t in = 0;

	if (!s->unlisted)
		s->damaged = s->survey.damaged;
	if (s->damages.beyond > 0)
		return;
	for (uint32_t i = 0; i < s->damages.count; i++) {
		const struct damaged_record *r = &s->damages.items[i];

		in |= r->whole ? 0 : 1ULL << r->at.family;
	}
	s->survey.damaged_in = in;
	if (!s->unlisted)
		s->damaged_in = in;
}

void lmdb_damage_written(struct lmdb_store *s, bool landed)
{
	bool any = false;

	for (uint32_t i = 0; i < s->damages.count; i++) {
		struct damaged_record *r = &s->damages.items[i];

		if (!r->written)
			continue;
		r->written = false;
		any = true;
		if (landed) {
			r->whole = true;
			s->survey.damaged--;
			s->damages.accepted += r->accepted;
			log_event(LOG_INFO, r->accepted ? "record-accepted" : "record-whole",
				  "family=%s", family_name(r->at.family));
		}
		r->accepted = r->accepted && landed;
	}
	for (int f = FAMILY_META; any && f < FAMILY_COUNT; f++) {
		if (s->settled[f] && landed)
			s->surplus[f].digest = 0;
		s->settled[f] = false;
	}
	s->mends += any;
	if (any && landed)
		count_again(s);
}

void lmdb_damages_open(struct lmdb_store *s, MDB_txn *txn)
{
	for (uint32_t i = 0; i < s->damages.count; i++) { /* no other thread is there yet */
		struct damaged_record *r = &s->damages.items[i];

		if (!lmdb_damage_accepted(s, txn, r->at.family, &r->at.key))
			continue;
		r->whole = true;
		s->damages.accepted++;
		s->survey.damaged--;
	}
	if (s->damages.accepted > 0)
		count_again(s);
}

uint32_t lmdb_damages(struct store *base, struct store_damage out[STORE_DAMAGES_MAX])
{
	struct lmdb_store *s = (struct lmdb_store *)base;
	uint32_t count = 0;

	pthread_mutex_lock(&s->lock);
	for (uint32_t i = 0; i < s->damages.count && count < STORE_DAMAGES_MAX; i++) {
		if (!s->damages.items[i].whole)
			out[count++] = s->damages.items[i].at;
	}
	pthread_mutex_unlock(&s->lock);
	return count;
}
