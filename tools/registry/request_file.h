/* What a committee hands to the registry: who it is and its public keys, as a packed DirectoryEntry
 * without certificates. */
#ifndef VANTHU_TOOLS_REGISTRY_REQUEST_FILE_H
#define VANTHU_TOOLS_REGISTRY_REQUEST_FILE_H

#include "tools/registry/registry.h"

enum { REQUEST_SIGN = 1, REQUEST_LINK = 2, REQUEST_BOTH = 3 };
/* A first request has both keys, and is never written over another; a later one the keys that are
 * to be new. */
must_use enum err request_file_write(struct arena *a, const char *path,
				     const struct rec_committee *entry, const struct identity *keys,
				     unsigned which);
/* Only the public parts of `keys` are filled, those that `*which` says. ERR_FILE, ERR_FORMAT. */
must_use enum err request_file_read(struct arena *a, const char *path, struct rec_committee *entry,
				    struct identity *keys, unsigned *which);

#endif
