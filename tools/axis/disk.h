/* Small files of an adapter: JSON, each written whole (temporary file, fsync, rename, fsync of its
 * folder), mode 0600. After ERR_FILE errno says why. */
#ifndef VANTHU_TOOLS_AXIS_DISK_H
#define VANTHU_TOOLS_AXIS_DISK_H

#include <jansson.h>

#include "daemon/config/config.h"
#include "routing/base/err.h"

/* Of a path in an adapter's folder. */
enum { AXIS_PATH_MAX = CONFIG_PATH_MAX + 160, AXIS_FILE_MAX_BYTES = 64 << 10 };

/* ERR_NOT_FOUND, ERR_FILE, ERR_AXIS_FILE: no JSON object; ERR_NO_MEMORY. *out is the caller's. */
must_use enum err axis_disk_read(const char *path, json_t **out);
/* A value as text, the caller's (free); NULL without memory. */
char *axis_disk_text(const json_t *value);
/* Takes the value, also when it fails; NULL: ERR_NO_MEMORY. Blocks on the disk. */
must_use enum err axis_disk_write(const char *path, json_t *value);
/* Renames, within one folder or to another one beside it, and syncs both. */
must_use enum err axis_disk_move(const char *from, const char *to);
/* Names of the files in a folder that end with `ending`, without it, sorted; *names is the caller's
 * (axis_disk_names_free). No folder: none. Not more than `max` are read. */
must_use enum err axis_disk_names(const char *folder, const char *ending, size_t max, char ***names,
				  size_t *count);
void axis_disk_names_free(char **names, size_t count);

#endif
