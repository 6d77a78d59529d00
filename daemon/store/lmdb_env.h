/* The open LMDB environment and what stands around it: what all files of this back end share, and
 * nobody else. */
#ifndef VANTHU_DAEMON_STORE_LMDB_ENV_H
#define VANTHU_DAEMON_STORE_LMDB_ENV_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/stat.h>

#include "daemon/store/ledger.h"
#include "daemon/store/lmdb_damage.h"
#include "daemon/store/store.h"
#include "routing/state/staged.h"

enum {
	LMDB_PATH_MAX = 1024,
	LMDB_READERS_KEPT = 8,
	FORMAT_KNOWS_STATUSES = 8,
	FORMAT_VERSION = 8, /* check_format in lmdb.c says what each brought */
};

/* lmdb_owner.h. All descriptors are kept until the environment is closed; -1: not
 * open. */
struct lmdb_owner {
	int folder_fd, data_fd; /* locked: the store's folder and data.mdb */
	int lock_fd;		/* owner.lock, for older daemons */
	struct stat data;	/* data.mdb as its name led to it at the start */
	size_t last_txnid;	/* of our own last commit */
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
	uint64_t map_bytes;  /* as configured */
	uint64_t reserve_bytes, submit_reserve_bytes;
	uint64_t tail_end; /* data.mdb has blocks up to here; see daemon/store/lmdb_room.c */
	bool tail_unknown; /* the file system gives none in advance */
	uint64_t commits;  /* read by other threads than the one that commits */
	struct staged staged;
	/* held by a commit as long as it lasts: of owner.last_txnid */
	pthread_mutex_t committing;
	struct ledger ledger; /* what should be there, by the last commit; `committing` too */
	bool has_damages;     /* there is something in `damages`; `committing` too */
	bool sums_held;	      /* at the start the store had sums of its last commit */
	pthread_mutex_t lock; /* all below */
	MDB_txn *idle[LMDB_READERS_KEPT]; /* reset read transactions, to be renewed */
	unsigned idle_count;
	MDB_txn *held; /* between read_begin and read_end */
	pthread_t holder;
	uint64_t damaged, damaged_in; /* records that were set aside, and their families */
	struct store_survey survey;   /* the last */
	uint64_t surveys;	      /* ended */
	struct lmdb_damages damages;  /* that it found */
	uint64_t mends;		      /* commits so far that wrote over some of them */
	bool unlisted;		      /* one was met since that is not among them */
	/* what it found less than what it should have, of the families that differ; and whether the
	 * next commit accepts that */
	struct ledger_sum surplus[FAMILY_COUNT];
	bool settled[FAMILY_COUNT]; /* by the commit under way: the sums have no such surplus */
	bool accepting;
	/* what was looked for last, before the first commit, and not found */
	struct key missed;
	enum family missed_in;
};

#endif
