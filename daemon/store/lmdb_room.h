/* What there is room for in the map and on the disk. */
#ifndef VANTHU_DAEMON_STORE_LMDB_ROOM_H
#define VANTHU_DAEMON_STORE_LMDB_ROOM_H

#include "daemon/store/lmdb_env.h"

/* store_ops.room: also holds blocks of the disk for the store alone. ERR_STORE. */
must_use enum err lmdb_room(struct store *base, struct store_room *out);

#endif
