/* Folders that must be there after a power cut: a file that was synced is lost all the same when
 * the folder that names it was not. */
#ifndef VANTHU_DAEMON_BASE_FOLDER_H
#define VANTHU_DAEMON_BASE_FOLDER_H

#include "routing/base/err.h"

/* Makes a folder, mode 0700, unless it is there. Its name is not synced yet. ERR_FILE (errno). */
must_use enum err folder_make(const char *path);
/* What was made, renamed or deleted in this folder is on disk when this returns. A folder that may
 * be written and not read, or a file system that syncs no folders: ERR_OK, for it cannot be synced.
 * ERR_FILE (errno). Blocks on the disk. */
must_use enum err folder_sync(const char *path);
/* As folder_sync, for the folder that this path lies in. */
must_use enum err folder_sync_parent(const char *path);

#endif
