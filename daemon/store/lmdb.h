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

#endif
