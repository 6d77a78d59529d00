/* Between the store_lmdb*.c files; for nobody else. */
#ifndef VANTHU_DAEMON_STORE_LMDB_INTERNAL_H
#define VANTHU_DAEMON_STORE_LMDB_INTERNAL_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/stat.h>

#include "daemon/store/store.h"
#include "routing/state/staged.h"

enum { LMDB_PATH_MAX = 1024, LMDB_READERS_KEPT = 8 };

/* See daemon/store/lmdb_owner.c. All descriptors are kept until the environment is closed; -1: not
 * open. */
struct lmdb_owner {
	int folder_fd, data_fd; /* locked: the store's folder and data.mdb */
	int lock_fd;            /* owner.lock, for older daemons */
	struct stat data;       /* data.mdb as its name led to it at the start */
	size_t last_txnid;      /* of our own last commit */
};

struct lmdb_store {
	struct store base;
	char directory[LMDB_PATH_MAX - 64];
	char quarantine[LMDB_PATH_MAX - 64];
	struct lmdb_owner owner;
	MDB_env *env;
	void *map;
	MDB_dbi dbis[FAMILY_COUNT];
	struct arena *arena; /* commits */
	uint64_t map_bytes; /* as configured */
	uint64_t reserve_bytes, submit_reserve_bytes;
	uint64_t tail_end;  /* data.mdb has blocks up to here; see daemon/store/lmdb_room.c */
	bool tail_unknown;  /* the file system gives none in advance */
	uint64_t commits;
	struct staged staged;
	pthread_mutex_t lock; /* all below */
	MDB_txn *idle[LMDB_READERS_KEPT]; /* reset read transactions, to be renewed */
	unsigned idle_count;
	MDB_txn *held; /* between read_begin and read_end */
	pthread_t holder;
	uint64_t damaged;
};

/* Logs and maps an LMDB code. */
must_use enum err lmdb_error(int code, const char *what);

/* A read transaction on the newest state, or the one that this thread holds; given back by the same
 * thread, soon. */
must_use enum err lmdb_reader_take(struct lmdb_store *s, MDB_txn **out);
void lmdb_reader_give(struct lmdb_store *s, MDB_txn *txn);
void lmdb_readers_close(struct lmdb_store *s);

/* ---- daemon/store/lmdb_owner.c ---- */

/* Locks the store's folder and its data before the environment is opened, and makes data.mdb when
 * there is none. ERR_STORE_BUSY: another process has it, by whatever name; ERR_STORE. */
must_use enum err lmdb_owner_take(struct lmdb_store *s);
/* The environment is open and prepared: what it holds now is ours. */
void lmdb_owner_opened(struct lmdb_store *s);
/* After the environment is closed. */
void lmdb_owner_release(struct lmdb_store *s);
/* Is data.mdb still where the configuration says? Two system calls. ERR_STORE_GONE, told. */
must_use enum err lmdb_owner_check_place(const struct lmdb_store *s);
/* Is the last transaction our own? `txn`: the write transaction that was just begun, or NULL.
 * ERR_STORE_FOREIGN, told. */
must_use enum err lmdb_owner_check_last(const struct lmdb_store *s, MDB_txn *txn);
/* After each commit. ERR_STORE_FOREIGN: another one came between. */
must_use enum err lmdb_owner_committed(struct lmdb_store *s);
/* Makes owner.lock anew when it was deleted, so that an older daemon finds it. */
void lmdb_owner_keep_lock(struct lmdb_store *s);

/* ---- daemon/store/lmdb_room.c ---- */
enum err lmdb_room(struct store *base, struct store_room *out);

/* ---- daemon/store/lmdb_layout.c ---- */

/* role ‖ serial, with which all keys of a document's records begin */
enum { SERIAL_KEY_BYTES = 9 };
enum layout { LAYOUT_NONE = 0, LAYOUT_ALONE, LAYOUT_DOCUMENTS, LAYOUT_LINKS };
struct stored_key {
	size_t len_bytes;
	uint8_t bytes[KEY_MAX_BYTES + 1];
};

enum layout lmdb_layout(enum family f);
/* Where a key of this family lies in its database, or what all keys with this prefix begin with
 * there. A prefix shorter than role ‖ serial takes in the documents' other families too. */
void lmdb_place(enum family f, const struct key *key, struct stored_key *out);
/* Whose key this is, in the database of f. */
enum family lmdb_family_at(enum family f, const MDB_val *stored);
/* The key of a record of f that lies there. False: it has no such shape. */
bool lmdb_key_at(enum family f, const MDB_val *stored, struct key *out);
must_use enum err lmdb_open_databases(struct lmdb_store *s);
/* Records that an older format kept in databases of their own go where they belong now, a bounded
 * number a transaction; goes on where a crash ended it. */
must_use enum err lmdb_move_in(struct lmdb_store *s);

enum err lmdb_read_begin(struct store *base);
void lmdb_read_end(struct store *base);
struct lookup lmdb_rows(struct lmdb_store *s);  /* as they lie there */
struct lookup lmdb_lookup(struct store *base);  /* as they are in force */

#endif
