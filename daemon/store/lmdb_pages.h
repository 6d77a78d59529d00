/* Reads a file of LMDB page by page, believing nothing: what a page says of itself and of others is
 * checked before it is used, and nothing is mapped, so that a damaged file cannot end the process
 * as it can within LMDB (docs/TRAPS.md §2.4). Pages have no checksum; a wrong bit shows in what
 * does not fit together: a page's own number, offsets and lengths, the order of the keys and their
 * bounds from above, counts of pages and records, and pages that are used twice or not at all. What
 * lies in keys and values is for whoever visits. Format of LMDB 0.9 (MDB_DATA_VERSION 1) on
 * machines of 64 bits, little end first. */
#ifndef VANTHU_DAEMON_STORE_LMDB_PAGES_H
#define VANTHU_DAEMON_STORE_LMDB_PAGES_H

#include "routing/base/err.h"
#include "routing/base/types.h"

enum { PAGES_NAME_MAX = 63 };

/* NULL in database: the environment itself, or the list of its databases. */
struct pages_visitor {
	void *ctx;
	/* Each record, in the order of its keys; both are borrowed for the call. False: enough. */
	bool (*record)(void *ctx, const char *database, struct blob key, struct blob value);
	/* NULL, or: each record of a page that no other leads to, when something does not fit, and
	 * that is not free: what lay below a damaged page. Of which database nothing says. */
	void (*stray)(void *ctx, struct blob key, struct blob value);
	/* What does not fit; page 0 and 1 are the two heads. The walk goes on with what is not
	 * below it. */
	void (*fault)(void *ctx, const char *database, uint64_t page, const char *what);
};

struct pages_totals {
	uint64_t commit; /* of the state that was walked */
	uint64_t pages, records, faults;
	bool stopped;	/* the visitor had enough */
	bool compacted; /* a fresh copy: its number of commits began anew */
};

/* All of one state: that of a commit, which nobody may free meanwhile (a read transaction, or no
 * writer), or with 0 the newest. ERR_NOT_FOUND: no such state (any more); an empty file has none.
 * ERR_NO_MEMORY, ERR_FILE (no read, no LMDB environment). Faults are not errors. Reads the disk. */
must_use enum err pages_walk(int fd, uint64_t commit, const struct pages_visitor *visitor,
			     struct pages_totals *out);

/* Only the list of databases, of the newest state or of the one before it. */
must_use enum err pages_walk_list(int fd, bool before, const struct pages_visitor *visitor,
				  struct pages_totals *out);

#endif
