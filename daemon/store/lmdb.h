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

#endif
