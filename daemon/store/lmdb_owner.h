/* The store belongs to one process, and is still at its path: locks, and the checks that they still
 * hold. */
#ifndef VANTHU_DAEMON_STORE_LMDB_OWNER_H
#define VANTHU_DAEMON_STORE_LMDB_OWNER_H

#include "daemon/store/lmdb_env.h"

/* Locks the store's folder and its data before the environment is opened, and makes data.mdb when
 * there is none. ERR_STORE_BUSY: another process has it, by whatever name; ERR_STORE. */
must_use enum err lmdb_owner_take(struct lmdb_store *s);
/* The environment is open and prepared: what it holds now is ours. */
void lmdb_owner_opened(struct lmdb_store *s);
/* After the environment is closed. */
void lmdb_owner_release(struct lmdb_store *s);
/* Is data.mdb, as we opened it, still at its path? Two system calls. ERR_STORE_GONE, logged. */
must_use enum err lmdb_owner_check_path(const struct lmdb_store *s);
/* Is the last transaction our own? `txn`: the write transaction that was just begun, or NULL.
 * ERR_STORE_FOREIGN, logged. */
must_use enum err lmdb_owner_check_last(const struct lmdb_store *s, MDB_txn *txn);
/* After each commit. ERR_STORE_FOREIGN: another one came between. */
must_use enum err lmdb_owner_committed(struct lmdb_store *s);
/* Recreates owner.lock when it was deleted, so that an older daemon finds it. */
void lmdb_owner_keep_lock(struct lmdb_store *s);

#endif
