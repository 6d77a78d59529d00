/* Which records are damaged: those that the last survey found, until something is written over
 * them.
 *
 * The sums of a family (ledger.h) are made of the heads of its values. Where the wrong bit lies in
 * the head, what is there is not what the sums were made of; so with the first damaged record of a
 * family that is written over, or erased, the sums are made to say what the survey counted. A
 * family with records missing besides is left alone: that stays an alarm until an operator accepts
 * it. */
#ifndef VANTHU_DAEMON_STORE_LMDB_DAMAGE_H
#define VANTHU_DAEMON_STORE_LMDB_DAMAGE_H

#include "daemon/store/ledger.h"
#include "daemon/store/store.h"

struct lmdb_store;

/* Zero: none. */
struct lmdb_damages {
	struct damaged_record {
		struct store_damage at;
		bool written; /* over it, by the commit under way */
		bool whole;   /* by one before */
	} * items;
	uint32_t count, room;
	uint64_t beyond; /* found, and not listed */
};

/* One more; when there is no memory it counts as beyond. */
void lmdb_damages_add(struct lmdb_damages *d, enum family family, const struct key *key);
void lmdb_damages_free(struct lmdb_damages *d);

/* All below with the store's lock held. */
bool lmdb_damage_listed(const struct lmdb_store *s, enum family family, const struct key *key);
/* Within a commit, before it is written over or erased. */
void lmdb_damage_write(struct lmdb_store *s, enum family family, const struct key *key,
		       struct ledger *sums);
/* The commit is on the disk, or is not. */
void lmdb_damage_written(struct lmdb_store *s, bool landed);

/* store_ops.damages */
uint32_t lmdb_damages(struct store *base, struct store_damage out[STORE_DAMAGES_MAX]);

#endif
