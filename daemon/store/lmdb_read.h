/* Reading from LMDB: short transactions, decoded copies, damage set aside. */
#ifndef VANTHU_DAEMON_STORE_LMDB_READ_H
#define VANTHU_DAEMON_STORE_LMDB_READ_H

#include "daemon/store/lmdb_env.h"

/* A read transaction on the newest state, or the one that this thread holds; given back by the same
 * thread, soon. */
must_use enum err lmdb_reader_take(struct lmdb_store *s, MDB_txn **out);
void lmdb_reader_give(struct lmdb_store *s, MDB_txn *txn);
void lmdb_readers_close(struct lmdb_store *s);

/* Between the two, this thread's readers are one; see store_ops. */
must_use enum err lmdb_read_begin(struct store *base);
void lmdb_read_end(struct store *base);
/* Copies a value that does not fit its checksum aside for an operator. */
void lmdb_quarantine(struct lmdb_store *s, enum family family, const MDB_val *key,
		     const MDB_val *value);
/* store_ops.copied */
bool lmdb_copied(struct store *base, const char *name, enum family *family, struct key *key);
struct lookup lmdb_rows(struct lmdb_store *s); /* as they lie there */
struct lookup lmdb_lookup(struct store *base); /* as they are in force */

#endif
