/* Copies of the LMDB environment: written while it is in use, and opened again for reading. */
#ifndef VANTHU_DAEMON_STORE_LMDB_COPY_H
#define VANTHU_DAEMON_STORE_LMDB_COPY_H

#include "daemon/store/store.h"

/* store_ops.copy */
must_use enum err lmdb_copy(struct store *base, const struct store_sink *to);

#endif
