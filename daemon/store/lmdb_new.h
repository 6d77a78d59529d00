/* A new store: it is there whole, or not at all. */
#ifndef VANTHU_DAEMON_STORE_LMDB_NEW_H
#define VANTHU_DAEMON_STORE_LMDB_NEW_H

#include "routing/base/err.h"

/* Makes data.mdb in this folder, with nothing in it and on disk when it returns, where there is
 * none or an empty one. The folder is locked by the caller. Blocks for two syncs. ERR_STORE,
 * ERR_DISK_FULL, logged. */
must_use enum err lmdb_new_make(const char *directory);

#endif
