/* What a committee hands to the registry: who it is and its public keys, as a packed DirectoryEntry without certificates. */
#ifndef VANTHU_TOOLS_REQUEST_FILE_H
#define VANTHU_TOOLS_REQUEST_FILE_H

#include "tools/registry.h"

must_use enum err request_file_write(struct arena *a, const char *path, const struct rec_committee *entry, const struct identity *keys);
/* Only the public parts of `keys` are filled. ERR_FILE, ERR_FORMAT. */
must_use enum err request_file_read(struct arena *a, const char *path, struct rec_committee *entry, struct identity *keys);

#endif
