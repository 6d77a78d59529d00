/* Small files that are read whole. */
#ifndef VANTHU_DAEMON_BASE_FILE_H
#define VANTHU_DAEMON_BASE_FILE_H

#include "routing/base/arena.h"
#include "routing/base/err.h"

/* The file's bytes in the arena. ERR_FILE, logged: it cannot be read, or is larger than max_bytes.
 * Blocks on the disk. */
must_use enum err file_read(struct arena *a, const char *path, size_t max_bytes, struct blob *out);

#endif
