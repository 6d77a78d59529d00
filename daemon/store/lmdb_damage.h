/* Which records are damaged: those that the last survey found, until something is written over
 * them.
 *
 * The sums of a family (ledger.h) are made of the heads of its values. Where the wrong bit lies in
 * the head, what is there is not what the sums were made of; so with the first damaged record of a
 * family that is written over, or erased, the sums are made to say what the survey counted. A
 * family with records missing besides is left alone: that stays an alarm until an operator accepts
 * it.
 *
 * One that an operator has accepted as lost (FAMILY_ACCEPTED) lies where it lay, and is not among
 * them any more: neither listed nor counted, by no survey that follows. With the commit that says
 * so the sums are made to say what is there, too. */
#ifndef VANTHU_DAEMON_STORE_LMDB_DAMAGE_H
#define VANTHU_DAEMON_STORE_LMDB_DAMAGE_H

#include <lmdb.h>

#include "daemon/store/ledger.h"
#include "daemon/store/store.h"

struct lmdb_store;

/* Zero: none. */
struct lmdb_damages {
	struct damaged_record {
		struct store_damage at;
		bool written; /* over it, by the commit under way */
		bool whole;   /* by one before */
		bool accepted; /* `written` means: that it is lost */
	} * items;
	uint32_t count, room;
	uint64_t beyond;   /* found, and not listed */
	uint64_t accepted; /* found, and accepted as lost: neither */
	uint64_t in;	   /* families of all others */
};

/* One more; when there is no memory it counts as beyond. */
void lmdb_damages_add(struct lmdb_damages *d, enum family family, const struct key *key);
void lmdb_damages_free(struct lmdb_damages *d);

/* All below with the store's lock held. */
bool lmdb_damage_listed(const struct lmdb_store *s, enum family family, const struct key *key);
/* Within a commit, before it is written over or erased. */
void lmdb_damage_write(struct lmdb_store *s, enum family family, const struct key *key,
		       struct ledger *sums);
/* Within a commit that writes that it is lost. */
void lmdb_damage_accept(struct lmdb_store *s, enum family family, const struct key *key,
			struct ledger *sums);
/* The commit is on the disk, or is not. */
void lmdb_damage_written(struct lmdb_store *s, bool landed);

/* Does the state that this transaction sees say that it is lost? Without the lock. */
bool lmdb_damage_accepted(const struct lmdb_store *s, MDB_txn *txn, enum family family,
			  const struct key *key);
/* What a walk before the environment was open has listed, without what is accepted. Before any
 * other thread is there. */
void lmdb_damages_open(struct lmdb_store *s, MDB_txn *txn);

/* store_ops.damages */
uint32_t lmdb_damages(struct store *base, struct store_damage out[STORE_DAMAGES_MAX]);

#endif
