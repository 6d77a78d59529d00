/* The default store: LMDB. */
#ifndef VANTHU_DAEMON_STORE_LMDB_H
#define VANTHU_DAEMON_STORE_LMDB_H

#include "daemon/store/store.h"

struct store_lmdb_config {
	const char *directory; /* made when absent, mode 0700 */
	/* bound of the store; LMDB's map is larger, so that a plan begun below the bound is never
	 * cut off */
	uint64_t map_bytes;
	/* documents are refused when less than this is free (map or disk) */
	uint64_t reserve_bytes;
	uint64_t submit_reserve_bytes; /* own submissions already at this */
};

/* ERR_STORE_BUSY: another process has it. ERR_STORE_VERSION, ERR_DAMAGED, ERR_STORE. */
must_use enum err store_lmdb_open(const struct store_lmdb_config *config, struct store **out);

/* Opens the file that a copy was written to (store_ops.copy), for reading: its ops are lookup,
 * read_begin, read_end, figures and close, the others are NULL. Damaged records are reported and
 * set aside nowhere. Of a family that it is too old to have there are no records. A file that was
 * cut off or altered may end the process: compare its digest first. ERR_DAMAGED, ERR_STORE_VERSION,
 * ERR_STORE. */
must_use enum err store_lmdb_copy_open(const char *path, struct store **out);

/* Who follows an examination; all members are called. */
struct store_lmdb_findings {
	void *ctx;
	/* A place where the file does not hold together: "-" is no database. */
	void (*fault)(void *ctx, const char *database, uint64_t page, const char *what);
	/* A record with a wrong checksum that nobody has accepted as lost; of no known family when
	 * its key is what is wrong. */
	void (*damaged)(void *ctx, enum family f, const struct key *key);
	/* A family that is not what was committed. */
	void (*differs)(void *ctx, enum family f, uint64_t expected, uint64_t found);
};

struct store_lmdb_examined {
	struct store_survey survey;
	bool sums_known;	  /* it has sums of its last commit to be compared with */
	uint64_t accepted;	  /* damaged records that somebody has accepted as lost */
	uint64_t copied, strayed; /* of a salvage: records; those of them that no page led to */
};

/* The store of a data folder that no daemon has open, read and not changed. With `salvage`, a data
 * folder that does not exist yet: all records that can be read are copied into a new store there.
 * ERR_STORE_BUSY: a daemon has it; ERR_NOT_FOUND: there is no store; ERR_EXISTS: the new folder is
 * there already; ERR_STORE_DAMAGED: nothing of it can be read; ERR_FILE, ERR_NO_MEMORY, and as
 * store_lmdb_open of the new one. */
must_use enum err store_lmdb_examine(const struct store_lmdb_config *config,
				     const struct store_lmdb_findings *findings,
				     const char *salvage, struct store_lmdb_examined *out);

#endif
