/* Between store_lmdb.c and store_lmdb_read.c; for nobody else. */
#ifndef VANTHU_DAEMON_STORE_LMDB_INTERNAL_H
#define VANTHU_DAEMON_STORE_LMDB_INTERNAL_H

#include <lmdb.h>
#include <pthread.h>

#include "daemon/store.h"

enum { LMDB_PATH_MAX = 1024, LMDB_READERS_KEPT = 8 };

struct lmdb_store {
	struct store base;
	char directory[LMDB_PATH_MAX - 64];
	char quarantine[LMDB_PATH_MAX - 64];
	int lock_fd;
	MDB_env *env;
	void *map;
	MDB_dbi dbis[FAMILY_COUNT];
	struct arena *arena; /* commits */
	uint64_t reserve_bytes, submit_reserve_bytes;
	uint64_t commits;
	pthread_mutex_t lock; /* all below */
	MDB_txn *idle[LMDB_READERS_KEPT]; /* reset read transactions, to be renewed */
	unsigned idle_count;
	MDB_txn *held; /* between read_begin and read_end */
	pthread_t holder;
	uint64_t damaged;
};

/* Logs and maps an LMDB code. */
must_use enum err lmdb_error(int code, const char *what);

/* A read transaction on the newest state, or the one that this thread holds; given back by the same thread, soon. */
must_use enum err lmdb_reader_take(struct lmdb_store *s, MDB_txn **out);
void lmdb_reader_give(struct lmdb_store *s, MDB_txn *txn);
void lmdb_readers_close(struct lmdb_store *s);

enum err lmdb_read_begin(struct store *base);
void lmdb_read_end(struct store *base);
struct lookup lmdb_lookup(struct store *base);

#endif
