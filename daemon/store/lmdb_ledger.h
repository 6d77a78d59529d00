/* The sums of what a store should hold (ledger.h), kept in LMDB in the same commit as the change.
 * They lie in the list of the databases: each commit writes its page anyway, because the roots of
 * the databases stand there, so that they cost no page more. */
#ifndef VANTHU_DAEMON_STORE_LMDB_LEDGER_H
#define VANTHU_DAEMON_STORE_LMDB_LEDGER_H

#include "daemon/store/lmdb_env.h"

/* Before the environment is opened: what holds the records together, and the sums. A store of up to
 * 256 MiB is walked through whole, of a larger one the list of the databases is read, and the rest
 * in the first survey. ERR_STORE_DAMAGED: LMDB would show another store than the one that was
 * written, or end the process; each page is logged. */
must_use enum err lmdb_ledger_look(struct lmdb_store *s);
/* When it is open and in the newest format: a store without sums of its last commit gets them by a
 * walk. Blocks on disk. */
must_use enum err lmdb_ledger_settle(struct lmdb_store *s);
/* Within a commit, after its last change. */
must_use enum err lmdb_ledger_put(struct lmdb_store *s, MDB_txn *txn, struct ledger *ledger);
/* store_ops.accept */
bool lmdb_ledger_accept(struct store *base);
/* Within a commit: the sums without what is accepted as lost. True: this commit is the one; then
 * lmdb_ledger_accepted is called when it is on disk. */
bool lmdb_ledger_accepts(struct lmdb_store *s, struct ledger *sums);
void lmdb_ledger_accepted(struct lmdb_store *s);
/* store_ops.survey */
must_use enum err lmdb_ledger_survey(struct store *base, const bool *stop);

#endif
